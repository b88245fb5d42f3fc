"""The journal's tables as version 1 made them, word for word, and a file of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from agent.journal import schema
from agent.journal.opening import FILE_NAME
from agent.journal.store import fact_values
from tests.agent.happenings import facts

CREATE = """
CREATE TABLE epochs (
    epoch TEXT PRIMARY KEY,             -- names one incarnation of this file
    first_position INTEGER NOT NULL,    -- sequence of a fact = position - first_position + 1
    confirmed_through INTEGER NOT NULL  -- sequence up to which the MES has everything
) STRICT;

CREATE TABLE facts (
    position INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    time TEXT NOT NULL,
    observedtime TEXT NOT NULL,
    recordedtime TEXT NOT NULL,
    dedupkey TEXT NOT NULL,
    correlationid TEXT,
    causationid TEXT,
    data BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE TRIGGER facts_are_never_edited BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'a fact is never edited'); END;

CREATE TRIGGER facts_are_never_removed BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'a fact is never removed'); END;

CREATE TABLE snapshots (
    name TEXT PRIMARY KEY,              -- a work center, or '-' for the agent's own desk
    state BLOB NOT NULL,
    saved REAL NOT NULL                 -- seconds since 1970 UTC
) STRICT;

CREATE TABLE claims (
    key TEXT PRIMARY KEY,               -- serials taken, entries answered
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directories (
    wc_id TEXT NOT NULL,                -- '-' for the whole site
    name TEXT NOT NULL,
    payload BLOB NOT NULL,              -- word for word as the MES sent it
    received TEXT NOT NULL,
    PRIMARY KEY (wc_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    sequence INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (epoch, sequence)
) STRICT, WITHOUT ROWID;
"""


def make(folder: Path, count: int) -> Path:
    """A journal of version 1 in which so many facts stand; the first three are confirmed, the second is parked."""
    path = folder / FILE_NAME
    made = enumerate(facts(1, count).facts, 1)
    rows = [fact_values(position, fact, "2026-01-01T00:00:00.000Z") for position, fact in made]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"{CREATE}PRAGMA user_version = 1;")
        connection.executemany(schema.INSERT_FACT, rows)
        connection.execute("INSERT INTO epochs VALUES ('e1', 1, 3)")
        connection.execute("INSERT INTO snapshots VALUES ('FILL-1', ?, 1000.5)", (b"state",))
        connection.execute("INSERT INTO claims VALUES ('serial:FILL-1:Ж', 'PO-1/10')")
        connection.execute("INSERT INTO directories VALUES ('-', 'reasons', ?, '2026-01-01T00:00:00.000Z')", (b"{}",))
        connection.execute("INSERT INTO parked VALUES (2, 'e1', 'too odd')")
        connection.commit()
    return path
