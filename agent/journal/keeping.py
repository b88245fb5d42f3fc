"""Writes down what became of a message about an object of the MES: our copy, and its history."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from hashlib import sha256

from agent.core.directories.copies import Kept
from agent.core.times import epoch, iso, milliseconds
from agent.journal import schema
from agent.journal.checksums import Values, checksum


def keep(connection: sqlite3.Connection, kept: Kept, recorded: str) -> None:
    """Note what became of a message, within the transaction of the facts that tell it."""
    key = (kept.wc_id or "-", kept.name)
    digest, received = sha256(kept.payload).hexdigest(), recorded
    for at in kept.dropped:
        for was_received, was_digest in connection.execute(schema.DROP_SCHEDULED, (*key, milliseconds(at))).fetchall():
            received = was_received if was_digest == digest else received
    effective = None if kept.effective_from is None else iso(kept.effective_from)
    if kept.outcome != "refused":
        if kept.payload:
            waits_for = kept.effective_from if kept.outcome == "scheduled" else None
            scheduled = 0 if waits_for is None else milliseconds(waits_for)
            values = (*key, scheduled, kept.owner, kept.rev, effective, received, digest, kept.payload)
            connection.execute(schema.PUT_DIRECTORY, (*values, checksum(values)))
        else:
            connection.execute(schema.DROP_DIRECTORY, key)
    number = 1 + connection.execute(schema.LAST_HISTORY).fetchone()[0]
    told = (kept.outcome, kept.owner, kept.rev, effective, kept.supersedes, recorded, digest, kept.detail)
    row = (number, *key, *told, kept.payload)
    connection.execute(schema.PUT_HISTORY, (*row, checksum(row)))


def proved(values: Values) -> bool:
    """Whether a row of copies or of their history is what was written."""
    return isinstance(values[-2], bytes) and checksum(values[:-1]) == values[-1]


def said(payload: bytes, field: str) -> str | None:
    """What a message says of itself; None where it says nothing, or cannot be read."""
    with suppress(ValueError):
        message = json.loads(payload)
        found = message.get(field, "MES" if field == "owner" else None) if isinstance(message, dict) else None
        if isinstance(found, str):
            return iso(epoch(found)) if field == "effective_from" else found
    return None
