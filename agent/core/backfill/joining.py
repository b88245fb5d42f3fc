"""One standstill that was told as two stops, as a gap lay in it: its two parts as one stop."""

from __future__ import annotations

from agent.core.stops import reasons, segment_edits
from agent.core.stops.segments import MOST_SEGMENTS, Segment, Stop
from agent.core.stops.stops import MAX_ALARMS
from agent.core.values import replace

_BY_ITSELF = (reasons.UNCODED, reasons.MINOR_STOP)
_PLAIN = {"minor", "down"}


def reopened(stop: Stop) -> Stop:
    """A stop that is over as it was before, without the reasons that it got for being over."""
    segments = tuple(one.explained_by(None) if one.reason in _BY_ITSELF else one for one in stop.segments)
    last = replace(segments[-1], end=None)
    return replace(stop, segments=(*segments[:-1], last), end=None, end_uncertain=False)


def joined(first: Stop, second: Stop, border: float, longest_s: float, *, keep_first: bool) -> Stop | None:
    """Both as one stop; None where it would have too many parts, or its parts are not known any more.

    Args:
        first: that stands at the border.
        second: that was told to begin there; its end, if it has one, is the end of both.
        border: the end of the gap.
        longest_s: longest minor stop.
        keep_first: it goes on under the name of the first.
    """
    if second.segments[0].start != border or len(first.segments) + len(second.segments) > MOST_SEGMENTS:
        return None
    named = first if keep_first else second
    after = replace(
        named,
        segments=_numbered(first, second, border, named),
        start=first.start,
        condition=first.condition,
        mode=first.mode,
        machine_reasons=tuple(dict.fromkeys((*first.machine_reasons, *second.machine_reasons)))[:MAX_ALARMS],
        end=second.end,
        bridged=first.bridged or second.bridged,
        end_uncertain=second.end_uncertain,
        sticky=first.sticky or second.sticky,
        test_run_s=first.test_run_s + second.test_run_s,
        upgraded=first.upgraded or second.upgraded,
    )
    after = replace(after, numbers=max(one.number for one in after.segments))
    if after.end is not None:
        return segment_edits.classed_by_length(after, longest_s)
    if after.upgraded:
        segments = (
            replace(one, segment_class="down") if one.segment_class == "minor" else one for one in after.segments
        )
        after = replace(after, segments=tuple(segments))
    return replace(after, stop_class=after.last.segment_class)


def _numbered(first: Stop, second: Stop, border: float, named: Stop) -> tuple[Segment, ...]:
    """The parts of both; those of the stop whose name goes keep none of their numbers either."""
    ends = [*first.segments[:-1], replace(first.last, end=border)]
    begins = list(second.segments)
    kept = {id(one) for one in (ends if named is first else begins)}
    if _alike(ends[-1], begins[0]):
        whole = _whole(ends.pop(), begins.pop(0), named.segments[-1 if named is first else 0].number)
        kept.add(id(whole))
        ends.append(whole)
    found, number = [], named.numbers
    for one in (*ends, *begins):
        if id(one) in kept:
            found.append(one)
        else:
            number += 1
            found.append(replace(one, number=number))
    return tuple(found)


def _alike(one: Segment, other: Segment) -> bool:
    """Whether nothing lies between two parts: no boundary, and no reason of a person that is only the one's."""
    same_class = one.segment_class == other.segment_class or {one.segment_class, other.segment_class} <= _PLAIN
    ground = (one.shift, one.order_id, one.op_no) == (other.shift, other.order_id, other.op_no)
    unsaid = {None, *_BY_ITSELF}
    return ground and same_class and (one.reason == other.reason or one.reason in unsaid or other.reason in unsaid)


def _whole(one: Segment, other: Segment, number: int) -> Segment:
    said = one if other.reason is None or other.reason in _BY_ITSELF else other
    down = "down" in {one.segment_class, other.segment_class}
    kind = "down" if down else one.segment_class
    return replace(said, number=number, segment_class=kind, start=one.start, end=other.end)
