"""Watches the space that is left for facts: says how well off the journal is, and how long that lasts.

Telemetry is shed first, then detail, facts never. At the reserve people are refused aloud, so that what machines count
still finds space.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from logging import ERROR
from typing import Final, Protocol

from agent.alarms import Alarms
from agent.clock import Clock
from agent.core.desk.storage import Limits, Pace, Space
from agent.core.errors import JournalError
from agent.core.facts import StorageLevel
from agent.core.observations import Storage
from agent.core.settings import JournalSettings
from agent.intake import Intake
from agent.journal.journal import Journal

EVERY_S = 2.0
"""Real seconds between two looks."""
MB = 1_000_000
WORDS: Final[dict[StorageLevel, str]] = {
    "low": "no telemetry is kept",
    "scarce": "neither telemetry nor detail is kept",
    "reserve": "scans and entries are refused, only machines are counted on",
}


class Sheddable(Protocol):
    """What is kept only while there is space enough."""

    def shed(self) -> None:
        """Keep nothing from now on, and let go of what is kept."""

    def resume(self) -> None:
        """There is space again."""


class StorageWatch:
    """The space of one journal."""

    def __init__(
        self,
        journal: Journal,
        intake: Intake,
        clock: Clock,
        alarms: Alarms,
        settings: JournalSettings,
        sheddable: tuple[Sheddable, ...],
    ) -> None:
        self._journal = journal
        self._intake = intake
        self._clock = clock
        self._alarms = alarms
        budget = settings.budget_mb
        self._limits = Limits(settings.reserve_mb * MB, None if budget is None else budget * MB)
        self._sheddable = sheddable
        self._is_shed = False
        self._pace = Pace()
        self.autonomy_s: float | None = None
        """Plant seconds until only the reserve is left, at the present pace of facts; None while unknown."""
        self.space: Space | None = None
        """As it was measured last; None where it never was."""
        self.parked = 0
        """Facts that are parked."""

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            # Whoever has something to write or to send tells of a journal that cannot be worked with.
            with suppress(JournalError):
                await self.look_once()
            self._journal.testify()
            await asyncio.sleep(EVERY_S)

    async def look_once(self) -> None:
        """Measure, and tell whoever must know.

        Raises:
            JournalError: it cannot be measured now.
        """
        space = self.space = await self._journal.space()
        now = self._clock.now()
        level = self._limits.level(space, self._intake.storage)
        if level != self._intake.storage:
            self._intake.note(Storage(None, level, space.free_bytes, space.journal_bytes, now))
        self._shed(level)
        self._pace.observe(now.wall, self._journal.marks.last_position)
        self.autonomy_s = self._pace.lasts(self._limits.left(space) - self._limits.reserve, space)
        self.parked = await self._journal.parking.count()
        if self.parked:
            text = "facts are parked that the broker or the MES did not take; see lineside parked"
            self._alarms.raise_alarm("parked", text)
        else:
            self._alarms.clear("parked")

    def _shed(self, level: StorageLevel) -> None:
        if level == "ample":
            self._alarms.clear("storage")
        else:
            text = f"space for facts is {level}: {WORDS[level]}; free space on the journal's disk"
            self._alarms.raise_alarm("storage", text, ERROR if level == "reserve" else None)
        if self._is_shed != (level != "ample"):
            self._is_shed = not self._is_shed
            for kept in self._sheddable:
                if self._is_shed:
                    kept.shed()
                else:
                    kept.resume()
