"""Stops that a gap was told as, told anew: what never was is void, what went on goes on, what was is told (R15)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from agent.core.backfill import telling
from agent.core.backfill.joining import joined
from agent.core.backfill.reckoning import Reckoned, Spent
from agent.core.machine.conditions import Condition
from agent.core.machine.unwatched import Unwatched
from agent.core.shifts import figures
from agent.core.shifts.retold import retold
from agent.core.shifts.spans import Span
from agent.core.stops import closed_stops, reasons, standstill, stops
from agent.core.stops.segments import Segment, Stop
from agent.core.stops.standstill import stop_claim
from agent.core.turn import Turn
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class ToldStops:
    """Stops as they were told."""

    lost: tuple[Stop, ...]
    """Of the class unknown: the stretch itself."""
    standing: Stop | None
    """That was open when the stretch began and was told to have ended there."""
    following: Stop | None
    """That began where the stretch ends."""

    def is_standing(self, stop: Stop) -> bool:
        """Whether it is the one that was open when the stretch began."""
        return self.standing is not None and stop.stop_id == self.standing.stop_id


def retell(turn: Turn, stretch: Unwatched, found: Reckoned, told: ToldStops) -> None:
    """Tell the stops of a stretch anew, and the figures with them."""
    over, tail = _at_the_end(turn, stretch, found, told)
    came: list[Stop] = []
    if tail is not None:
        whole = _going_on(turn, stretch, told, tail)
        if whole is None:
            over.append(reasons.coded(tail.ended(_stood_until(stretch, told))))
        else:
            came.append(whole)
    left = [one for one in told.lost if any(_same_time(one, other) for other in over)]
    for lost in told.lost:
        if lost not in left:
            _void(turn, stretch, lost, None)
    others = [one for one in over if not any(_same_time(one, lost) for lost in left)]
    came.extend(_told(turn, stretch, told, one) for one in others)
    _retell_time(turn, stretch, found.spent, came, told)


def _at_the_end(turn: Turn, stretch: Unwatched, found: Reckoned, told: ToldStops) -> tuple[list[Stop], Stop | None]:
    """The stops that ended in the stretch, and the one that stands at its end."""
    over, watch = list(found.closed), found.stops
    if watch.open is not None and watch.running_since is not None:
        # It ran where it was seen again, so that is where the stop ended.
        return [*over, reasons.coded(watch.open.ended(watch.running_since))], None
    began = watch.standing_since
    if watch.open is None and began is not None and began < stretch.end:
        rules, until = turn.stop_rules(), stretch.end
        if told.following is not None:
            watch, _ = stops.confirmed_by_hand(watch, rules, "")
        elif stretch.stood_until is not None:
            # Too short to be a stop on either side of the end, and one with both.
            until = stretch.stood_until
        watch, _ = stops.advance(watch, until, rules, "")
    return over, watch.open


def _going_on(turn: Turn, stretch: Unwatched, told: ToldStops, tail: Stop) -> Stop | None:
    """The stop that a standstill at the end of the stretch is a part of, told so; None where it ends there."""
    following, first = told.following, told.is_standing(tail)
    if following is not None:
        longest_s = turn.setup.machine.stop.minor_stop_max_s
        whole = joined(tail, following, stretch.end, longest_s, keep_first=first)
        if whole is None:
            return None
        if first and told.standing is not None:
            _void(turn, stretch, following, whole.stop_id)
            _put(turn, stretch, told.standing, whole)
            _grown(turn, following, whole)
        else:
            _put(turn, stretch, following, whole)
        return whole
    if turn.stops.open is not None or turn.stops.standing_since != stretch.end:
        return None
    if first and told.standing is not None:
        _put(turn, stretch, told.standing, tail)
        return tail
    tail = replace(tail, stop_id=turn.new_stop_id())
    telling.tell_opened(turn, tail)
    turn.stops = replace(turn.stops, open=tail, standing_since=None)
    return tail


def _stood_until(stretch: Unwatched, told: ToldStops) -> float:
    """Where a standstill ended that was too short to be a stop by what was seen of it."""
    return stretch.end if stretch.stood_until is None or told.following is not None else stretch.stood_until


def _told(turn: Turn, stretch: Unwatched, told: ToldStops, stop: Stop) -> Stop:
    """A stop that ended in the stretch, told."""
    if told.standing is not None and told.is_standing(stop):
        if stop != told.standing:
            _put(turn, stretch, told.standing, stop)
        return stop
    stop = replace(stop, stop_id=turn.new_stop_id())
    telling.tell_opened(turn, stop)
    telling.tell_closed(turn, stop)
    standstill.keep(turn, stop)
    turn.figures = figures.stop_found(turn.figures, stop)
    return stop


def _put(turn: Turn, stretch: Unwatched, before: Stop, after: Stop) -> None:
    """A stop is another one than was told."""
    telling.tell_corrected(turn, stretch, after)
    if after.end is None:
        turn.stops = replace(turn.stops, open=after, standing_since=None)
        if before.end is not None:
            _forget(turn, before)
            _grown(turn, before, after)
        return
    standstill.keep(turn, after)
    turn.figures = figures.edited(turn.figures, before.segments, after.segments)
    _grown(turn, before, after)


def _grown(turn: Turn, part: Stop, after: Stop) -> None:
    """A part of a stop that was told as a minor one may be a downtime as a whole (domain.md R5)."""
    down = [one for one in after.segments if one.segment_class == "down"]
    minor = tuple(
        one
        for one in part.segments
        if one.segment_class == "minor" and any(_covers(whole, one.start) for whole in down)
    )
    turn.figures = figures.upgraded(turn.figures, minor, turn.figure_rules(), turn.grounds)


def _covers(segment: Segment, at: float) -> bool:
    return segment.start <= at and (segment.end is None or at < segment.end)


def _void(turn: Turn, stretch: Unwatched, stop: Stop, goes_on_in: str | None) -> None:
    telling.tell_void(turn, stretch, stop, goes_on_in)
    if stop.end is not None:
        _forget(turn, stop)


def _forget(turn: Turn, stop: Stop) -> None:
    """A stop that is over is none, or not over."""
    turn.floor = closed_stops.forgotten(turn.floor, stop.stop_id)
    turn.claims.append((stop_claim(turn.wc_id, stop.stop_id), ""))
    turn.figures = figures.edited(figures.stop_void(turn.figures, stop), stop.segments, ())


def _same_time(one: Stop, other: Stop) -> bool:
    mine, its = (one.stop_class, one.start, one.end), (other.stop_class, other.start, other.end)
    return mine == its


def _retell_time(turn: Turn, stretch: Unwatched, spent: tuple[Spent, ...], came: list[Stop], told: ToldStops) -> None:
    """Have the figures count the stretch as what it was; a standstill just before it may turn out a stop with it."""
    begin = min([stretch.start, *(one.start for one in came if not told.is_standing(one))])
    until = stretch.end
    if told.following is None:
        until = max([until, *(one.end for one in came if one.end is not None)])
        if until > (turn.figures.settled or until):
            turn.settle(until)
    lost_until = min(max(stretch.end - stretch.ran_s, stretch.settled), stretch.end)
    was = (
        Span("run", begin, stretch.start),
        Span("unknown", stretch.start, lost_until),
        Span("run", lost_until, until),
    )
    now = tuple(_spans(begin, until, spent, came))
    turn.figures = retold(turn.figures, was, now, turn.figure_rules(), turn.grounds)


def _spans(begin: float, end: float, spent: tuple[Spent, ...], came: list[Stop]) -> Iterator[Span]:
    parts = sorted((one for stop in came for one in stop.segments), key=lambda one: one.start)
    cuts = {begin, end, *(one.start for one in spent)}
    cuts |= {at for one in parts for at in (one.start, end if one.end is None else one.end)}
    starts, conditions = [one.start for one in parts], [one.start for one in spent]
    for start, until in pairwise(sorted(at for at in cuts if begin <= at <= end)):
        place = bisect_right(starts, start) - 1
        if place >= 0 and _covers(parts[place], start):
            yield Span(parts[place].segment_class, start, until)
        else:
            seen = spent[max(bisect_right(conditions, start) - 1, 0)]
            lost = seen.condition is Condition.UNKNOWN and seen.start <= start < seen.end
            yield Span("unknown" if lost else "run", start, until)
