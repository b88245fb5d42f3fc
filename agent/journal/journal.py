"""The journal as the rest of the agent uses it: one writer thread, one reader thread, nothing blocking in the loop.

Writing and looking up claims share the writer's thread, so a look-up sees every commit asked for before it. Facts to
send are read on a connection of their own that never writes.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from agent.core.contract.envelope import Row
from agent.core.corrections.targets import Target
from agent.core.desk.storage import Space
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError
from agent.core.times import iso
from agent.journal import notices, passage, retention, schema, store
from agent.journal.copies import Copies
from agent.journal.inspection import Place, Step, step
from agent.journal.lock import locked
from agent.journal.marks import Epoch, Watermarks
from agent.journal.opening import FILE_NAME, Opened, open_file
from agent.journal.parking import Parking
from agent.journal.passage import Passage, Stretch
from agent.journal.sessions import Sessions
from agent.journal.space import measured
from agent.journal.store import Commit, Page
from agent.journal.threads import Threads
from agent.journal.timing import COMMIT_S, Durations, Transit
from agent.journal.witness import Testimony, testimony

T = TypeVar("T")
TESTIFY_S = 1.0
"""Real seconds that the witness may lag behind."""


class Journal:
    """An open journal."""

    def __init__(self, folder: Path, opened: Opened, read: sqlite3.Connection, new_epoch: str, now: float) -> None:
        self._folder = folder
        self._plant_time = now
        """Of the last commit."""
        self._threads = Threads(folder, opened.connection, read)
        self.writing, self.reading = self._threads.writing, self._threads.reading
        self._witness = opened.witness
        self._testified_at = 0.0
        self.restored = opened.restored
        self.ever_sent = opened.marks.last_position
        """Position up to which anything can have been sent, by earlier runs too."""
        self.is_new = opened.marks.current.name == new_epoch
        """Whether its epoch began with this opening, so that nothing can have been sent of it before."""
        self.moved = asyncio.Event()
        """Set when a fact was committed or confirmed; whoever waits on it clears it."""
        self.delivered = asyncio.Event()
        """Set while the MES has everything."""
        self.noticed = asyncio.Event()
        """Set when there are notices; whoever waits on it clears it."""
        self.noticed.set()
        self.done_with = self._threads.done_with
        """Resolved, with the reason, when this file is not to be worked with any more: open it anew."""
        self.parking = Parking(self.reading, self.writing, self.noticed)
        self.sessions = Sessions(self.writing)
        self.copies = Copies(self.reading)
        self.commits = Durations(COMMIT_S)
        self.transit = Transit()
        self._written = opened.marks.last_position
        """The writer's own count of positions: its thread may be ahead of the loop."""
        self._stand(opened.marks)

    @property
    def marks(self) -> Watermarks:
        """Where the journal stands."""
        return self._marks

    @property
    def waiting(self) -> int:
        """Facts that the MES has not confirmed."""
        return self._marks.waiting

    @property
    def writing_since(self) -> float | None:
        """Loop time at which the writer's thread began the work in hand; None while it has none."""
        return self._threads.writer.busy_since

    @property
    def reading_since(self) -> float | None:
        """The same of the reader's thread."""
        return self._threads.reader.busy_since

    async def commit(self, commit: Commit, now: float) -> None:
        """Make everything durable together; returns when it is on the disk.

        Raises:
            JournalError: it could not be written, and nothing of it was.
        """
        if self.done_with.done():
            raise JournalError(f"nothing more is written to this journal: {self.done_with.result()}")

        def write(connection: sqlite3.Connection) -> None:
            store.append(connection, commit, self._written + 1, now)
            self._written += len(commit.facts)

        def stand() -> None:
            self._plant_time = now
            if commit.facts:
                self._stand(replace(self._marks, last_position=self._marks.last_position + len(commit.facts)))
                self.transit.committed(self._marks.last_position, time.monotonic())
                self.testify()

        began = time.monotonic()
        await self.writing(write, stand)
        self.commits.observe(time.monotonic() - began)

    async def confirm(self, name: str, through: int, now: float) -> None:
        """The MES has everything of an epoch up to this sequence; a lower one than known changes nothing.

        Raises:
            JournalError: it could not be written; it is to be said again.
        """
        epoch = self._marks.named(name)
        if epoch is None or through <= epoch.confirmed_through:
            return
        await self._put_epoch(replace(epoch, confirmed_through=through), now)

    async def lower(self, name: str, through: int, now: float, discrepancy: Discrepancy) -> None:
        """The MES has lost what it had confirmed above this sequence.

        Raises:
            JournalError: it could not be written; it is to be said again.
        """
        epoch = self._marks.named(name)
        if epoch is None or through >= epoch.confirmed_through:
            return
        await self.notice(f"mes-restored-{name}-{through}-{now:.3f}", discrepancy)
        await self._put_epoch(replace(epoch, confirmed_through=through), now)
        self.testify(at_once=True)

    def sent(self, position: int) -> None:
        """What stands up to here was handed to a broker."""
        self.ever_sent = max(self.ever_sent, position)

    async def renew(self, new_epoch: str, first_position: int, now: float, discrepancy: Discrepancy) -> None:
        """Begin a new epoch at a position, as the sequences of this one cannot be trusted; then open anew.

        What the MES has confirmed of this one stays in it.

        Raises:
            JournalError: it could not be written.
        """
        first_position = max(first_position, self._marks.current.confirmed_position + 1)
        begun = Epoch(new_epoch, first_position, 0, iso(now))
        earlier = tuple(epoch for epoch in self._marks.epochs if epoch.first_position < first_position)
        marks = replace(self._marks, epochs=(*earlier, begun))

        def write(connection: sqlite3.Connection) -> None:
            with store.transaction(connection):
                connection.execute(schema.DROP_EPOCHS, (first_position,))
                store.put_epoch(connection, begun)
                notices.put(connection, f"epoch-{new_epoch}", discrepancy)
            self._say(testimony(marks))

        def begin() -> None:
            self._stand(marks)
            self._threads.give_up(f"a new epoch begins: {discrepancy.evidence}")

        await self.writing(write, begin)

    async def read(self, after: int, limit: int) -> Page:
        """Facts of one epoch at the positions above `after`, in order and without a hole.

        Raises:
            JournalError: the file cannot be read.
        """
        marks = self._marks
        page = await self.reading(lambda connection: store.read(connection, marks, after, limit))
        await self.notice_damage(page.damaged)
        return page

    async def originals(self, positions: Sequence[int]) -> list[Row]:
        """The facts themselves, parked or not; those that are damaged or gone are left out."""
        marks = self._marks
        return await self.reading(lambda connection: store.read_originals(connection, marks, positions))

    async def original(self, target: Target) -> Row | None:
        """The fact itself that somebody names; None where no such fact stands there.

        Raises:
            JournalError: it cannot be told.
        """
        marks = self._marks
        return await self.reading(lambda connection: store.original(connection, marks, target))

    async def passage(self, stretch: Stretch, limit: int) -> Passage:
        """The facts of a work center at the next few positions of a stretch.

        Raises:
            JournalError: they cannot be read.
        """
        marks = self._marks
        return await self.reading(lambda connection: passage.read(connection, marks, stretch, limit))

    async def first_since(self, recorded: str) -> int:
        """The first position whose fact was recorded at this instant or later.

        Raises:
            JournalError: it cannot be told.
        """
        last = self._marks.last_position
        return await self.reading(lambda connection: passage.first_since(connection, last, recorded))

    async def latest(self, limit: int) -> list[Row]:
        """The last facts, in order."""
        marks = self._marks
        return await self.reading(lambda connection: store.latest(connection, marks, limit))

    async def first_position(self) -> int:
        """Position of the oldest fact that retention has left, 0 where there is none."""
        return await self.reading(lambda connection: int(connection.execute(schema.FIRST_POSITION).fetchone()[0]))

    async def oldest_waiting(self) -> str | None:
        """Recorded time of the oldest fact that the MES has not confirmed."""
        if not self.waiting:
            return None
        position = self._marks.confirmed_position + 1
        return await self.reading(lambda connection: store.recorded(connection, position))

    async def taken(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the claims that have been taken, with their values."""
        return await self.writing(lambda connection: store.taken(connection, keys)) if keys else {}

    async def notice(self, key: str, discrepancy: Discrepancy) -> None:
        """Keep what was found out until somebody has made a fact of it."""
        await self.writing(lambda connection: notices.put(connection, key, discrepancy))
        self.noticed.set()

    async def notices(self) -> list[tuple[str, Discrepancy]]:
        """What nobody has made a fact of yet, by key."""
        return await self.writing(notices.read)

    async def told(self, key: str) -> None:
        """The notice is a fact now."""
        await self.writing(lambda connection: notices.drop(connection, key))

    async def notice_damage(self, positions: Sequence[int]) -> None:
        """Facts at these positions are not what was written."""
        for position in positions:
            epoch = self._marks.at(position)
            now = self._plant_time
            evidence = {"epoch": epoch.name, "sequence": str(epoch.sequence(position))}
            key = f"damaged-{epoch.name}-{position}"
            await self.notice(key, Discrepancy("journal_damaged", now, now, evidence))

    async def inspect(self, place: Place) -> Step:
        """Look at the next few rows of the whole file.

        Raises:
            JournalDamagedError: it cannot be read there.
        """
        found = await self.reading(lambda connection: step(connection, place))
        await self.notice_damage(found.damaged)
        return found

    async def carry_over(self, by: float) -> None:
        """The clock is set by so many plant seconds: nothing is past its retention for that.

        Raises:
            JournalError: it could not be noted.
        """
        await self.writing(lambda connection: retention.carry_over(connection, by))

    async def retire(self, now: float, keep_s: float) -> int:
        """Remove a few facts that are past their retention; how many they were.

        Raises:
            JournalError: none was removed.
        """
        marks = self._marks
        return await self.writing(lambda connection: retention.retire(connection, marks, now, keep_s))

    async def retire_copies(self, now: float, keep_s: float, most: int, after: int | None) -> int | None:
        """Remove a little of the history of copies.

        Args:
            now: plant time, in seconds since 1970 UTC.
            keep_s: plant seconds that an entry is kept.
            most: entries of one object that are kept.
            after: the entry after which to look for objects that have more; None to begin anew.

        Returns:
            the entry after which to go on; None at the end.

        Raises:
            JournalError: nothing was removed.
        """
        await self.writing(lambda connection: retention.retire_history(connection, now, keep_s))
        return await self.writing(lambda connection: retention.trim_history(connection, after or 0, most))

    async def retire_claims(self, now: float, records_s: float) -> int:
        """Remove a few claims that nobody has touched for long; how many they were.

        Raises:
            JournalError: none was removed.
        """
        return await self.writing(lambda connection: retention.retire_claims(connection, now, records_s))

    async def space(self) -> Space:
        """What the journal takes and what its disk has left.

        Raises:
            JournalError: it cannot be told.
        """
        return await self.reading(lambda connection: measured(connection, self._folder / FILE_NAME))

    def testify(self, *, at_once: bool = False) -> None:
        """Let the witness know how far the journal is, about once a second, without waiting for it."""
        now = time.monotonic()
        if not at_once and now - self._testified_at < TESTIFY_S:
            return
        self._testified_at = now
        self._threads.writer.submit(self._say, testimony(self._marks))

    async def close(self) -> None:
        """Finish what is being written, then let go of the file."""
        if not self.done_with.done():
            self.testify(at_once=True)
        await asyncio.to_thread(self._threads.let_go)

    async def _put_epoch(self, epoch: Epoch, now: float) -> None:
        marks = self._marks.with_epoch(epoch)

        def write(connection: sqlite3.Connection) -> None:
            with store.transaction(connection):
                store.put_epoch(connection, epoch)
                retention.note_confirmation(connection, marks.confirmed_position, now)

        def stand() -> None:
            self._stand(self._marks.with_epoch(epoch))
            self.transit.confirmed(self._marks.confirmed_position, time.monotonic())

        await self.writing(write, stand)

    def _say(self, testimony: Testimony) -> None:
        # A full disk takes it later; until then the witness lags, which it may.
        with suppress(OSError):
            self._witness.write(testimony)

    def _stand(self, marks: Watermarks) -> None:
        self._marks = marks
        self.moved.set()
        if self.waiting:
            self.delivered.clear()
        else:
            self.delivered.set()


@asynccontextmanager
async def open_journal(folder: Path, new_epoch: str, now: float) -> AsyncIterator[Journal]:
    """Open the journal in this folder, making it where there is none.

    Args:
        folder: where it stands, on a local disk.
        new_epoch: name of the epoch that begins, should one.
        now: plant time, in seconds since 1970 UTC.

    Raises:
        JournalError: it is in use by another agent, or cannot be opened.
    """
    with locked(folder):
        opened = await asyncio.to_thread(open_file, folder, new_epoch, now)
        try:
            read = store.connect(folder / FILE_NAME, read_only=True)
        except JournalError:
            opened.connection.close()
            raise
        journal = Journal(folder, opened, read, new_epoch, now)
        try:
            yield journal
        finally:
            await journal.close()
