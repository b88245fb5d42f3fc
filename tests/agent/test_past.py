"""What the broker and the MES remember, and the journal does not, or the other way round."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent import receipts
from agent.core.contract.standing import Standing, Status, standing
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import UplinkError
from agent.journal.journal import open_journal
from simulators.broker import Broker
from simulators.mes.link import Address, connected
from tests.agent.happenings import facts
from tests.agent.mes_peer import a_mes, a_sender
from tests.agent.parts import AGENT, eventually
from tests.agent.stub_broker import StubBroker

ONLINE = Status(online=True, instance="another", session=7, epoch="e1", last_seq=99)
OFFLINE = ONLINE.model_copy(update={"online": False})


async def _with_past(folder: Path, count: int, confirmed: int = 0) -> None:
    async with open_journal(folder / "journal", "e1", 1.0) as journal:
        await journal.commit(facts(1, count), 1.0)
        await journal.confirm("e1", confirmed, 1.0)


async def test_an_mes_that_was_restored_is_sent_everything_again_from_there(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "LOWER_STANDS_S", 0.2)
    await _with_past(tmp_path, 30, confirmed=30)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, epoch="e2") as sender:
        await sender.online()
        mes.ack(10)
        await mes.has(range(11, 31))
        assert 10 not in mes.sequences()
        assert sender.journal.marks.confirmed_position == 10
        mes.ack(30)
        await sender.confirmed(30)
        [(_, discrepancy)] = await sender.journal.notices()
        assert discrepancy.code == "mes_restored"
        assert discrepancy.evidence == {"epoch": "e1", "through": "10", "had_confirmed": "30"}


async def test_an_old_acknowledgement_that_newer_ones_follow_changes_nothing(broker: Broker, tmp_path: Path) -> None:
    await _with_past(tmp_path, 30, confirmed=20)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, epoch="e2") as sender:
        await sender.online()
        mes.ack(10)
        mes.ack(30)
        await sender.confirmed(30)
        assert await sender.journal.notices() == []


async def test_an_mes_with_more_than_was_ever_sent_unmasks_a_restored_journal(broker: Broker, tmp_path: Path) -> None:
    await _with_past(tmp_path, 30, confirmed=20)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, epoch="e2") as sender:
        await mes.has(range(21, 31))
        mes.ack(50)
        await asyncio.wait_for(asyncio.shield(sender.journal.done_with), 10)
        [old, new] = sender.journal.marks.epochs
        assert (old.name, old.confirmed_through, new.first_position) == ("e1", 30, 31)
        [(_, discrepancy)] = await sender.journal.notices()
        assert discrepancy.code == "journal_rewound"
    async with open_journal(tmp_path / "journal", "e3", 2.0) as journal:
        await journal.commit(facts(31, 31), 2.0)
        assert [(row.epoch, row.sequence) for row in (await journal.read(30, 10)).rows] == [(new.name, 1)]


async def _retained(broker: Broker, status: Status) -> None:
    async with connected(Address(broker.host, broker.port, broker.protocol), "before") as link:
        link.publish(f"{AGENT}/status", status.model_dump_json().encode(), retain=True)


async def test_a_status_of_a_run_that_is_not_remembered_begins_a_new_epoch_before_anything_is_sent(
    broker: Broker, tmp_path: Path
) -> None:
    await _retained(broker, OFFLINE)
    await _with_past(tmp_path, 3)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, epoch="e2") as sender:
        await asyncio.wait_for(asyncio.shield(sender.journal.done_with), 10)
        assert mes.sequences() == []
        assert [epoch.first_position for epoch in sender.journal.marks.epochs] == [1, 4]
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, epoch="e3") as sender:
        await sender.online()
        await mes.has(range(1, 4))


async def test_where_another_agent_is_online_as_us_nobody_connects(broker: Broker, tmp_path: Path) -> None:
    await _retained(broker, ONLINE)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.until(lambda: bool(sender.alarms.current), "an alarm")
        assert [alarm.code for alarm in sender.alarms.current] == ["identity_taken"]
        await sender.journal.commit(facts(1, 1), 1.0)
        await asyncio.wait([sender.sending], timeout=0.5)
        assert not sender.uplink.online
        assert mes.sequences() == []


@pytest.mark.parametrize(
    ("status", "known", "expected"),
    [
        (None, False, Standing.OURS),
        (ONLINE, True, Standing.OURS),
        (ONLINE, False, Standing.TAKEN),
        (OFFLINE, False, Standing.FORGOTTEN),
    ],
)
def test_whose_the_identity_is(status: Status | None, *, known: bool, expected: Standing) -> None:
    assert standing(status, known=known) is expected


async def test_a_late_will_of_an_old_session_is_put_right(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await eventually(lambda: len(mes.messages("/status")) == 1, "online")
        mes.say("status", OFFLINE.model_dump())
        await eventually(lambda: len(mes.messages("/status")) == 3, "the late one, and the right one after it")
        assert [json.loads(message.payload)["online"] for message in mes.messages("/status")] == [True, False, True]
        assert sender.uplink.online


async def test_what_is_too_large_for_the_broker_is_parked_and_the_rest_goes_on(tmp_path: Path) -> None:
    stub = StubBroker(max_packet=10_000)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3, text="x" * 20_000), 1.0)
        await sender.journal.commit(facts(4, 6), 1.0)
        await sender.until(lambda: len(_sequences(stub)) == 6, "all is sent, or a stand-in for it")
        assert _types(stub)[:3] == ["fact.withheld"] * 3
        parked = await sender.journal.parking.rows()
        assert [(row.position, row.reason, row.withheld) for row in parked] == [
            (position, "too_large", True) for position in (1, 2, 3)
        ]
        assert stub.largest <= stub.max_packet


@pytest.mark.parametrize(
    ("code", "alarm"), [(0x87, "broker_refuses"), (0x97, "broker_refuses"), (0x10, "mes_not_listening")]
)
async def test_a_broker_that_does_not_take_facts_now_is_an_alarm_and_parks_nothing(
    tmp_path: Path, code: int, alarm: str
) -> None:
    stub = StubBroker(code=code)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.until(lambda: bool(sender.alarms.current), "an alarm")
        assert [found.code for found in sender.alarms.current] == [alarm]
        assert await sender.journal.parking.rows() == []
        assert sender.journal.waiting == 3


async def test_what_a_broker_will_never_take_is_parked_one_by_one(tmp_path: Path) -> None:
    stub = StubBroker(code=0x99)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 2), 1.0)
        await sender.until(lambda: bool(_types(stub).count("fact.withheld")), "a stand-in is tried")
        stub.code = 0
        await sender.until(lambda: 2 in _sequences(stub), "the rest goes on")
        assert {row.reason for row in await sender.journal.parking.rows()} == {"format"}


def _sequences(stub: StubBroker) -> set[int]:
    return {int(event["sequence"]) for event in _events(stub)}


def _types(stub: StubBroker) -> list[str]:
    return [event["type"].removeprefix("io.lineside.edge.").removesuffix(".v1") for event in _events(stub)]


def _events(stub: StubBroker) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for payload in stub.facts():
        document = json.loads(payload)
        found += document if isinstance(document, list) else [document]
    return found


async def test_somebody_else_who_was_online_meanwhile_takes_nothing_back_that_was_confirmed(
    broker: Broker, tmp_path: Path
) -> None:
    """What this run has sent stays under its sequences; only what follows gets another epoch."""
    await _with_past(tmp_path, 5, confirmed=5)
    async with a_mes(broker, acking=True, already=5), a_sender(tmp_path, broker.port, epoch="unused") as sender:
        await sender.online()
        await sender.journal.commit(facts(6, 15), 1.0)
        await sender.confirmed(15)
        with pytest.raises(UplinkError, match="a new epoch begins"):
            await sender.uplink._remember(OFFLINE)
        assert [epoch.first_position for epoch in sender.journal.marks.epochs] == [1, 16]
        assert sender.journal.marks.epochs[0].confirmed_through == 15


async def test_a_new_epoch_never_begins_before_what_is_confirmed(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", 1.0) as journal:
        await journal.commit(facts(1, 15), 1.0)
        await journal.confirm("e1", 12, 1.0)
        await journal.renew("e2", 6, 2.0, Discrepancy("journal_rewound", 1.0, 1.0, {}))
        assert [(one.name, one.first_position) for one in journal.marks.epochs] == [("e1", 1), ("e2", 13)]
        assert (journal.marks.confirmed_position, journal.waiting) == (12, 3)
