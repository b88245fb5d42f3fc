"""What the journal finds out about itself, kept until somebody has made a fact of it."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.journal import schema, store
from agent.logs.events import Event
from agent.logs.telling import tell

_BODY = TypeAdapter(Discrepancy)


def put(connection: sqlite3.Connection, key: str, discrepancy: Discrepancy) -> None:
    """Keep a notice; one that is kept under this key already stays as it is.

    What was read in a damaged file may be no text; it is written out then.
    """
    evidence = {name: _text(value) for name, value in discrepancy.evidence.items()}
    body = _BODY.dump_json(replace(discrepancy, evidence=evidence)).decode()
    connection.execute(schema.PUT_NOTICE, (_text(key), body))


def read(connection: sqlite3.Connection) -> list[tuple[str, Discrepancy]]:
    """What nobody has made a fact of yet, by key; without those that are damaged."""
    with store.lenient(connection):
        rows = connection.execute(schema.NOTICES).fetchall()
    found = [(key, discrepancy) for key, body in rows if (discrepancy := _read(key, body)) is not None]
    if len(found) < len(rows):
        tell(Event.JOURNAL_PART_DAMAGED, "%d notices of the journal cannot be read any more", len(rows) - len(found))
    return found


def drop(connection: sqlite3.Connection, key: str) -> None:
    """It is a fact now."""
    connection.execute(schema.DROP_NOTICE, (key,))


def _read(key: object, body: object) -> Discrepancy | None:
    if isinstance(key, str) and isinstance(body, str) and key == _text(key):
        with suppress(ValidationError):
            return _BODY.validate_json(_text(body))
    return None


def _text(found: object) -> str:
    """The same with what is no text written out."""
    return str(found).encode(errors="backslashreplace").decode()
