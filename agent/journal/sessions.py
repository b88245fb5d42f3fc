"""The connections to the broker so far: their numbers only grow, and each names the run of the agent that made it."""

from __future__ import annotations

import sqlite3

from agent.journal import schema
from agent.journal.work import Work

MOST_KEPT = 10_000


class Sessions:
    """The sessions of an open journal."""

    def __init__(self, writing: Work) -> None:
        self._writing = writing

    async def begin(self, instance: str) -> int:
        """The number of a new session, greater than any before it."""

        def write(connection: sqlite3.Connection) -> int:
            number = connection.execute(schema.NEW_SESSION, (instance,)).lastrowid
            assert number is not None
            connection.execute(schema.FORGET_SESSIONS, (number - MOST_KEPT,))
            return number

        return await self._writing(write)

    async def knows(self, instance: str) -> bool:
        """Whether this journal was ever used by a run of this name."""
        return await self._writing(
            lambda connection: connection.execute(schema.KNOWN_INSTANCE, (instance,)).fetchone() is not None
        )

    async def adopt(self, instance: str) -> None:
        """Somebody says that this run was ours, though this journal does not remember it."""
        await self.begin(instance)
