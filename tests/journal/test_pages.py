"""Rows are read out of raw pages as SQLite itself reads them, and damage never makes the reading fail."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.journal.pages import Record, opened
from tests.journal.damage import NAME, copied

Value: TypeAlias = int | float | str | bytes | None
TABLES = """
CREATE TABLE rows (key INTEGER PRIMARY KEY, one, two, three);
CREATE TABLE entries (one TEXT PRIMARY KEY, two, three) WITHOUT ROWID;
"""
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from((0, 1, -1, 127, 128, 2**23, 2**31, 2**47, -(2**63))),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.binary(max_size=80),
    st.builds(lambda size, octet: bytes([octet]) * size, st.integers(300, 12_000), st.integers(0, 255)),
)


@dataclass(frozen=True)
class Step:
    """Something that happens to the file."""

    inserted: list[tuple[Value, ...]]
    removed: int
    checkpoint: bool
    rolled_back: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=12),
        st.integers(0, 6),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def happen(connection: sqlite3.Connection, step: Step) -> None:
    connection.execute("BEGIN")
    for values in step.inserted:
        number = connection.execute("INSERT INTO rows VALUES (NULL, ?, ?, ?)", values).lastrowid
        connection.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", (f"{number}-{values[0]!r}"[:60], *values[1:])
        )
    connection.execute("DELETE FROM rows WHERE key % 7 < ?", (step.removed,))
    connection.execute("DELETE FROM entries WHERE length(one) % 7 < ?", (step.removed,))
    connection.execute("ROLLBACK" if step.rolled_back else "COMMIT")
    if step.checkpoint:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def a_file(folder: Path, steps: list[Step], page_size: int = 4096) -> tuple[Path, Counter[Record]]:
    """A file as a kill leaves it, and what SQLite finds in it."""
    (folder / "working").mkdir()
    with closing(sqlite3.connect(folder / "working" / NAME, isolation_level=None)) as connection:
        # With so small a cache, transactions write to the log before their end.
        connection.executescript(
            f"PRAGMA page_size = {page_size}; PRAGMA cache_size = 2; PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = OFF;"
        )
        connection.executescript(TABLES)
        for step in steps:
            happen(connection, step)
        rows = Counter(Record(key, (None, *row)) for key, *row in connection.execute("SELECT * FROM rows"))
        rows += Counter(Record(None, row) for row in connection.execute("SELECT * FROM entries"))
        return copied(folder / "working" / NAME, folder / "left"), rows


def present(path: Path) -> Counter[Record]:
    with opened(path) as file:
        found = Counter(record for page in file.present() for record in page)
    return Counter({record: count for record, count in found.items() if not is_of_the_schema(record)})


def is_of_the_schema(record: Record) -> bool:
    return record.values[0] in {"table", "index"}


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_of_an_undamaged_file_exactly_the_rows_are_found_that_sqlite_finds(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        path, expected = a_file(Path(folder), steps)
        assert present(path) == expected


@pytest.mark.parametrize("page_size", [512, 1024, 4096, 32_768])
def test_any_page_size_and_depth(tmp_path: Path, page_size: int) -> None:
    rows: list[tuple[Value, ...]] = [(number, "t" * (number % 900), b"b" * (number % 3000)) for number in range(1500)]
    steps = [Step(rows, 0, checkpoint=True, rolled_back=False)] * 2 + [Step(rows[:9], 1, False, False)]
    path, expected = a_file(tmp_path, steps, page_size)
    assert len(expected) > 2_000
    assert present(path) == expected


def test_what_was_deleted_with_its_pages_is_past(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA secure_delete = OFF; {TABLES} BEGIN;")
        connection.executemany(
            "INSERT INTO rows VALUES (NULL, ?, ?, NULL)", [(number, "t" * 500) for number in range(99)]
        )
        connection.executescript("DELETE FROM rows;")
    assert present(tmp_path / NAME) == Counter()
    with opened(tmp_path / NAME) as file:
        past = {record.values[1] for page in file.past() for record in page if record.rowid is not None}
    # One of the free pages now lists the others.
    assert len(past) > 80


@given(
    damage=st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.binary(min_size=1, max_size=64)), max_size=30),
    kept=st.floats(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_no_damage_makes_the_reading_fail(
    a_deep_file: Path, damage: list[tuple[bool, float, bytes]], kept: float
) -> None:
    with TemporaryDirectory() as folder:
        path = copied(a_deep_file, Path(folder))
        for in_log, place, octets in damage:
            target = path.with_name(path.name + ("-wal" if in_log else ""))
            with target.open("r+b") as file:
                file.seek(int(place * (target.stat().st_size - 1)))
                file.write(octets)
        with path.open("r+b") as file:
            file.truncate(int(path.stat().st_size * min(1.0, 2 * kept)))
        with opened(path) as damaged:
            for page in (*damaged.present(), *damaged.past()):
                assert all(len(record.values) < 4096 for record in page)


@pytest.fixture(scope="module")
def a_deep_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[tuple[Value, ...]] = [(number, "t" * (number % 900), b"b" * (number % 6000)) for number in range(60)]
    steps = [Step(rows, 1, True, False), Step(rows, 2, False, True), Step(rows, 1, False, False)]
    return a_file(tmp_path_factory.mktemp("deep"), steps)[0]


@pytest.mark.parametrize("octets", [b"", b"\0", b"SQLite format 3\0", bytes(4096), b"\xff" * 9_000])
@pytest.mark.parametrize(
    "log", [None, b"", b"\x37\x7f\x06\x82..", bytes(32), bytes(9_000), b"\x37\x7f\x06\x82" + b"\xff" * 9_000]
)
def test_what_is_no_database_has_no_rows(tmp_path: Path, octets: bytes, log: bytes | None) -> None:
    path = tmp_path / NAME
    path.write_bytes(octets)
    if log is not None:
        path.with_name(f"{NAME}-wal").write_bytes(log)
    assert present(path) == Counter()


def test_a_log_alone_gives_what_it_holds(tmp_path: Path) -> None:
    path, expected = a_file(tmp_path, [Step([(1, "a", b"b")], 0, False, False)])
    path.unlink()
    assert present(path) == expected


def test_a_chain_of_pages_that_bites_its_tail_ends(tmp_path: Path) -> None:
    path, expected = a_file(tmp_path, [Step([("o", "v" * 60_000, None)], 0, True, False)])
    path.with_name(f"{NAME}-wal").unlink()
    octets = bytearray(path.read_bytes())
    for start in range(0, len(octets), 4096):
        if octets[start] == 0:
            octets[start : start + 4] = (start // 4096 + 1).to_bytes(4, "big")
    path.write_bytes(octets)
    assert present(path) == Counter({record: 1 for record in expected if record.rowid == 0})
