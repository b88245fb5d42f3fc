"""The one clock of the agent: plant time, which is real time except on simulated lines, where it runs faster."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from uuid import UUID

from agent.core.identity import BLOCK_BITS
from agent.core.observations import Instant
from agent.core.settings import SimulationSettings


def _steady() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the PC sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _ahead() -> float:
    """Seconds by which the system's wall clock is ahead of the steady one; it changes only where somebody sets it."""
    return time.time() - _steady()


@dataclass(slots=True)
class Clock:
    """Plant time out of real time. It goes on steadily when the system's clock is set, until it is told to follow."""

    speed: float = 1.0
    """Plant seconds per real second."""
    real_start: float = 0.0
    plant_start: float = 0.0
    _followed: float = field(default_factory=_ahead)

    @staticmethod
    def of(simulation: SimulationSettings | None) -> Clock:
        """The clock that the configuration asks for."""
        if simulation is None:
            return Clock()
        return Clock(simulation.speed, simulation.real_start.timestamp(), simulation.plant_start.timestamp())

    @property
    def is_real(self) -> bool:
        """Whether plant time is real time, and not that of a simulated line."""
        return self.speed == 1.0 and self.plant_start == self.real_start

    def now(self) -> Instant:
        """This instant on both clocks, in plant seconds."""
        steady = _steady()
        wall = self.plant_start + (steady + self._followed - self.real_start) * self.speed
        return Instant(wall, steady * self.speed)

    def real(self, plant_s: float) -> float:
        """Real seconds that so many plant seconds take."""
        return plant_s / self.speed

    def behind(self) -> float:
        """Plant seconds by which the system's clock is ahead of this one; negative where it was set back."""
        return (_ahead() - self._followed) * self.speed

    def follow(self, plant_s: float) -> None:
        """Go on so many plant seconds later."""
        self._followed += plant_s / self.speed


def draw_ids(now: Instant) -> UUID:
    """Base of a block of ids: a UUIDv7 (RFC 9562) whose last bits are left to count up."""
    milliseconds = int(now.wall * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(74 - BLOCK_BITS)
    high = (milliseconds << 16) | (0x7 << 12) | (random & 0xFFF)
    low = (0b10 << 62) | (random >> 12 << BLOCK_BITS)
    return UUID(int=(high << 64) | low)
