"""Which facts go to the MES at once and which with the next scheduled batch (requirements 87 to 90).

The sequence leaves no choice of order: an MES takes a hole in it for a loss. So a fact that goes at once takes along
all that wait before it, and a batch takes all there is. What is configured is which facts open the way.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from agent.core.facts import FACT_TYPES
from agent.core.settings_base import Seconds, Section
from agent.core.shifts.calendar_settings import Clock
from agent.core.shifts.plant_time import instant_of, local

EVERYTHING = "*"
TYPES = tuple(fact.TYPE for fact in FACT_TYPES)
Pattern = Annotated[str, Field(min_length=1, max_length=64)]


class ExchangeSettings(Section):
    """Which facts go to the MES at once; all others wait for the next batch, or for a fact that goes at once."""

    online: tuple[Pattern, ...] = (EVERYTHING,)
    """Fact types that go at once, such as `operation.*` or `output.recorded`; `*` stands for all, nothing for none."""
    batch_at: Annotated[tuple[Clock, ...], Field(max_length=96)] = ()
    """Times of the plant's clock, `HH:MM`, at which everything that waits is sent."""
    batch_every_s: Seconds | None = None
    """Seconds between two batches, counted from midnight UTC."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for pattern in self.online:
            if not any(fnmatchcase(known, pattern) for known in TYPES):
                raise ValueError(f"online: '{pattern}' is no type of fact; expected such as {', '.join(TYPES[-3:])}")
        if EVERYTHING not in self.online and not self.batch_at and self.batch_every_s is None:
            raise ValueError("what does not go online needs a batch: expected batch_at or batch_every_s")
        return self

    @property
    def is_immediate(self) -> bool:
        """Whether nothing ever waits."""
        return EVERYTHING in self.online


@lru_cache(maxsize=256)
def goes_online(settings: ExchangeSettings, fact_type: str) -> bool:
    """Whether a fact of this type goes at once."""
    return any(fnmatchcase(fact_type, pattern) for pattern in settings.online)


def batches_around(settings: ExchangeSettings, now: float, zone: ZoneInfo) -> tuple[float | None, float | None]:
    """The last instant up to `now` at which a batch was due, and the next one after it; seconds since 1970 UTC."""
    instants = [_at(now, days, clock, zone) for days in (-1, 0, 1) for clock in settings.batch_at]
    if settings.batch_every_s is not None:
        begun = now - now % settings.batch_every_s
        instants += [begun, begun + settings.batch_every_s]
    return max((at for at in instants if at <= now), default=None), min(
        (at for at in instants if at > now), default=None
    )


def _at(now: float, days: int, clock: time, zone: ZoneInfo) -> float:
    day = local(now, zone).date() + timedelta(days=days)
    return instant_of(datetime.combine(day, clock), zone)
