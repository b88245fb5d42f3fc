"""Positions that have no fact any more, and why: nothing else may be missing in a file that is sound.

SQLite may end a range at a damaged row as if nothing followed, so what cannot be found is taken for gone only where the
file says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from agent.core.errors import JournalDamagedError
from agent.core.facts import WithheldReason
from agent.journal import schema
from agent.journal.checksums import checksum


@dataclass(frozen=True, slots=True)
class Gone:
    """What is known to be gone."""

    removable: int
    """Up to here retention may have removed facts."""
    holes: tuple[tuple[int, int], ...]
    """First and last positions of facts that could not be found when the file was salvaged."""

    def why(self, position: int) -> WithheldReason:
        """Why there is no fact at a position.

        Raises:
            JournalDamagedError: there should be one.
        """
        if any(first <= position <= last for first, last in self.holes):
            return "damaged"
        if position <= self.removable:
            return "retired"
        raise JournalDamagedError(f"the journal's fact at position {position} is not where it was written")


def gone(connection: sqlite3.Connection, span: tuple[int, int]) -> Gone:
    """What is known to be gone of the positions from one to another.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = connection.execute(schema.HOLES, span).fetchall()
    holes = tuple((first, last) for first, last, written in rows if checksum((first, _word(last))) == written)
    return Gone(connection.execute(schema.REMOVABLE).fetchone()[0], holes)


def note_holes(connection: sqlite3.Connection, holes: Iterable[tuple[int, int]]) -> None:
    """No fact was found from each of these positions to the other."""
    rows = [(first, last, checksum((first, _word(last)))) for first, last in holes]
    connection.executemany(schema.PUT_HOLE, rows)


def _word(last: object) -> bytes:
    return repr(last).encode()
