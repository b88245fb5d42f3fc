"""The MES's own SQLite file: every event that arrived, whatever is odd about it.

Only an equal id of the same source is a repetition; it is counted and dropped. All else is kept, and the views below
say where two events claim the same sequence number or the same happening.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Self, TypeAlias, TypeVar

from simulators.mes.events import Event, Rejected, Unreadable, Withheld, read
from simulators.mes.facts import StoredFact
from simulators.mes.reading import facts_behind
from simulators.mes.sequences import Gap, Sequences

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    wc TEXT, order_id TEXT, time TEXT NOT NULL, dedupkey TEXT NOT NULL, payload TEXT NOT NULL,
    received_at REAL NOT NULL, topic TEXT NOT NULL, duplicates INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, id)
) STRICT;
CREATE TABLE IF NOT EXISTS rejected (
    source TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
    retryable INTEGER NOT NULL, payload TEXT NOT NULL, received_at REAL NOT NULL, topic TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
CREATE TABLE IF NOT EXISTS withheld (
    source TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, withheld_id TEXT, reason TEXT NOT NULL,
    payload TEXT NOT NULL, received_at REAL NOT NULL, topic TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
CREATE TABLE IF NOT EXISTS unavailable (
    source TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE (source, first, last)
) STRICT;
CREATE INDEX IF NOT EXISTS events_in_order ON events (source, sequence);
CREATE VIEW IF NOT EXISTS still_withheld AS
    SELECT * FROM withheld WHERE NOT EXISTS (
        SELECT 1 FROM events WHERE events.source = withheld.source AND events.sequence = withheld.sequence);
CREATE TABLE IF NOT EXISTS unreadable (
    reason TEXT NOT NULL, payload BLOB NOT NULL, received_at REAL NOT NULL, topic TEXT NOT NULL
) STRICT;
CREATE VIEW IF NOT EXISTS sequence_conflict AS
    SELECT source, sequence, json_group_array(id) AS ids FROM events GROUP BY source, sequence HAVING count(*) > 1;
CREATE VIEW IF NOT EXISTS duplicate_natural_key AS
    SELECT dedupkey, json_group_array(id) AS ids FROM events GROUP BY dedupkey HAVING count(*) > 1;
"""
_ADD_EVENT = """
INSERT INTO events (source, epoch, sequence, id, type, wc, order_id, time, dedupkey, payload, received_at, topic)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO UPDATE SET duplicates = duplicates + 1
"""
_ADD_REJECTED = """
INSERT INTO rejected (source, sequence, id, reason, retryable, payload, received_at, topic)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO NOTHING
"""
_TAKE_BACK = "DELETE FROM rejected WHERE source = ? AND id = ?"
_ADD_WITHHELD = """
INSERT INTO withheld (source, sequence, id, withheld_id, reason, payload, received_at, topic)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO NOTHING
"""
_ADD_UNAVAILABLE = "INSERT OR IGNORE INTO unavailable VALUES (?, ?, ?)"
_UNAVAILABLE = "SELECT source, first, last FROM unavailable ORDER BY source, first"
_ADD_UNREADABLE = "INSERT INTO unreadable (reason, payload, received_at, topic) VALUES (?, ?, ?, ?)"
_ARRIVED = """
SELECT source, sequence FROM events UNION ALL SELECT source, sequence FROM rejected
UNION ALL SELECT source, sequence FROM withheld
"""
_REJECTIONS = "SELECT sequence, id, reason, retryable FROM rejected WHERE source = ? ORDER BY rowid DESC LIMIT 100"


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message of the family `evt`."""

    topic: str
    payload: bytes
    received_at: float
    """Seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event the MES will not take; it counts into `through`."""

    sequence: int
    id: str
    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fact is not wanted, though its form is right."""

    reason: str
    retryable: bool = False
    """Whether it may be wanted later."""


Rule: TypeAlias = Callable[[Event], Refusal | None]
"""What this MES does not want; None where it takes the fact."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the MES holds of one source, on disk."""

    source: str
    through: int
    gaps: tuple[Gap, ...] = ()
    rejected: tuple[Rejection, ...] = ()


@dataclass(slots=True)
class _Sorted:
    """What came in some messages, by what is to be done with it."""

    events: list[tuple[Event, Message]] = field(default_factory=list)
    withheld: list[tuple[Withheld, Message]] = field(default_factory=list)
    rejected: list[tuple[Rejected, Message]] = field(default_factory=list)
    unreadable: list[tuple[Unreadable, Message]] = field(default_factory=list)

    def add(self, message: Message, rule: Rule | None) -> None:
        for arrival in read(message.payload):
            match arrival:
                case Event():
                    refusal = None if rule is None else rule(arrival)
                    if refusal is None:
                        self.events.append((arrival, message))
                    else:
                        self.rejected.append((_refused(arrival, refusal), message))
                case Withheld():
                    self.withheld.append((arrival, message))
                case Rejected():
                    self.rejected.append((arrival, message))
                case Unreadable():
                    self.unreadable.append((arrival, message))


class Store:
    """The open file. It belongs to one process; its methods are called one at a time, by any thread.

    Raises:
        sqlite3.Error: the file cannot be used; nothing of the messages in hand was taken.
    """

    def __init__(self, path: Path, reject: Rule | None = None) -> None:
        self._reject = reject
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_SCHEMA)
        self._arrived = arrivals(self._connection)

    def __enter__(self) -> Self:
        """Leave with `close`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close; see `close`."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def take(self, messages: Iterable[Message]) -> tuple[Receipt, ...]:
        """Keep messages in one transaction and return, once they are on disk, a receipt for each source in them."""
        found = _Sorted()
        for message in messages:
            found.add(message, self._reject)
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_ADD_EVENT, map(_event_row, found.events))
            self._connection.executemany(_TAKE_BACK, ((event.source, event.id) for event, _ in found.events))
            self._connection.executemany(_ADD_WITHHELD, map(_withheld_row, found.withheld))
            self._connection.executemany(_ADD_REJECTED, map(_rejected_row, found.rejected))
            self._connection.executemany(_ADD_UNREADABLE, map(_unreadable_row, found.unreadable))
        return self._note(found)

    def receipt(self, source: str) -> Receipt:
        """What is held of a source, with the last hundred rejections; zero for one never heard of."""
        arrived = self._arrived.get(source, Sequences())
        rows = self._connection.execute(_REJECTIONS, (source,)).fetchall()
        rejected = tuple(
            Rejection(sequence, identity, reason, bool(retryable))
            for sequence, identity, reason, retryable in reversed(rows)
        )
        return Receipt(source, arrived.through, arrived.gaps(), rejected)

    def news(self, row: int, types: Collection[str]) -> tuple[int, list[StoredFact]]:
        """Facts of these types that arrived after a row of the table, and the last row there is."""
        return facts_behind(self._connection, row, types)

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question that only reads."""
        return question(self._connection)

    def receipts(self) -> tuple[Receipt, ...]:
        """`receipt` of every source, in the order in which they were first heard of."""
        return tuple(self.receipt(source) for source in self._arrived)

    def forgo(self, source: str, gap: Gap) -> Receipt:
        """Its agent has these facts no longer: nothing waits for them any more."""
        with self._connection:
            self._connection.execute(_ADD_UNAVAILABLE, (source, gap.first, gap.last))
        self._arrived.setdefault(source, Sequences()).fill(gap)
        return self.receipt(source)

    def _note(self, found: _Sorted) -> tuple[Receipt, ...]:
        """Only now, after the commit, do they count as arrived."""
        told: dict[str, list[Rejection]] = {}
        heard: Iterator[tuple[Event | Withheld | Rejected, Message]]
        heard = chain(found.events, found.withheld, found.rejected)
        for arrival, _ in heard:
            told.setdefault(arrival.source, [])
            self._arrived.setdefault(arrival.source, Sequences()).add(arrival.sequence)
        for flawed, _ in found.rejected:
            told[flawed.source].append(Rejection(flawed.sequence, flawed.id, flawed.reason, flawed.retryable))
        return tuple(
            Receipt(source, self._arrived[source].through, self._arrived[source].gaps(), tuple(rejections))
            for source, rejections in told.items()
        )


def arrivals(connection: sqlite3.Connection) -> dict[str, Sequences]:
    """By source, in the order in which they were first heard of, what needs not be waited for."""
    arrived: dict[str, Sequences] = {}
    for source, sequence in connection.execute(_ARRIVED):
        arrived.setdefault(source, Sequences()).add(sequence)
    for source, gap in unavailable(connection):
        arrived.setdefault(source, Sequences()).fill(gap)
    return arrived


def unavailable(connection: sqlite3.Connection) -> Iterator[tuple[str, Gap]]:
    """What agents have no longer, by source."""
    for source, first, last in connection.execute(_UNAVAILABLE):
        yield source, Gap(first, last)


def _refused(event: Event, refusal: Refusal) -> Rejected:
    return Rejected(event.source, event.sequence, event.id, refusal.reason, event.payload, refusal.retryable)


def _withheld_row(pair: tuple[Withheld, Message]) -> tuple[object, ...]:
    gone, message = pair
    return (
        gone.source, gone.sequence, gone.id, gone.withheld_id, gone.reason, gone.payload,
        message.received_at, message.topic,
    )  # fmt: skip


def _event_row(pair: tuple[Event, Message]) -> tuple[object, ...]:
    event, message = pair
    return (
        event.source, event.epoch, event.sequence, event.id, event.type, event.wc, event.order_id, event.time,
        event.dedupkey, event.payload, message.received_at, message.topic,
    )  # fmt: skip


def _rejected_row(pair: tuple[Rejected, Message]) -> tuple[object, ...]:
    flawed, message = pair
    return (
        flawed.source, flawed.sequence, flawed.id, flawed.reason, flawed.retryable, flawed.payload,
        message.received_at, message.topic,
    )  # fmt: skip


def _unreadable_row(pair: tuple[Unreadable, Message]) -> tuple[object, ...]:
    unreadable, message = pair
    return unreadable.reason, unreadable.payload, message.received_at, message.topic
