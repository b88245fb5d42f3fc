"""Removes facts that the MES has had for long enough, a few at a time. An acknowledgement itself removes nothing."""

from __future__ import annotations

import sqlite3

from agent.core.times import iso
from agent.journal import schema, store
from agent.journal.checksums import checksum
from agent.journal.marks import Watermarks

CONFIRMED_FOR_S = 24 * 3600.0
"""Plant seconds that a fact stays after its confirmation, whatever its age: an MES may be restored to yesterday."""
BETWEEN_NOTES_S = 3600.0
STEP = 200
ANSWERS_FOR_S = 30 * 24 * 3600.0
"""Plant seconds that the answer to an entry, scan or command is kept for whoever repeats it."""
GREAT_STEP_S = 24 * 3600.0
"""A clock that is set by less changes nothing about what was untouched for weeks."""


def note_confirmation(connection: sqlite3.Connection, position: int, now: float) -> None:
    """Remember, about once an hour, up to where everything was confirmed.

    What was noted of positions that are not confirmed any more, or in a future that was none, is forgotten.
    """
    connection.execute(schema.DENY_CONFIRMATIONS, (now, position))
    last = connection.execute(schema.LAST_CONFIRMATION).fetchone()[0]
    if now >= last + BETWEEN_NOTES_S:
        connection.execute(schema.NOTE_CONFIRMATION, (now, position))


def carry_over(connection: sqlite3.Connection, by: float) -> None:
    """The clock was set by so many seconds: what was confirmed was confirmed so much later by the new time."""
    with store.transaction(connection):
        noted = connection.execute(schema.CONFIRMATIONS).fetchall()
        connection.execute(schema.DENY_CONFIRMATIONS, (float("-inf"), -1))
        connection.executemany(schema.NOTE_CONFIRMATION, [(at + by, position) for at, position in noted])
        if abs(by) >= GREAT_STEP_S:
            connection.create_function("crc", -1, lambda *values: checksum(values), deterministic=True)
            connection.execute(schema.CARRY_CLAIMS_OVER, {"by": int(by)})


def retire(connection: sqlite3.Connection, marks: Watermarks, now: float, keep_s: float) -> int:
    """Remove the oldest facts that are past their retention; the last fact stays, as the next sequence follows it.

    Args:
        connection: the writer's.
        marks: where the journal stands.
        now: plant time, in seconds since 1970 UTC.
        keep_s: plant seconds that a fact is kept after it was recorded.

    Returns:
        how many were removed, at most a step's worth.

    Raises:
        sqlite3.Error: nothing was removed.
    """
    confirmed_by = connection.execute(schema.CONFIRMED_BY, (now - CONFIRMED_FOR_S,)).fetchone()[0]
    removable = min(confirmed_by, marks.confirmed_position, marks.last_position - 1)
    if removable <= 0:
        return 0
    with store.transaction(connection):
        connection.execute(schema.SET_REMOVABLE, (removable,))
        removed = connection.execute(schema.REMOVE, (removable, iso(now - keep_s), STEP)).rowcount
        connection.execute(schema.FORGET_CONFIRMATIONS, (now - CONFIRMED_FOR_S,))
    return removed


def retire_claims(connection: sqlite3.Connection, now: float, records_s: float) -> int:
    """Remove a few claims that nobody has touched for long: answers, and records of what was made and stood still.

    Args:
        connection: the writer's.
        now: plant time, in seconds since 1970 UTC.
        records_s: plant seconds that a record is kept after it was touched last.

    Returns:
        how many were removed, at most two steps' worth.

    Raises:
        sqlite3.Error: nothing was removed.
    """
    with store.transaction(connection):
        answers = connection.execute(schema.FORGET_ANSWERS, (int(now - ANSWERS_FOR_S), STEP)).rowcount
        return answers + connection.execute(schema.FORGET_RECORDS, (int(now - records_s), STEP)).rowcount


def retire_history(connection: sqlite3.Connection, now: float, keep_s: float) -> int:
    """Remove a few of the oldest entries of the history of copies; how many.

    Raises:
        sqlite3.Error: nothing was removed.
    """
    return connection.execute(schema.FORGET_HISTORY, (STEP, iso(now - keep_s))).rowcount


def trim_history(connection: sqlite3.Connection, after: int, most: int) -> int | None:
    """Leave each object that is named in a few entries of the history its last so many.

    Args:
        connection: the writer's.
        after: the entry after which to look.
        most: entries of one object that are kept.

    Returns:
        the entry after which to go on; None at the end.

    Raises:
        sqlite3.Error: nothing was removed.
    """
    found = connection.execute(schema.HISTORY_AFTER, (after, STEP)).fetchall()
    with store.transaction(connection):
        for key in {(wc_id, name) for _, wc_id, name in found}:
            connection.execute(schema.TRIM_HISTORY, (*key, *key, most))
    return found[-1][0] if len(found) == STEP else None
