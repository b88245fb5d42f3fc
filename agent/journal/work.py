"""How a part of the journal gets its work onto the thread that owns the connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Work(Protocol):
    """Runs on a thread of the journal; raises JournalError where SQLite cannot do it."""

    async def __call__(self, work: Callable[[sqlite3.Connection], T], /) -> T:
        """What the work returned."""
        ...
