"""Measures what the journal takes and what its disk has left."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from agent.core.desk.storage import Space
from agent.core.errors import JournalError
from agent.journal import schema

_PAGES = "SELECT page_count, freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"


def measured(connection: sqlite3.Connection, file: Path) -> Space:
    """The space at present.

    Raises:
        JournalError: the disk does not say.
        sqlite3.Error: the file does not.
    """
    pages, spare, size = connection.execute(_PAGES).fetchone()
    first = connection.execute(schema.FIRST_POSITION).fetchone()[0]
    last = connection.execute(schema.LAST_POSITION).fetchone()[0]
    try:
        disk = os.statvfs(file.parent)
        log = file.with_name(file.name + "-wal").stat().st_size
    except OSError as error:
        raise JournalError(f"the space left for the journal cannot be told: {error}") from error
    return Space(
        free_bytes=disk.f_bavail * disk.f_frsize,
        journal_bytes=(pages - spare) * size + log,
        spare_bytes=spare * size,
        facts=last - first + 1 if last else 0,
    )
