"""The journal as the rest of the agent uses it: one writer thread, one reader thread, nothing blocking in the loop.

Writing and looking up claims share the writer's thread, so a look-up sees every commit asked for before it. Facts to
send are read on a connection of their own that never writes.
"""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from agent.core.envelope import Row
from agent.core.errors import JournalError
from agent.journal import schema, store
from agent.journal.store import Commit, Restored, Watermarks

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
FILE_NAME = "journal.sqlite"


class Journal:
    """An open journal."""

    def __init__(
        self, connections: tuple[sqlite3.Connection, sqlite3.Connection], marks: Watermarks, restored: Restored
    ) -> None:
        self._write, self._read = connections
        self._writer = ThreadPoolExecutor(1, "journal-writer")
        self._reader = ThreadPoolExecutor(1, "journal-reader")
        self._marks = marks
        self.restored = restored
        self.moved = asyncio.Event()
        """Set when a fact was committed or confirmed; whoever waits on it clears it."""
        self.delivered = asyncio.Event()
        """Set while the MES has everything."""
        self._note()

    @property
    def marks(self) -> Watermarks:
        """Where the journal stands."""
        return self._marks

    @property
    def waiting(self) -> int:
        """Facts that the MES has not confirmed."""
        return self._marks.last_sequence - self._marks.confirmed_through

    async def commit(self, commit: Commit, now: float) -> None:
        """Make everything durable together; returns when it is on the disk.

        Raises:
            JournalError: it could not be written, and nothing of it was.
        """
        marks = self._marks
        position = marks.first_position + marks.last_sequence
        await self._written(lambda: store.append(self._write, commit, position, now))
        if commit.facts:
            self._marks = replace(self._marks, last_sequence=marks.last_sequence + len(commit.facts))
            self._note()

    async def confirm(self, through: int) -> None:
        """The MES has everything up to this sequence; a lower one than known changes nothing.

        Raises:
            JournalError: it could not be written; it is to be said again.
        """
        if through <= self._marks.confirmed_through:
            return
        values = (through, self._marks.epoch)
        await self._written(lambda: self._write.execute(schema.CONFIRM, values))
        self._marks = replace(self._marks, confirmed_through=max(through, self._marks.confirmed_through))
        self._note()

    async def park(self, sequence: int, reason: str) -> None:
        """The MES refused this fact; it stays in the journal and is listed.

        Raises:
            JournalError: it could not be written; it is to be said again.
        """
        values = (sequence, self._marks.epoch, reason)
        await self._written(lambda: self._write.execute(schema.PARK, values))

    async def parked(self) -> int:
        """How many facts are parked."""
        count: int = await self._on(self._writer, lambda: self._write.execute(schema.PARKED_COUNT).fetchone()[0])
        return count

    async def taken(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the claims that have been taken, with their values."""
        return await self._on(self._writer, lambda: store.taken(self._write, keys)) if keys else {}

    async def read(self, after: int, limit: int) -> list[Row]:
        """Facts with a sequence above `after`, in order, up to one that is damaged.

        Raises:
            JournalError: the first of them is not what was written.
        """
        marks = self._marks
        return await self._on(self._reader, lambda: store.read(self._read, marks, after, limit))

    async def latest(self, limit: int) -> list[Row]:
        """The last facts, in order."""
        marks = self._marks
        return await self._on(self._reader, lambda: store.latest(self._read, marks, limit))

    async def oldest_waiting(self) -> str | None:
        """Recorded time of the oldest fact that the MES has not confirmed."""
        if not self.waiting:
            return None
        position = self._marks.first_position + self._marks.confirmed_through
        row = await self._on(self._reader, lambda: self._read.execute(schema.RECORDED, (position,)).fetchone())
        return None if row is None else row[0]

    def close(self) -> None:
        """Finish what is being written, then let go of the file."""
        self._writer.shutdown()
        self._reader.shutdown()
        self._read.close()
        self._write.close()

    def _note(self) -> None:
        self.moved.set()
        if self.waiting:
            self.delivered.clear()
        else:
            self.delivered.set()

    async def _written(self, work: Callable[[], object]) -> None:
        try:
            await self._on(self._writer, work)
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be written: {error}; free space on its disk") from error

    async def _on(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, work)


@asynccontextmanager
async def open_journal(folder: Path, new_epoch: str) -> AsyncIterator[Journal]:
    """Open the journal in this folder, making it where there is none.

    Args:
        folder: where it stands, on a local disk.
        new_epoch: name of its first epoch, should it be new.

    Raises:
        JournalError: it is in use by another agent, or cannot be opened.
    """
    path = folder / FILE_NAME
    with _locked(folder):
        write, marks, restored = await asyncio.to_thread(_open_for_writing, path, new_epoch)
        journal = Journal((write, store.connect(path, read_only=True)), marks, restored)
        try:
            yield journal
        finally:
            await asyncio.to_thread(journal.close)


def read_latest(folder: Path, limit: int) -> list[Row]:
    """The last facts of a journal, also while an agent uses it.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.exists():
        raise JournalError(f"there is no journal at {path}; no agent has run with this configuration yet")
    try:
        with closing(store.connect(path, read_only=True)) as connection:
            row = connection.execute(schema.LATEST_EPOCH).fetchone()
            return [] if row is None else store.latest(connection, Watermarks(row[0], row[1], 0, row[2]), limit)
    except sqlite3.Error as error:
        raise JournalError(f"the journal {path} cannot be read: {error}") from error


def _open_for_writing(path: Path, new_epoch: str) -> tuple[sqlite3.Connection, Watermarks, Restored]:
    connection = store.connect(path)
    try:
        return connection, store.prepare(connection, new_epoch), store.restore(connection)
    except sqlite3.Error as error:
        connection.close()
        raise JournalError(f"the journal {path} cannot be read: {error}") from error
    except JournalError:
        connection.close()
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[IO[bytes]]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "journal.lock").open("wb")
    except OSError as error:
        raise JournalError(f"the folder {folder} of the journal cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JournalError(f"the journal in {folder} is in use by another agent; stop that one first") from error
        yield lock
