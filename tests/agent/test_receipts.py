"""What the MES says that it has: believed as far as it can be, and acted upon where it contradicts the journal."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from agent import receipts, resending
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import Mes, Sender, a_mes, a_sender
from tests.agent.parts import AGENT

GRACE_S = 0.5


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "LOWER_STANDS_S", GRACE_S)


async def a_journal_with(folder: Path, epoch: str, first: int, last: int, *, confirmed: int = 0) -> None:
    async with open_journal(folder / "journal", epoch, time.time()) as journal:
        await journal.commit(facts(first, last), 1.0)
        await journal.confirm(journal.marks.epoch, confirmed, 1.0)


async def sent(mes: Mes, sender: Sender, last: int) -> None:
    """As many facts as that are made and reach the MES."""
    await sender.online()
    await sender.journal.commit(facts(1, last), 1.0)
    await mes.has(range(1, last + 1))


async def codes(journal: Journal) -> list[str]:
    return [discrepancy.code for _, discrepancy in await journal.notices()]


@pytest.mark.parametrize(
    "said",
    [
        {"epoch": "other", "through": 1, "rejected": []},
        {"epoch": "e1", "through": 4, "rejected": []},
        {"epoch": "e1", "through": -1, "rejected": []},
        {"epoch": "e1", "through": 10**30, "rejected": []},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 0}]},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 10**30, "reason": "x"}]},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 4, "reason": "never existed"}]},
        {"epoch": "e1"},
        b"",
        b"\xff\xfe",
        b"[1, 2]",
    ],
)
async def test_a_senseless_ack_changes_nothing(
    broker: Broker, tmp_path: Path, said: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 3)
        mes.say("ack", json.dumps(said).encode() if isinstance(said, dict) else said)
        await sender.until(lambda: f"a message on {AGENT}/ack changed nothing" in caplog.text, "it is told")
        assert sender.journal.marks.current.confirmed_through == 0
        assert len(await sender.journal.parking.rows()) == 0
        mes.ack(3)
        await sender.confirmed(3)


async def test_an_old_ack_that_comes_again_lowers_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 3)
        mes.ack(3)
        await sender.confirmed(3)
        for through in (1, 2, 3):
            mes.ack(through)
        await asyncio.sleep(2 * GRACE_S)
        await sender.journal.commit(facts(4, 4), 1.0)
        await mes.has(range(4, 5))
        assert mes.sequences() == [1, 2, 3, 4]
        assert await codes(sender.journal) == []


async def test_an_mes_restored_to_an_older_state_gets_what_it_lost(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 20)
        mes.ack(20)
        await sender.confirmed(20)
        before = mes.ids()
        mes.heard.clear()
        mes.ack(7)
        await mes.has(range(8, 21))
        assert mes.sequences() == list(range(8, 21))
        assert mes.ids() == {number: before[number] for number in range(8, 21)}
        [(_, discrepancy)] = await sender.journal.notices()
        assert discrepancy.code == "mes_restored"
        assert discrepancy.evidence == {"epoch": "e1", "through": "7", "had_confirmed": "20"}
        mes.ack(20)
        await sender.confirmed(20)


async def test_a_lower_ack_is_believed_later_where_it_could_not_be_noted(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 5)
        mes.ack(5)
        await sender.confirmed(5)
        sender.journal._threads.write.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON notices BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        )
        mes.ack(2)
        await asyncio.sleep(3 * GRACE_S)
        assert sender.journal.marks.current.confirmed_through == 5
        sender.journal._threads.write.execute("DROP TRIGGER full")
        await sender.confirmed(2)


@pytest.mark.parametrize("retryable", [True, False])
async def test_what_the_mes_rejects_is_parked_and_the_rest_goes_on(
    broker: Broker,
    tmp_path: Path,
    retryable: bool,  # noqa: FBT001 - a table
) -> None:
    rejected = [{"sequence": 2, "id": "x", "reason": "no such order", "retryable": retryable}]
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 3)
        mes.ack(3, rejected=rejected)
        await sender.confirmed(3)
        [row] = await sender.journal.parking.rows()
        assert (row.position, row.reason, row.detail, row.withheld) == (2, "rejected", "no such order", False)
        assert (row.retry_at is not None) == retryable
        assert await codes(sender.journal) == ["rejected_by_mes"]
        mes.ack(3, rejected=rejected)
        await sender.journal.commit(facts(4, 4), 1.0)
        await mes.has(range(4, 5))
        assert await sender.journal.parking.rows() == [row], "said again, it changes nothing"


async def test_a_parked_fact_is_sent_again_under_its_own_id_when_it_is_due(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "RETRY_REJECTED_S", 0.3)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 3)
        original = mes.ids()[2]
        mes.heard.clear()
        mes.ack(3, rejected=[{"sequence": 2, "reason": "order not known yet", "retryable": True}])
        await mes.has(range(2, 3))
        assert mes.ids() == {2: original}
        await sender.until(lambda: not sender.overview.way.storage.parked, "looked at")
        while await sender.journal.parking.rows():  # noqa: ASYNC110 - it tells no event
            await asyncio.sleep(0.01)


async def test_a_parked_fact_is_sent_again_when_somebody_asks(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sent(mes, sender, 3)
        mes.ack(3, rejected=[{"sequence": 2, "reason": "no such order"}])
        await sender.confirmed(3)
        mes.heard.clear()
        await sender.journal.parking.ask_again([2], time.time())
        await mes.has(range(2, 3), within=5)


async def test_a_fact_that_cannot_be_sent_now_stays_parked(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens: the broker takes it and throws it away."""
    monkeypatch.setattr(resending, "NEXT_TRY_S", 0.3)
    async with a_sender(tmp_path, broker.port) as sender:
        async with a_mes(broker) as mes:
            await sent(mes, sender, 3)
            mes.ack(3, rejected=[{"sequence": 2, "reason": "no such order"}])
            await sender.confirmed(3)
        await broker.kill()
        await broker.start()
        await sender.online()
        await sender.journal.parking.ask_again([2], time.time())
        await asyncio.sleep(1.0)
        assert [row.position for row in await sender.journal.parking.rows()] == [2]
        async with a_mes(broker, "mes-2") as mes:
            await mes.has(range(2, 3))


async def test_an_ack_above_what_was_sent_begins_a_new_epoch_where_sending_had_come_to(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await a_journal_with(tmp_path, "e1", 1, 10)
    async with a_mes(broker) as mes:
        async with a_sender(tmp_path, broker.port, epoch="unused") as sender:
            await mes.has(range(1, 11))
            mes.ack(25)
            await asyncio.wait_for(sender.journal.done_with, 5)
            marks = sender.journal.marks
            assert [(epoch.name, epoch.first_position, epoch.confirmed_through) for epoch in marks.epochs[:-1]] == [
                ("e1", 1, 10)
            ]
            assert (marks.current.first_position, marks.last_sequence) == (11, 0)
            assert marks.epoch not in {"e1", "unused"}
            [(_, discrepancy)] = await sender.journal.notices()
            assert (discrepancy.code, discrepancy.evidence) == (
                "journal_rewound",
                {"epoch": "e1", "mes_has_through": "25", "journal_sent_through": "10"},
            )
        mes.heard.clear()
        async with a_sender(tmp_path, broker.port, epoch="unused") as sender:
            await sender.online()
            await sender.journal.commit(facts(11, 12), 1.0)
            await mes.has(range(1, 3))
            assert {event["source"].rpartition(":")[2] for event in mes.events()} == {sender.journal.marks.epoch}
            mes.ack(25)
            mes.ack(2, epoch=sender.journal.marks.epoch)
            await sender.confirmed(2)
            assert sender.journal.marks.epochs[0].confirmed_through == 10
            assert not sender.journal.done_with.done()
    assert caplog.text.count("the MES has fact 25") == 1


async def test_two_epochs_drain_in_order_each_with_its_own_watermark(broker: Broker, tmp_path: Path) -> None:
    await a_journal_with(tmp_path, "e1", 1, 30, confirmed=10)
    async with open_journal(tmp_path / "journal", "e2", time.time()) as journal:
        await journal.renew("e2", 31, 1.0, Discrepancy("journal_rewound", 1.0, 1.0, {}))
    await a_journal_with(tmp_path, "e3", 31, 50)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.until(lambda: len(mes.sequences()) == 40, "both are sent")
        order = [(event["source"].rpartition(":")[2], int(event["sequence"])) for event in mes.events()]
        assert order == [("e1", number) for number in range(11, 31)] + [("e2", number) for number in range(1, 21)]
        mes.ack(20, epoch="e2")
        await sender.confirmed(20)
        assert sender.journal.waiting == 20
        mes.ack(30, epoch="e1")
        await sender.until(lambda: not sender.journal.waiting, "all is confirmed")
        mes.ack(5, epoch="e1")
        mes.heard.clear()
        await sender.until(lambda: len(mes.sequences()) == 25, "the older epoch is sent again")
        assert mes.sequences() == list(range(6, 31)), "and nothing of the other"


async def test_an_mes_with_nothing_learns_of_former_epochs_and_gets_them_all(broker: Broker, tmp_path: Path) -> None:
    await a_journal_with(tmp_path, "e1", 1, 30, confirmed=30)
    async with open_journal(tmp_path / "journal", "e2", time.time()) as journal:
        await journal.renew("e2", 31, 1.0, Discrepancy("journal_rewound", 1.0, 1.0, {}))
    await a_journal_with(tmp_path, "e3", 31, 50)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.until(lambda: len(mes.sequences()) == 20, "the present one is sent")
        mes.ack(20, epoch="e2")
        await sender.until(lambda: not sender.journal.waiting, "all was confirmed to what it was before")
        status = json.loads(mes.messages("/status")[-1].payload)
        assert (status["epoch"], status["former"]) == ("e2", [{"epoch": "e1", "last_seq": 30}])
        mes.heard.clear()
        for epoch in (*(one["epoch"] for one in status["former"]), status["epoch"]):
            mes.ack(0, epoch=epoch)
        await sender.until(lambda: len({event["id"] for event in mes.events()}) == 50, "the history of both")


async def test_the_fact_of_a_damaged_row_is_withheld(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, acking=True) as mes, a_sender(tmp_path, broker.port) as sender:
        await broker.stop()
        await sender.journal.commit(facts(1, 30), 1.0)
        with closing(sqlite3.connect(tmp_path / "journal" / FILE_NAME, isolation_level=None)) as other:
            other.execute("DROP TRIGGER facts_are_never_edited")
            other.execute("UPDATE facts SET data = x'7b7d' WHERE position = 20")
        await broker.start()
        async with a_mes(broker, "mes-2", acking=True) as again:
            await sender.confirmed(30)
            withheld = {
                int(event["sequence"]): event["data"] for event in again.events() if "withheld" in event["type"]
            }
            assert {number: data["reason"] for number, data in withheld.items()} == {20: "damaged"}
        assert mes.events() == []
