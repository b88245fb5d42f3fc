"""Forward migrations of the journal's file: a copy is made before, then one transaction a step."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from agent.core.errors import JournalError, NotUnderstoodError
from agent.journal import schema
from agent.journal.checksums import checksum
from agent.journal.keeping import said
from agent.logs.events import Event
from agent.logs.telling import tell


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the schema that this version knows.

    Args:
        connection: to the file, in no transaction.
        path: the file; the copy stands beside it, named after its schema, and stays.

    Raises:
        NotUnderstoodError: the file was made by a newer version.
        JournalError: there is no room for the copy.
        sqlite3.Error: it cannot be read or written; it is as it was.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.SCHEMA_VERSION:
        raise NotUnderstoodError(
            f"the journal has schema {version}, this version knows {schema.SCHEMA_VERSION} at most; "
            "install the version that wrote it"
        )
    if version == 0:
        _in_one_transaction(connection, schema.CREATE, schema.SCHEMA_VERSION)
        return
    if version < schema.SCHEMA_VERSION:
        kept = path.with_name(f"{path.stem}.schema{version}.sqlite")
        text = "the journal has schema %d: keeping a copy of it at %s, then migrating"
        tell(Event.JOURNAL_MIGRATED, text, version, kept)
        _copy(connection, kept)
        connection.create_function("crc", -1, lambda *values: checksum(values), deterministic=True)
        connection.create_function("said", 2, said, deterministic=True)
        connection.create_function("sha256", 1, lambda payload: sha256(payload).hexdigest(), deterministic=True)
        for step in range(version, schema.SCHEMA_VERSION):
            _in_one_transaction(connection, STEPS[step], step + 1)
        tell(Event.JOURNAL_MIGRATED, "the journal now has schema %d", schema.SCHEMA_VERSION)


def _in_one_transaction(connection: sqlite3.Connection, script: str, version: int) -> None:
    try:
        connection.executescript(f"BEGIN IMMEDIATE;{script}PRAGMA user_version = {version};COMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _copy(connection: sqlite3.Connection, kept: Path) -> None:
    """A whole and durable copy, or none."""
    making = kept.with_suffix(".making")
    try:
        for left in (making, making.with_name(f"{making.name}-journal")):
            left.unlink(missing_ok=True)
        with closing(sqlite3.connect(making)) as copy:
            connection.backup(copy)
        handle = os.open(making, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        making.replace(kept)
    except (OSError, sqlite3.Error) as error:
        making.unlink(missing_ok=True)
        size = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
        raise JournalError(
            f"no copy of the journal can be made before its migration: {error}; "
            f"free {size[0] / 1e6:.0f} MB on its disk. Nothing was changed"
        ) from error


_OUT_OF_THE_WAY_1 = """
ALTER TABLE epochs RENAME TO epochs_1;
ALTER TABLE snapshots RENAME TO snapshots_1;
ALTER TABLE claims RENAME TO claims_1;
ALTER TABLE directories RENAME TO directories_1;
ALTER TABLE parked RENAME TO parked_1;
DROP TRIGGER facts_are_never_edited;
DROP TRIGGER facts_are_never_removed;
"""
_TAKE_OVER_1 = """
INSERT INTO epochs SELECT epoch, first_position, confirmed_through, '1970-01-01T00:00:00.000Z',
    crc(epoch, first_position, confirmed_through, CAST('1970-01-01T00:00:00.000Z' AS BLOB)) FROM epochs_1;
INSERT INTO snapshots SELECT name, state, saved, crc(name, saved, state) FROM snapshots_1;
INSERT INTO claims SELECT key, value, crc(key, CAST(value AS BLOB)) FROM claims_1;
INSERT INTO directories SELECT wc_id, name, payload, received, crc(wc_id, name, received, payload)
    FROM directories_1;
INSERT INTO parked SELECT sequence + first_position - 1, 'rejected', reason, '1970-01-01T00:00:00.000Z', 0, NULL,
    crc(sequence + first_position - 1, 'rejected', '1970-01-01T00:00:00.000Z', 0, NULL, CAST(reason AS BLOB))
    FROM parked_1 JOIN epochs_1 USING (epoch);
DROP TABLE epochs_1;
DROP TABLE snapshots_1;
DROP TABLE claims_1;
DROP TABLE directories_1;
DROP TABLE parked_1;
"""
_BESIDE_FACTS_2 = """
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
"""

_TRIGGERS_2 = """
CREATE TRIGGER facts_are_never_edited BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'a fact is never edited'); END;

CREATE TRIGGER facts_outlive_their_confirmation BEFORE DELETE ON facts
WHEN OLD.position > coalesce((SELECT max(removable) FROM retention), 0)
  OR OLD.position >= coalesce((SELECT first_position + confirmed_through FROM epochs
                               WHERE first_position <= OLD.position ORDER BY first_position DESC LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM parked WHERE position = OLD.position)
BEGIN SELECT RAISE(ABORT, 'a fact is removed only when confirmed, not parked and past its retention'); END;
"""

_OUT_OF_THE_WAY_2 = """
ALTER TABLE claims RENAME TO claims_2;
ALTER TABLE directories RENAME TO directories_2;
"""
_NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
_TAKE_OVER_2 = f"""
INSERT INTO claims SELECT key, value, {_NOW},
    iif(checksum = crc(key, CAST(value AS BLOB)), crc(key, {_NOW}, CAST(value AS BLOB)), -1) FROM claims_2;
CREATE TEMP TABLE copies AS SELECT wc_id, name, 0 AS scheduled, said(payload, 'owner') AS owner,
    said(payload, 'rev') AS rev, said(payload, 'effective_from') AS effective_from, received,
    sha256(payload) AS sha256, payload, checksum = crc(wc_id, name, received, payload) AS whole FROM directories_2;
INSERT INTO directories SELECT wc_id, name, scheduled, owner, rev, effective_from, received, sha256, payload,
    iif(whole, crc(wc_id, name, scheduled, owner, rev, effective_from, received, sha256, payload), -1) FROM copies;
INSERT INTO history SELECT number, wc_id, name, 'applied', owner, rev, effective_from, NULL, received, sha256, '',
    payload, crc(number, wc_id, name, 'applied', owner, rev, effective_from, NULL, received, sha256, '', payload)
    FROM (SELECT row_number() OVER (ORDER BY received, wc_id, name) AS number, * FROM copies WHERE whole);
DROP TABLE copies;
DROP TABLE claims_2;
DROP TABLE directories_2;
"""  # noqa: S608 - words of our own
STEPS = {
    1: _OUT_OF_THE_WAY_1 + _BESIDE_FACTS_2 + _TRIGGERS_2 + _TAKE_OVER_1,
    2: _OUT_OF_THE_WAY_2 + schema.CLAIMS + schema.COPIES + _TAKE_OVER_2,
}
"""By the schema that a step starts from. A step never refers to what a later one changes: freeze it then."""
