"""The journal's tables. Facts are written once; what has been delivered is two numbers an epoch."""

SCHEMA_VERSION = 1

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

PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 16777216;
PRAGMA busy_timeout = 5000;
"""

INSERT_FACT = "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_SNAPSHOT = "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)"
PUT_CLAIM = "INSERT OR REPLACE INTO claims VALUES (?, ?)"
PUT_DIRECTORY = "INSERT OR REPLACE INTO directories VALUES (?, ?, ?, ?)"
DROP_DIRECTORY = "DELETE FROM directories WHERE wc_id = ? AND name = ?"
PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?)"
CONFIRM = "UPDATE epochs SET confirmed_through = max(confirmed_through, ?) WHERE epoch = ?"
NEW_EPOCH = "INSERT INTO epochs VALUES (?, ?, 0)"

LATEST_EPOCH = "SELECT epoch, first_position, confirmed_through FROM epochs ORDER BY first_position DESC LIMIT 1"
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM facts"
READ_FACTS = "SELECT * FROM facts WHERE position >= ? ORDER BY position LIMIT ?"
RECORDED = "SELECT recordedtime FROM facts WHERE position = ?"
SNAPSHOTS = "SELECT name, state FROM snapshots"
LAST_SAVED = "SELECT max(saved) FROM snapshots"
DIRECTORIES = "SELECT wc_id, name, payload FROM directories"
CLAIM = "SELECT value FROM claims WHERE key = ?"
PARKED_COUNT = "SELECT count(*) FROM parked"
LATEST_FACTS = "SELECT * FROM (SELECT * FROM facts ORDER BY position DESC LIMIT ?) ORDER BY position"
