"""The MES's own SQLite file: every event that arrived, whatever is odd about it.

Only an equal id of the same source is a repetition; it is counted and dropped. All else is kept, and the views below
say where two events claim the same sequence number or the same happening.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from simulators.mes.events import Event, Rejected, Unreadable, read
from simulators.mes.sequences import Gap, Sequences

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    wc TEXT, order_id TEXT, time TEXT NOT NULL, dedupkey TEXT NOT NULL, payload TEXT NOT NULL,
    received_at REAL NOT NULL, topic TEXT NOT NULL, duplicates INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, id)
) STRICT;
CREATE TABLE IF NOT EXISTS rejected (
    source TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL, payload TEXT NOT NULL,
    received_at REAL NOT NULL, topic TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
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
INSERT INTO rejected (source, sequence, id, reason, payload, received_at, topic)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO NOTHING
"""
_ADD_UNREADABLE = "INSERT INTO unreadable (reason, payload, received_at, topic) VALUES (?, ?, ?, ?)"
_ARRIVED = "SELECT source, sequence FROM events UNION ALL SELECT source, sequence FROM rejected"
_REJECTIONS = "SELECT sequence, id, reason FROM rejected WHERE source = ? ORDER BY rowid DESC LIMIT 100"


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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the MES holds of one source, on disk."""

    source: str
    through: int
    gaps: tuple[Gap, ...] = ()
    rejected: tuple[Rejection, ...] = ()


class Store:
    """The open file. It belongs to one process; its methods are called one at a time, by any thread.

    Raises:
        sqlite3.Error: the file cannot be used; nothing of the messages in hand was taken.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_SCHEMA)
        self._arrived: dict[str, Sequences] = {}
        for source, sequence in self._connection.execute(_ARRIVED):
            self._arrived.setdefault(source, Sequences()).add(sequence)

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
        events: list[tuple[Event, Message]] = []
        rejected: list[tuple[Rejected, Message]] = []
        unreadable: list[tuple[Unreadable, Message]] = []
        for message in messages:
            for arrival in read(message.payload):
                match arrival:
                    case Event():
                        events.append((arrival, message))
                    case Rejected():
                        rejected.append((arrival, message))
                    case Unreadable():
                        unreadable.append((arrival, message))
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_ADD_EVENT, map(_event_row, events))
            self._connection.executemany(_ADD_REJECTED, map(_rejected_row, rejected))
            self._connection.executemany(_ADD_UNREADABLE, map(_unreadable_row, unreadable))
        return self._note([event for event, _ in events], [flawed for flawed, _ in rejected])

    def receipt(self, source: str) -> Receipt:
        """What is held of a source, with the last hundred rejections; zero for one never heard of."""
        arrived = self._arrived.get(source, Sequences())
        rows = self._connection.execute(_REJECTIONS, (source,)).fetchall()
        return Receipt(source, arrived.through, arrived.gaps(), tuple(Rejection(*row) for row in reversed(rows)))

    def receipts(self) -> tuple[Receipt, ...]:
        """`receipt` of every source, in the order in which they were first heard of."""
        return tuple(self.receipt(source) for source in self._arrived)

    def _note(self, events: Sequence[Event], rejected: Sequence[Rejected]) -> tuple[Receipt, ...]:
        """Only now, after the commit, do they count as arrived."""
        told: dict[str, list[Rejection]] = {}
        arrivals: tuple[Event | Rejected, ...] = (*events, *rejected)
        for arrival in arrivals:
            told.setdefault(arrival.source, [])
            self._arrived.setdefault(arrival.source, Sequences()).add(arrival.sequence)
        for flawed in rejected:
            told[flawed.source].append(Rejection(flawed.sequence, flawed.id, flawed.reason))
        return tuple(
            Receipt(source, self._arrived[source].through, self._arrived[source].gaps(), tuple(rejections))
            for source, rejections in told.items()
        )


def _event_row(pair: tuple[Event, Message]) -> tuple[object, ...]:
    event, message = pair
    return (
        event.source, event.epoch, event.sequence, event.id, event.type, event.wc, event.order_id, event.time,
        event.dedupkey, event.payload, message.received_at, message.topic,
    )  # fmt: skip


def _rejected_row(pair: tuple[Rejected, Message]) -> tuple[object, ...]:
    flawed, message = pair
    return (
        flawed.source, flawed.sequence, flawed.id, flawed.reason, flawed.payload, message.received_at, message.topic,
    )  # fmt: skip


def _unreadable_row(pair: tuple[Unreadable, Message]) -> tuple[object, ...]:
    unreadable, message = pair
    return unreadable.reason, unreadable.payload, message.received_at, message.topic
