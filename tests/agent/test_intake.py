from __future__ import annotations

import asyncio
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from agent.core.errors import JournalError
from agent.core.observations import Directive, Link, Scan, Started, Storage
from agent.core.views import Reply
from agent.intake import MOST_AHEAD, STORAGE_FULL
from agent.journal.opening import FILE_NAME
from tests.agent.disks import broken, mended, slow_disk, small_disk
from tests.agent.parts import Running, an_intake, eventually, now, reading, scan, start_order, watched, with_order


def saved(folder: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(folder / "journal" / FILE_NAME)) as connection:
        return dict(connection.execute("SELECT name, state FROM snapshots"))


def lots(running: Running) -> list[str]:
    """Loaded, as far as it is durable."""
    return list(running.intake.present.stations["PRESS-1"].state.materials.lots)


def last_text(running: Running) -> str:
    """Of the last scan, as far as it is durable."""
    last = running.intake.present.stations["PRESS-1"].state.floor.last_scan
    return "" if last is None else last.text


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
            accepted=True,
            code="ok",
            message="Lot P-1 loaded.",
            pattern="Lot {lot_id} loaded.",
            values={"lot_id": "P-1"},
            fact_ids=tuple(str(UUID(bytes=row.id)) for row in rows),
        )
        assert lots(running) == ["P-1"]


async def test_a_full_disk_refuses_people_at_once_and_loses_nothing_that_was_accepted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with an_intake(disk.folder) as running:
            await watched(running)
            await disk.fill(running.journal)
            answers = []
            # Far more than what is left in the last page and in the write-ahead log.
            for number in range(200):
                await running.intake.take([reading(0, run=number % 2 == 1)])
                answers.append(asyncio.create_task(running.intake.submit(a_long_scan(number))))
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                replies = [reply for reply in await asyncio.gather(*answers) if reply is not None]
            assert "STORAGE_FULL" in {reply.code for reply in replies}
            assert running.intake.refused["PRESS-1"].code == "STORAGE_FULL"
            await disk.free(running.journal)
            again = await eventually_taken(running)
            rows = await running.journal.latest(10_000)
            assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
            assert [row.type for row in rows].count("machine.condition_changed") == 1 + 200
            promised = {identity for reply in (*replies, again) for identity in reply.fact_ids}
            scanned = {str(UUID(bytes=row.id)) for row in rows if row.type in {"scan.accepted", "lot.loaded"}}
            assert scanned == promised
    assert "database or disk is full" in caplog.text
    assert running.alarms.current == ()


def a_long_scan(number: int) -> Scan:
    """Loads the same lot each time, so that no snapshot grows; its name fills pages."""
    return scan(f"LOT:P-0:{'X' * 60}", f"client-{number:05d}{'x' * 3000}")


async def eventually_taken(running: Running) -> Reply:
    """There is space again: a scan is taken, within the pause between two tries."""
    async with asyncio.timeout(10):
        while True:
            reply = await running.intake.submit(scan("LOT:P-1:BOARD"))
            assert reply is not None
            if reply.accepted:
                return reply
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("is_durable", [False, True])
async def test_an_entry_refused_for_want_of_space_may_be_repeated_under_its_id(
    tmp_path: Path, *, is_durable: bool
) -> None:
    async with an_intake(tmp_path) as running:
        first = await running.intake.submit(scan("LOT:P-1:BOARD", "client-1")) if is_durable else None
        running.intake.note(Storage(None, "reserve", 1, 1, now()))
        refused = await running.intake.submit(scan("LOT:P-1:BOARD", "client-1"))
        assert refused == (first if is_durable else STORAGE_FULL)
        running.intake.note(Storage(None, "ample", 1, 1, now()))
        reply = await running.intake.submit(scan("LOT:P-1:BOARD", "client-1"))
        assert reply is not None
        assert reply.accepted
        assert (await running.types()).count("lot.loaded") == 1


async def test_at_the_reserve_people_are_refused_and_machines_counted_on(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        await watched(running)
        running.intake.note(Storage(None, "reserve", 1, 1, now()))
        assert await running.intake.submit(start_order("another-1")) == STORAGE_FULL
        await running.intake.take([scan("SN:1"), reading(1)])
        shown = running.intake.refused["PRESS-1"]
        assert (shown.text, shown.accepted, shown.code) == ("SN:1", False, "STORAGE_FULL")
        async with asyncio.timeout(10):
            await running.intake.until(lambda present: present.stations["PRESS-1"].state.output.cum_good == 1)
        kept = await running.types()
        assert "output.recorded" in kept
        assert not {"scan.accepted", "scan.refused", "genealogy.linked"} & set(kept)


async def test_detail_is_not_kept_while_space_is_scarce_and_counted_across_a_restart(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await watched(running)
        running.intake.note(Storage(None, "scarce", 1, 1, now()))
        await running.intake.take([reading(0, run=False), reading(0)])
    async with an_intake(tmp_path) as running:
        assert running.intake.storage == "scarce"
        await watched(running)
        assert (await running.types()).count("machine.condition_changed") == 1
        running.intake.note(Storage(None, "low", 1, 1, now()))
        await running.intake.submit(scan("LOT:P-1:BOARD"))
        (told,) = [json.loads(row.data) for row in await running.journal.latest(100) if row.type == "detail.shed"]
        assert told["count"] >= 2
        assert told["start"] <= told["end"]


async def test_who_waits_for_room_is_refused_when_the_disk_takes_nothing(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        await running.intake.take([reading(number) for number in range(MOST_AHEAD)])
        waiting = asyncio.create_task(running.intake.submit(scan("LOT:A:X")))
        await running.journal.taken(["a look-up that comes after that of the scan"])
        broken(running.journal)
        with pytest.raises(JournalError):
            await running.intake.write_once()
        assert await waiting == STORAGE_FULL
        assert len(running.intake._batch.pending) == MOST_AHEAD
        mended(running.journal)


async def test_an_intake_that_ends_lets_go_of_those_who_wait(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        broken(running.journal)
        waiting = [
            asyncio.create_task(running.intake.submit(scan("LOT:A:X", client_id))) for client_id in ("client-1", None)
        ]
        await eventually(lambda: running.intake.failing, "the disk takes nothing")
    done, _ = await asyncio.wait(waiting, timeout=5)
    assert [task.cancelled() for task in done] == [True, True]


async def test_what_was_observed_while_a_commit_failed_follows_in_order(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        intake, journal = running.intake, running.journal
        await intake.take([scan("?A"), scan("?B")])
        first = [fact.id for pending in intake._batch.pending for fact in pending.facts]
        broken(journal)
        failing = asyncio.create_task(intake.write_once())
        await asyncio.sleep(0)
        await intake.take([scan("?C")])
        with pytest.raises(JournalError, match="bad"):
            await failing
        assert last_text(running) == ""
        mended(journal)
        await intake.write_once()
        rows = await journal.latest(10)
        assert [row.id for row in rows][:2] == [identity.bytes for identity in first]
        assert [row.dedupkey for row in rows] == [f"scan:e1:PRESS-1:{number}" for number in (1, 2, 3)]
        assert last_text(running) == "?C"


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
        assert b'"raw":102' in zlib.decompress(saved(tmp_path)["PRESS-1"])
        assert b'"raw":102' in zlib.decompress(counted)


async def test_a_clean_stop_commits_everything_taken(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await running.intake.take([scan(f"LOT:P-{number}:B") for number in range(40)])
        assert running.journal.marks.last_sequence < 80
    async with an_intake(tmp_path) as running:
        assert running.journal.marks.last_sequence == 80
        assert len(running.intake.present.stations["PRESS-1"].state.materials.lots) == 40


async def test_a_station_goes_on_where_it_was(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await with_order(running)
        await running.intake.submit(scan("LOT:A:X"))
        before = running.intake.present
    async with an_intake(tmp_path) as running:
        assert running.intake.present.stations == before.stations
        assert running.intake.present.desk.directories == before.desk.directories


async def test_a_calendar_of_the_mes_is_known_after_a_restart_until_it_is_withdrawn(tmp_path: Path) -> None:  # R7
    valid = {"valid_from": "2026-03-02T00:00:00+01:00", "valid_to": "2026-03-09T00:00:00+01:00"}
    payload = json.dumps({"rev": "3", **valid, "shifts": []}).encode()
    async with an_intake(tmp_path) as running:
        for wc_id in (None, "PRESS-1"):
            await running.intake.submit(Directive(wc_id, "calendar", payload, now()))
    async with an_intake(tmp_path) as running:
        known = running.intake.present.desk.directories.calendars
        assert {wc_id: calendar.rev for wc_id, calendar in known.items()} == {None: "3", "PRESS-1": "3"}
        await running.intake.submit(Directive("PRESS-1", "calendar", b"", now()))
    async with an_intake(tmp_path) as running:
        assert list(running.intake.present.desk.directories.calendars) == [None]


async def test_a_writer_that_cannot_write_still_turns(tmp_path: Path) -> None:
    """A full disk is waited for; a restart by the service manager's watchdog would lose what is kept in memory."""
    async with an_intake(tmp_path) as running:
        broken(running.journal)
        await running.intake.take([scan("LOT:A:X")])
        since = now().monotonic
        await eventually(lambda: running.intake.turned_at > since + 0.5, "the writer turned after a failed commit")
        assert running.journal.marks.last_sequence == 0
        mended(running.journal)
