"""Reads facts out of the MES's store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from simulators.mes.facts import StoredFact

# The epochs of an agent follow each other as they were first heard of; within one the sequence tells the order.
_FACTS = """
SELECT type, time, payload, id, events.source, sequence FROM events
JOIN (SELECT source AS heard, min(rowid) AS first FROM events GROUP BY source) ON heard = source
WHERE {} ORDER BY first, sequence
"""
_LAST_ROW = "SELECT coalesce(max(rowid), 0) FROM events"


def read_facts(connection: sqlite3.Connection, types: Collection[str] = ()) -> Iterator[StoredFact]:
    """Every fact, or those of these types: epoch after epoch, within one by its sequence."""
    wanted = f"type IN ({', '.join('?' * len(types))})" if types else "true"
    return _read(connection.execute(_FACTS.format(wanted), tuple(types)))


def facts_of(connection: sqlite3.Connection, wc_id: str) -> list[StoredFact]:
    """Every fact of one work center, in the same order."""
    return list(_read(connection.execute(_FACTS.format("wc = ?"), (wc_id,))))


def facts_behind(connection: sqlite3.Connection, row: int, types: Collection[str]) -> tuple[int, list[StoredFact]]:
    """Facts of these types that arrived after a row, and the last row there is."""
    (last,) = connection.execute(_LAST_ROW).fetchone()
    wanted = f"events.rowid > ? AND events.rowid <= ? AND type IN ({', '.join('?' * len(types))})"
    return last, list(_read(connection.execute(_FACTS.format(wanted), (row, last, *types))))


def by_work_center(facts: Iterable[StoredFact]) -> dict[str, list[StoredFact]]:
    """The facts of each work center; those of the agents alone are left out."""
    found: dict[str, list[StoredFact]] = {}
    for fact in facts:
        if fact.wc_id is not None:
            found.setdefault(fact.wc_id, []).append(fact)
    return found


def _read(events: Iterable[tuple[str, str, str, str, str, int]]) -> Iterator[StoredFact]:
    for type_, time, payload, identity, source, sequence in events:
        event = json.loads(payload)
        at = datetime.fromisoformat(time)
        yield StoredFact(type_, at, event["data"], identity, source, sequence, event.get("correlationid"))
