"""When a work center is meant to work, as a pure value: shifts, breaks, planned windows (domain.md R7, R8, R24).

It comes from the configuration, a pattern of the week, and for the time that it speaks of from the MES's directory
`calendar` instead. Slots tile time: each instant lies in exactly one. Of several windows at one instant the first of
`RANKS` is meant, then the one that started first. Outside every shift no work is planned, whatever else is: time
that is no operation time has no planned down time to take off it (ISO 22400).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from agent.core.directories import PublishedCalendar
from agent.core.facts import PlannedKind
from agent.core.shifts.calendar_settings import DAYS, CalendarSettings, PlannedSettings, ShiftSettings, minutes_between
from agent.core.shifts.plant_time import instant_of, local
from agent.core.values import replace

RANKS: tuple[PlannedKind, ...] = ("no_shift", "maintenance", "other", "break")
NEAR_DAYS, FAR_DAYS = 2, 15
"""How far around an instant its neighbouring shifts are looked for. A weekly shift comes again within 7 days, or within
14 where a zone crossed the date line and left out a day."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One dated shift."""

    shift_id: str
    business_date: str
    """YYYY-MM-DD, the local date on which it starts; a night shift belongs to the date on which it starts."""
    crew_id: str | None
    start: float
    """Epoch seconds, UTC."""
    end: float
    closed: bool = False
    """The MES has closed it: no edits any more (domain.md R21)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned window."""

    kind: PlannedKind
    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time without a boundary."""

    start: float
    """-inf where nothing comes before it."""
    end: float
    """The next boundary, +inf where none comes."""
    shift: Shift | None
    planned: Planned | None
    """Outside every shift: of kind `no_shift`, where shifts are known at all."""


@dataclass(frozen=True, slots=True)
class Worked:
    """One dated shift with its breaks."""

    shift: Shift
    breaks: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time and what is known of it, whole or around one instant."""

    start: float
    end: float
    worked: Sequence[Worked]
    windows: tuple[Planned, ...]
    shifts_known: bool

    def slot(self, at: float) -> Slot:
        """The slot that contains `at`, which lies within the span."""
        for worked in self.worked:
            shift = worked.shift
            if shift.start <= at < shift.end:
                limits = max(self.start, shift.start), min(self.end, shift.end)
                return _cut(at, limits, shift, (*self.windows, *worked.breaks))
        if not self.shifts_known:
            return _cut(at, (self.start, self.end), None, self.windows)
        start = max([self.start, *(worked.shift.end for worked in self.worked if worked.shift.end <= at)])
        end = min([self.end, *(worked.shift.start for worked in self.worked if worked.shift.start > at)])
        named = tuple(window for window in self.windows if window.kind == "no_shift")
        slot = _cut(at, (start, end), None, named)
        return slot if slot.planned is not None else replace(slot, planned=Planned("no_shift", "no shift", start, end))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of one work center."""

    zone: ZoneInfo
    """The plant's."""
    weekly: tuple[ShiftSettings, ...]
    """Pattern of the week, by configuration."""
    windows: tuple[Planned, ...]
    """Planned windows, by configuration."""
    published: Span | None
    """What the MES says in place of all that."""

    def slot(self, at: float) -> Slot:
        """The slot [start, end) that contains `at`."""
        return self._span(at).slot(at)

    def slots(self, start: float, end: float) -> Iterator[Slot]:
        """Slots that tile [start, end), cut off at both. Two neighbours may differ in nothing but their source."""
        at = start
        while at < end:
            slot = self.slot(at)
            yield replace(slot, start=at, end=min(slot.end, end))
            at = slot.end

    def shift_of(self, shift_id: str, business_date: str) -> Shift | None:
        """The shift of that name and date.

        One that the MES lists is as the MES says, even outside the time that its calendar is valid for. One of the
        configured pattern must lie outside that time, at least in part.
        """
        published = self.published
        key = (shift_id, business_date)
        listed = () if published is None else published.worked
        found = next((worked.shift for worked in listed if _key(worked.shift) == key), None)
        if found is not None:
            return found
        try:
            day = date.fromisoformat(business_date)
        except ValueError:
            return None
        shift = next((worked.shift for worked in self._day(day) if _key(worked.shift) == key), None)
        if shift is None or published is None or shift.start < published.start or shift.end > published.end:
            return shift
        return None

    def _span(self, at: float) -> Span:
        start, end = -inf, inf
        if self.published is not None:
            if self.published.start <= at < self.published.end:
                return self.published
            start, end = (start, self.published.start) if at < self.published.start else (self.published.end, end)
        return Span(start, end, self._around(at) if self.weekly else (), self.windows, bool(self.weekly))

    def _around(self, at: float) -> Sequence[Worked]:
        """The shifts of the pattern near an instant, with those next to it on both sides."""
        today = local(at, self.zone).date()
        found: list[Worked] = []
        for reach in (NEAR_DAYS, FAR_DAYS):
            days = (today + timedelta(days=number) for number in range(-reach, reach + 1))
            found = [worked for day in days for worked in self._day(day)]
            if found and found[0].shift.start <= at < found[-1].shift.start:
                break
        return found

    def _day(self, day: date) -> list[Worked]:
        """The shifts of the pattern that start on a local date."""
        worked = [_worked(shift, day, self.zone) for shift in self.weekly if DAYS[day.weekday()] in shift.days]
        return [one for one in worked if one.shift.start < one.shift.end]


NO_CALENDAR = Calendar(ZoneInfo("UTC"), (), (), None)
"""Nothing is known: one endless slot without shift and without planned window."""


def of_work_center(
    settings: CalendarSettings | None, zone: ZoneInfo | str, published: PublishedCalendar | None, wc_id: str
) -> Calendar:
    """The calendar of a work center; to be made once and kept for as long as both sources stay the same.

    Args:
        settings: the configured pattern, if any.
        zone: the plant's time zone.
        published: the MES's calendar for this work center (`Directories.calendar_of`), if any.
        wc_id: the work center.
    """
    zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    known = settings or CalendarSettings()
    windows = (_window(window, zone) for window in known.planned_of(wc_id))
    return Calendar(
        zone,
        known.shifts_of(wc_id),
        tuple(window for window in windows if window.start < window.end),
        None if published is None else _span_of(published),
    )


def _cut(at: float, limits: tuple[float, float], shift: Shift | None, windows: tuple[Planned, ...]) -> Slot:
    """The part of the limits around `at` in which the same window, or none, is the first in rank."""
    start, end = limits
    planned = min((window for window in windows if window.start <= at < window.end), key=_rank, default=None)
    if planned is not None:
        start, end = max(start, planned.start), min(end, planned.end)
        windows = tuple(window for window in windows if _rank(window) < _rank(planned))
    start = max([start, *(window.end for window in windows if window.end <= at)])
    end = min([end, *(window.start for window in windows if window.start > at)])
    return Slot(start, end, shift, planned)


def _key(shift: Shift) -> tuple[str, str]:
    return shift.shift_id, shift.business_date


def _rank(window: Planned) -> tuple[int, float, float, str]:
    return RANKS.index(window.kind), window.start, window.end, window.name


def _worked(shift: ShiftSettings, day: date, zone: ZoneInfo) -> Worked:
    begin = datetime.combine(day, shift.start)

    def at(minutes: int) -> float:
        return instant_of(begin + timedelta(minutes=minutes), zone)

    breaks = []
    for pause in shift.breaks:
        offset = minutes_between(shift.start, pause.start)
        breaks.append(Planned("break", pause.name, at(offset), at(offset + pause.minutes)))
    dated = Shift(shift.id, day.isoformat(), shift.crew, at(0), at(shift.minutes))
    return Worked(dated, tuple(pause for pause in breaks if pause.start < pause.end))


def _window(window: PlannedSettings, zone: ZoneInfo) -> Planned:
    def at(moment: datetime) -> float:
        return instant_of(moment, zone) if moment.tzinfo is None else moment.timestamp()

    return Planned(window.kind, window.name, at(window.start), at(window.end))


def _span_of(published: PublishedCalendar) -> Span:
    worked = [
        Worked(
            Shift(
                shift.shift_id,
                shift.business_date.isoformat(),
                shift.crew_id,
                shift.start.timestamp(),
                shift.end.timestamp(),
                shift.closed,
            ),
            tuple(
                Planned("break", pause.name, pause.start.timestamp(), pause.end.timestamp()) for pause in shift.breaks
            ),
        )
        for shift in published.shifts
    ]
    windows = (
        Planned(window.kind, window.name, window.start.timestamp(), window.end.timestamp())
        for window in published.planned
    )
    return Span(published.valid_from.timestamp(), published.valid_to.timestamp(), tuple(worked), tuple(windows), True)
