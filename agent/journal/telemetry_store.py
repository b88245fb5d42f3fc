"""Telemetry on its way, in a file and a thread of its own: whatever happens here, the journal of facts knows nothing.

What is kept is bounded, and beyond the bound the oldest goes, counted: the count stands in the file until a later batch
of the same signal takes it along. A kill costs nothing that was appended; a power cut may cost the last seconds, as
only facts are worth a disk's time. A file that cannot be worked with is set aside, and another one begun.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from agent.core.errors import JournalError
from agent.core.telemetry import Channel, Sample, encoded, portions
from agent.journal.store import FULL, transaction
from agent.logs.events import Event
from agent.logs.telling import tell

T = TypeVar("T")
FILE_NAME: Final = "telemetry.sqlite"
ASIDE: Final = "telemetry.damaged.sqlite"
"""The file that could not be worked with; the one before it goes."""
VERSION: Final = 1
PASSING: Final = (*FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""What is wrong with the disk, or who else reads, and not with the file."""
MB: Final = 1_000_000
PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 4000000;
PRAGMA busy_timeout = 1000;
"""
TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE batches (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    wc_id TEXT NOT NULL,
    signal TEXT NOT NULL,
    count INTEGER NOT NULL,             -- values that are lost with it: its own, and those it tells of
    payload BLOB NOT NULL               -- the message, word for word
) STRICT;
CREATE TABLE untold (                   -- values that were dropped, until a batch of their signal tells of them
    wc_id TEXT NOT NULL,
    signal TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (wc_id, signal)
) STRICT;
PRAGMA user_version = {VERSION};
COMMIT;
"""
LAST_NUMBER = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'batches'"
INSERT = "INSERT INTO batches VALUES (?, ?, ?, ?, ?)"
READ = "SELECT number, wc_id, signal, payload FROM batches WHERE number > ? ORDER BY number LIMIT ?"
FORGET = "DELETE FROM batches WHERE number <= ?"
OLDEST = "SELECT number, wc_id, signal, count, length(payload) FROM batches WHERE number > ? ORDER BY number LIMIT 100"
ONE = "SELECT number, wc_id, signal, count, length(payload) FROM batches WHERE number = ?"
DROP = "DELETE FROM batches WHERE number = ?"
BY_SIGNAL = "SELECT wc_id, signal, sum(count) FROM batches GROUP BY wc_id, signal"
DROP_ALL = "DELETE FROM batches"
UNTOLD = "SELECT wc_id, signal, count FROM untold"
ADD_UNTOLD = """INSERT INTO untold VALUES (?, ?, ?)
    ON CONFLICT (wc_id, signal) DO UPDATE SET count = count + excluded.count"""
TELL = "DELETE FROM untold WHERE wc_id = ? AND signal = ?"
USED = (
    "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
)


@dataclass(frozen=True, slots=True)
class TelemetryBatch:
    """One message that waits."""

    number: int
    wc_id: str
    signal: str
    payload: bytes


class TelemetryStore:
    """What is kept of telemetry until the broker has it. Made at the first use."""

    def __init__(self, folder: Path, keep_mb: int, agent_urn: str) -> None:
        """Make the store.

        Args:
            folder: where its file stands; nobody else uses it.
            keep_mb: greatest size of the file in MB, but for its write-ahead log of a few MB.
            agent_urn: what every source begins with.
        """
        self._path = folder / FILE_NAME
        self._budget = keep_mb * MB
        self._agent_urn = agent_urn
        self._source = ""
        """Another one with each opening: after a power cut, or in a new file, numbers may begin anew."""
        self._thread = ThreadPoolExecutor(1, "telemetry-store")
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._last = 0
        self._handed_out = 0
        """Up to this number batches may be on their way, and are not dropped."""
        self.moved = asyncio.Event()
        """Set when something was appended; whoever waits on it clears it."""

    async def append(self, kept: Sequence[tuple[Channel, Sample]], dropped: Mapping[Channel, int]) -> int:
        """Keep these values, and the count of those that were dropped before they came here.

        Returns:
            how many older values had to go for them.

        Raises:
            JournalError: nothing was kept.
        """
        lost = await self._work(lambda connection: self._append(connection, kept, dropped))
        self.moved.set()
        return lost

    async def read(self, after: int, limit: int) -> list[TelemetryBatch]:
        """The oldest batches above a number; none of them is dropped from now on.

        Raises:
            JournalError: they cannot be read.
        """
        if self._connection is None and not self._path.exists():
            return []
        return await self._work(lambda connection: self._read(connection, after, limit))

    async def forget(self, through: int) -> None:
        """The broker has every batch up to this number.

        Raises:
            JournalError: it could not be noted; they are sent again after the next start.
        """
        await self._work(lambda connection: connection.execute(FORGET, (through,)))

    async def drop(self, number: int) -> None:
        """This batch cannot be sent.

        Raises:
            JournalError: it could not be dropped.
        """

        def work(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _lose(connection, connection.execute(ONE, (number,)).fetchall())

        await self._work(work)

    def shed(self) -> None:
        """Drop everything and give the space back, soon and without being waited for."""
        self._thread.submit(self._shed)

    async def close(self) -> None:
        """Finish what is being written, then let go of the file."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown(wait=False)

    async def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise JournalError("the agent stops; telemetry is kept for the next start")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._worked, work)

    def _worked(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) not in PASSING:
                self._set_aside(str(error))
            raise JournalError(f"telemetry cannot be kept in {self._path}: {error}; free space on its disk") from error
        except OSError as error:
            raise JournalError(f"telemetry cannot be kept in {self._path}: {error.strerror}") from error

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            connection.executescript(PRAGMAS)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                connection.executescript(TABLES)
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"it has version {version} where {VERSION} was expected")
            self._last = max(self._last, connection.execute(LAST_NUMBER).fetchone()[0])
        except sqlite3.Error:
            connection.close()
            raise
        self._source = f"{self._agent_urn}:{secrets.token_hex(4)}"
        return connection

    def _append(
        self, connection: sqlite3.Connection, kept: Sequence[tuple[Channel, Sample]], dropped: Mapping[Channel, int]
    ) -> int:
        by_channel: dict[Channel, list[Sample]] = {}
        for channel, sample in kept:
            by_channel.setdefault(channel, []).append(sample)
        last = self._last
        rows = []
        with transaction(connection):
            _add_untold(connection, ((one.wc_id, one.signal, count) for one, count in dropped.items()))
            untold = {(wc_id, signal): count for wc_id, signal, count in connection.execute(UNTOLD)}
            for channel, samples in by_channel.items():
                place = (channel.wc_id, channel.signal)
                for portion in portions(samples):
                    last += 1
                    told = untold.pop(place, 0)
                    if told:
                        connection.execute(TELL, place)
                    payload = encoded(self._source, channel, last, told, portion)
                    rows.append((last, *place, len(portion) + told, payload))
            connection.executemany(INSERT, rows)
            lost = self._make_room(connection)
        self._last = last
        return lost

    def _make_room(self, connection: sqlite3.Connection) -> int:
        """Drop the oldest until the file is within its budget; how many values they were."""
        lost = 0
        while (excess := _used(connection) - self._budget) > 0:
            oldest = []
            for row in connection.execute(OLDEST, (self._handed_out,)):
                oldest.append(row)
                excess -= row[4]
                if excess <= 0:
                    break
            if not oldest:
                break
            lost += _lose(connection, oldest)
        return lost

    def _read(self, connection: sqlite3.Connection, after: int, limit: int) -> list[TelemetryBatch]:
        found = [TelemetryBatch(*row) for row in connection.execute(READ, (after, limit))]
        if found:
            self._handed_out = max(self._handed_out, found[-1].number)
        return found

    def _shed(self) -> None:
        if self._connection is None and not self._path.exists():
            return
        try:
            self._worked(_emptied)
        except JournalError as error:
            tell(Event.TELEMETRY_DAMAGED, "%s; what was kept is given up uncounted", error)
            self._let_go()
            self._remove()

    def _set_aside(self, why: str) -> None:
        self._let_go()
        with suppress(OSError):
            self._path.replace(self._path.with_name(ASIDE))
            text = "the telemetry in %s cannot be worked with (%s); it is kept as %s"
            tell(Event.TELEMETRY_DAMAGED, text, self._path, why, ASIDE)
            self._remove()

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(FILE_NAME + ending).unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _used(connection: sqlite3.Connection) -> int:
    return int(connection.execute(USED).fetchone()[0])


def _lose(connection: sqlite3.Connection, rows: Sequence[tuple[int, str, str, int, int]]) -> int:
    """Drop batches and count their values; how many they were."""
    lost = Counter[tuple[str, str]]()
    for _, wc_id, signal, count, _ in rows:
        lost[wc_id, signal] += count
    _add_untold(connection, ((*place, count) for place, count in lost.items()))
    connection.executemany(DROP, ((row[0],) for row in rows))
    return lost.total()


def _add_untold(connection: sqlite3.Connection, counts: Iterable[tuple[str, str, int]]) -> None:
    connection.executemany(ADD_UNTOLD, counts)


def _emptied(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        _add_untold(connection, connection.execute(BY_SIGNAL).fetchall())
        connection.execute(DROP_ALL)
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
