"""The journal's file, used by one thread at a time: open, append in one durable transaction, read in order, confirm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from zlib import crc32

from agent.core.envelope import Row
from agent.core.errors import JournalError
from agent.core.facts import Fact
from agent.core.times import iso
from agent.journal import schema

Values: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A copy of an object of the MES; an empty payload withdraws it."""

    wc_id: str | None
    name: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that becomes durable together, or not at all."""

    facts: Sequence[Fact] = ()
    snapshots: Sequence[tuple[str, bytes]] = ()
    claims: Sequence[tuple[str, str]] = ()
    directories: Sequence[Kept] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What an earlier run left behind."""

    snapshots: dict[str, bytes] = field(default_factory=dict)
    directories: tuple[Kept, ...] = ()
    last_saved: float | None = None
    """The last sign of life, in seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Where the journal stands."""

    epoch: str
    first_position: int
    last_sequence: int
    confirmed_through: int


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection for one thread at a time.

    Raises:
        JournalError: the file cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        if not read_only:
            connection.executescript(schema.PRAGMAS)
    except sqlite3.Error as error:
        raise JournalError(
            f"the journal {path} cannot be opened: {error}; expected a SQLite file we may write"
        ) from error
    return connection


def prepare(connection: sqlite3.Connection, new_epoch: str) -> Watermarks:
    """Make the tables where there are none, and say where the journal stands.

    Raises:
        JournalError: the file was made by a newer version.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.SCHEMA_VERSION:
        raise JournalError(
            f"the journal has schema {version}, this version knows {schema.SCHEMA_VERSION} at most; "
            "install the version that wrote it"
        )
    if version == 0:
        connection.executescript(
            f"BEGIN IMMEDIATE;{schema.CREATE}PRAGMA user_version = {schema.SCHEMA_VERSION};COMMIT;"
        )
    row = connection.execute(schema.LATEST_EPOCH).fetchone()
    last_position = connection.execute(schema.LAST_POSITION).fetchone()[0]
    if row is None:
        row = (new_epoch, last_position + 1, 0)
        connection.execute(schema.NEW_EPOCH, row[:2])
    epoch, first_position, confirmed_through = row
    return Watermarks(epoch, first_position, last_position - first_position + 1, confirmed_through)


def restore(connection: sqlite3.Connection) -> Restored:
    """What an earlier run left behind."""
    kept = tuple(
        Kept(None if wc_id == "-" else wc_id, name, payload)
        for wc_id, name, payload in connection.execute(schema.DIRECTORIES)
    )
    return Restored(
        dict(connection.execute(schema.SNAPSHOTS)), kept, connection.execute(schema.LAST_SAVED).fetchone()[0]
    )


def append(connection: sqlite3.Connection, commit: Commit, position: int, now: float) -> None:
    """Write everything in one transaction; facts take the positions from `position` on.

    Raises:
        sqlite3.Error: nothing of it was written.
    """
    recorded = iso(now)
    connection.execute("BEGIN IMMEDIATE")
    try:
        rows = [_values(position + index, fact, recorded) for index, fact in enumerate(commit.facts)]
        connection.executemany(schema.INSERT_FACT, rows)
        connection.executemany(schema.PUT_SNAPSHOT, [(name, state, now) for name, state in commit.snapshots])
        connection.executemany(schema.PUT_CLAIM, commit.claims)
        for kept in commit.directories:
            key = (kept.wc_id or "-", kept.name)
            if kept.payload:
                connection.execute(schema.PUT_DIRECTORY, (*key, kept.payload, recorded))
            else:
                connection.execute(schema.DROP_DIRECTORY, key)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def read(connection: sqlite3.Connection, marks: Watermarks, after: int, limit: int) -> list[Row]:
    """Facts with a sequence above `after`, in order, up to one that is damaged.

    Raises:
        JournalError: the first of them is not what was written.
    """
    first = marks.first_position
    return _checked(connection.execute(schema.READ_FACTS, (first + after, limit)), first, at_least=1)


def latest(connection: sqlite3.Connection, marks: Watermarks, limit: int) -> list[Row]:
    """The last facts, in order.

    Raises:
        JournalError: one of them is not what was written.
    """
    return _checked(connection.execute(schema.LATEST_FACTS, (limit,)), marks.first_position, at_least=limit)


def taken(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    """Those of the claims that have been taken, with their values."""
    found = ((key, connection.execute(schema.CLAIM, (key,)).fetchone()) for key in keys)
    return {key: row[0] for key, row in found if row is not None}


def _values(position: int, fact: Fact, recorded: str) -> Values:
    keys = fact.data.keys
    subject = f"{keys.wc_id or '-'}/{keys.order_id or '-'}/{keys.op_no or '-'}"
    values = (
        position,
        fact.id.bytes,
        fact.data.TYPE,
        subject,
        iso(fact.time),
        iso(fact.observed),
        recorded,
        fact.natural_key,
        fact.correlation_id,
        fact.causation_id,
        fact.data.model_dump_json().encode(),
    )
    return (*values, _checksum(values))


def _checksum(values: Values) -> int:
    return crc32(values[-1], crc32(repr(values[:-1]).encode()))


def _checked(cursor: Iterable[Values], first_position: int, *, at_least: int) -> list[Row]:
    rows: list[Row] = []
    for position, *values, checksum in cursor:
        if _checksum((position, *values)) != checksum:
            if len(rows) >= at_least:
                return rows
            raise JournalError(f"fact at position {position} of the journal is damaged; it is not sent")
        rows.append(Row(position - first_position + 1, *values))
    return rows
