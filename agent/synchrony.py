"""Watches whether the system's clock is synchronised: without that nobody can trust the times of facts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from agent import kernel_clock
from agent.alarms import Alarms
from agent.core.settings import Settings
from agent.logs.events import Event

CODE: Final = Event.CLOCK_NOT_SYNCHRONIZED
EVERY_S: Final = 30.0
"""Real seconds between two looks."""
PATIENCE_S: Final = 300.0
"""Real seconds without a source of time after which somebody must act: after a start it takes some minutes."""
TEXT: Final = (
    "the clock of this PC has had no source of time for more than five minutes: facts may stand at wrong times. "
    "Is the time server reachable? `timedatectl` says what is configured; IT must act"
)


class Synchrony:
    """Of the clock that one agent goes by."""

    def __init__(
        self, alarms: Alarms, settings: Settings, known: Callable[[], bool | None] = kernel_clock.known
    ) -> None:
        """Nothing is known yet.

        Args:
            alarms: where it is said.
            settings: on a simulated line nobody minds.
            known: whether the clock is synchronised; None where nobody knows.
        """
        self._alarms = alarms
        self._minded = settings.simulation is None
        self._known = known
        self._lost_at: float | None = None
        self.present: bool | None = None
        """As of the last look; None where nobody knows."""

    async def run(self) -> None:
        """Look for ever, where anybody minds."""
        while self._minded:
            self.look(asyncio.get_running_loop().time())
            await asyncio.sleep(EVERY_S)

    def look(self, now: float) -> None:
        """Look once, at this time of the loop; where nobody knows nothing is said anew."""
        self.present = self._known()
        if self.present is None:
            self._lost_at = None
        elif self.present:
            self._lost_at = None
            self._alarms.clear(CODE)
        elif self._lost_at is None:
            self._lost_at = now
        elif now - self._lost_at >= PATIENCE_S:
            self._alarms.raise_alarm(CODE, TEXT)
