"""Reads a journal from outside, whether an agent works on it or not, and never writes it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.core.contract.envelope import Row
from agent.core.errors import JournalBarredError, JournalError
from agent.journal import schema, store
from agent.journal.marks import Watermarks
from agent.journal.opening import FILE_NAME

STEP = 500
"""Facts read at once, so that memory stays bounded and the writer's log can be taken over in between."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A few facts of an archive."""

    rows: list[Row]
    unreadable: tuple[tuple[str, int], ...]
    """Epoch and sequence of facts that are not what was written, or that are missing though retention left them."""
    progress: float
    """How much of the whole was gone through, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an archive stands."""

    marks: Watermarks
    parked: list[str]
    """`epoch:sequence` of the facts that were taken out of the way."""


def read_latest(folder: Path, limit: int) -> list[Row]:
    """The last facts of a journal, oldest first.

    Raises:
        JournalBarredError: this user may not read it.
        JournalError: there is no journal, or it cannot be read.
    """
    with _opened(folder) as (connection, marks):
        return store.latest(connection, marks, limit) if marks.epochs else []


def standing(folder: Path) -> Standing:
    """Where a journal stands.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """
    with _opened(folder) as (connection, marks):
        positions = [values[0] for values in connection.execute(schema.PARKED)] if marks.epochs else []
        return Standing(marks, [f"{marks.at(at).name}:{marks.at(at).sequence(at)}" for at in positions])


def passages(folder: Path) -> Iterator[Passage]:
    """Everything that stands in a journal when this begins, in order.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """
    with _opened(folder) as (connection, marks):
        first = connection.execute(schema.FIRST_POSITION).fetchone()[0]
        oldest = next(connection.execute(schema.OLDEST_UNPARKED), (first,))[0]
        after = max(first - 1, 0)
        while marks.epochs and after < marks.last_position:
            until = min(after + STEP, marks.last_position)
            with store.lenient(connection):
                found = connection.execute(schema.READ_FACTS, (after + 1, until)).fetchall()
            rows = [store.as_row(marks.at(values[0]), values) for values in found if store.intact(values)]
            unread = set(range(after + 1, until + 1)) - {row.position for row in rows}
            missing = sorted(unread - (set(range(oldest)) - {values[0] for values in found}))
            places = tuple((marks.at(position).name, marks.at(position).sequence(position)) for position in missing)
            after = until
            yield Passage(rows, places, (after - first + 1) / (marks.last_position - first + 1))


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[sqlite3.Connection, Watermarks]]:
    path = folder / FILE_NAME
    try:
        is_there = path.exists()
    except PermissionError as error:
        raise _barred(path) from error
    if not is_there:
        raise JournalError(f"there is no journal at {path}; no agent has run with this configuration yet")
    if not os.access(path, os.R_OK):
        raise _barred(path)
    try:
        with closing(store.connect(path, read_only=True)) as connection:
            epochs = store.epochs(connection)
            yield connection, Watermarks(epochs, connection.execute(schema.LAST_POSITION).fetchone()[0])
    except store.FAILURES as error:
        raise JournalError(f"the journal {path} cannot be read: {error}") from error


def _barred(path: Path) -> JournalBarredError:
    return JournalBarredError(f"this user may not read the journal {path}; run it with sudo")
