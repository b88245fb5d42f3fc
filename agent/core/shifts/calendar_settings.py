"""The plant's working time by configuration: shifts and breaks of a week, and planned windows (domain.md R7, R8).

All of it in the plant's local time, `agent.time_zone`. Whether a time exists on a day is for `plant_time` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time
from itertools import combinations
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from agent.core.settings_base import Id, Section

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
"""Minutes of a day on the wall clock."""
_HOURS_MINUTES = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _checked_clock(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(_HOURS_MINUTES, value):
        return value
    if isinstance(value, time) and value.tzinfo is None and not (value.second or value.microsecond):
        return value
    raise ValueError("expected a time of the plant's clock from '00:00' to '23:59'")


def _written(clock: time) -> str:
    return f"{clock:%H:%M}"


def _checked_moment(value: object) -> object:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if isinstance(moment, datetime):
        return moment
    raise ValueError("expected a date and time, such as '2026-05-01T06:00' or '2026-05-01T06:00:00+05:00'")


Clock = Annotated[
    time,
    BeforeValidator(_checked_clock),
    PlainSerializer(_written, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _HOURS_MINUTES}),
]
Moment = Annotated[datetime, BeforeValidator(_checked_moment), WithJsonSchema({"type": "string"})]
Name = Annotated[str, Field(min_length=1, max_length=100)]


def minutes_between(start: time, end: time) -> int:
    """Minutes on the wall clock from one time to the next coming of the other; 0 to 1439."""
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % DAY_MIN


class BreakSettings(Section):
    """A break that a shift always has."""

    name: Name
    """What people call it."""
    start: Clock
    """When it starts, `HH:MM`."""
    end: Clock
    """When it ends, `HH:MM`."""

    @property
    def minutes(self) -> int:
        """How long it lasts on the wall clock."""
        return minutes_between(self.start, self.end)


class ShiftSettings(Section):
    """A shift that comes again every week."""

    id: Id
    """Name of the shift; with the date on which it starts it names one shift."""
    start: Clock
    """When it starts, `HH:MM`."""
    end: Clock
    """When it ends, `HH:MM`; not later than the start means on the next day."""
    days: tuple[Day, ...] = Field(default=DAYS[:5], min_length=1)
    """Days on which it starts."""
    crew: Id | None = None
    """The crew that works it, where that is always the same."""
    work_centers: tuple[Id, ...] | None = Field(default=None, min_length=1)
    """Work centers that it is for; without it all."""
    breaks: tuple[BreakSettings, ...] = Field(default=(), alias="break")
    """Its breaks."""

    @property
    def minutes(self) -> int:
        """How long it lasts on the wall clock; on a day of 23 or 25 hours its true length differs."""
        return minutes_between(self.start, self.end) or DAY_MIN

    @property
    def starts(self) -> tuple[int, ...]:
        """Minutes of the week, from Monday 00:00, at which it starts."""
        return tuple(
            number * DAY_MIN + self.start.hour * 60 + self.start.minute
            for number, day in enumerate(DAYS)
            if day in self.days
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for pause in self.breaks:
            where = f"shift '{self.id}': break '{pause.name}' from {pause.start:%H:%M} to {pause.end:%H:%M}"
            if not pause.minutes:
                raise ValueError(f"{where} has no length")
            if minutes_between(self.start, pause.start) + pause.minutes > self.minutes:
                raise ValueError(f"{where} does not lie within the shift, {self.start:%H:%M} to {self.end:%H:%M}")
        return self


class PlannedSettings(Section):
    """A dated window in which the machine is not meant to produce."""

    kind: Literal["maintenance", "other"]
    """Planned maintenance, or anything else that is planned, such as a public holiday."""
    name: Name
    """What people call it."""
    start: Moment
    """When it starts: with an offset (RFC 3339), or without one in the plant's local time."""
    end: Moment
    """When it ends, written as the start is."""
    work_centers: tuple[Id, ...] | None = Field(default=None, min_length=1)
    """Work centers that it is for; without it all."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.start.tzinfo is None) != (self.end.tzinfo is None):
            raise ValueError(f"planned window '{self.name}': expected an offset at both of start and end, or at none")
        if self.start >= self.end:
            raise ValueError(f"planned window '{self.name}': its end must be later than its start")
        return self


class CalendarSettings(Section):
    """When the plant works, for as long as the MES does not say it itself in its directory `calendar`.

    A local time that a change of the clock leaves out is the instant of the change; one that comes twice, the first.
    """

    shift: tuple[ShiftSettings, ...] = ()
    """The shifts of a week. A work center with none has no shifts, and no time is outside them."""
    planned: tuple[PlannedSettings, ...] = ()
    """Planned windows. Within a shift they go before its breaks; outside the shifts no work is planned anyway."""

    def shifts_of(self, wc_id: str) -> tuple[ShiftSettings, ...]:
        """The shifts of a work center."""
        return tuple(shift for shift in self.shift if shift.work_centers is None or wc_id in shift.work_centers)

    def planned_of(self, wc_id: str) -> tuple[PlannedSettings, ...]:
        """The planned windows of a work center."""
        return tuple(window for window in self.planned if window.work_centers is None or wc_id in window.work_centers)

    def strangers(self, known: list[str]) -> Iterator[str]:
        """Work centers named here that are not among the known ones."""
        parts: tuple[ShiftSettings | PlannedSettings, ...] = (*self.shift, *self.planned)
        for part in parts:
            yield from (wc_id for wc_id in part.work_centers or () if wc_id not in known)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for one, other in combinations(self.shift, 2):
            if one.work_centers and other.work_centers and not set(one.work_centers) & set(other.work_centers):
                continue
            if one.id == other.id and set(one.days) & set(other.days):
                raise ValueError(f"shift '{one.id}' stands twice on one day; expected a different id each")
            if _overlap(one, other):
                raise ValueError(f"shifts '{one.id}' and '{other.id}' overlap; a work center works one at a time")
        return self


def _overlap(one: ShiftSettings, other: ShiftSettings) -> bool:
    week = len(DAYS) * DAY_MIN
    return any(
        (late - early) % week < one.minutes or (early - late) % week < other.minutes
        for early in one.starts
        for late in other.starts
    )
