"""What the journal finds out about itself, kept until somebody has made a fact of it."""

from __future__ import annotations

import sqlite3

from pydantic import TypeAdapter

from agent.core.discrepancies import Discrepancy
from agent.journal import schema

_BODY = TypeAdapter(Discrepancy)


def put(connection: sqlite3.Connection, key: str, discrepancy: Discrepancy) -> None:
    """Keep a notice; one that is kept under this key already stays as it is."""
    connection.execute(schema.PUT_NOTICE, (key, _BODY.dump_json(discrepancy).decode()))


def read(connection: sqlite3.Connection) -> list[tuple[str, Discrepancy]]:
    """What nobody has made a fact of yet, by key."""
    return [(key, _BODY.validate_json(body)) for key, body in connection.execute(schema.NOTICES)]


def drop(connection: sqlite3.Connection, key: str) -> None:
    """It is a fact now."""
    connection.execute(schema.DROP_NOTICE, (key,))
