"""Stops as people are shown them: the open one with its parts, and those that are over."""

from __future__ import annotations

from agent.core.directories import Directories
from agent.core.state import ClosedStop
from agent.core.station import Station
from agent.core.stops.reasons import first_out
from agent.core.stops.segments import Segment, Stop
from agent.core.stops.stop_view import ClosedStopView, PartView, StopView
from agent.core.times import iso


def open_stop(stop: Stop, station: Station, directories: Directories) -> StopView:
    """The stop that is open."""
    machine = station.setup.machine
    alarms = directories.alarms_of(machine.work_center)
    rule = alarms.rule(first_out(station.state.stops.alarms, stop.start, machine.stop, alarms))
    return StopView(
        stop_id=stop.stop_id,
        stop_class=stop.last.segment_class,
        condition=stop.condition,
        start=iso(stop.start),
        reason_code=None if stop.reason is None else stop.reason.code,
        reason_wanted=stop.reason is None and stop.last.segment_class == "down",
        segment_id=stop.id_of(stop.last),
        inherited=stop.last.inherited is not None,
        suggested_reason=None if rule is None else rule.reason,
        manual=stop.manual,
        parts=tuple(_part(stop, segment) for segment in stop.segments),
    )


def closed_stops(station: Station, now: float) -> tuple[ClosedStopView, ...]:
    """Those that are over and remembered, newest first."""
    floor = station.state.floor
    return tuple(_closed(stop, station, now) for stop in (*floor.closed_stops, *floor.unexplained_stops))


def _part(stop: Stop, segment: Segment) -> PartView:
    return PartView(
        segment_id=stop.id_of(segment),
        segment_class=segment.segment_class,
        since=iso(segment.start),
        until=None if segment.end is None else iso(segment.end),
        reason_code=None if segment.reason is None else segment.reason.code,
        inherited=segment.inherited is not None,
        comment=segment.comment,
    )


def _closed(stop: ClosedStop, station: Station, now: float) -> ClosedStopView:
    since = stop.start if stop.since is None else stop.since
    return ClosedStopView(
        stop_id=stop.stop_id,
        stop_class=stop.stop_class,
        condition=stop.condition,
        start=iso(stop.start),
        end=iso(stop.end),
        reason_code=stop.reason,
        unexplained=stop.unexplained,
        segment_id=f"{stop.stop_id}.{stop.part}",
        since=iso(since),
        until=iso(stop.end if stop.until is None else stop.until),
        late=_is_late(station, since, now),
    )


def _is_late(station: Station, since: float, now: float) -> bool:
    """Whether the shift that this instant lies in is over."""
    shift = None if station.working is None else station.working.calendar.slot(since).shift
    return shift is not None and shift.end < now
