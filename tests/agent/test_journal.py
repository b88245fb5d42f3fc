from __future__ import annotations

import asyncio
import random
import re
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from agent.core.contract.envelope import Row
from agent.core.directories.copies import Kept
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError
from agent.journal.journal import Journal, open_journal
from agent.journal.marks import Epoch, Watermarks
from agent.journal.opening import FILE_NAME
from agent.journal.reading import read_latest
from agent.journal.standins import Parked
from agent.journal.store import Commit
from tests.agent.disks import slow_disk
from tests.agent.happenings import fact, facts

WHY = Discrepancy("rejected_by_mes", 2.0, 2.0, {"sequence": "2"})
PARKED = Parked(2, "rejected", "too odd", "1970-01-01T00:00:02.000Z", withheld=False, retry_at=None)
KILLS = 20
GROUP = 7
WRITER = """
import asyncio, sys
from pathlib import Path
from agent.journal.journal import open_journal
from tests.agent.happenings import facts

async def main() -> None:
    async with open_journal(Path(sys.argv[1]), "e1", 0.0) as journal:
        while True:
            first = journal.marks.last_sequence + 1
            await journal.commit(facts(first, first + int(sys.argv[2]) - 1), 0.0)
            print(journal.marks.last_sequence, flush=True)

asyncio.run(main())
"""


async def sequences(journal: Journal) -> list[int]:
    return [row.sequence for row in (await journal.read(0, 1_000_000)).rows]


def standing(through: int, last: int) -> Watermarks:
    return Watermarks((Epoch("e1", 1, through, "1970-01-01T00:00:00.000Z"),), last)


async def test_what_is_parked_is_to_be_said_at_once(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(Commit(facts=[fact(1), fact(2)]), 1000.0)
        journal.noticed.clear()
        await journal.parking.put(PARKED, "rejected-e1-2", WHY)
        assert journal.noticed.is_set()
        assert await journal.notices() == [("rejected-e1-2", WHY)]


async def test_everything_committed_is_there_after_reopening(tmp_path: Path) -> None:
    commit = Commit(
        facts=[fact(1), fact(2, wc_id="FILL-1")],
        snapshots=[("FILL-1", b"state")],
        claims=[("serial:FILL-1:S1", "PO-1/10")],
        directories=[Kept(None, "reasons", b"{}"), Kept("FILL-1", "orders/PO-1", b"[]")],
    )
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(commit, 1000.0)
        await journal.confirm("e1", 1, 1001.0)
        await journal.parking.put(PARKED, "rejected-e1-2", WHY)
        assert journal.marks == standing(1, 2)
    async with open_journal(tmp_path, "e2", 0.0) as journal:
        assert journal.marks == standing(1, 2)
        assert journal.restored.snapshots == {"FILL-1": b"state"}
        assert set(journal.restored.directories) == set(commit.directories)
        assert journal.restored.last_saved == 1000.0
        assert await journal.taken(["serial:FILL-1:S1", "serial:FILL-1:S2"]) == {"serial:FILL-1:S1": "PO-1/10"}
        assert await journal.parking.rows() == [PARKED]
        assert await journal.notices() == [("rejected-e1-2", WHY)]
        assert journal.waiting == 1
        assert await journal.oldest_waiting() == "1970-01-01T00:16:40.000Z"
        (_, row) = (await journal.read(0, 10)).rows
        assert row == Row(
            position=2,
            epoch="e1",
            sequence=2,
            id=UUID(int=2).bytes,
            type="agent.stopping",
            subject="FILL-1/-/-",
            time="1970-01-01T00:00:02.000Z",
            observedtime="1970-01-01T00:00:02.000Z",
            recordedtime="1970-01-01T00:16:40.000Z",
            dedupkey="test:2",
            correlationid=None,
            causationid=None,
            data=fact(2, wc_id="FILL-1").data.model_dump_json().encode(),
        )


async def test_a_withdrawn_directory_is_gone_after_reopening(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(Commit(directories=[Kept(None, "reasons", b"{}")]), 1.0)
        await journal.commit(Commit(directories=[Kept(None, "reasons", b"")]), 2.0)
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert journal.restored.directories == ()


async def test_a_confirmation_never_goes_back_and_delivered_is_told(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert journal.delivered.is_set()
        await journal.commit(facts(1, 5), 1.0)
        assert not journal.delivered.is_set()
        await journal.confirm("e1", 4, 1.0)
        await journal.confirm("e1", 2, 1.0)
        assert journal.marks == standing(4, 5)
        await journal.confirm("e1", 5, 1.0)
        assert journal.delivered.is_set()
        assert await journal.oldest_waiting() is None


async def test_a_second_opener_is_refused_by_a_sentence(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0):
        with pytest.raises(JournalError, match="in use by another agent; stop that one first"):
            async with open_journal(tmp_path, "e2", 0.0):
                pass
    async with open_journal(tmp_path, "e2", 0.0) as journal:
        assert journal.marks.epoch == "e1"


async def test_a_folder_that_cannot_be_made_is_refused_by_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"the folder .*/file/journal of the journal cannot be written"):
        async with open_journal(tmp_path / "file" / "journal", "e1", 0.0):
            pass


async def test_a_commit_that_fails_leaves_nothing_and_no_hole(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 2), 1.0)
        journal._threads.write.execute(
            "CREATE TEMP TRIGGER broken BEFORE INSERT ON claims BEGIN SELECT RAISE(FAIL, 'bad'); END"
        )
        with pytest.raises(JournalError, match="the journal cannot be written: bad; free space on its disk"):
            await journal.commit(Commit(facts=[fact(3)], claims=[("a", "b")]), 1.0)
        journal._threads.write.execute("DROP TRIGGER broken")
        assert journal.marks == standing(0, 2)
        await journal.commit(facts(3, 4), 1.0)
        assert [(row.sequence, row.dedupkey) for row in await journal.latest(2)] == [(3, "test:3"), (4, "test:4")]
        assert await sequences(journal) == [1, 2, 3, 4]


async def test_commits_asked_for_one_after_the_other_have_one_sequence(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        for number in range(1, 101):
            await journal.commit(facts(number, number), 1.0)
        assert await sequences(journal) == list(range(1, 101))
        assert [row.sequence for row in (await journal.read(40, 3)).rows] == [41, 42, 43]
        assert [row.sequence for row in await journal.latest(3)] == [98, 99, 100]


async def test_who_does_not_wait_for_a_commit_loses_nothing_of_it(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        async with slow_disk(journal):
            committing = asyncio.create_task(journal.commit(facts(1, 3), 1.0))
            await asyncio.sleep(0)
            committing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await committing
        await journal.commit(facts(4, 5), 1.0)
        assert await sequences(journal) == [1, 2, 3, 4, 5]
        assert journal.marks.last_sequence == 5


async def test_facts_are_read_beside_a_running_agent_and_without_one(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"there is no journal at .*; no agent has run with this configuration yet"):
        read_latest(tmp_path, 1)
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match=r"journal\.sqlite cannot be (opened|read): file is not a database"):
        read_latest(tmp_path / "damaged", 1)
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        assert [row.sequence for row in await asyncio.to_thread(read_latest, tmp_path, 2)] == [2, 3]
    assert [row.sequence for row in read_latest(tmp_path, 2)] == [2, 3]


async def killed_in_the_middle(folder: Path, after_s: float) -> int:
    """The last sequence that a writing process acknowledged before it was killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WRITER, str(folder), str(GROUP)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        acknowledged = [await process.stdout.readline()]
    await asyncio.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    acknowledged += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    whole = [line for line in acknowledged if re.fullmatch(rb"\d+\n", line)]
    return int(whole[-1])


async def test_twenty_kills_lose_no_acknowledged_commit_and_leave_no_part_of_one(tmp_path: Path) -> None:
    dice = random.Random(20)
    for _ in range(KILLS):
        acknowledged = await killed_in_the_middle(tmp_path, dice.uniform(0.0, 0.05))
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            (count, last) = connection.execute("SELECT count(*), max(position) FROM facts").fetchone()
        assert count == last
        assert count % GROUP == 0
        assert count >= acknowledged
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        rows = (await journal.read(0, 1_000_000)).rows
        assert [row.dedupkey for row in rows] == [f"test:{number}" for number in range(1, len(rows) + 1)]


async def test_the_oldest_waiting_fact_has_no_time_where_it_is_damaged(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(Commit(facts=[fact(1)]), 1.0)
        assert await journal.oldest_waiting() == "1970-01-01T00:00:01.000Z"
        write = journal._threads.write
        write.execute("DROP TRIGGER facts_are_never_edited")
        write.execute("UPDATE facts SET recordedtime = 'no time at all'")
        assert await journal.oldest_waiting() is None
