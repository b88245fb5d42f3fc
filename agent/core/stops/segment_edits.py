"""Edits of segments (domain.md R20): split, merged, joined, moved. The parts sum exactly to the whole."""

from __future__ import annotations

from itertools import islice

from agent.core.errors import EntryRefusedError
from agent.core.facts import StopClass
from agent.core.sentences import say
from agent.core.stops import reasons
from agent.core.stops.segments import MOST_SEGMENTS, Ground, Grounds, Segment, Stop
from agent.core.stops.stop_settings import StopSettings
from agent.core.values import replace


def split(stop: Stop, segment: Segment, at: float, now: float, least_s: float) -> Stop:
    """The segment cut in two at `at`; the new piece is the later one and has no reason yet.

    Raises:
        EntryRefusedError: a piece would be too short, or there are too many.
    """
    end = now if segment.end is None else segment.end
    if segment.segment_class == "planned":
        raise EntryRefusedError("PLANNED", say("That part of the stop is planned; there is nothing to split."))
    if at - segment.start < least_s or end - at < least_s:
        raise EntryRefusedError(
            "TOO_SHORT", say("Each part of a split stop lasts {least_s} seconds at least.", least_s=f"{least_s:g}")
        )
    if len(stop.segments) >= MOST_SEGMENTS:
        raise EntryRefusedError("TOO_MANY_PARTS", say("A stop has {most} parts at most.", most=str(MOST_SEGMENTS)))
    number = stop.numbers + 1
    first = replace(segment, end=at)
    second = replace(segment.explained_by(None), number=number, start=at, comment="")
    position = stop.segments.index(segment)
    segments = (*stop.segments[:position], first, second, *stop.segments[position + 1 :])
    return replace(stop, segments=segments, numbers=number)


def merged(stop: Stop, segment: Segment) -> Stop:
    """The segment and the one behind it as one, with the reason of the first.

    Raises:
        EntryRefusedError: there is none behind it, or a boundary lies between them.
    """
    position = stop.segments.index(segment)
    if position + 1 >= len(stop.segments):
        raise EntryRefusedError("NOTHING_TO_MERGE", say("Nothing follows that part of the stop."))
    following = stop.segments[position + 1]
    mine = (segment.shift, segment.order_id, segment.op_no, segment.segment_class)
    if mine != (following.shift, following.order_id, following.op_no, following.segment_class):
        raise EntryRefusedError("BOUNDARY", say("Another shift, order, setup or window begins there. They stay two."))
    whole = replace(segment, end=following.end)
    return replace(stop, segments=(*stop.segments[:position], whole, *stop.segments[position + 2 :]))


def joined(one: Stop, other: Stop, settings: StopSettings, grounds: Grounds) -> tuple[Stop, Stop]:
    """Two stops as one, and the one that is void: the run between them was none.

    Raises:
        EntryRefusedError: one is open, they are too far apart, or there would be too many parts.
    """
    first, second = (one, other) if one.start <= other.start else (other, one)
    if first.stop_id == second.stop_id or first.end is None or second.end is None:
        raise EntryRefusedError("NOT_CLOSED", say("Two different stops that are over can be made one."))
    longest_gap_s = settings.merge_gap_s
    if not 0 <= second.start - first.end <= longest_gap_s:
        raise EntryRefusedError(
            "TOO_FAR_APART",
            say("More than {longest_s} seconds of running lie between them.", longest_s=f"{longest_gap_s:g}"),
        )
    if len(first.segments) + len(second.segments) > MOST_SEGMENTS:
        raise EntryRefusedError("TOO_MANY_PARTS", say("A stop has {most} parts at most.", most=str(MOST_SEGMENTS)))
    border = _border(first, second, grounds)
    ends = (*first.segments[:-1], replace(first.last, end=border))
    begins = (replace(second.segments[0], start=border), *second.segments[1:])
    taken = tuple(replace(segment, number=first.numbers + number) for number, segment in enumerate(begins, 1))
    after = replace(
        first,
        segments=(*ends, *taken),
        numbers=first.numbers + len(taken),
        end=second.end,
        end_uncertain=second.end_uncertain,
        test_run_s=first.test_run_s + second.test_run_s + (second.start - first.end),
    )
    return classed_by_length(after, settings.minor_stop_max_s), second


def moved(stop: Stop, start: float, end: float, settings: StopSettings, grounds: Grounds) -> Stop:
    """A stop that a person entered, with other times; its parts are cut anew and have the reason of its last one.

    Raises:
        EntryRefusedError: there would be too many parts.
    """
    pieces = tuple(islice(grounds(start, end), MOST_SEGMENTS + 1))
    if len(pieces) > MOST_SEGMENTS:
        raise EntryRefusedError("TOO_MANY_PARTS", say("A stop has {most} parts at most.", most=str(MOST_SEGMENTS)))
    last = next((one for one in reversed(stop.segments) if one.segment_class != "planned"), None)
    segments = tuple(_piece(stop.numbers + number, ground, last) for number, ground in enumerate(pieces, 1))
    after = replace(stop, start=start, end=end, segments=segments, numbers=stop.numbers + len(segments))
    return classed_by_length(after, settings.minor_stop_max_s)


def _border(first: Stop, second: Stop, grounds: Grounds) -> float:
    """Where the one goes over into the other: where the shift, the order or a planned window changes, if one does."""
    assert first.end is not None
    pieces = tuple(grounds(first.end, second.start))
    if all(first.last.shares_ground(ground) for ground in pieces):
        return second.start
    border = next(ground.start for ground in pieces if not first.last.shares_ground(ground))
    if not all(second.segments[0].shares_ground(ground) for ground in pieces if ground.start >= border):
        raise EntryRefusedError(
            "BOUNDARY", say("Another shift, order or planned window lies between them. They stay two.")
        )
    return border


def _piece(number: int, ground: Ground, explained: Segment | None) -> Segment:
    piece = Segment(number, "planned", ground.start, ground.end, ground.shift, ground.order_id, ground.op_no)
    if ground.planned is not None:
        return reasons.by_calendar(piece)
    piece = replace(piece, segment_class="minor" if explained is None else explained.segment_class)
    return piece if explained is None else replace(piece, reason=explained.reason, comment=explained.comment)


def classed_by_length(stop: Stop, longest_s: float) -> Stop:
    """The stop with its unplanned parts minor or downtime by how long they are together (domain.md R5)."""
    plain = [one for one in stop.segments if one.segment_class in {"minor", "down"}]
    kind: StopClass = "down" if sum((one.end or one.start) - one.start for one in plain) > longest_s else "minor"
    segments = tuple(_classed(one, kind) if one in plain else one for one in stop.segments)
    return reasons.coded(replace(stop, segments=segments, stop_class=segments[-1].segment_class))


def _classed(segment: Segment, kind: StopClass) -> Segment:
    by_itself = segment.reason in {reasons.MINOR_STOP, reasons.UNCODED}
    return replace(segment.explained_by(None) if by_itself else segment, segment_class=kind)
