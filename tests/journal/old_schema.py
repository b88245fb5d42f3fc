"""The journal's tables as former versions made them, word for word, and files of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from agent.journal import schema
from agent.journal.checksums import checksum
from agent.journal.opening import FILE_NAME
from agent.journal.store import fact_values
from tests.agent.happenings import facts

BEGAN = "2026-01-01T00:00:00.000Z"
STATE = b"state"
CLAIM = ("serial:FILL-1:Ж", "PO-1/10")
REASONS = b'{"rev": "14", "reasons": []}'

CREATE_1 = """
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


CREATE_2 = """
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

CREATE TABLE epochs (
    epoch TEXT PRIMARY KEY,             -- names one incarnation of this file
    first_position INTEGER NOT NULL,    -- sequence of a fact = position - first_position + 1
    confirmed_through INTEGER NOT NULL, -- sequence up to which the MES has everything
    began TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshots (
    name TEXT PRIMARY KEY,              -- a work center, or '-' for the agent's own desk
    state BLOB NOT NULL,
    saved REAL NOT NULL,                -- seconds since 1970 UTC
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE claims (
    key TEXT PRIMARY KEY,               -- serials taken, entries answered
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directories (
    wc_id TEXT NOT NULL,                -- '-' for the whole site
    name TEXT NOT NULL,
    payload BLOB NOT NULL,              -- word for word as the MES sent it
    received TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (wc_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    position INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,               -- rejected, too_large, format, disconnects
    detail TEXT NOT NULL,
    since TEXT NOT NULL,
    withheld INTEGER NOT NULL,          -- 1: `fact.withheld` goes out in its place; 0: the MES itself refused it
    retry_at REAL,                      -- when it is to be sent again; null: when somebody asks for it
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE notices (
    key TEXT PRIMARY KEY,               -- what the journal found out and nobody has made a fact of yet
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    session INTEGER PRIMARY KEY,        -- grows with each connection to the broker
    instance TEXT NOT NULL
) STRICT;

CREATE TABLE confirmations (
    at REAL PRIMARY KEY,                -- about once an hour: up to where everything was confirmed at that instant
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE holes (
    first INTEGER PRIMARY KEY,          -- from here to there no fact could be found when the file was salvaged
    last INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE retention (
    removable INTEGER NOT NULL          -- up to this position facts may be removed
) STRICT;
INSERT INTO retention VALUES (0);

CREATE TRIGGER facts_are_never_edited BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'a fact is never edited'); END;

CREATE TRIGGER facts_outlive_their_confirmation BEFORE DELETE ON facts
WHEN OLD.position > coalesce((SELECT max(removable) FROM retention), 0)
  OR OLD.position >= coalesce((SELECT first_position + confirmed_through FROM epochs
                               WHERE first_position <= OLD.position ORDER BY first_position DESC LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM parked WHERE position = OLD.position)
BEGIN SELECT RAISE(ABORT, 'a fact is removed only when confirmed, not parked and past its retention'); END;
"""


def make(folder: Path, count: int, version: int = 1) -> Path:
    """A journal of a former version in which so many facts stand; three are confirmed, the second is parked."""
    path = folder / FILE_NAME
    made = enumerate(facts(1, count).facts, 1)
    rows = [fact_values(position, fact, BEGAN) for position, fact in made]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"{CREATE_1 if version == 1 else CREATE_2}PRAGMA user_version = {version};")
        connection.executemany(schema.INSERT_FACT, rows)
        (_fill_1 if version == 1 else _fill_2)(connection)
        connection.commit()
    return path


def _fill_1(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO epochs VALUES ('e1', 1, 3)")
    connection.execute("INSERT INTO snapshots VALUES ('FILL-1', ?, 1000.5)", (STATE,))
    connection.execute("INSERT INTO claims VALUES (?, ?)", CLAIM)
    connection.execute("INSERT INTO directories VALUES ('-', 'reasons', ?, ?)", (REASONS, BEGAN))
    connection.execute("INSERT INTO parked VALUES (2, 'e1', 'too odd')")


def _fill_2(connection: sqlite3.Connection) -> None:
    key, value = CLAIM
    epoch, parked = ("e1", 1, 3, "1970-01-01T00:00:00.000Z"), (2, "rejected", "1970-01-01T00:00:00.000Z", 0, None)
    connection.execute("INSERT INTO epochs VALUES (?, ?, ?, ?, ?)", (*epoch, checksum((*epoch[:3], epoch[3].encode()))))
    snapshot = ("FILL-1", 1000.5, STATE)
    connection.execute("INSERT INTO snapshots VALUES ('FILL-1', ?, 1000.5, ?)", (STATE, checksum(snapshot)))
    connection.execute("INSERT INTO claims VALUES (?, ?, ?)", (key, value, checksum((key, value.encode()))))
    written = checksum(("-", "reasons", BEGAN, REASONS))
    connection.execute("INSERT INTO directories VALUES ('-', 'reasons', ?, ?, ?)", (REASONS, BEGAN, written))
    written = checksum((*parked, b"too odd"))
    connection.execute(
        "INSERT INTO parked VALUES (2, 'rejected', 'too odd', '1970-01-01T00:00:00.000Z', 0, NULL, ?)", (written,)
    )
