"""The one clock of the agent: plant time, which is real time except on simulated lines, where it runs faster."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from agent.core.identity import BLOCK_BITS
from agent.core.observations import Instant
from agent.core.settings import SimulationSettings


@dataclass(frozen=True, slots=True)
class Clock:
    """Plant time out of real time."""

    speed: float = 1.0
    """Plant seconds per real second."""
    real_start: float = 0.0
    plant_start: float = 0.0

    @staticmethod
    def of(simulation: SimulationSettings | None) -> Clock:
        """The clock that the configuration asks for."""
        if simulation is None:
            return Clock()
        return Clock(simulation.speed, simulation.real_start.timestamp(), simulation.plant_start.timestamp())

    def now(self) -> Instant:
        """This instant on both clocks, in plant seconds."""
        wall = self.plant_start + (time.time() - self.real_start) * self.speed
        return Instant(wall, time.monotonic() * self.speed)

    def real(self, plant_s: float) -> float:
        """Real seconds that so many plant seconds take."""
        return plant_s / self.speed


def draw_ids(now: Instant) -> UUID:
    """Base of a block of ids: a UUIDv7 (RFC 9562) whose last bits are left to count up."""
    milliseconds = int(now.wall * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(74 - BLOCK_BITS)
    high = (milliseconds << 16) | (0x7 << 12) | (random & 0xFFF)
    low = (0b10 << 62) | (random >> 12 << BLOCK_BITS)
    return UUID(int=(high << 64) | low)
