"""Edits of segments (domain.md R20): split, merged, joined, moved. The parts sum exactly to the whole."""

from __future__ import annotations

from dataclasses import replace

from agent.core.errors import EntryRefusedError
from agent.core.facts import StopClass
from agent.core.segments import MOST_SEGMENTS, Grounds, Segment, Stop


def split(stop: Stop, segment: Segment, at: float, now: float, least_s: float) -> Stop:
    """The segment cut in two at `at`; the new piece is the later one and has no reason yet.

    Raises:
        EntryRefusedError: a piece would be too short, or there are too many.
    """
    end = now if segment.end is None else segment.end
    if segment.segment_class == "planned":
        raise EntryRefusedError("PLANNED", "That part of the stop is planned; there is nothing to split.")
    if at - segment.start < least_s or end - at < least_s:
        raise EntryRefusedError("TOO_SHORT", f"Each part of a split stop lasts {least_s:g} seconds at least.")
    if len(stop.segments) >= MOST_SEGMENTS:
        raise EntryRefusedError("TOO_MANY_PARTS", f"A stop has {MOST_SEGMENTS} parts at most.")
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
        raise EntryRefusedError("NOTHING_TO_MERGE", "Nothing follows that part of the stop.")
    following = stop.segments[position + 1]
    same = (segment.shift, segment.order_id, segment.op_no, segment.segment_class == "planned") == (
        following.shift,
        following.order_id,
        following.op_no,
        following.segment_class == "planned",
    )
    if not same:
        raise EntryRefusedError("BOUNDARY", "Another shift, order or planned window lies between them. They stay two.")
    whole = replace(segment, end=following.end)
    return replace(stop, segments=(*stop.segments[:position], whole, *stop.segments[position + 2 :]))


def joined(one: Stop, other: Stop, longest_gap_s: float) -> tuple[Stop, Stop]:
    """Two stops as one, and the one that is void: the run between them was none.

    Raises:
        EntryRefusedError: one is open, they are too far apart, or there would be too many parts.
    """
    first, second = (one, other) if one.start <= other.start else (other, one)
    if first.stop_id == second.stop_id or first.end is None or second.end is None:
        raise EntryRefusedError("NOT_CLOSED", "Two different stops that are over can be made one.")
    if not 0 <= second.start - first.end <= longest_gap_s:
        raise EntryRefusedError("TOO_FAR_APART", f"More than {longest_gap_s:g} seconds of running lie between them.")
    if len(first.segments) + len(second.segments) > MOST_SEGMENTS:
        raise EntryRefusedError("TOO_MANY_PARTS", f"A stop has {MOST_SEGMENTS} parts at most.")
    ends = (*first.segments[:-1], replace(first.last, end=second.start))
    taken = tuple(replace(segment, number=first.numbers + number) for number, segment in enumerate(second.segments, 1))
    after = replace(
        first,
        segments=(*ends, *taken),
        numbers=first.numbers + len(taken),
        end=second.end,
        end_uncertain=second.end_uncertain,
        test_run_s=first.test_run_s + second.test_run_s + (second.start - first.end),
        stop_class="down" if "down" in {first.stop_class, second.stop_class} else second.stop_class,
    )
    return after, second


def moved(stop: Stop, start: float, end: float, now: float, grounds: Grounds) -> Stop:
    """A stop that a person entered, with other times; its parts are cut anew and have the reason of its last one.

    Raises:
        EntryRefusedError: it would end before it began, or later than now.
    """
    if not start < end <= now:
        raise EntryRefusedError("BAD_TIME", "A stop begins before it ends, and it ended before now.")
    pieces = list(grounds(start, end))[-MOST_SEGMENTS:]
    segments = tuple(
        Segment(
            number=stop.numbers + position,
            segment_class="planned" if ground.planned is not None else _unplanned(stop),
            start=ground.start,
            end=ground.end,
            shift=ground.shift,
            order_id=ground.order_id,
            op_no=ground.op_no,
            reason=stop.reason,
            comment=stop.last.comment,
        )
        for position, ground in enumerate(pieces, 1)
    )
    return replace(stop, start=start, end=end, segments=segments, numbers=stop.numbers + len(segments))


def _unplanned(stop: Stop) -> StopClass:
    return stop.stop_class if stop.stop_class != "planned" else "minor"
