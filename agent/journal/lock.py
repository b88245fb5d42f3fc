"""One process at a time works on a journal."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.core.errors import JournalError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other process out while open; the folder is made where there is none.

    Raises:
        JournalError: another process is in, or the folder cannot be used.
    """
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
        yield
