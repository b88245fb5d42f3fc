from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from agent.journal import schema
from agent.journal.journal import open_journal
from agent.journal.opening import FILE_NAME
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import a_mes, a_sender, replay
from tests.agent.parts import AGENT, SITE
from tests.agent.stub_broker import StubBroker

KIB = 1024
QUIET_S = 1.5


async def test_few_facts_go_one_by_one_on_their_own_topics(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 2, wc_id="PRESS-1"), 5.0)
        await sender.journal.commit(facts(3, 3), 5.0)
        await mes.has(range(1, 4))
        assert [message.topic for message in mes.messages("/evt")] == [
            f"{SITE}/hall-1/PRESS-1/evt/agent",
            f"{SITE}/hall-1/PRESS-1/evt/agent",
            f"{AGENT}/evt",
        ]
        first = mes.events()[0]
        assert first == {
            "specversion": "1.0",
            "id": "00000000-0000-0000-0000-000000000001",
            "source": "urn:lineside:ala1:edge-1:e1",
            "type": "io.lineside.edge.agent.stopping.v1",
            "subject": "PRESS-1/-/-",
            "time": "1970-01-01T00:00:01.000Z",
            "observedtime": "1970-01-01T00:00:01.000Z",
            "recordedtime": "1970-01-01T00:00:05.000Z",
            "sequence": "00000000000000000001",
            "dedupkey": "test:1",
            "partitionkey": "PRESS-1",
            "datacontenttype": "application/json",
            "dataschema": "urn:lineside:schema:agent.stopping:v1",
            "data": json.loads(facts(1, 1, wc_id="PRESS-1").facts[0].data.model_dump_json()),
        }
        mes.ack(3)
        await sender.confirmed(3)


async def test_a_backlog_goes_in_order_in_batches_of_at_most_64_kib(broker: Broker, tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", time.time()) as journal:
        await journal.commit(facts(1, 500, text="x" * 900), 1.0)
        await journal.commit(facts(501, 510, text="x" * 50_000), 1.0)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await mes.has(range(1, 511))
        assert mes.sequences() == list(range(1, 511))
        batches = mes.messages("/evt")
        assert {message.topic for message in batches} == {f"{AGENT}/evt"}
        assert max(len(message.payload) for message in batches) <= 64 * KIB
        assert len(batches) < 30
        mes.ack(510)
        await sender.confirmed(510)
        assert not sender.journal.waiting


@pytest.mark.parametrize(("receive_maximum", "window"), [(20, 3), (5, 40), (1, 40)])
async def test_no_more_is_in_flight_than_is_allowed(tmp_path: Path, receive_maximum: int, window: int) -> None:
    stub = StubBroker(receive_maximum=receive_maximum, delay_s=0.02)
    async with stub.serving(), a_sender(tmp_path, stub.port, window=window) as sender:
        await sender.journal.commit(facts(1, 30, text="x" * 40_000), 1.0)
        await sender.until(lambda: len(stub.facts()) == 30, "all is sent")
        assert stub.most_in_flight <= receive_maximum
        assert stub.most_facts_in_flight == min(window, receive_maximum)


async def test_what_nobody_hears_is_sent_again_later_with_the_same_ids(tmp_path: Path) -> None:
    stub = StubBroker(code=0x10)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 5), 1.0)
        await sender.until(lambda: bool(stub.facts()), "sent")
        await asyncio.sleep(QUIET_S)
        assert sender.journal.waiting == 5
        assert not sender.forwarder.confirming
        assert len(stub.facts()) <= 5 + 8, "the broker is hammered"
        stub.code = 0
        await sender.until(lambda: len(stub.facts()) > 13 or _heard(stub, 5), "sent again", 10)
        stub.send(f"{AGENT}/ack", b'{"epoch": "e1", "through": 5, "rejected": []}')
        await sender.confirmed(5)
        await sender.journal.commit(facts(6, 6), 1.0)
        await sender.until(lambda: _heard(stub, 6), "what comes later is sent at once", 2)
        assert {identity for payload in stub.facts() for identity in _ids(payload)} == {
            _id(number) for number in range(1, 7)
        }


def _ids(payload: bytes) -> list[str]:
    document = json.loads(payload)
    return [event["id"] for event in (document if isinstance(document, list) else [document])]


def _heard(stub: StubBroker, number: int) -> bool:
    return any(_id(number).encode() in payload for payload in stub.facts())


def _id(number: int) -> str:
    return str(UUID(int=number))


async def test_many_that_nobody_hears_are_one_failure_not_many(tmp_path: Path) -> None:
    """An MES that subscribes a moment after the agent connects must not wait a minute for the backlog."""
    stub = StubBroker(code=0x10)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 40, text="x" * 40_000), 1.0)
        await sender.until(lambda: len(stub.facts()) >= 15, "a window is sent")
        stub.code = 0
        sent = len(stub.facts())
        await sender.until(lambda: len(stub.facts()) > sent, "sent again", 4)


async def test_a_silent_mes_is_asked_with_one_message_less_and_less_often(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub = StubBroker()
    async with stub.serving(), a_sender(tmp_path, stub.port, ack_timeout_s=1.0) as sender:
        await sender.journal.commit(facts(1, 20, text="x" * 40_000), 1.0)
        await sender.until(lambda: len(stub.facts()) == 20, "all is sent once")
        await sender.until(lambda: len(stub.facts()) == 23, "three probes")
        assert [pause >= least for pause, least in zip(stub.pauses()[19:], (0.0, 0.9, 1.9), strict=True)] == [True] * 3
        assert all(len(_ids(payload)) == 1 for payload in stub.facts()[20:])
        assert not sender.forwarder.confirming
        stub.send(f"{AGENT}/ack", b'{"epoch": "e1", "through": 1, "rejected": []}')
        await sender.until(lambda: sender.forwarder.confirming, "the MES is back")
        stub.send(f"{AGENT}/ack", b'{"epoch": "e1", "through": 20, "rejected": []}')
        await sender.confirmed(20)
        await sender.journal.commit(facts(21, 21), 1.0)
        await sender.until(lambda: _heard(stub, 21), "facts flow again")
    ours = [record for record in caplog.records if record.name == "lineside"]
    warned = [record.message for record in ours if record.levelno >= logging.WARNING]
    assert warned == ["the MES confirms nothing of what is sent"]


async def test_all_is_confirmed_after_a_silent_mes_came_back(broker: Broker, tmp_path: Path) -> None:
    async with a_sender(tmp_path, broker.port, ack_timeout_s=0.3) as sender:
        async with a_mes(broker) as mes:
            await sender.journal.commit(facts(1, 300, text="x" * 900), 1.0)
            await mes.has(range(1, 301))
            mes.ack(100)
            await sender.confirmed(100)
        async with a_mes(broker, acking=True, already=100):
            await sender.confirmed(300, within=15)


async def test_a_broker_that_confirms_is_enough_where_that_is_configured(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, confirm="broker") as sender:
        await sender.journal.commit(facts(1, 200, text="x" * 900), 1.0)
        await sender.confirmed(200)
        await mes.has(range(1, 201))
        assert mes.sequences() == list(range(1, 201))
    async with a_mes(broker, "late") as mes, a_sender(tmp_path, broker.port, confirm="broker") as sender:
        await sender.journal.commit(facts(201, 201), 1.0)
        await mes.has(range(201, 202))
        assert mes.sequences() == [201]


async def test_a_broker_that_goes_and_comes_back_costs_nothing(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with a_sender(tmp_path, broker.port, ack_timeout_s=1.0, reconnect_max_s=0.5) as sender:
        async with a_mes(broker) as mes:
            await sender.journal.commit(facts(1, 20), 1.0)
            await mes.has(range(1, 21))
            mes.ack(10)
            await sender.confirmed(10)
        await broker.stop()
        await sender.until(lambda: not sender.uplink.online, "the loss is noticed", 2)
        await sender.journal.commit(facts(21, 40), 1.0)
        await broker.start()
        async with a_mes(broker, acking=True, already=10) as mes:
            await sender.confirmed(40)
            assert mes.ids() == {number: {_id(number)} for number in range(11, 41)}
    lost = [record for record in caplog.records if "facts wait in the journal" in record.message]
    assert len(lost) == 1


async def test_a_broker_killed_while_a_backlog_drains_costs_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_sender(tmp_path, broker.port, ack_timeout_s=1.0, reconnect_max_s=0.5) as sender:
        await sender.online()
        for first in range(1, 5001, 500):
            await sender.journal.commit(facts(first, first + 499, text="x" * 900), 1.0)
        await broker.kill()
        await broker.start()
        async with a_mes(broker, acking=True) as mes:
            await sender.confirmed(5000, within=20)
            assert set(mes.sequences()) == set(range(1, 5001))


async def test_mqtt_3_1_1_with_the_embedded_broker_delivers_too(tmp_path: Path) -> None:
    async with (
        Broker(folder=tmp_path / "embedded", kind="embedded") as broker,
        a_mes(broker) as mes,
        a_sender(tmp_path, broker.port, protocol="3.1.1") as sender,
    ):
        await sender.journal.commit(facts(1, 100, text="x" * 900), 1.0)
        await mes.has(range(1, 101))
        mes.ack(100)
        await sender.confirmed(100)
        mes.say("cmd/replay", replay(1, 2))
        await sender.until(lambda: bool(mes.answers()), "an answer")
        assert mes.answers()[0]["outcome"] == "done"


async def test_a_damaged_fact_is_never_sent_and_a_stand_in_takes_its_sequence(broker: Broker, tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", time.time()) as journal:
        await journal.commit(facts(1, 30), 1.0)
    with closing(sqlite3.connect(tmp_path / "journal" / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER facts_are_never_edited")
        connection.execute("UPDATE facts SET data = x'7b7d' WHERE position = 20")
        connection.executescript(schema.TRIGGERS.partition("CREATE TRIGGER facts_outlive")[0])
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await mes.has(range(1, 31))
        withheld = [event for event in mes.events() if event["type"].endswith("fact.withheld.v1")]
        assert [event["sequence"] for event in withheld] == [f"{20:020d}"]
        assert withheld[0]["data"]["reason"] == "damaged"
        mes.ack(30)
        await sender.confirmed(30)
        [(key, discrepancy)] = await sender.journal.notices()
        assert (key, discrepancy.code) == ("damaged-e1-20", "journal_damaged")
        assert discrepancy.evidence == {"epoch": "e1", "sequence": "20"}


async def test_a_disk_too_full_to_note_an_ack_stops_delivery_but_nothing_else(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await mes.has(range(1, 4))
        sender.journal._threads.write.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON epochs BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
        mes.ack(3)
        await asyncio.wait([sender.sending], timeout=1.0)
        assert not sender.sending.done()
        assert sender.journal.waiting == 3
        sender.journal._threads.write.execute("DROP TRIGGER full")
        await sender.online()
        mes.ack(3)
        await sender.confirmed(3)


async def test_a_broker_that_takes_small_packets_only_gets_small_batches(tmp_path: Path) -> None:
    stub = StubBroker(max_packet=10_000)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 100, text="x" * 900), 1.0)
        await sender.until(lambda: _heard(stub, 100), "all is sent")
        assert stub.largest <= stub.max_packet


async def test_the_present_does_not_queue_behind_a_backlog(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:

        def waiting() -> int | None:
            views = mes.messages("/state/queue")
            return json.loads(views[-1].payload)["waiting"] if views else None

        await sender.until(lambda: waiting() == 0, "the queue's view")
        await sender.journal.commit(facts(1, 3000, text="x" * 900), 1.0)
        await sender.until(lambda: waiting() == 3000, "the queue's view again", 2)
