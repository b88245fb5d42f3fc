"""Opens the journal's file whatever state it was left in: makes, migrates, examines, salvages, begins a new epoch.

A file that is damaged is never worked with: what can be read is taken over into a new one, and the damaged one is kept
aside. Every step may be killed and is done again, or finished, at the next start.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from agent.core.directories.copies import Kept
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalDamagedError, JournalError, JournalFullError
from agent.journal import notices, schema, store
from agent.journal.beginning import Start, begin
from agent.journal.checksums import checksum
from agent.journal.copies import read_held
from agent.journal.inspection import described, examine, is_ours
from agent.journal.marks import Watermarks
from agent.journal.migrations import migrate
from agent.journal.rescue import SUSPECT, finish_rescue, rescue
from agent.journal.salvage import last_passed_over
from agent.journal.witness import Testimony, Witness, testimony
from agent.logs.events import Event
from agent.logs.telling import tell

FILE_NAME = "journal.sqlite"


@dataclass(frozen=True, slots=True)
class Restored:
    """What an earlier run left behind."""

    snapshots: dict[str, bytes] = field(default_factory=dict)
    directories: tuple[Kept, ...] = ()
    last_saved: float | None = None
    """The last sign of life, in seconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A journal that can be worked with."""

    connection: sqlite3.Connection
    marks: Watermarks
    restored: Restored
    witness: Witness


def open_file(folder: Path, new_epoch: str, now: float) -> Opened:
    """Open the journal in a folder, making it where there is none.

    Args:
        folder: where it stands; nobody else uses it.
        new_epoch: name of the epoch that begins, should one.
        now: seconds since 1970 UTC.

    Raises:
        JournalError: it cannot be opened, read or salvaged.
    """
    path = folder / FILE_NAME
    witness = Witness(folder)
    start = Start(new_epoch, now, witness.said)
    try:
        finish_rescue(path)
        try:
            return _open(path, witness, start)
        except JournalDamagedError as error:
            rescue(path, str(error), start)
            return _open(path, witness, start)
    except OSError as error:
        raise JournalError(f"the folder {folder} of the journal cannot be used: {error}") from error


def _open(path: Path, witness: Witness, start: Start) -> Opened:
    connection = _open_sound(path, witness.said)
    try:
        marks = begin(connection, start, None)
        _remember_epochs(connection, marks)
        restored = _restore(connection, marks.epoch, start.now)
    except store.FAILURES as error:
        connection.close()
        raise store.said(error, f"the journal {path} cannot be used: {error}; free space on its disk") from error
    if marks.epoch == start.new_epoch:
        with suppress(OSError):
            witness.write(testimony(marks))
    return Opened(connection, marks, restored, witness)


def _remember_epochs(connection: sqlite3.Connection, marks: Watermarks) -> None:
    """A full disk takes it at a later start; it must not keep the agent from this one."""
    try:
        store.remember_epochs(connection, marks.epochs)
    except sqlite3.Error as error:
        if not isinstance(store.said(error, str(error)), JournalFullError):
            raise


def _open_sound(path: Path, said: Testimony | None) -> sqlite3.Connection:
    if not path.exists():
        path.with_name(SUSPECT).unlink(missing_ok=True)
    if path.with_name(SUSPECT).exists():
        raise JournalDamagedError("an earlier run met damage in it")
    is_examined = path.exists() and _examined(path, said)
    connection = store.connect(path)
    try:
        if not is_examined:
            migrate(connection, path)
            examine(connection)
        # A killed run's log may be shown to us out of the page cache only: make it durable before we build on it.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except store.FAILURES as error:
        connection.close()
        raise store.said(error, f"the journal {path} cannot be read: {error}") from error
    except JournalError:
        connection.close()
        raise
    return connection


def _examined(path: Path, said: Testimony | None) -> bool:
    """Examine the file before it is opened for writing: whoever closes that last empties the log, be it damaged.

    Returns:
        whether it could be: not where another schema is to be migrated, nor where the file was cut off while it was
        made, so that SQLite has to roll that back first; then no fact stands in a log yet.

    Raises:
        JournalDamagedError: the file cannot be worked with.
        JournalError: it cannot be read now.
    """
    with closing(store.connect(path, read_only=True)) as connection:
        try:
            if _disowned(connection):
                raise JournalDamagedError("the journal's schema version is not the one that was written")
            if connection.execute("PRAGMA user_version").fetchone()[0] != schema.SCHEMA_VERSION:
                return False
            examine(connection)
            _examine_log(connection, path, said)
        except store.FAILURES as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
                return False
            raise store.said(error, f"the journal {path} cannot be read: {error}") from error
    return True


def _examine_log(connection: sqlite3.Connection, path: Path, said: Testimony | None) -> None:
    """SQLite passes over all that follows a damaged frame of its log without a word, however durable it was.

    Raises:
        JournalDamagedError: facts stand there.
    """
    shown = connection.execute(schema.LAST_POSITION).fetchone()[0]
    remembered = 0 if said is None else said.first_position - 1 + said.last_sequence
    last = last_passed_over(path, all_of_it=remembered > shown)
    if last > shown:
        raise JournalDamagedError(f"its log is damaged before fact {last}, and ends for SQLite at fact {shown}")


def _disowned(connection: sqlite3.Connection) -> bool:
    """Whether header and tables contradict each other: the tables are ours, the version is another one."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = described(connection)
    if version == 0:
        return bool(tables)
    return version != schema.SCHEMA_VERSION and is_ours(connection)


def _restore(connection: sqlite3.Connection, epoch: str, now: float) -> Restored:
    """What an earlier run left behind; what is damaged of it is as if it had never been."""
    with store.lenient(connection):
        snapshots = connection.execute(schema.SNAPSHOTS).fetchall()
    whole = [row for row in snapshots if isinstance(row[1], bytes) and checksum((row[0], row[2], row[1])) == row[3]]
    copies, damaged = read_held(connection)
    for name in {row[0] for row in snapshots} - {row[0] for row in whole}:
        tell(Event.JOURNAL_PART_DAMAGED, "the snapshot of %s is damaged: its counters begin anew", name)
        lost = Discrepancy("journal_damaged", now, now, {"snapshot": name})
        notices.put(connection, f"snapshot-{epoch}-{name}", lost)
    for name in damaged:
        text = "the copy of directory %s is damaged: it is as if the MES had not sent it"
        tell(Event.JOURNAL_PART_DAMAGED, text, name)
    return Restored(
        {row[0]: row[1] for row in whole},
        tuple(one.kept for one in copies),
        max((row[2] for row in whole), default=None),
    )
