"""Ranges that the MES asks for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.times import iso
from agent.journal.journal import open_journal
from agent.journal.standins import Parked
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import Mes, Sender, a_mes, a_sender, replay
from tests.agent.moody_broker import MoodyBroker, has

DAY = 24 * 3600.0


async def confirmed_facts(mes: Mes, sender: Sender, last: int) -> None:
    await sender.online()
    await sender.journal.commit(facts(1, last), 1.0)
    await mes.has(range(1, last + 1))
    mes.ack(last)
    await sender.confirmed(last)
    mes.heard.clear()


async def a_journal_past_its_retention(folder: Path) -> None:
    """Facts 1 to 6 are gone, 7 to 10 are there."""
    now = time.time()
    async with open_journal(folder / "journal", "e1", now) as journal:
        await journal.commit(facts(1, 6), now - 40 * DAY)
        await journal.confirm("e1", 6, now - 40 * DAY)
        await journal.commit(facts(7, 10), now)
        await journal.confirm("e1", 10, now)
        assert await journal.retire(now, 30 * DAY) == 6, iso(now)


async def test_a_range_is_sent_again_when_the_mes_asks(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await confirmed_facts(mes, sender, 8)
        command = replay(2, 5)
        mes.say("cmd/replay", command)
        await sender.until(lambda: bool(mes.answers()), "an answer")
        assert mes.answers() == [{"command_id": command["command_id"], "outcome": "done", "detail": "gap"}]
        asked = [(event["sequence"], event["id"]) for event in mes.events() if int(event["sequence"]) <= 8]
        assert asked == [(f"{number:020}", str(UUID(int=number))) for number in range(2, 6)]


@pytest.mark.parametrize(
    "changed", [{"epoch": "other"}, {"from": 3, "to": 2}, {"from": 1, "to": 10**9}, {"from": 0}, {"actor": ""}]
)
async def test_a_senseless_replay_is_refused_with_an_answer(
    broker: Broker, tmp_path: Path, changed: dict[str, Any]
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        mes.say("cmd/replay", replay(1, 2, **changed))
        await sender.until(lambda: bool(mes.answers()), "an answer")
        assert mes.answers()[0]["outcome"] == "refused"


@pytest.mark.parametrize(
    ("first", "last", "unavailable", "sent"),
    [
        (7, 9, None, [7, 8, 9]),
        (4, 8, {"epoch": "e1", "from": 4, "to": 6}, [7, 8]),
        (2, 5, {"epoch": "e1", "from": 2, "to": 5}, []),
    ],
)
async def test_what_retention_removed_is_said_and_the_rest_is_sent(
    broker: Broker, tmp_path: Path, first: int, last: int, unavailable: object, sent: list[int]
) -> None:
    await a_journal_past_its_retention(tmp_path)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        mes.say("cmd/replay", replay(first, last))
        await sender.until(lambda: bool(mes.answers()), "an answer")
        [answer] = mes.answers()
        assert answer.get("unavailable") == unavailable
        assert answer["outcome"] == ("done" if unavailable is None else "refused")
        assert [number for number in mes.sequences() if number <= 10] == sent


async def test_a_long_replay_keeps_no_acknowledgement_waiting(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await confirmed_facts(mes, sender, 20_000)
        mes.say("cmd/replay", replay(1, 20_000))
        await sender.until(lambda: bool(mes.events()), "it has begun")
        await sender.journal.commit(facts(20_002, 20_002), 1.0)
        last = sender.journal.marks.last_sequence
        await sender.until(lambda: sender.journal.ever_sent == last, "the new fact is on its way")
        mes.ack(last)
        await sender.confirmed(last)
        assert mes.answers() == [], "the ack was taken while it went on"
        await sender.until(lambda: bool(mes.answers()), "an answer", 20)
        await mes.has(range(1, 20_001))


async def test_a_replay_that_the_broker_does_not_take_is_answered_so(tmp_path: Path) -> None:
    stub = MoodyBroker(confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.confirmed(3)
        stub.code = 0x87
        stub.send("lineside/v1/acme/ala1/agents/edge-1/cmd/replay", orjson.dumps(replay(1, 2)))
        await sender.until(lambda: any(topic.endswith("/res") for topic, _ in stub.published), "an answer")
        [said] = [payload for topic, payload in stub.published if topic.endswith("/res")]
        assert b'"refused"' in said
        assert b"0x87, not authorized" in said


async def test_a_replay_of_what_the_broker_takes_no_more_ends_neither_the_connection_nor_the_agent(
    tmp_path: Path,
) -> None:
    stub = MoodyBroker(confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3, text="x" * 20_000), 1.0)
        await sender.confirmed(3)
        stub.max_packet = 8_000
        stub.hang_up()
        await sender.until(lambda: not sender.uplink.online, "the loss is noticed")
        await sender.online()
        stub.send("lineside/v1/acme/ala1/agents/edge-1/cmd/replay", orjson.dumps(replay(1, 2)))
        await sender.until(lambda: any(topic.endswith("/res") for topic, _ in stub.published), "an answer")
        [said] = [payload for topic, payload in stub.published if topic.endswith("/res")]
        assert b'"refused"' in said


async def test_what_a_replay_sent_ahead_of_its_turn_counts_as_sent(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        sender.forwarder._not_before = float("inf")
        await sender.journal.commit(facts(1, 4), 1.0)
        mes.say("cmd/replay", replay(1, 4))
        await mes.has(range(1, 5))
        mes.ack(4)
        await sender.confirmed(4)
        assert not sender.journal.done_with.done(), "no new epoch for what was truly sent"


async def test_a_parked_fact_that_ends_the_connection_is_not_the_first_thing_of_the_next_one(tmp_path: Path) -> None:
    stub = MoodyBroker(hangs_up_on=has(2), confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.05) as sender:
        await sender.online()
        parked = Parked(2, "disconnects", "x", "1970-01-01T00:00:00.000Z", withheld=True, retry_at=None)
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.journal.parking.put(parked, "parked-2", Discrepancy("rejected_by_mes", 1.0, 1.0, {}))
        await sender.confirmed(3)
        await sender.journal.parking.ask_again([2], time.time())
        await sender.until(lambda: not sender.uplink.online, "it ends the connection")
        connects = stub.connects
        await sender.online()
        await sender.journal.commit(facts(4, 4), 1.0)
        await sender.confirmed(4)
        assert stub.connects <= connects + 2, "one look and one connection"
        [row] = await sender.journal.parking.rows()
        assert row.retry_at is not None
        assert row.retry_at > time.time()
