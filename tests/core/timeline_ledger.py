"""What the MES makes of a work center's timeline, conditions, stops, segments and shifts, checked as it comes."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from agent.core.facts import (
    ConditionChanged,
    Fact,
    FactData,
    OperationCompleted,
    OperationStarted,
    SegmentData,
    ShiftKeys,
    ShiftSummary,
    StopClosed,
    StopData,
    StopEdited,
    StopMerged,
    StopOpened,
    StopReasonSet,
    StopSegmented,
    StopUpgraded,
    TimeElements,
)
from agent.core.shifts.calendar import NO_CALENDAR, Calendar
from agent.core.shifts.schedule import MOST_CHANGES, shift_keys
from agent.core.times import epoch, iso

GRACE_S = 120.0
"""`break_grace_s` of the machines under test."""
MINOR_MAX_S = 120.0
SKEW_S = 5.0
"""`skew_max_s` of the machines under test."""
MS = 0.0011


@dataclass
class ToldStop:
    """A stop as the facts tell it."""

    stop_id: str
    start: str
    end: str | None = None
    segments: dict[str, SegmentData] = field(default_factory=dict)
    disturbed: bool = False
    """The calendar or the clock was set since it began."""
    merged: bool = False

    def ordered(self) -> list[SegmentData]:
        """Its segments in time."""
        return sorted(self.segments.values(), key=lambda one: (one.start, _number(one)))

    def fold(self, told: Iterable[SegmentData], gone: Iterable[SegmentData] = ()) -> None:
        """The segment told last under an id holds; what is replaced and not told again is gone."""
        for one in gone:
            del self.segments[one.segment_id]
        self.segments.update({one.segment_id: one for one in told})


class TimelineLedger:
    """Folds facts, and refuses those that contradict what was told before."""

    def __init__(self) -> None:
        self.keys: collections.Counter[str] = collections.Counter()
        self.condition: ConditionChanged | None = None
        self.condition_at = float("-inf")
        self.stops: dict[str, ToldStop] = {}
        self.open: ToldStop | None = None
        self.calendar: Calendar = NO_CALENDAR
        self.settled_since = float("-inf")
        """Since when calendar and clock stand as they do."""
        self.orders: list[tuple[float, str | None]] = []

    def take(self, fact: Fact) -> None:
        """One fact more."""
        self.keys[fact.natural_key] += 1
        assert self.keys[fact.natural_key] == 1, f"{fact.natural_key} names two happenings"
        slot = self.calendar.slot(fact.time)
        # Parts of a gap belong to the shift in which it began (K11).
        estimated = getattr(fact.data, "allocation", "exact") == "estimated"
        named = not isinstance(fact.data, ShiftSummary) and not estimated
        if named and max(self.settled_since, slot.start) < fact.time <= fact.observed:
            assert fact.data.shift == shift_keys(slot), f"{fact.data.TYPE} stands in the wrong shift"
        match fact.data:
            case ConditionChanged():
                self._take_condition(fact.data, fact.time)
            case OperationStarted():
                self.orders.append((fact.time, fact.data.keys.order_id))
            case OperationCompleted():
                self.orders.append((fact.time, None))
            case ShiftSummary():
                _check_summary(fact.data, exact=epoch(fact.data.start) > self.settled_since)
            case _:
                self._take_of_stop(fact.data)

    def _take_of_stop(self, data: FactData) -> None:
        match data:
            case StopData():
                self._take_stop(data)
            case StopSegmented():
                self._take_segments(data)
            case StopReasonSet():
                segment = self.stops[data.stop_id].segments[data.segment_id]
                assert segment.reason == data.prev_reason
                told = segment.model_copy(update={"reason": data.reason})
                self.stops[data.stop_id].segments[data.segment_id] = told
            case StopMerged():
                self._take_merger(data)
            case StopEdited():
                stop = self.stops[data.stop_id]
                assert (stop.start, stop.end) == (data.start_before, data.end_before)
                stop.start, stop.end, stop.segments = data.start, data.end, {}
                stop.merged = True
                stop.fold(data.segments)
            case _:
                pass

    def disturbed(self, now: float, calendar: Calendar | None = None) -> None:
        """Calendar or clock were set: what is open may lie in either."""
        self.settled_since = now
        if calendar is not None:
            self.calendar = calendar
        for stop in self.stops.values():
            stop.disturbed = True

    def clock_set(self, by: float, now: float) -> None:
        """What is open goes on by the new time."""
        self.disturbed(now)
        self.condition_at += by
        self.orders = [(at + by, order) for at, order in self.orders]
        if self.open is not None:
            self.open.start = _moved(self.open.start, by)
            for key, one in self.open.segments.items():
                end = None if one.end is None else _moved(one.end, by)
                self.open.segments[key] = one.model_copy(update={"start": _moved(one.start, by), "end": end})

    def check(self) -> None:
        """Everything that was told fits together, as it stands."""
        for stop in self.stops.values():
            _check_tiles(stop)
            for segment in stop.segments.values():
                self._check_segment(stop, segment)

    def _take_condition(self, data: ConditionChanged, at: float) -> None:
        assert at >= self.condition_at - MS, "the timeline went back"
        if self.condition is not None:
            assert data.from_condition == self.condition.to_condition, "the timeline has a hole"
        self.condition, self.condition_at = data, at

    def _take_stop(self, data: StopData) -> None:
        if isinstance(data, StopOpened):
            assert data.stop_id not in self.stops
            assert self.open is None, "two stops are open"
            self.open = ToldStop(data.stop_id, data.start)
            self.stops[data.stop_id] = self.open
            self.open.disturbed = epoch(data.start) <= self.settled_since
        assert self.open is not None
        assert self.open.stop_id == data.stop_id
        assert abs(epoch(self.open.start) - epoch(data.start)) < MS
        if isinstance(data, StopUpgraded):
            assert all(one.segment_class == "down" for one in data.segments)
        if isinstance(data, StopClosed):
            # All of those that are remembered: what began since and is not told was cut behind the end.
            first = data.segments[0].start
            self.open.fold((), [one for one in self.open.segments.values() if one.start >= first])
        self.open.fold(data.segments)
        if isinstance(data, StopClosed):
            self._close(self.open, data)

    def _close(self, stop: ToldStop, data: StopClosed) -> None:
        assert data.end is not None
        assert data.duration_s is not None
        assert data.start <= data.end
        assert abs(float(data.duration_s) - (epoch(data.end) - epoch(data.start))) < MS / 2
        stop.start, stop.end = data.start, data.end
        self.open = None
        minor = [one for one in stop.segments.values() if one.segment_class == "minor"]
        assert sum(_lasted(one) for one in minor) <= MINOR_MAX_S + MS, "a minor stop that lasted too long"

    def _take_segments(self, data: StopSegmented) -> None:
        stop = self.stops[data.stop_id]
        for one in data.before:
            held = stop.segments[one.segment_id]
            assert (one.segment_class, one.reason) == (held.segment_class, held.reason)
            assert one.start == held.start or stop.disturbed
        stop.fold(data.segments, data.before)

    def _take_merger(self, data: StopMerged) -> None:
        void, stop = self.stops.pop(data.void_stop_id), self.stops[data.stop_id]
        assert void.end is not None
        assert stop.end is not None
        assert (data.start, data.end) == (stop.start, void.end)
        stop.end, stop.segments, stop.merged = data.end, {}, True
        stop.disturbed = stop.disturbed or void.disturbed
        stop.fold(data.segments)

    def _check_segment(self, stop: ToldStop, segment: SegmentData) -> None:
        planned = None if segment.shift is None else segment.shift.planned
        assert (segment.segment_class == "planned") == (planned is not None), f"{planned}: {segment.segment_class}"
        if stop.end is not None:
            assert segment.reason is not None, "nobody says why"
        if segment.end is None or stop.disturbed or segment.start == segment.end:
            return
        self._check_ground(segment, epoch(segment.start), epoch(segment.end))

    def _check_ground(self, segment: SegmentData, start: float, end: float) -> None:
        """A segment lies within one slot and one order; a break takes what follows it within the grace (R7)."""
        if start > self.settled_since:
            slots = [slot for slot in self.calendar.slots(start + MS, end - MS) if slot.end - slot.start > MS]
            for slot in slots:
                if shift_keys(slot) == segment.shift:
                    continue
                late_return = _planned(segment.shift) == "break" and slot.planned is None
                assert late_return, f"a segment of {segment.shift} lies in {shift_keys(slot)}"
                assert end - slot.start <= GRACE_S + MS
        if start <= self.settled_since or (len(self.orders) > MOST_CHANGES and start < self.orders[-MOST_CHANGES][0]):
            return
        inside = {order for at, order in self.orders if start + MS < at < end - MS}
        before = [order for at, order in self.orders if at <= start + MS]
        assert inside | {(before or [None])[-1]} == {segment.order_id}, "a segment of two orders"


def _check_tiles(stop: ToldStop) -> None:
    """The segments follow each other without a gap and are exactly the stop."""
    segments = stop.ordered()
    assert segments, "a stop without segments"
    assert abs(epoch(segments[0].start) - epoch(stop.start)) < MS, "its first segment begins elsewhere"
    for one, following in pairwise(segments):
        assert one.end is not None
        assert abs(epoch(one.end) - epoch(following.start)) < (MS if stop.end is None else 1e-6), (
            f"{one.segment_id} ends at {one.end}, {following.segment_id} begins at {following.start}"
        )
        assert one.start < one.end
    assert segments[-1].end == stop.end, f"{segments[-1].segment_id} ends at {segments[-1].end}, the stop at {stop.end}"


def _check_summary(data: ShiftSummary, *, exact: bool) -> None:
    length = epoch(data.end) - epoch(data.start)
    pieces = 1 + len(data.orders)
    short = length - float(seen(data.elements))
    # A source whose clock is ahead of ours may have told of a stop that ended after now.
    assert short >= -0.001 * (3 + pieces) - (0.0 if exact else SKEW_S), f"{seen(data.elements)} of {length} s"
    assert not exact or short <= 0.001 * (3 + pieces), f"{seen(data.elements)} of {length} s"
    by_order = sum((seen(order.elements) for order in data.orders), Decimal(0))
    assert abs(by_order - seen(data.elements)) <= Decimal("0.012") * pieces
    for elements in (data.elements, *(order.elements for order in data.orders)):
        check_elements(elements)
    assert data.uncoded_s >= 0


def seen(elements: TimeElements) -> Decimal:
    """Everything that time elements stand for together."""
    return elements.pbt_s + elements.planned_s + elements.unknown_s


def check_elements(elements: TimeElements) -> None:
    """No time is negative, and no part is larger than the whole."""
    times = {name: value for name, value in elements if name.endswith("_s")}
    assert all(value >= 0 for value in times.values()), times
    parts = ("apt_s", "aust_s", "adet_s", "adot_s", "waiting_s", "no_order_run_s")
    assert abs(sum(times[part] for part in parts) - elements.pbt_s) <= Decimal("0.006")
    assert elements.outside_plan_s <= elements.planned_s


def _planned(shift: ShiftKeys | None) -> str | None:
    return None if shift is None else shift.planned


def _lasted(segment: SegmentData) -> float:
    assert segment.end is not None
    return epoch(segment.end) - epoch(segment.start)


def _number(segment: SegmentData) -> int:
    return int(segment.segment_id.rpartition(".")[2])


def _moved(text: str, by: float) -> str:
    return iso(epoch(text) + by)
