"""Follows the system's clock when somebody sets it: an hour that never was must be in no stop (domain.md R24)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from agent.clock import Clock
from agent.core.errors import JournalError
from agent.intake import Intake
from agent.journal.journal import Journal
from agent.logs.events import Event
from agent.logs.telling import tell

EVERY_S: Final = 0.5
"""Real seconds between two looks; until one the agent's clock goes on as before."""
STEP_S: Final = 2.0
"""Real seconds from which on the system's clock was set; less is followed without a word."""
NOISE_S: Final = 0.01
"""Real seconds that two clocks read one after the other may seem apart."""


class Timekeeper:
    """The agent's clock against the system's."""

    def __init__(self, clock: Clock, intake: Intake, journal: Journal) -> None:
        self._clock = clock
        self._intake = intake
        self._journal = journal

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Follow the system's clock where it was set; what cannot be noted waits for the next look."""
        by = self._clock.behind()
        real = abs(self._clock.real(by))
        if real > STEP_S:
            # First, as what was confirmed a moment ago would else be past its retention by the new time.
            with suppress(JournalError):
                await self._journal.carry_over(by)
                text = "the system's clock was set by %.1f s; open stops and counts are carried over"
                tell(Event.CLOCK_SET, text, by, step_s=by)
                self._intake.set_clock(by)
        elif real > NOISE_S:
            self._clock.follow(by)
