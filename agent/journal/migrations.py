"""Forward migrations of the journal's file: a copy is made before, then one transaction a step."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from agent.core.errors import JournalError
from agent.journal import schema
from agent.journal.checksums import checksum

LOG = logging.getLogger(__name__)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the schema that this version knows.

    Args:
        connection: to the file, in no transaction.
        path: the file; the copy stands beside it, named after its schema, and stays.

    Raises:
        JournalError: the file was made by a newer version, or there is no room for the copy.
        sqlite3.Error: it cannot be read or written; it is as it was.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.SCHEMA_VERSION:
        raise JournalError(
            f"the journal has schema {version}, this version knows {schema.SCHEMA_VERSION} at most; "
            "install the version that wrote it"
        )
    if version == 0:
        _in_one_transaction(connection, schema.CREATE, schema.SCHEMA_VERSION)
        return
    if version < schema.SCHEMA_VERSION:
        kept = path.with_name(f"{path.stem}.schema{version}.sqlite")
        LOG.info("the journal has schema %d: keeping a copy of it at %s, then migrating", version, kept)
        _copy(connection, kept)
        connection.create_function("crc", -1, lambda *values: checksum(values), deterministic=True)
        for step in range(version, schema.SCHEMA_VERSION):
            _in_one_transaction(connection, STEPS[step], step + 1)
        LOG.info("the journal now has schema %d", schema.SCHEMA_VERSION)


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
STEPS = {1: _OUT_OF_THE_WAY_1 + schema.BESIDE_FACTS + schema.TRIGGERS + _TAKE_OVER_1}
"""By the schema that a step starts from. A step never refers to what a later one changes: freeze it then."""
