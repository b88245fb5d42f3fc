"""Disks that are full, slow or broken."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agent.journal.journal import Journal

SIZE_MB = 2


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A folder that can be filled up: a file system of its own where we may mount one, else a capped database."""

    folder: Path
    mounted: bool

    async def fill(self, journal: Journal) -> None:
        """From here on nothing can be written."""
        if not self.mounted:
            await self._cap(journal, 1)
            return
        with (self.folder / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))

    async def free(self, journal: Journal) -> None:
        """There is space again."""
        if self.mounted:
            await asyncio.to_thread((self.folder / "ballast").unlink)
        else:
            await self._cap(journal, 2**30)

    async def _cap(self, journal: Journal, pages: int) -> None:
        """The database may not grow; SQLite answers as it does on a full disk."""
        await journal.writing(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchall())


@contextmanager
def small_disk(folder: Path, size_mb: int = SIZE_MB) -> Iterator[SmallDisk]:
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder))
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, mounted)
    finally:
        if mounted:
            unmount = ("umount", "-l", str(folder))
            subprocess.run(unmount, capture_output=True, check=True)


@asynccontextmanager
async def slow_disk(journal: Journal) -> AsyncIterator[None]:
    """Nothing is written while open."""
    released = threading.Event()
    journal._threads.writer.submit(released.wait)
    try:
        yield
    finally:
        released.set()


def broken(journal: Journal) -> None:
    """From here on no fact can be written."""
    journal._threads.write.execute(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON facts BEGIN SELECT RAISE(FAIL, 'bad'); END"
    )


def mended(journal: Journal) -> None:
    journal._threads.write.execute("DROP TRIGGER broken")
