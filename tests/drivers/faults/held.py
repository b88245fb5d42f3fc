"""What a driver leaves behind in the process that it lives in: tasks and open files, sockets among them."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_NUMBER: Final = re.compile(r"\[\d+\]|(?<=^/dev/pts/)\d+")
"""A device that was plugged in again may have another, and so has each socket."""


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds at a moment."""

    tasks: int
    files: tuple[str, ...]
    """What each open file is, in the kernel's words, without its number."""

    @classmethod
    def now(cls) -> Self:
        """As it is."""
        files = []
        for link in Path("/proc/self/fd").iterdir():
            # The file by which this folder is read is gone when it is looked at.
            with suppress(OSError):
                files.append(_NUMBER.sub("", str(link.readlink())))
        return cls(len(asyncio.all_tasks()), tuple(files))

    def more_than(self, before: Self) -> list[str]:
        """What there is more of, in words."""
        found = [f"{self.tasks - before.tasks} tasks"] if self.tasks > before.tasks else []
        more = Counter(self.files) - Counter(before.files)
        return [*found, *(f"{count} {name}" for name, count in sorted(more.items()))]


async def nothing_more(before: Held, within_s: float = 2.0) -> list[str]:
    """What is held more than before, when it had time to end."""
    deadline = time.monotonic() + within_s
    while (more := Held.now().more_than(before)) and time.monotonic() < deadline:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    return more
