"""Stops that are over, as a station remembers them: the last ones, and earlier ones that nobody has explained."""

from __future__ import annotations

from agent.core.state import ClosedStop, Floor
from agent.core.stops.segments import Segment, Stop
from agent.core.values import replace

LAST_STOPS = 12
"""Stops that are shown after they closed."""
MOST_UNEXPLAINED = 8
"""Earlier ones beside them that nobody has explained: short stops crowd them out, and somebody should."""


def remembered(floor: Floor, stop: Stop) -> Floor:
    """With a stop that closed, or was edited since."""
    others = [one for one in floor.closed_stops if one.stop_id != stop.stop_id]
    stops = _newest_first([_noted(stop), *others])
    earlier = [one for one in floor.unexplained_stops if one.stop_id != stop.stop_id]
    earlier = [one for one in _newest_first([*stops[LAST_STOPS:], *earlier]) if one.unexplained is not None]
    last = floor.last_stop
    newest = last is None or last.stop_id == stop.stop_id or last.start <= stop.start
    return replace(
        floor,
        closed_stops=tuple(stops[:LAST_STOPS]),
        unexplained_stops=tuple(earlier[:MOST_UNEXPLAINED]),
        last_stop=stop.in_short if newest else last,
    )


def forgotten(floor: Floor, stop_id: str) -> Floor:
    """Without a stop that is void."""
    last = floor.last_stop
    return replace(
        floor,
        closed_stops=tuple(one for one in floor.closed_stops if one.stop_id != stop_id),
        unexplained_stops=tuple(one for one in floor.unexplained_stops if one.stop_id != stop_id),
        last_stop=None if last is not None and last.stop_id == stop_id else last,
    )


def last_explainable(stop: Stop) -> Segment:
    """The last segment that a person can explain."""
    return next((one for one in reversed(stop.segments) if one.segment_class != "planned"), stop.last)


def _noted(stop: Stop) -> ClosedStop:
    assert stop.end is not None
    open_points = (one for one in stop.segments if one.segment_class in {"down", "unknown"})
    first = next((one for one in open_points if one.reason is None or one.reason.code == "UNCODED"), None)
    part = last_explainable(stop) if first is None else first
    return ClosedStop(
        stop_id=stop.stop_id,
        stop_class=stop.stop_class,
        condition=stop.condition,
        start=stop.start,
        end=stop.end,
        reason="" if stop.reason is None else stop.reason.code,
        unexplained=None if first is None else stop.id_of(first),
        part=part.number,
        since=part.start,
        until=stop.end if part.end is None else part.end,
    )


def _newest_first(stops: list[ClosedStop]) -> list[ClosedStop]:
    return sorted(stops, key=lambda one: one.start, reverse=True)
