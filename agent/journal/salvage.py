"""Takes over, from a damaged journal into a fresh one, every row that proves by its own checksum what it is."""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError
from agent.core.times import iso
from agent.journal import schema, store
from agent.journal.checksums import Values, checksum, octets
from agent.journal.gone import note_holes
from agent.journal.keeping import proved, said
from agent.journal.pages import Record, opened
from agent.journal.standins import Parked
from agent.logs.events import Event
from agent.logs.telling import tell

STEP: Final = 1_000
"""Pages whose rows are written in one transaction."""
SAY_EVERY_S: Final = 5.0
MOST_MISSING: Final = 1_000
MOST_SESSIONS: Final = 1 << 53
"""No agent connects so often, so a greater number is damage."""
_DISCREPANCY = TypeAdapter(Discrepancy)
_MISSING = """
SELECT before + 1, position - 1 FROM
    (SELECT position, lag(position) OVER (ORDER BY position) AS before FROM facts)
WHERE position > before + 1
"""
_LAST_WORDS = """
SELECT name, saved, max(position), recordedtime FROM facts
    CROSS JOIN snapshots ON name = substr(subject, 1, instr(subject, '/') - 1)
    WHERE type NOT LIKE 'agent.%' GROUP BY name
"""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was taken over."""

    facts: int
    missing: tuple[tuple[int, int], ...]
    """First and last positions of the facts that are missing between others; the first thousand ranges."""
    more_missing: int
    """How many such ranges there are beyond those."""
    outdated: tuple[str, ...]
    """Whose snapshots were older than their own facts and were not taken over."""


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of a table are told from others and from damaged ones."""

    insert: str
    proved: Callable[[Values], Values | None]
    """The row as SQL has it; None where it is not one of this table, or not what was written."""
    lasts: bool
    """Rows are only added, so an older copy of the file may still give one that is damaged in the last."""


def salvage(damaged: Path, fresh: sqlite3.Connection) -> Salvaged:
    """Take over everything that can be read. The damaged file is only read.

    What retention goes by (`confirmations`, `retention`) begins anew: facts then stay longer, which does no harm.

    Args:
        damaged: the file; its log is looked for beside it. Where it is missing there is nothing to take over.
        fresh: an empty journal.

    Raises:
        JournalError: the damaged file may not be read, or the fresh one cannot be written.
    """
    size = 0
    try:
        with opened(damaged) as file:
            size = file.size
            _take(fresh, _told(file.present(), file.page_count), TABLES)
            oldest = fresh.execute(schema.FIRST_POSITION).fetchone()[0]
            lasting = {shape: table for shape, table in TABLES.items() if table.lasts}
            _take(fresh, file.past(), lasting, oldest)
        outdated = _without_outdated(fresh)
        count = fresh.execute("SELECT count(*) FROM facts").fetchone()[0]
        gaps = fresh.execute(_MISSING).fetchall()
        with store.transaction(fresh):
            note_holes(fresh, gaps)
            # What stood before the oldest of them was removed, as far as anybody can know.
            fresh.execute(schema.SET_REMOVABLE, (fresh.execute(schema.FIRST_POSITION).fetchone()[0] - 1,))
        return Salvaged(count, tuple(gaps[:MOST_MISSING]), max(len(gaps) - MOST_MISSING, 0), outdated)
    except (OSError, sqlite3.Error) as error:
        raise JournalError(
            f"the damaged journal {damaged} cannot be taken over: {error}; "
            f"what is taken over needs up to {2 * size / 1e6:.0f} MB on its disk. It stays as it is"
        ) from error


def last_passed_over(path: Path, *, all_of_it: bool) -> int:
    """Position of the last fact that stands in a damaged log, 0 where the log is sound; SQLite may not show it.

    Args:
        path: the file; its log is looked for beside it.
        all_of_it: with the log's last transaction, of which nothing proves that it was durable.

    Raises:
        OSError: the files may not be read.
    """
    with opened(path) as file:
        records = chain.from_iterable(file.passed_over(all_of_it=all_of_it))
        rows = (_with_row_id(record) for record in records if record.rowid is not None and len(record.values) == 12)
        return max((int(values[0]) for values in rows if store.intact(values)), default=0)


def _take(
    fresh: sqlite3.Connection, pages: Iterable[list[Record]], tables: dict[tuple[bool, int], Table], oldest: int = 0
) -> None:
    """Write what is proved, the first copy of each row; facts before the oldest were removed and stay so."""
    remaining = iter(pages)
    while some := list(islice(remaining, STEP)):
        rows: dict[str, list[Values]] = defaultdict(list)
        for record in (record for page in some for record in page):
            table = tables.get((record.rowid is not None, len(record.values)))
            values = None if table is None else table.proved(_with_row_id(record))
            if table is not None and values is not None and (table is not FACTS or values[0] >= oldest):
                rows[table.insert].append(values)
        with store.transaction(fresh):
            for insert, found in rows.items():
                fresh.executemany(insert, found)


def _told(pages: Iterable[list[Record]], count: int) -> Iterator[list[Record]]:
    """The same, with a word to the log every few seconds."""
    said = time.monotonic()
    for number, page in enumerate(pages):
        if time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            tell(
                Event.JOURNAL_SALVAGING,
                "%d of about %d pages of the damaged journal were looked through",
                number,
                count,
            )
        yield page


def _without_outdated(fresh: sqlite3.Connection) -> tuple[str, ...]:
    """Remove snapshots that do not know of their own last fact: what it says would happen, and be counted, again."""
    outdated = [name for name, saved, _, recorded in fresh.execute(_LAST_WORDS) if iso(saved) < recorded]
    for name in outdated:
        text = "what was found of the snapshot of %s is older than its facts: its counters begin anew"
        tell(Event.JOURNAL_PART_DAMAGED, text, name)
        fresh.execute("DELETE FROM snapshots WHERE name = ?", (name,))
    return tuple(outdated)


def _with_row_id(record: Record) -> Values:
    rowid, values = record
    return values if rowid is None or values[0] is not None else (rowid, *values[1:])


def _fact(values: Values) -> Values | None:
    return values if store.intact(values) else None


def _epoch(values: Values) -> Values | None:
    *said, began, written = values
    return values if isinstance(began, str) and checksum((*said, octets(began))) == written else None


def _snapshot(values: Values) -> Values | None:
    name, state, saved, written = values
    if not isinstance(state, bytes) or not isinstance(saved, int | float):
        return None
    saved = float(saved)  # SQLite keeps 1.0 as 1
    return (name, state, saved, written) if checksum((name, saved, state)) == written else None


def _claim(values: Values) -> Values | None:
    key, value, touched, written = values
    return values if isinstance(value, str) and checksum((key, touched, octets(value))) == written else None


def _claim_2(values: Values) -> Values | None:
    """A claim of the second schema, which did not say since when it is untouched."""
    key, value, written = values
    if not isinstance(key, str) or not isinstance(value, str) or checksum((key, octets(value))) != written:
        return None
    return store.claim_values(key, value, int(time.time()))


def _copy(values: Values) -> Values | None:
    return values if proved(values) else None


def _copy_2(values: Values) -> Values | None:
    """A copy of the second schema, which knew of none that are scheduled."""
    wc_id, name, payload, received, written = values
    if not isinstance(payload, bytes) or checksum((wc_id, name, received, payload)) != written:
        return None
    told = (said(payload, "owner"), said(payload, "rev"), said(payload, "effective_from"))
    row = (wc_id, name, 0, *told, received, sha256(payload).hexdigest(), payload)
    return (*row, checksum(row))


def _parked(values: Values) -> Values | None:
    *said, retry_at, written = values
    if isinstance(retry_at, int):
        retry_at = float(retry_at)  # as a snapshot's instant
    values = (*said, retry_at, written)
    return values if store.parked_values(Parked.of(values[:-1])) == values else None


def _notice(values: Values) -> Values | None:
    match values:
        case (str(), str(body)):
            with suppress(ValidationError):
                _DISCREPANCY.validate_json(body)
                return values
    return None


def _run(values: Values) -> Values | None:
    match values:
        case (int(session), str()) if 0 < session < MOST_SESSIONS:
            return values
    return None


def _keeping_the_first(statement: str) -> str:
    return statement.replace("OR REPLACE ", "").replace("INSERT", "INSERT OR IGNORE")


FACTS: Final = Table(_keeping_the_first(schema.INSERT_FACT), _fact, lasts=True)
TABLES: Final = {
    (True, 12): FACTS,
    (True, 5): Table(_keeping_the_first(schema.PUT_EPOCH), _epoch, lasts=True),
    (True, 4): Table(_keeping_the_first(schema.PUT_SNAPSHOT), _snapshot, lasts=True),
    (True, 7): Table(_keeping_the_first(schema.PARK), _parked, lasts=False),
    (True, 2): Table("INSERT OR IGNORE INTO runs VALUES (?, ?)", _run, lasts=True),
    (True, 13): Table(_keeping_the_first(schema.PUT_HISTORY), _copy, lasts=True),
    (False, 4): Table(_keeping_the_first(schema.PUT_CLAIM), _claim, lasts=True),
    (False, 3): Table(_keeping_the_first(schema.PUT_CLAIM), _claim_2, lasts=False),
    (False, 10): Table(_keeping_the_first(schema.PUT_DIRECTORY), _copy, lasts=False),
    (False, 5): Table(_keeping_the_first(schema.PUT_DIRECTORY), _copy_2, lasts=False),
    (False, 2): Table(schema.PUT_NOTICE, _notice, lasts=False),
}
"""By whether a row has a row id, and by its columns."""
