"""What can be read of a damaged journal is taken over: never a row that was not written, never less than is there."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError
from agent.core.times import iso
from agent.journal import notices, schema, store
from agent.journal.marks import Epoch
from agent.journal.salvage import MOST_MISSING, Salvaged, salvage
from agent.journal.standins import Parked
from tests.journal.damage import (
    DAMAGES,
    FRAME,
    NAME,
    Past,
    Span,
    a_commit,
    a_fresh_journal,
    a_past,
    copied,
    judge,
    read,
)

FACTS = 310
"""So many that two rows are 60 KB long."""


@pytest.fixture(scope="module", params=[0, 60], ids=["nothing in the log", "much in the log"])
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return a_past(tmp_path_factory.mktemp("past"), FACTS, logged=request.param)


@pytest.fixture
def working(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A journal that nothing was written to, not even by itself into its file."""
    with closing(store.connect(tmp_path / NAME)) as connection:
        connection.executescript(f"PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF; {schema.CREATE}")
        yield connection


def salvaged_and_judged(past: Past, path: Path, hits: list[Span]) -> Salvaged:
    with a_fresh_journal() as fresh:
        salvaged = salvage(path, fresh)
        judge(past, hits, salvaged, fresh)
        return salvaged


def found_in(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What is taken over of every table that is."""
    with a_fresh_journal() as fresh:
        salvage(path, fresh)
        return everything(fresh)


def everything(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = ("facts", "epochs", "snapshots", "claims", "directories", "history", "parked", "notices", "runs")
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}  # noqa: S608


def test_of_an_undamaged_journal_everything_is_taken_over_and_nothing_is_touched(past: Past) -> None:
    before = {path.name: path.read_bytes() for path in past.path.parent.iterdir()}
    with a_fresh_journal() as fresh:
        assert salvage(past.path, fresh) == Salvaged(FACTS, (), 0, ())
        assert dict(read(fresh)) == past.rows
    assert {path.name: path.read_bytes() for path in past.path.parent.iterdir()} == before


def test_what_carries_no_checksum_is_taken_over_too(tmp_path: Path, working: sqlite3.Connection) -> None:
    store.append(working, a_commit(1, 3), 1, 5.0)
    store.park(working, Parked(2, "rejected", "too odd", iso(6.0), withheld=False, retry_at=None))
    store.park(working, Parked(3, "too_large", "70000 bytes", iso(6.0), withheld=True, retry_at=7.0))
    notices.put(working, "one", Discrepancy("journal_rewound", 1.0, 2.0, {"epoch": "e1"}))
    working.execute(schema.PUT_NOTICE, ("two", '{"code":"nothing that we know"}'))
    working.execute(schema.NEW_SESSION, ("instance-1",))
    expected = everything(working)
    del expected["notices"][1]
    assert found_in(copied(tmp_path / NAME, tmp_path / "left")) == expected


@given(
    way=st.sampled_from(sorted(DAMAGES)),
    place=st.integers(0, 30),
    seed=st.integers(0, 2**32),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@settings(max_examples=60, deadline=None)
def test_no_damage_brings_a_false_row_or_costs_one_that_was_not_hit(
    past: Past, way: str, place: int, seed: int, kept: float
) -> None:
    dice = random.Random(seed)
    with TemporaryDirectory() as folder:
        path = copied(past.path, Path(folder))
        places = sorted(past.where.places)
        hits = [DAMAGES[way](path, dice.choice(past.where.places[places[place % len(places)]]), dice)]
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.truncate(int(size * kept))
        hits.append(Span("", int(size * kept), size))
        salvaged_and_judged(past, path, hits)


def test_without_its_file_the_log_is_still_read_and_without_both_there_is_nothing(past: Past, tmp_path: Path) -> None:
    path = copied(past.path, tmp_path)
    hit = Span("", 0, path.stat().st_size)
    path.unlink()
    salvaged_and_judged(past, path, [hit])
    path.with_name(f"{NAME}-wal").unlink(missing_ok=True)
    assert salvaged_and_judged(past, path, [hit, Span("-wal", 0, 1 << 40)]) == Salvaged(0, (), 0, ())


@pytest.mark.parametrize("keep", [0, 1, 3, 10, 31, 1_000])
def test_of_a_log_that_was_cut_off_what_sqlite_finds_is_taken_over(tmp_path: Path, keep: int) -> None:
    past = a_past(tmp_path, 60, logged=50)
    log = past.path.with_name(f"{NAME}-wal")
    with log.open("r+b") as file:
        file.truncate(min(32 + keep * FRAME + FRAME // 2, log.stat().st_size))
    found = found_in(past.path)
    with closing(store.connect(past.path)) as connection:
        assert everything(connection) == found


def test_what_was_never_committed_is_not_taken_over(tmp_path: Path, working: sqlite3.Connection) -> None:
    store.append(working, a_commit(1, 10), 1, 5.0)
    expected = everything(working)
    working.execute("PRAGMA cache_size = 5")
    working.execute("BEGIN")
    rows = [store.fact_values(number, a_commit(number, number).facts[0], iso(6.0)) for number in range(11, 200)]
    working.executemany(schema.INSERT_FACT, rows)
    torn = copied(tmp_path / NAME, tmp_path / "torn")
    assert torn.with_name(f"{NAME}-wal").stat().st_size > 100_000, "it has written to the log before its end"
    assert found_in(torn) == expected
    working.execute("ROLLBACK")
    store.append(working, a_commit(11, 12), 11, 7.0)
    rolled_back = copied(tmp_path / NAME, tmp_path / "rolled_back")
    assert rolled_back.with_name(f"{NAME}-wal").stat().st_size > 100_000, "its frames are still there"
    assert found_in(rolled_back) == everything(working)
    with rolled_back.with_name(f"{NAME}-wal").open("r+b") as file:
        file.write(bytes(32))
    assert found_in(rolled_back) == everything(working), "not even where the log's header is gone"


def test_what_is_left_of_an_older_log_is_not_mixed_in(tmp_path: Path, working: sqlite3.Connection) -> None:
    for number in range(1, 60):
        store.append(working, a_commit(number, number), number, float(number))
    working.execute("PRAGMA wal_checkpoint(RESTART)")
    store.append(working, a_commit(60, 60), 60, 60.0)
    path = copied(tmp_path / NAME, tmp_path / "left")
    assert found_in(path) == everything(working)
    with path.with_name(f"{NAME}-wal").open("r+b") as file:
        file.write(bytes(32))
    assert found_in(path) == everything(working), "not even where the log's header is gone"


def test_a_snapshot_that_does_not_know_of_its_facts_is_not_taken_over(tmp_path: Path) -> None:
    past = a_past(tmp_path, 60, logged=30)
    [home] = past.where.homes["snapshots", "FILL-1"]
    assert home.suffix == "-wal", "an older state stands in the file"
    log = past.path.with_name(f"{NAME}-wal")
    octets = bytearray(log.read_bytes())
    number = octets[home.start : home.start + 4]
    for start in range(32, len(octets), FRAME):
        if octets[start : start + 4] == number:
            octets[start + 24 : start + FRAME] = bytes(FRAME - 24)
    log.write_bytes(octets)
    with a_fresh_journal() as fresh:
        salvaged = salvage(past.path, fresh)
        assert (salvaged.facts, salvaged.outdated) == (60, ("FILL-1", "PACK-1"))
        assert everything(fresh)["snapshots"] == []


def test_facts_that_were_removed_stay_removed(tmp_path: Path, working: sqlite3.Connection) -> None:
    for first in range(1, 400, 10):
        store.append(working, a_commit(first, first + 9), first, float(first))
    store.put_epoch(working, Epoch("e1", 1, 400, iso(0)))
    working.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    working.execute(schema.SET_REMOVABLE, (350,))
    working.execute("DELETE FROM facts WHERE position <= 350")
    expected = everything(working)
    assert found_in(copied(tmp_path / NAME, tmp_path / "left")) == expected
    working.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert found_in(copied(tmp_path / NAME, tmp_path / "left")) == expected


def test_the_ranges_that_are_missing_are_named_up_to_a_limit(tmp_path: Path, working: sqlite3.Connection) -> None:
    count = 2 * MOST_MISSING + 21
    rows = [store.fact_values(number, a_commit(1, 1).facts[0], iso(6.0)) for number in range(1, count + 1, 2)]
    with store.transaction(working):
        working.executemany(schema.INSERT_FACT, rows)
    with a_fresh_journal() as fresh:
        salvaged = salvage(copied(tmp_path / NAME, tmp_path / "left"), fresh)
    assert salvaged.facts == len(rows)
    assert salvaged.missing == tuple((number, number) for number in range(2, 2 * MOST_MISSING + 1, 2))
    assert salvaged.more_missing == 10


def test_another_page_size_is_understood(tmp_path: Path, working: sqlite3.Connection) -> None:
    store.append(working, a_commit(1, 300), 1, 5.0)
    working.executescript("PRAGMA journal_mode = DELETE; PRAGMA page_size = 16384; VACUUM; PRAGMA journal_mode = WAL;")
    store.append(working, a_commit(301, 310), 301, 6.0)
    assert found_in(copied(tmp_path / NAME, tmp_path / "left")) == everything(working)


def test_a_disk_that_is_too_full_is_told_and_the_damaged_file_stays(past: Past, tmp_path: Path) -> None:
    path = copied(past.path, tmp_path)
    before = path.read_bytes()
    with a_fresh_journal() as fresh:
        fresh.execute("PRAGMA max_page_count = 60")
        with pytest.raises(JournalError, match=r"is full; what is taken over needs up to \d+ MB on its disk"):
            salvage(path, fresh)
    assert path.read_bytes() == before
