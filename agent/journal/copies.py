"""The copies of the MES's objects as the journal has them: in force, scheduled, and what became of every message."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from agent.core.directories.copies import Kept
from agent.core.times import epoch
from agent.journal import schema, store
from agent.journal.checksums import Values
from agent.journal.keeping import proved
from agent.journal.work import Work

ALL: Final = 1 << 62
"""Greater than any number of the history."""


@dataclass(frozen=True, slots=True)
class Held:
    """A copy that is in force or scheduled."""

    kept: Kept
    received: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What became of one message."""

    number: int
    """Grows with each."""
    kept: Kept
    recorded: str
    sha256: str


class Copies:
    """Those of one journal."""

    def __init__(self, reading: Work) -> None:
        self._reading = reading

    async def held(self) -> list[Held]:
        """All copies, in force and scheduled."""
        return await self._reading(lambda connection: read_held(connection)[0])

    async def history(self, wc_id: str | None, name: str, limit: int, before: int = ALL) -> list[Happening]:
        """What became of the messages about an object, the last first.

        Args:
            wc_id: its work center, None for the site.
            name: of the object.
            limit: how many.
            before: only those with a smaller number.
        """
        key = (wc_id or "-", name, before, limit)
        return await self._reading(lambda connection: _read_history(connection, key))


def read_held(connection: sqlite3.Connection) -> tuple[list[Held], set[str]]:
    """All copies, in force and scheduled, and the names of those that are damaged."""
    with store.lenient(connection):
        rows = connection.execute(schema.DIRECTORIES).fetchall()
    return [_held(row) for row in rows if proved(row)], {row[1] for row in rows if not proved(row)}


def _held(row: Values) -> Held:
    wc_id, name, scheduled, owner, rev, effective, received, digest, payload, _ = row
    kept = Kept(
        _center(wc_id),
        name,
        payload,
        "scheduled" if scheduled else "applied",
        rev=rev,
        owner=owner,
        effective_from=None if effective is None else epoch(effective),
    )
    return Held(kept, received, digest)


def _read_history(connection: sqlite3.Connection, key: tuple[str, str, int, int]) -> list[Happening]:
    with store.lenient(connection):
        rows = connection.execute(schema.HISTORY, key).fetchall()
    return [_happening(row) for row in rows if proved(row)]


def _happening(row: Values) -> Happening:
    number, wc_id, name, outcome, owner, rev, effective, supersedes, recorded, digest, detail, payload, _ = row
    kept = Kept(
        _center(wc_id),
        name,
        payload,
        outcome,
        rev=rev,
        owner=owner,
        effective_from=None if effective is None else epoch(effective),
        supersedes=supersedes,
        detail=detail,
    )
    return Happening(number, kept, recorded, digest)


def _center(wc_id: str) -> str | None:
    return None if wc_id == "-" else wc_id
