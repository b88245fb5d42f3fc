"""Copies of a whole journal: made while an agent may work on it, and put in its place while none does."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from agent.core.errors import JournalError
from agent.journal import schema, store
from agent.journal.lock import locked
from agent.journal.opening import FILE_NAME
from agent.journal.rescue import SUSPECT, sync

_LOGS = ("-wal", "-shm")


def size(folder: Path) -> int:
    """Bytes that a copy of the journal in a folder takes at most; 0 where there is none."""
    files = (folder / f"{FILE_NAME}{ending}" for ending in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def is_of_another_schema(folder: Path) -> bool:
    """Whether this version would migrate the journal, which takes the space of a copy and a log more.

    Raises:
        JournalError: it cannot be read.
    """
    try:
        with closing(store.connect(folder / FILE_NAME, read_only=True)) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
    except store.FAILURES as error:
        raise JournalError(f"the journal in {folder} cannot be read: {error}") from error
    return bool(found != schema.SCHEMA_VERSION)


def last_position(folder: Path) -> int:
    """Position of the last fact of a journal, 0 where it has none.

    Raises:
        JournalError: it cannot be read.
    """
    try:
        with closing(store.connect(folder / FILE_NAME, read_only=True)) as connection:
            return int(connection.execute(schema.LAST_POSITION).fetchone()[0])
    except store.FAILURES as error:
        raise JournalError(f"the journal in {folder} cannot be read: {error}") from error


def copy(folder: Path, to: Path) -> None:
    """Copy the journal in a folder into another one: whole and durable, or not at all. An agent may be at work.

    Raises:
        JournalError: it cannot be read, or there is no room.
    """
    making = to / f"{FILE_NAME}.making"
    try:
        to.mkdir(parents=True, exist_ok=True)
        for left in (making, *(making.with_name(f"{making.name}{ending}") for ending in ("-journal", *_LOGS))):
            left.unlink(missing_ok=True)
        with (
            closing(store.connect(folder / FILE_NAME, read_only=True)) as connection,
            closing(sqlite3.connect(making)) as target,
        ):
            connection.backup(target)
        sync(making)
        for ending in _LOGS:
            (to / f"{FILE_NAME}{ending}").unlink(missing_ok=True)
        making.replace(to / FILE_NAME)
        sync(to)
    except (OSError, *store.FAILURES) as error:
        with suppress(OSError):
            making.unlink(missing_ok=True)
        raise JournalError(f"the journal in {folder} cannot be copied to {to}: {error}; free space there") from error


def put_back(copied: Path, folder: Path) -> None:
    """Let a copy take the place of the journal in a folder, or nothing where there is no copy; no agent is at work.

    Killed in the middle, the whole former journal or the copy stands there, never a mixture: a log belongs to one file,
    so that what is in it is taken over into that file first.

    Raises:
        JournalError: an agent uses the journal, or it cannot be done.
    """
    with locked(folder):
        try:
            _without_log(folder)
            if (copied / FILE_NAME).exists():
                (copied / FILE_NAME).replace(folder / FILE_NAME)
            else:
                (folder / FILE_NAME).unlink(missing_ok=True)
            (folder / SUSPECT).unlink(missing_ok=True)
            sync(folder)
        except (OSError, *store.FAILURES) as error:
            raise JournalError(f"the copy in {copied} cannot be put back to {folder}: {error}") from error


def _without_log(folder: Path) -> None:
    """Let a journal be whole in its one file."""
    if (folder / FILE_NAME).exists():
        with closing(store.connect(folder / FILE_NAME)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise JournalError(f"the journal in {folder} is being read; end that first")
    for ending in _LOGS:
        (folder / f"{FILE_NAME}{ending}").unlink(missing_ok=True)
    sync(folder)
