"""Which digests are to be made of the journal: of each shift, of each day, and those that the MES asked for.

The desk remembers them until their figures come in; a kill in between costs the work, not the digest, and makes none
twice: its natural key is work center, scope and stretch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from agent.core.facts import Fact, ShiftSummary
from agent.core.shifts.plant_time import local
from agent.core.values import replace

DigestScope: TypeAlias = Literal["shift", "day", "request"]
MOST_WANTED: Final = 50
"""More are not remembered; a snapshot is small."""
MOST_DAYS: Final = 3
"""Days that are made up for after the agent was off."""
DEFAULT_DAILY_AT: Final = time(8)
UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest that is to be made."""

    scope: DigestScope
    wc_id: str
    key: str
    """Names the stretch: the id of the summary that ends it, the business date, or the id of the command."""
    first_id: str | None = None
    """Of a stretch between two summaries: its first fact, and how many there are."""
    facts: int = 0
    start: str | None = None
    end: str | None = None
    business_date: str | None = None
    shift_id: str | None = None


@dataclass(frozen=True, slots=True)
class Plant:
    """What the desk knows of the plant."""

    centers: tuple[str, ...] = ()
    """The work centers of this agent."""
    zone: ZoneInfo = UTC
    daily_at: time = DEFAULT_DAILY_AT
    """When the digest of the business day before is made, on the plant's clock."""

    def over(self, now: float) -> date:
        """The last business date whose digest is due by now."""
        at = local(now, self.zone)
        return at.date() - timedelta(days=1 if at.time() >= self.daily_at else 2)


NO_PLANT: Final = Plant()


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be made."""

    wanted: tuple[Wanted, ...] = ()
    """The oldest first."""
    day: str = ""
    """The last business date that was asked for."""

    def asking(self, wanted: Wanted) -> Agenda:
        """With one more."""
        return replace(self, wanted=(*self.wanted, wanted)[-MOST_WANTED:])

    def without(self, made: Wanted) -> Agenda:
        """It has been made."""
        return replace(self, wanted=tuple(one for one in self.wanted if one != made))

    def find(self, scope: str, wc_id: str, key: str) -> Wanted | None:
        """The one that is wanted under these names."""
        return next((one for one in self.wanted if (one.scope, one.wc_id, one.key) == (scope, wc_id, key)), None)

    def at(self, now: float, plant: Plant) -> Agenda:
        """With those of the days that are over by now."""
        over = plant.over(now)
        if not self.day or not plant.centers:
            return self if self.day else replace(self, day=over.isoformat())
        agenda = self
        for day in _days(date.fromisoformat(self.day), over):
            for wc_id in plant.centers:
                agenda = agenda.asking(Wanted("day", wc_id, day.isoformat(), business_date=day.isoformat()))
        return agenda if agenda is self else replace(agenda, day=over.isoformat())


NOTHING: Final = Agenda()


def of_shift(fact: Fact) -> Wanted | None:
    """The digest of the stretch that a shift's summary ends; None where it is another fact."""
    data = fact.data
    if not isinstance(data, ShiftSummary) or data.keys.wc_id is None:
        return None
    shift = data.shift
    return Wanted(
        scope="shift",
        wc_id=data.keys.wc_id,
        key=str(fact.id),
        first_id=data.first_id,
        facts=data.facts,
        start=data.start,
        end=data.end,
        business_date=None if shift is None else shift.business_date,
        shift_id=None if shift is None else shift.shift_id,
    )


def midnight(day: str, zone: ZoneInfo) -> datetime:
    """The beginning of a date on the plant's clock."""
    return datetime.combine(date.fromisoformat(day), time(0), zone)


def _days(after: date, until: date) -> Iterator[date]:
    first = max(after + timedelta(days=1), until - timedelta(days=MOST_DAYS - 1))
    while first <= until:
        yield first
        first += timedelta(days=1)
