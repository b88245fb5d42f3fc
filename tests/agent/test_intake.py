from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from agent.core.errors import JournalError
from agent.core.observations import Image, Link, Quality, Signal, Started
from agent.core.views import Reply
from agent.intake import MOST_AHEAD
from agent.journal.journal import FILE_NAME
from tests.agent.disks import broken, mended, slow_disk, small_disk
from tests.agent.parts import Running, an_intake, eventually, now, scan, with_order


def reading(total: int, *, run: bool = True) -> Image:
    at = now()
    signals = (
        Signal("PRESS-1", "run", run, Quality.GOOD, at.wall, at),
        Signal("PRESS-1", "total", total, Quality.GOOD, at.wall, at),
    )
    return Image("PRESS-1", signals, at)


def saved(folder: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(folder / "journal" / FILE_NAME)) as connection:
        return dict(connection.execute("SELECT name, state FROM snapshots"))


def lots(running: Running) -> list[str]:
    """Loaded, as far as it is durable."""
    return list(running.intake.present.stations["PRESS-1"].state.floor.lots)


async def test_a_reply_is_given_only_after_the_commit(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        async with slow_disk(running.journal):
            answer = asyncio.create_task(running.intake.submit(scan("LOT:P-1:BOARD")))
            done, _ = await asyncio.wait([answer], timeout=0.5)
            assert not done
            assert lots(running) == []
            assert running.journal.marks.last_sequence == 0
        reply = await answer
        assert reply is not None
        rows = await running.journal.latest(10)
        assert [row.type for row in rows] == ["scan.accepted", "lot.loaded"]
        assert reply == Reply(
            accepted=True, code="ok", message="Lot P-1 loaded.", fact_ids=tuple(str(UUID(bytes=row.id)) for row in rows)
        )
        assert lots(running) == ["P-1"]


async def test_a_full_disk_loses_nothing_and_the_same_facts_come_out_in_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with an_intake(disk.folder) as running:
            await running.intake.submit(scan("LOT:P-0:BOARD"))
            await disk.fill(running.journal)
            answers = []
            # Far more than what is left in the last page and in the write-ahead log.
            for number in range(1, 200):
                answers.append(asyncio.create_task(running.intake.submit(scan(f"LOT:P-{number}:{'X' * 3000}"))))
                await asyncio.sleep(0)
            await eventually(lambda: "cannot be written" in caplog.text, "the full disk is told")
            # A commit that is being tried again holds what it tries in its hand.
            await eventually(lambda: _gathered(running) == sum(not answer.done() for answer in answers), "a pause")
            promised = [fact.id for pending in running.intake._batch.pending for fact in pending.facts]
            already = [row.id for row in await running.journal.latest(1000)]
            assert promised
            await disk.free(running.journal)
            replies = await asyncio.gather(*answers)
            rows = await running.journal.latest(1000)
            assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
            assert [row.id for row in rows] == already + [identity.bytes for identity in promised]
            assert [identity for reply in replies if reply for identity in reply.fact_ids] == [
                str(UUID(bytes=row.id)) for row in rows[2:]
            ]
            await eventually(lambda: "can be written again" in caplog.text, "the end is told")
    warned = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 2, warned


def _gathered(running: Running) -> int:
    """Senders whose observation no commit has in its hand."""
    return sum(pending.answered is not None for pending in running.intake._batch.pending)


async def test_what_was_observed_while_a_commit_failed_follows_in_order(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        intake, journal = running.intake, running.journal
        await intake.take([scan("LOT:A:X"), scan("LOT:B:X")])
        first = [fact.id for pending in intake._batch.pending for fact in pending.facts]
        broken(journal)
        failing = asyncio.create_task(intake.write_once())
        await asyncio.sleep(0)
        await intake.take([scan("LOT:C:X")])
        with pytest.raises(JournalError, match="bad"):
            await failing
        assert lots(running) == []
        mended(journal)
        await intake.write_once()
        rows = await journal.latest(10)
        assert [row.id for row in rows][:4] == [identity.bytes for identity in first]
        assert [row.dedupkey for row in rows if row.type == "lot.loaded"] == [
            f"lot:e1:PRESS-1:{lot}:{number}" for lot, number in (("A", 2), ("B", 4), ("C", 6))
        ]
        assert lots(running) == ["A", "B", "C"]


async def test_a_driver_waits_when_a_thousand_observations_are_not_durable(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        taking = asyncio.create_task(running.intake.take([reading(number) for number in range(MOST_AHEAD + 500)]))
        await eventually(lambda: len(running.intake._batch.pending) >= MOST_AHEAD, "a thousand are taken")
        done, _ = await asyncio.wait([taking], timeout=0.1)
        assert not done
        assert len(running.intake._batch.pending) == MOST_AHEAD
        broken(running.journal)
        with pytest.raises(JournalError):
            await running.intake.write_once()
        done, _ = await asyncio.wait([taking], timeout=0.1)
        assert not done
        mended(running.journal)
        await running.intake.write_once()
        await taking
        assert len(running.intake._batch.pending) == 500


async def test_what_makes_no_fact_is_on_the_disk_within_a_tick(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        intake, journal = running.intake, running.journal
        await intake.submit(Started("PRESS-1", now(), "i1"))
        await intake.take([Link("PRESS-1", "plc", up=True, observed=now()), reading(100), reading(101)])
        await intake.submit(scan("LOT:A:X"))
        last = journal.marks.last_sequence
        await intake.take([reading(102)])
        counted = intake._tentative.stations["PRESS-1"].snapshot()
        assert journal.marks.last_sequence == last
        counters = intake._tentative.stations["PRESS-1"].state.counters
        async with asyncio.timeout(2):
            await intake.until(lambda present: present.stations["PRESS-1"].state.counters == counters)
        assert b"102" in saved(tmp_path)["PRESS-1"]
        assert b"102" in counted


async def test_a_clean_stop_commits_everything_taken(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await running.intake.take([scan(f"LOT:P-{number}:B") for number in range(40)])
        assert running.journal.marks.last_sequence == 0
    async with an_intake(tmp_path) as running:
        assert running.journal.marks.last_sequence == 80
        assert len(running.intake.present.stations["PRESS-1"].state.floor.lots) == 40


async def test_a_station_goes_on_where_it_was(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        await running.intake.submit(scan("LOT:A:X"))
        before = running.intake.present
    async with an_intake(tmp_path) as running:
        assert running.intake.present.stations == before.stations
        assert running.intake.present.desk.directories == before.desk.directories


async def test_a_writer_that_cannot_write_still_turns(tmp_path: Path) -> None:
    """A full disk is waited for; a restart by the service manager's watchdog would lose what is kept in memory."""
    async with an_intake(tmp_path) as running:
        broken(running.journal)
        await running.intake.take([scan("LOT:A:X")])
        since = now().monotonic
        await eventually(lambda: running.intake.turned_at > since + 0.5, "the writer turned after a failed commit")
        assert running.journal.marks.last_sequence == 0
        mended(running.journal)
