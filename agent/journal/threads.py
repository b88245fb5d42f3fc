"""The two connections of an open journal, each on a thread of its own, so that nothing blocks in the loop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from agent.core.errors import JournalDamagedError, JournalError
from agent.journal import store
from agent.journal.rescue import SUSPECT

T = TypeVar("T")
P = ParamSpec("P")


class OneThread(ThreadPoolExecutor):
    """A thread that says since when it has been at the work in hand."""

    def __init__(self, name: str) -> None:
        super().__init__(1, name)
        self.busy_since: float | None = None
        """The loop's time; None while it has nothing to do."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it after what was asked for before."""

        def work() -> T:
            self.busy_since = time.monotonic()  # as asyncio's loops tell time
            try:
                return fn(*args, **kwargs)
            finally:
                self.busy_since = None

        return super().submit(work)


class Threads:
    """One that writes and one that reads."""

    def __init__(self, folder: Path, write: sqlite3.Connection, read: sqlite3.Connection) -> None:
        self._folder = folder
        self.write, self.read = write, read
        self.writer = OneThread("journal-writer")
        self.reader = OneThread("journal-reader")
        self.done_with: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Resolved, with the reason, when this file is not to be worked with any more."""

    async def writing(self, work: Callable[[sqlite3.Connection], T], then: Callable[[], None] | None = None) -> T:
        """Work on the writer's thread.

        Args:
            work: what is to be written.
            then: done in the loop once that is on the disk, even if whoever waits for it has been cancelled.

        Raises:
            JournalError: SQLite could not do it.
        """
        written = asyncio.get_running_loop().run_in_executor(self.writer, work, self.write)
        if then is not None:
            written.add_done_callback(lambda done: None if done.cancelled() or done.exception() else then())
        try:
            return await asyncio.shield(written)
        except store.FAILURES as error:
            raise self._failed(error, f"the journal cannot be written: {error}; free space on its disk") from error
        except JournalDamagedError as error:
            self._suspect(str(error))
            raise

    async def reading(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on the reader's thread, which never writes.

        Raises:
            JournalError: SQLite could not do it.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self.reader, work, self.read)
        except store.FAILURES as error:
            raise self._failed(error, f"the journal cannot be read: {error}") from error
        except JournalDamagedError as error:
            self._suspect(str(error))
            raise

    def give_up(self, why: str) -> None:
        """This file is not to be worked with any more."""
        if not self.done_with.done():
            self.done_with.set_result(why)

    def let_go(self) -> None:
        """Finish what is being done, then close both."""
        self.writer.shutdown()
        self.reader.shutdown()
        self.read.close()
        self.write.close()

    def _failed(self, error: Exception, sentence: str) -> JournalError:
        failure = store.said(error, sentence)
        if isinstance(failure, JournalDamagedError):
            self._suspect(str(failure))
        return failure

    def _suspect(self, why: str) -> None:
        with suppress(OSError):
            (self._folder / SUSPECT).touch()
        self.give_up(why)
