"""What the MES knows of stops once it has read the facts: the segment told last under an id holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from agent.core.facts import (
    Fact,
    SegmentData,
    StopClosed,
    StopCorrected,
    StopData,
    StopEdited,
    StopMerged,
    StopReasonSet,
    StopSegmented,
    StopVoided,
)
from agent.core.stops.segments import MOST_SEGMENTS
from agent.core.times import epoch, milliseconds
from tests.core.build import T0, Story


@dataclass
class Told:
    """A stop as told so far."""

    start: str
    end: str | None = None
    stop_class: str = ""
    parts: dict[str, SegmentData] = field(default_factory=dict)

    @property
    def segments(self) -> list[SegmentData]:
        """In order; of two that begin together the one without length first."""
        return sorted(self.parts.values(), key=lambda part: (part.start, part.end or "~"))

    @property
    def spans(self) -> list[tuple[str, float, float | None]]:
        """Class, start and end of each part, on the test's clock."""
        return [
            (part.segment_class, on_clock(part.start), None if part.end is None else on_clock(part.end))
            for part in self.segments
        ]

    @property
    def codes(self) -> list[str | None]:
        """The reason of each part."""
        return [None if part.reason is None else part.reason.code for part in self.segments]

    @property
    def shifts(self) -> list[str | None]:
        """The shift of each part."""
        return [None if part.shift is None else part.shift.shift_id for part in self.segments]

    @property
    def orders(self) -> list[str | None]:
        """The order of each part."""
        return [part.order_id for part in self.segments]


def on_clock(text: str) -> float:
    """An instant of a fact on the test's clock."""
    return round(epoch(text) - T0, 3)


def folded(facts: Iterable[Fact]) -> dict[str, Told]:
    """All stops that are not void, as the facts leave them."""
    stops: dict[str, Told] = {}
    for fact in facts:
        match fact.data:
            case StopVoided() as data:
                del stops[data.stop_id]
            case StopData() as data:
                _take_stop(stops, data)
            case StopSegmented() as data:
                stop = stops[data.stop_id]
                for part in data.before:
                    assert stop.parts[part.segment_id] == part, "what is replaced is not what was told"
                    del stop.parts[part.segment_id]
                stop.parts.update((part.segment_id, part) for part in data.segments)
            case StopMerged() as data:
                del stops[data.void_stop_id]
                stops[data.stop_id].start, stops[data.stop_id].end = data.start, data.end
                stops[data.stop_id].parts = {part.segment_id: part for part in data.segments}
            case StopEdited() as data:
                stops[data.stop_id].start, stops[data.stop_id].end = data.start, data.end
                stops[data.stop_id].parts = {part.segment_id: part for part in data.segments}
            case StopReasonSet() as data:
                _take_reason(stops[data.stop_id], data)
            case _:
                pass
    return stops


def _take_stop(stops: dict[str, Told], data: StopData) -> None:
    stop = stops.setdefault(data.stop_id, Told(data.start))
    stop.start, stop.end, stop.stop_class = data.start, data.end, data.stop_class
    if isinstance(data, StopCorrected):
        stop.parts = {}
    if isinstance(data, StopClosed):
        first = data.segments[0].start
        forgotten = len(data.segments) >= MOST_SEGMENTS
        stop.parts = {key: part for key, part in stop.parts.items() if forgotten and (part.end or "~") <= first}
    stop.parts.update((part.segment_id, part) for part in data.segments)
    if isinstance(data, StopClosed):
        assert data.end is not None
        assert data.duration_s is not None
        lasted = milliseconds(epoch(data.end)) - milliseconds(epoch(data.start))
        assert data.duration_s * 1000 == lasted


def _take_reason(stop: Told, data: StopReasonSet) -> None:
    part = stop.parts[data.segment_id]
    assert part.reason == data.prev_reason, "the reason before is not the one that was told"
    changed = {"reason": data.reason, "inherited": data.inherited, "rule_id": data.rule_id, "comment": data.comment}
    stop.parts[data.segment_id] = part.model_copy(update=changed)


def the_stops(story: Story) -> list[Told]:
    """The stops of a history in order, each of which its segments tile to the millisecond; no two at one instant."""
    stops = sorted(folded(story.facts).values(), key=lambda stop: (stop.start, stop.end or "~"))
    for stop in stops:
        assert_tiled(stop)
    for one, other in pairwise(stops):
        assert one.end is not None, "two stops are open, or an open one began before another"
        assert one.end <= other.start, "two stops share an instant"
    return stops


def the_stop(story: Story) -> Told:
    """The only stop of a history."""
    (stop,) = the_stops(story)
    return stop


def assert_tiled(stop: Told) -> None:
    """The segments of the stop follow each other without a gap and sum exactly to it."""
    segments = stop.segments
    assert segments[0].start == stop.start
    for one, other in pairwise(segments):
        assert one.end == other.start, f"{one} is not followed by {other}"
        assert one.start < other.start, f"{one} has no length"
    assert segments[-1].end == stop.end
    if stop.end is not None:
        lengths = [milliseconds(epoch(part.end or "")) - milliseconds(epoch(part.start)) for part in segments]
        assert sum(lengths) == milliseconds(epoch(stop.end)) - milliseconds(epoch(stop.start))
