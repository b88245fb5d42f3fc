"""The facts of one work center, read a few at a time, with whether all of them are there."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from agent.core.contract.envelope import Row
from agent.journal import schema, store
from agent.journal.marks import Watermarks


@dataclass(frozen=True, slots=True)
class Passage:
    """Those of a few positions."""

    rows: list[Row]
    through: int
    """The last of the positions."""
    whole: bool
    """None of all facts there is gone, and of these none is parked or damaged."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which positions are asked for."""

    wc_id: str
    after: int
    until: int
    types: tuple[str, ...] | None = None
    """Only these; None is all."""


def read(connection: sqlite3.Connection, marks: Watermarks, stretch: Stretch, limit: int) -> Passage:
    """The facts of a work center at the next positions of a stretch, in order.

    Raises:
        JournalDamagedError: a parked row is not what was written.
        sqlite3.Error: the file cannot be read.
    """
    span = (stretch.after + 1, min(stretch.after + limit, stretch.until))
    # The subject is `{wc}/{order}/{op}`, and '0' is what comes behind '/'.
    places = (*span, f"{stretch.wc_id}/", f"{stretch.wc_id}0")
    with store.lenient(connection):
        if stretch.types is None:
            found = connection.execute(schema.READ_OF_CENTER, places).fetchall()
        else:
            types = json.dumps(stretch.types)
            found = connection.execute(schema.READ_TYPES_OF_CENTER, (*places, types)).fetchall()
    rows = [store.as_row(marks.at(values[0]), values) for values in found if store.intact(values)]
    parked = {one.position for one in store.parked_rows(connection, span)}
    there = connection.execute(schema.COUNT_BETWEEN, span).fetchone()[0]
    whole = (
        len(rows) == len(found)
        and there == max(span[1] - span[0] + 1, 0)
        and parked.isdisjoint(row.position for row in rows)
    )
    return Passage(rows, max(span[1], stretch.after), whole)


def first_since(connection: sqlite3.Connection, last: int, recorded: str) -> int:
    """The first position whose fact was recorded at this instant or later; one behind the last where none was.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    low: int = connection.execute(schema.FIRST_POSITION).fetchone()[0]
    high = last + 1
    while low < high:
        middle = (low + high) // 2
        at = store.recorded(connection, middle)
        if at is not None and at < recorded:
            low = middle + 1
        else:
            high = middle
    return max(low, 1)
