"""Looks whether the file is what was written: a short look at each start, the whole of it in bounded steps."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from agent.core.errors import JournalDamagedError
from agent.journal import schema, store
from agent.journal.checksums import Values, checksum, octets
from agent.journal.gone import gone

TAIL = 200
"""Facts at the end that are looked at before the journal is used: where a cut write would show."""
STEP = 200
_FACTS_FROM = "SELECT * FROM facts WHERE position > ? ORDER BY position LIMIT ?"
_TAIL = f"SELECT * FROM facts ORDER BY position DESC LIMIT {TAIL}"  # noqa: S608 - a number of our own
_CLAIMS_FROM = "SELECT key, value, touched, checksum FROM claims WHERE key > ? ORDER BY key LIMIT ?"
_SMALL = ("epochs", "snapshots", "directories", "notices", "runs", "confirmations", "holes", "retention")


@dataclass(frozen=True, slots=True)
class Place:
    """How far an inspection has come: it goes through the facts, then through the claims."""

    position: int = 0
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one step found."""

    following: Place | None
    """Where to go on; None when everything was looked at."""
    damaged: tuple[int, ...] = ()
    """Positions of facts that are not what was written."""


def examine(connection: sqlite3.Connection) -> None:
    """Look at header, schema, epochs and the last facts.

    Raises:
        JournalDamagedError: the file cannot be worked with.
        JournalError: it cannot be read now.
    """
    try:
        if described(connection) != _expected():
            raise JournalDamagedError("the journal's tables are not those that were made")
        _examine_epochs(connection)
        store.parked_rows(connection)
        with store.lenient(connection):
            _examine_tail(connection.execute(_TAIL).fetchall())
            for table in _SMALL:
                connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of our own
    except store.FAILURES as error:
        raise store.said(error, f"the journal cannot be read: {error}") from error


def described(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    """The tables and triggers of a file as SQLite describes them."""
    with store.lenient(connection):
        return frozenset(connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"))


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has exactly the tables that this version makes."""
    return described(connection) == _expected()


def step(connection: sqlite3.Connection, place: Place) -> Step:
    """Look at the next few rows.

    Raises:
        JournalDamagedError: the file cannot be read there.
        JournalError: it cannot be read now.
    """
    try:
        with store.lenient(connection):
            if place.claim is None:
                return _facts(connection, place)
            return _claims(connection, place.claim)
    except store.FAILURES as error:
        raise store.said(error, f"the journal cannot be read: {error}") from error


def _facts(connection: sqlite3.Connection, place: Place) -> Step:
    rows = connection.execute(_FACTS_FROM, (place.position, STEP)).fetchall()
    damaged = tuple(row[0] for row in rows if not store.intact(row))
    if not _ascending([place.position, *(row[0] for row in rows)]):
        raise JournalDamagedError("the journal's facts are out of order")
    _account_for(connection, place.position, [row[0] for row in rows])
    if len(rows) < STEP:
        return Step(Place(claim=""), damaged)
    return Step(Place(rows[-1][0]), damaged)


def _account_for(connection: sqlite3.Connection, after: int, positions: list[int]) -> None:
    """Between two facts there are others, or it is known why not."""
    for before, position in pairwise([after, *positions]):
        if position > before + 1:
            known = gone(connection, (before + 1, position - 1))
            for missing in range(max(before, known.removable) + 1, position):
                known.why(missing)


def _claims(connection: sqlite3.Connection, after: str) -> Step:
    rows = connection.execute(_CLAIMS_FROM, (after, STEP)).fetchall()
    if any(checksum((key, touched, octets(value))) != written for key, value, touched, written in rows):
        raise JournalDamagedError("a claim of the journal is not what was written")
    if not _ascending([after, *(row[0] for row in rows)]):
        raise JournalDamagedError("the journal's claims are out of order")
    if len(rows) < STEP:
        return Step(None)
    return Step(Place(claim=rows[-1][0]))


def _examine_tail(rows: list[Values]) -> None:
    """The last position is what the next sequence follows, so the last fact must be what was written."""
    if rows and not store.intact(rows[0]):
        raise JournalDamagedError("the last fact of the journal is not what was written")
    if not _ascending([row[0] for row in reversed(rows)]):
        raise JournalDamagedError("the journal's facts are out of order")


def _examine_epochs(connection: sqlite3.Connection) -> None:
    before = 0
    for name, first, confirmed, began, written in connection.execute(schema.EPOCHS):
        if checksum((name, first, confirmed, octets(began))) != written or first <= before:
            raise JournalDamagedError("the journal's epochs are not what was written")
        before = first


def _ascending(keys: list[Any]) -> bool:
    return all(before < after for before, after in pairwise(keys))


@cache
def _expected() -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema.CREATE)
        return described(connection)
