"""Parked rows: facts that were taken out of the way of those behind them, visible and retryable."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.journal import notices, schema, store
from agent.journal.standins import Parked
from agent.journal.work import Work


class Parking:
    """The parked rows of an open journal."""

    def __init__(self, reading: Work, writing: Work, noticed: asyncio.Event) -> None:
        """Work on an open journal.

        Args:
            reading: runs what only reads.
            writing: runs what writes.
            noticed: set when there is something to be said.
        """
        self._reading = reading
        self._writing = writing
        self._noticed = noticed
        self.changed = asyncio.Event()
        """Set when something was parked or is asked for again; whoever waits on it clears it."""

    async def put(self, parked: Parked, key: str, discrepancy: Discrepancy) -> None:
        """Park a fact and keep, with it, what is to be said about it.

        Raises:
            JournalError: it could not be written; nothing was.
        """

        def write(connection: sqlite3.Connection) -> None:
            with store.transaction(connection):
                store.park(connection, parked)
                notices.put(connection, key, discrepancy)

        await self._writing(write)
        self.changed.set()
        self._noticed.set()

    async def remove(self, position: int) -> None:
        """It was sent after all."""
        await self._writing(lambda connection: connection.execute(schema.UNPARK, (position,)).rowcount)

    async def rows(self) -> list[Parked]:
        """Everything that is parked, by position."""
        return await self._reading(store.parked_rows)

    async def count(self) -> int:
        """How many there are."""
        return await self._reading(lambda connection: int(connection.execute(schema.PARKED_COUNT).fetchone()[0]))

    async def ask_again(self, positions: Sequence[int], at: float | None) -> None:
        """Have these sent again at this instant of plant time; None: not before somebody asks."""

        def write(connection: sqlite3.Connection) -> None:
            with store.transaction(connection):
                for position in positions:
                    for parked in store.parked_rows(connection, (position, position)):
                        store.park(connection, replace(parked, retry_at=at))

        await self._writing(write)
        self.changed.set()
