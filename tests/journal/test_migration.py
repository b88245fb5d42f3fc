"""A journal of an earlier version is migrated in one step, after a copy was made; one of a later version is refused."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent.core.directories.copies import Kept
from agent.core.errors import JournalError
from agent.journal import schema
from agent.journal.inspection import Place
from agent.journal.journal import Journal, open_journal
from agent.journal.marks import Epoch, Watermarks
from agent.journal.opening import FILE_NAME
from agent.journal.rescue import SUSPECT
from tests.agent.happenings import facts
from tests.journal.old_schema import BEGAN, REASONS, make

COPY = "journal.schema1.sqlite"
FORMER = range(1, schema.SCHEMA_VERSION)
MANY = 4_000
KILLS = 8
OPENER = """
import asyncio, sys
from pathlib import Path
from agent.journal.journal import open_journal

async def main() -> None:
    print("now", flush=True)
    async with open_journal(Path(sys.argv[1]), "e9", 0.0):
        print("opened", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def content(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT * FROM facts ORDER BY position").fetchall()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def assert_taken_over(journal: Journal, count: int) -> None:
    epoch = Epoch("e1", 1, 3, "1970-01-01T00:00:00.000Z")
    assert journal.marks == Watermarks((epoch,), count)
    assert journal.restored.snapshots == {"FILL-1": b"state"}
    assert journal.restored.last_saved == 1000.5
    assert journal.restored.directories == (Kept(None, "reasons", REASONS, rev="14", owner="MES"),)
    [held] = await journal.copies.held()
    assert held.received == BEGAN
    [happening] = await journal.copies.history(None, "reasons", 10)
    assert (happening.number, happening.kept, happening.recorded) == (1, held.kept, BEGAN)
    assert await journal.taken(["serial:FILL-1:Ж"]) == {"serial:FILL-1:Ж": "PO-1/10"}
    [parked] = await journal.parking.rows()
    assert (parked.position, parked.detail, parked.withheld, parked.retry_at) == (2, "too odd", False, None)
    page = await journal.read(0, count)
    assert [(row.sequence, row.dedupkey) for row in page.rows] == [(n, f"test:{n}") for n in range(1, count + 1)]
    assert page.damaged == ()
    place: Place | None = Place()
    while place is not None:
        step = await journal.inspect(place)
        assert step.damaged == ()
        place = step.following
    assert await journal.notices() == []


@pytest.mark.parametrize("former", FORMER)
async def test_an_old_journal_is_taken_over_whole_and_a_copy_stays(tmp_path: Path, former: int) -> None:
    before = content(make(tmp_path, 10, former))
    copy = tmp_path / f"journal.schema{former}.sqlite"
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        await assert_taken_over(journal, 10)
        await journal.commit(facts(11, 11), 1.0)
    assert content(copy) == before
    assert (version(copy), version(tmp_path / FILE_NAME)) == (former, schema.SCHEMA_VERSION)
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        assert journal.marks.last_sequence == 11


@pytest.mark.parametrize("former", FORMER)
async def test_a_migrated_journal_refuses_what_a_new_one_refuses(tmp_path: Path, former: int) -> None:
    make(tmp_path, 10, former)
    async with open_journal(tmp_path, "e9", 0.0):
        pass
    (tmp_path / "new").mkdir()
    async with open_journal(tmp_path / "new", "e9", 0.0):
        pass
    shapes = []
    for folder in (tmp_path, tmp_path / "new"):
        with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
            shapes.append(set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")))
    assert shapes[0] == shapes[1]


async def killed_after(folder: Path, delay_s: float) -> bool:
    """Whether a process that opens the journal had done so when it was killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPENER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"now\n"
        await asyncio.sleep(delay_s)
        process.kill()
        rest = await process.stdout.read()
        await process.wait()
    return b"opened" in rest


async def test_a_migration_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    dice = random.Random(7)
    opened = []
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        before = content(make(folder, MANY))
        opened.append(await killed_after(folder, dice.uniform(0.0, 0.12)))
        assert content(folder / FILE_NAME) == before
        assert version(folder / FILE_NAME) in (*FORMER, schema.SCHEMA_VERSION)
        async with open_journal(folder, "e9", 0.0) as journal:
            await assert_taken_over(journal, MANY)
        assert content(folder / COPY) == before
        assert list(folder.glob("*.making*")) == []
    assert not all(opened), "none was killed in the middle"


@pytest.mark.parametrize("left", ["journal.schema1.making", "journal.schema1.making-journal", COPY])
async def test_what_an_interrupted_copy_left_is_in_nobodys_way(tmp_path: Path, left: str) -> None:
    make(tmp_path, 10)
    (tmp_path / left).write_bytes(b"half a copy" * 1000)
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        await assert_taken_over(journal, 10)
    assert len(content(tmp_path / COPY)) == 10


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """As on a disk without space for a copy."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


async def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    before = content(make(tmp_path, MANY))
    size = (tmp_path / FILE_NAME).stat().st_size
    with (
        no_file_grows_beyond(size // 2),
        pytest.raises(JournalError, match=r"no copy of the journal can be made .* free \d+ MB .* Nothing was changed"),
    ):
        async with open_journal(tmp_path, "e9", 0.0):
            pass
    assert content(tmp_path / FILE_NAME) == before
    assert version(tmp_path / FILE_NAME) == 1
    assert not (tmp_path / COPY).exists()
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        await assert_taken_over(journal, MANY)


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 2), 1.0)
    newer = schema.SCHEMA_VERSION + 1
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript(f"CREATE TABLE shifts (a); PRAGMA user_version = {newer};")
    before = content(tmp_path / FILE_NAME)
    with pytest.raises(JournalError, match=f"schema {newer}.*install the version that wrote it"):
        async with open_journal(tmp_path, "e2", 0.0):
            pass
    assert content(tmp_path / FILE_NAME) == before
    assert version(tmp_path / FILE_NAME) == newer
    assert names(tmp_path) == {FILE_NAME, "journal.lock", "journal.witness"}


async def test_what_was_damaged_before_a_migration_is_so_afterwards(tmp_path: Path) -> None:
    with closing(sqlite3.connect(make(tmp_path, 10, 2))) as connection:
        connection.execute("UPDATE claims SET value = 'PO-2/10'")
        connection.execute("UPDATE directories SET payload = ?", (b"{}",))
        connection.commit()
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        assert await journal.taken(["serial:FILL-1:Ж"]) == {}
        assert journal.restored.directories == ()
        assert await journal.copies.history(None, "reasons", 10) == []


async def test_a_damaged_journal_of_the_second_schema_is_salvaged(tmp_path: Path) -> None:
    path = make(tmp_path, 10, 2)
    (tmp_path / SUSPECT).touch()
    async with open_journal(tmp_path, "e9", 0.0) as journal:
        assert await journal.taken(["serial:FILL-1:Ж"]) == {"serial:FILL-1:Ж": "PO-1/10"}
        assert journal.restored.directories == (Kept(None, "reasons", REASONS, rev="14", owner="MES"),)
        assert journal.marks.last_position == 10
    assert version(path) == schema.SCHEMA_VERSION
