"""Journals with a past, where each of their rows stands in the files, and damage done to copies of them.

Where a row stands is asked of SQLite itself (its table `dbstat`), not of the code that salvages.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from agent.core.directories.copies import Kept
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import Fact, Keys, LinkLost
from agent.core.times import iso
from agent.journal import notices, schema, store
from agent.journal.checksums import Values
from agent.journal.marks import Epoch
from agent.journal.salvage import Salvaged
from agent.journal.standins import Parked
from agent.journal.store import Commit
from tests.agent.happenings import QUALITY

NAME = "journal.sqlite"
PAGE = 4096
FRAME = 24 + PAGE
WORK_CENTERS = ("FILL-1", "PACK-1")
INDEXES = ("claims", "directories")
PROVED = {"facts": 1, "epochs": 1, "snapshots": 1, "claims": 1, "directories": 3, "history": 1}
"""Tables whose rows carry a checksum, and how many columns name a row."""
_STAT = "SELECT name, path, pageno, ncell, pagetype FROM dbstat"
Key: TypeAlias = tuple[Any, ...]
"""The table's name and what names the row there."""


class Span(NamedTuple):
    """Some bytes of one of the two files."""

    suffix: str
    """Nothing for the file, `-wal` for its log."""
    start: int
    end: int

    def meets(self, other: Span) -> bool:
        return self.suffix == other.suffix and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Survey:
    """Where everything stands in the two files."""

    places: Mapping[str, tuple[Span, ...]]
    """By the part they play."""
    homes: Mapping[Key, tuple[Span, ...]]
    """The pages that hold a row, where they were written last."""
    transactions: tuple[tuple[Span, ...], ...]
    """The frames of each transaction of the log; the last of them proves that it was one."""


@dataclass(frozen=True, slots=True)
class Past:
    """A journal as a killed agent leaves it, and what it holds."""

    path: Path
    rows: Mapping[Key, Values]
    ever: Mapping[Key, frozenset[Values]]
    """Every state of a row that was ever committed."""
    where: Survey


def sized(number: int) -> str:
    """Texts such that facts stand in their page, overflow into one page or into many."""
    if number % 151 == 0:
        return "z" * 60_000
    return "y" * 9_000 if number % 23 == 0 else "x" * (number * 37 % 700)


def a_fact(number: int) -> Fact:
    keys = Keys(wc_id=WORK_CENTERS[number % 2])
    data = LinkLost(keys=keys, quality=QUALITY, device="plc", detail=sized(number))
    return Fact(UUID(int=number), data, number, number, f"test:{number}")


def a_commit(first: int, last: int) -> Commit:
    """Facts of two work centers with everything that comes with facts."""
    numbers = range(first, last + 1)
    return Commit(
        facts=[a_fact(number) for number in numbers],
        snapshots=[(name, b'{"count":%d,"more":"%s"}' % (last, b"s" * 900)) for name in WORK_CENTERS],
        claims=[(f"serial:FILL-1:S{number * 7919 % 100_000:06}", "PO-1/10") for number in numbers]
        + [(f"answer:{first}", '{"accepted":true,"text":"%s"}' % ("t" * (first * 131 % 3000)))],
        directories=[
            Kept(WORK_CENTERS[first % 2], f"orders/PO-{first % 40}", b"[%s]" % (b"7," * (first % 900))),
            Kept(None, f"items/I-{first % 7}", b"{}", "scheduled", "2", "ERP", 1e9 + first % 5),
            Kept(None, "reasons", b"{" * (first % 5000), "refused", detail="no JSON"),
        ],
    )


def a_past(folder: Path, count: int, *, logged: int, group: int = 10) -> Past:
    """A journal of `count` facts of which the last `logged` stand in the log alone."""
    working = folder / "working"
    working.mkdir(parents=True)
    ever: dict[Key, set[Values]] = {}
    with closing(store.connect(working / NAME)) as connection:
        version = f"PRAGMA user_version = {schema.SCHEMA_VERSION}"
        connection.executescript(f"PRAGMA wal_autocheckpoint = 0; {schema.CREATE} {version};")
        store.put_epoch(connection, Epoch("e1", 1, 0, iso(0)))
        for first in range(1, count + 1, group):
            if first - group <= count - logged < first:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            last = min(first + group - 1, count)
            store.append(connection, a_commit(first, last), first, 1000.0 + first)
            store.put_epoch(connection, Epoch("e1", 1, last - 5, iso(0)))
            for key, values in _changing(connection):
                ever.setdefault(key, set()).add(values)
        _besides(connection, count)
        if not logged:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path = copied(working / NAME, folder / "left")
        rows = dict(read(connection))
        where = _survey(connection, path)
    states = {key: frozenset(ever.get(key, ())) | {row} for key, row in rows.items()}
    return Past(path, rows, states, where)


def _besides(connection: sqlite3.Connection, count: int) -> None:
    """Rows of the other tables."""
    with store.transaction(connection):
        for number in range(1, 20):
            position, retry_at = number * count // 20, None if number % 2 else float(number)
            store.park(connection, Parked(position, "rejected", "no such order", iso(number), False, retry_at))
            found = Discrepancy("journal_damaged", 1.0, 1.0, {"number": str(number)})
            notices.put(connection, f"damaged-e1-{number}", found)
            connection.execute(schema.NEW_SESSION, (f"instance{number}",))
            connection.execute(schema.NOTE_CONFIRMATION, (number * 3600.0, number))


def copied(path: Path, folder: Path) -> Path:
    """A copy of both files as they stand."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, folder / (NAME + suffix))
    return folder / NAME


def read(connection: sqlite3.Connection) -> Iterator[tuple[Key, Values]]:
    """Every row that carries a checksum."""
    for table, width in PROVED.items():
        for values in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
            yield (table, *values[:width]), values


@contextmanager
def a_fresh_journal() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(schema.CREATE)
        yield connection


def all_gone(past: Past, hits: list[Span]) -> list[Span]:
    """What was hit, and the log's last transactions where their ends were hit: nothing proves that they were any."""
    unproved = takewhile(lambda frames: _hit(frames[-1], hits), reversed(past.where.transactions))
    return [*hits, *chain.from_iterable(unproved)]


def judge(past: Past, hits: list[Span], salvaged: Salvaged, fresh: sqlite3.Connection) -> int:
    """Nothing false was taken over, and nothing lost that was not hit; how many facts were lost."""
    found = dict(read(fresh))
    false = [key for key, values in found.items() if values not in past.ever.get(key, ())]
    assert false == [], f"rows that never were committed: {false[:5]} after {hits}"
    gone = all_gone(past, hits)
    missing = [key for key in past.rows if key not in found]
    wrong = [key for key in missing if not any(_hit(span, gone) for span in past.where.homes[key])]
    assert wrong == [], f"rows that stand where nothing was hit are lost: {wrong[:5]} after {hits}"
    older = [key for key in found if found[key] != past.rows[key]]
    wrong = [key for key in older if not any(_hit(span, gone) for span in past.where.homes[key])]
    assert wrong == [], f"rows that stand where nothing was hit are out of date: {wrong[:5]} after {hits}"
    for name, saved in [(key[1], values[2]) for key, values in found.items() if key[0] == "snapshots"]:
        told = [row[6] for key, row in found.items() if key[0] == "facts" and row[3].startswith(f"{name}/")]
        assert iso(saved) >= max(told, default=""), f"the snapshot of {name} does not know of its last fact"
    facts = [key[1] for key in found if key[0] == "facts"]
    assert salvaged.facts == len(facts)
    within = sum(last - first + 1 for first, last in salvaged.missing)
    assert not facts or within == max(facts) - min(facts) + 1 - len(facts)
    return sum(key[0] == "facts" for key in missing)


@dataclass(frozen=True, slots=True)
class Tree:
    """The pages of one table by their places, as `dbstat` names them."""

    pages: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    overflowing: dict[str, list[int]] = field(default_factory=dict)

    def take(self, place: str, number: int, cells: int, kind: str) -> None:
        cell, _, is_overflow = place.partition("+")
        if is_overflow:
            self.overflowing.setdefault(cell, []).append(number)
        else:
            self.pages[place] = (number, cells, kind)


Damage: TypeAlias = Callable[[Path, Span, random.Random], Span]


def _overwrite(path: Path, span: Span, octets: bytes) -> Span:
    with path.with_name(path.name + span.suffix).open("r+b") as file:
        file.seek(span.start)
        file.write(octets[: span.end - span.start])
    return span


def _random(size: int, path: Path, span: Span, dice: random.Random) -> Span:
    start = dice.randrange(span.start, span.end)
    hit = Span(span.suffix, start, min(start + size, path.with_name(path.name + span.suffix).stat().st_size))
    return _overwrite(path, hit, dice.randbytes(size))


def _zeros(size: int, path: Path, span: Span, dice: random.Random) -> Span:
    start = dice.randrange(span.start, span.end) // size * size
    hit = Span(span.suffix, start, min(start + size, path.with_name(path.name + span.suffix).stat().st_size))
    return _overwrite(path, hit, bytes(size))


DAMAGES: Mapping[str, Damage] = {
    "one byte": partial(_random, 1),
    "16 bytes": partial(_random, 16),
    "a sector of zeros": partial(_zeros, 512),
    "a page of zeros": partial(_zeros, PAGE),
    "a page of garbage": partial(_random, PAGE),
}


def _changing(connection: sqlite3.Connection) -> Iterator[tuple[Key, Values]]:
    for key, values in read(connection):
        if key[0] in {"epochs", "snapshots", "directories"}:
            yield key, values


def _hit(span: Span, hits: list[Span]) -> bool:
    return any(span.meets(hit) for hit in hits)


def _survey(connection: sqlite3.Connection, path: Path) -> Survey:
    """Where everything stands."""
    logged, transactions = _frames(path.with_name(path.name + "-wal"))
    trees: dict[str, Tree] = {}
    places: dict[str, list[Span]] = {"header": [Span("", 0, 100)]}
    for table, place, number, cells, kind in connection.execute(_STAT):
        trees.setdefault(table, Tree()).take(place, number, cells, kind)
        if number not in logged:
            places.setdefault(f"{table} {kind}", []).append(_page(number))
    homes: dict[Key, tuple[Span, ...]] = {}
    keys = [key for key, _ in read(connection)]
    for table in PROVED:
        rows = _rows(trees[table], "/", is_index=table in INDEXES)
        for key, numbers in zip((key for key in keys if key[0] == table), rows, strict=True):
            homes[key] = tuple(logged.get(number, _page(number)) for number in numbers)
    if logged:
        places |= {"log header": [Span("-wal", 0, 32)], "log frames": list(logged.values())}
    return Survey({place: tuple(spans) for place, spans in places.items()}, homes, transactions)


def _rows(tree: Tree, place: str, *, is_index: bool) -> Iterator[tuple[int, ...]]:
    """The pages of each row of a tree, in the tree's order."""
    number, cells, kind = tree.pages[place]
    for cell in range(cells + 1):
        if kind == "internal":
            yield from _rows(tree, f"{place}{cell:03x}/", is_index=is_index)
        if cell < cells and (is_index or kind == "leaf"):
            yield (number, *tree.overflowing.get(f"{place}{cell:03x}", ()))


def _frames(log: Path) -> tuple[dict[int, Span], tuple[tuple[Span, ...], ...]]:
    """The last frame of each page, and the transactions, of a log that holds nothing else."""
    octets = log.read_bytes() if log.exists() else b""
    latest: dict[int, Span] = {}
    transactions: list[tuple[Span, ...]] = []
    frames: list[Span] = []
    for start in range(32, len(octets), FRAME):
        frames.append(Span("-wal", start, start + FRAME))
        latest[int.from_bytes(octets[start : start + 4], "big")] = frames[-1]
        if int.from_bytes(octets[start + 4 : start + 8], "big") > 0:
            transactions.append(tuple(frames))
            frames = []
    return latest, tuple(transactions)


def _page(number: int) -> Span:
    return Span("", (number - 1) * PAGE, number * PAGE)
