"""What SQLite reports, and whose matter it is: the disk's for now, its space, or the file's for good."""

from __future__ import annotations

import sqlite3

import pytest

from agent.core.errors import JournalDamagedError, JournalError, JournalFullError
from agent.journal import store


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_CORRUPT_INDEX, JournalDamagedError),
        (sqlite3.SQLITE_NOTADB, JournalDamagedError),
        (sqlite3.SQLITE_ERROR, JournalDamagedError),
        (sqlite3.SQLITE_IOERR_READ, JournalDamagedError),
        (sqlite3.SQLITE_IOERR_CORRUPTFS, JournalDamagedError),
        (sqlite3.SQLITE_IOERR_WRITE, JournalError),
        (sqlite3.SQLITE_IOERR_FSYNC, JournalError),
        (sqlite3.SQLITE_BUSY, JournalError),
        (sqlite3.SQLITE_NOMEM, JournalError),
        (sqlite3.SQLITE_CANTOPEN, JournalError),
        (sqlite3.SQLITE_FULL, JournalFullError),
    ],
)
def test_only_what_is_wrong_with_the_file_counts_as_damage(code: int, expected: type[JournalError]) -> None:
    error = sqlite3.OperationalError("told")
    error.sqlite_errorcode = code
    assert type(store.said(error, "a sentence")) is expected


def test_text_that_is_none_is_damage() -> None:
    with sqlite3.connect(":memory:") as connection, pytest.raises(sqlite3.OperationalError) as told:
        connection.execute("SELECT CAST(x'ff' AS TEXT)").fetchall()
    connection.close()
    assert type(store.said(told.value, "a sentence")) is JournalDamagedError
