"""The journal's tables. Facts are written once; what has been delivered is two numbers an epoch.

Whatever decides what is sent or counted carries a checksum (CRC-32, see `checksums.py`), as a disk may hand back
other bytes than it was given.
"""

SCHEMA_VERSION = 3

FACTS = """
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
"""

BESIDE_FACTS = """
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

CLAIMS = """
CREATE TABLE claims (
    key TEXT PRIMARY KEY,               -- serials taken, entries answered, records of units, lots and operations
    value TEXT NOT NULL,
    touched INTEGER NOT NULL,           -- seconds since 1970 UTC
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_age ON claims (touched) WHERE key >= 'answer:' AND key < 'answer;';

CREATE INDEX records_by_age ON claims (touched) WHERE NOT (key >= 'answer:' AND key < 'answer;');
"""

COPIES = """
CREATE TABLE directories (
    wc_id TEXT NOT NULL,                -- '-' for the whole site
    name TEXT NOT NULL,
    scheduled INTEGER NOT NULL,         -- milliseconds since 1970 UTC from which on it holds; 0: it is in force
    owner TEXT,
    rev TEXT,
    effective_from TEXT,                -- as the MES says
    received TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    payload BLOB NOT NULL,              -- word for word as the MES sent it
    checksum INTEGER NOT NULL,
    PRIMARY KEY (wc_id, name, scheduled)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
    number INTEGER PRIMARY KEY,
    wc_id TEXT NOT NULL,
    name TEXT NOT NULL,
    outcome TEXT NOT NULL,              -- applied, scheduled, refused, withdrawn
    owner TEXT,
    rev TEXT,
    effective_from TEXT,
    supersedes TEXT,                    -- revision that it took the place of
    recorded TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    detail TEXT NOT NULL,               -- why it was refused
    payload BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX history_by_object ON history (wc_id, name);
"""

TRIGGERS = """
CREATE TRIGGER facts_are_never_edited BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'a fact is never edited'); END;

CREATE TRIGGER facts_outlive_their_confirmation BEFORE DELETE ON facts
WHEN OLD.position > coalesce((SELECT max(removable) FROM retention), 0)
  OR OLD.position >= coalesce((SELECT first_position + confirmed_through FROM epochs
                               WHERE first_position <= OLD.position ORDER BY first_position DESC LIMIT 1), 0)
  OR EXISTS (SELECT 1 FROM parked WHERE position = OLD.position)
BEGIN SELECT RAISE(ABORT, 'a fact is removed only when confirmed, not parked and past its retention'); END;
"""

CREATE = FACTS + BESIDE_FACTS + CLAIMS + COPIES + TRIGGERS

PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 16777216;
PRAGMA busy_timeout = 5000;
PRAGMA recursive_triggers = ON;
"""

INSERT_FACT = "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_SNAPSHOT = "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)"
PUT_CLAIM = "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)"
PUT_DIRECTORY = "INSERT OR REPLACE INTO directories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
DROP_DIRECTORY = "DELETE FROM directories WHERE wc_id = ? AND name = ?"
DROP_SCHEDULED = "DELETE FROM directories WHERE wc_id = ? AND name = ? AND scheduled = ? RETURNING received, sha256"
PUT_EPOCH = "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)"
EPOCH_CLAIMS = "SELECT key, value FROM claims WHERE key >= 'epoch:' AND key < 'epoch;'"
DROP_EPOCH_CLAIMS = "DELETE FROM claims WHERE key >= 'epoch:' AND key < 'epoch;'"
DROP_EPOCHS = "DELETE FROM epochs WHERE first_position >= ?"

EPOCHS = "SELECT epoch, first_position, confirmed_through, began, checksum FROM epochs ORDER BY first_position"
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM facts"
FIRST_POSITION = "SELECT coalesce(min(position), 0) FROM facts"
OLDEST_UNPARKED = """
SELECT position FROM facts WHERE position NOT IN (SELECT position FROM parked) ORDER BY position LIMIT 1
"""
READ_FACTS = "SELECT * FROM facts WHERE position BETWEEN ? AND ? ORDER BY position"
FIRST_FROM = "SELECT * FROM facts WHERE position >= ? ORDER BY position LIMIT 1"
READ_OF_CENTER = """
SELECT * FROM facts WHERE position BETWEEN ? AND ? AND subject >= ? AND subject < ? ORDER BY position
"""
READ_TYPES_OF_CENTER = """
SELECT * FROM facts WHERE position BETWEEN ? AND ? AND subject >= ? AND subject < ?
AND type IN (SELECT value FROM json_each(?)) ORDER BY position
"""
COUNT_BETWEEN = "SELECT count(*) FROM facts WHERE position BETWEEN ? AND ?"
SNAPSHOTS = "SELECT name, state, saved, checksum FROM snapshots"
DIRECTORIES = "SELECT * FROM directories ORDER BY wc_id, name, scheduled"
CLAIM = "SELECT value, touched, checksum FROM claims WHERE key = ?"
LATE_POSITION = """
SELECT position FROM (SELECT position, id FROM facts ORDER BY position DESC LIMIT ?) WHERE id = ?
"""
LATEST_POSITIONS = "SELECT position FROM facts ORDER BY position DESC LIMIT ?"

PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?)"
UNPARK = "DELETE FROM parked WHERE position = ?"
PARKED = "SELECT * FROM parked ORDER BY position"
PARKED_COUNT = "SELECT count(*) FROM parked"
PARKED_BETWEEN = "SELECT * FROM parked WHERE position BETWEEN ? AND ?"

PUT_NOTICE = "INSERT OR IGNORE INTO notices VALUES (?, ?)"
NOTICES = "SELECT key, body FROM notices ORDER BY key"
DROP_NOTICE = "DELETE FROM notices WHERE key = ?"

NEW_SESSION = "INSERT INTO runs (instance) VALUES (?)"
FORGET_SESSIONS = "DELETE FROM runs WHERE session <= ?"
KNOWN_INSTANCE = "SELECT 1 FROM runs WHERE instance = ? LIMIT 1"

CONFIRMATIONS = "SELECT at, position FROM confirmations"
LAST_CONFIRMATION = "SELECT coalesce(max(at), 0) FROM confirmations"
NOTE_CONFIRMATION = "INSERT OR REPLACE INTO confirmations VALUES (?, ?)"
DENY_CONFIRMATIONS = "DELETE FROM confirmations WHERE at > ? OR position > ?"
CONFIRMED_BY = "SELECT coalesce(max(position), 0) FROM confirmations WHERE at <= ?"
FORGET_CONFIRMATIONS = "DELETE FROM confirmations WHERE at < (SELECT max(at) FROM confirmations WHERE at <= ?)"
PUT_HOLE = "INSERT OR REPLACE INTO holes VALUES (?, ?, ?)"
HOLES = "SELECT first, last, checksum FROM holes WHERE last >= ? AND first <= ?"
REMOVABLE = "SELECT coalesce(max(removable), 0) FROM retention"
SET_REMOVABLE = "UPDATE retention SET removable = max(removable, ?)"
REMOVE = """
DELETE FROM facts WHERE position IN (
    SELECT position FROM facts WHERE position <= ? AND recordedtime < ?
    AND position NOT IN (SELECT position FROM parked) ORDER BY position LIMIT ?)
"""

PUT_HISTORY = "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
LAST_HISTORY = "SELECT coalesce(max(number), 0) FROM history"
HISTORY = "SELECT * FROM history WHERE wc_id = ? AND name = ? AND number < ? ORDER BY number DESC LIMIT ?"
FORGET_HISTORY = """
DELETE FROM history WHERE number IN (SELECT number FROM
    (SELECT number, recorded FROM history ORDER BY number LIMIT ?) WHERE recorded < ?)
"""
HISTORY_AFTER = "SELECT number, wc_id, name FROM history WHERE number > ? ORDER BY number LIMIT ?"
TRIM_HISTORY = """
DELETE FROM history WHERE wc_id = ? AND name = ? AND number <= (SELECT number FROM history
    WHERE wc_id = ? AND name = ? ORDER BY number DESC LIMIT 1 OFFSET ?)
"""
FORGET_ANSWERS = """
DELETE FROM claims WHERE key IN (SELECT key FROM claims
    WHERE key >= 'answer:' AND key < 'answer;' AND touched < ? ORDER BY touched LIMIT ?)
"""
FORGET_RECORDS = """
DELETE FROM claims WHERE key IN (SELECT key FROM claims
    WHERE NOT (key >= 'answer:' AND key < 'answer;') AND NOT (key >= 'epoch:' AND key < 'epoch;')
    AND touched < ? ORDER BY touched LIMIT ?)
"""
CARRY_CLAIMS_OVER = """
UPDATE claims SET touched = touched + :by,
    checksum = iif(checksum = crc(key, touched, CAST(value AS BLOB)), crc(key, touched + :by, CAST(value AS BLOB)), -1)
"""
