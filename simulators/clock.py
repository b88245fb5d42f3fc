"""Plant time: what the wall clock of a simulated plant shows, faster than ours where the line runs faster."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class Clock:
    """An anchor between real and plant time: plant = plant_start + (real - real_start) * speed.

    Every process of one simulated plant is given the same anchor, so all of them agree on the time, restarts included.
    A machine's day begins at `plant_start`.

    Raises:
        ValueError: the times have no zone, `plant_start` is finer than a millisecond, or `speed` is not above 0.
    """

    real_start: datetime
    """The real instant at which plant time stood at `plant_start`."""
    plant_start: datetime
    """Plant time at `real_start`, on a whole millisecond as the truth log is written in milliseconds."""
    speed: float = 1.0
    """Plant seconds per real second."""

    def __post_init__(self) -> None:
        """Refuse an anchor that cannot be used."""
        if self.real_start.tzinfo is None or self.plant_start.tzinfo is None:
            raise ValueError("real_start and plant_start need a time zone, such as UTC")
        if self.plant_start.microsecond % 1000:
            raise ValueError(f"plant_start is {self.plant_start}; expected whole milliseconds, see Clock.starting()")
        if self.speed <= 0:
            raise ValueError(f"speed is {self.speed}; expected plant seconds per real second, above 0")

    @classmethod
    def starting(cls, speed: float = 1.0) -> Self:
        """The anchor of a plant whose day begins now."""
        now = datetime.now(UTC)
        return cls(now, now.replace(microsecond=now.microsecond // 1000 * 1000), speed)

    def now(self) -> datetime:
        """Plant time now, in UTC."""
        return self.plant_start.astimezone(UTC) + (datetime.now(UTC) - self.real_start) * self.speed

    def elapsed(self) -> float:
        """Plant seconds since the day began."""
        return self.seconds(self.now())

    def seconds(self, plant: datetime) -> float:
        """Plant seconds from the day's begin to an instant of plant time."""
        return (plant - self.plant_start).total_seconds()

    def plant(self, seconds: float) -> datetime:
        """The instant of plant time so many plant seconds after the day began, in UTC."""
        return self.plant_start.astimezone(UTC) + timedelta(seconds=seconds)

    def real(self, plant: datetime) -> datetime:
        """The real instant, in UTC, at which plant time is `plant`."""
        return self.real_start.astimezone(UTC) + (plant - self.plant_start) / self.speed

    async def sleep_until(self, plant: datetime) -> None:
        """Sleep until plant time is `plant`; where that is past, let other tasks run once."""
        await asyncio.sleep(self._left(plant))
        # The event loop's clock and the wall clock drift apart, so a sleep may end a moment early.
        while left := self._left(plant):  # noqa: ASYNC110  # time is no event
            await asyncio.sleep(left)

    def _left(self, plant: datetime) -> float:
        return max(0.0, (self.real(plant) - datetime.now(UTC)).total_seconds())
