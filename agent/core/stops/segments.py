"""Stops and the segments they are made of (domain.md R7 to R9, R20).

A segment lies within one shift, one order and one planned window, and has a reason of its own. The segments of a stop
follow each other without a gap, so they sum exactly to it, whatever is cut, split or merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.facts import Cut, PlannedKind, Reason, SegmentData, ShiftKeys, StopClass
from agent.core.machine.conditions import Condition, Mode
from agent.core.times import iso
from agent.core.values import replace

MOST_SEGMENTS = 16
"""Segments of one stop that are remembered; those before them have been told and stay as they are."""
MOST_COMMENTS = 400
"""Bytes of the comments on all segments of a stop that are remembered; what was said of each is told in full."""
Inherited: TypeAlias = Literal["shift", "break", "recent"]


def same_shift(one: ShiftKeys | None, other: ShiftKeys | None) -> bool:
    """Whether both are of one shift, whatever window is in force."""
    if one is None or other is None:
        return one is other
    return (one.shift_id, one.business_date) == (other.shift_id, other.business_date)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a stretch of time belongs to, between two boundaries."""

    start: float
    end: float
    shift: ShiftKeys | None
    order_id: str | None
    op_no: str | None

    @property
    def planned(self) -> PlannedKind | None:
        """The planned window in force."""
        return None if self.shift is None else self.shift.planned

    def cut_from(self, before: Segment) -> Cut:
        """Why a segment ends where this ground begins."""
        if (self.order_id, self.op_no) != (before.order_id, before.op_no):
            return "order"
        if self.planned != before.planned:
            return "planned"
        return "shift"


Grounds: TypeAlias = Callable[[float, float], Iterator[Ground]]
"""The grounds that tile a stretch of time, in order."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stop."""

    number: int
    segment_class: StopClass
    start: float
    end: float | None
    shift: ShiftKeys | None
    order_id: str | None
    op_no: str | None
    reason: Reason | None = None
    inherited: Inherited | None = None
    rule_id: str | None = None
    comment: str = ""

    @property
    def planned(self) -> PlannedKind | None:
        """The planned window that it lies in."""
        return None if self.shift is None else self.shift.planned

    def shares_ground(self, ground: Ground) -> bool:
        """Whether there is no boundary between the two."""
        return (self.shift, self.order_id, self.op_no) == (ground.shift, ground.order_id, ground.op_no)

    def explained_by(
        self, reason: Reason | None, *, inherited: Inherited | None = None, rule_id: str | None = None
    ) -> Segment:
        """The segment with a reason, or none, and where it comes from."""
        return replace(self, reason=reason, inherited=inherited, rule_id=rule_id)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop, confirmed."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    mode: Mode
    start: float
    machine_reasons: tuple[str, ...]
    segments: tuple[Segment, ...]
    """The last ones; never empty."""
    end: float | None = None
    bridged: bool = False
    end_uncertain: bool = False
    manual: bool = False
    """A person said when it began and ended (domain.md R22)."""
    sticky: bool = False
    """Its reason ends only after several good parts, or when a person says so (domain.md R13)."""
    test_run_s: float = 0.0
    numbers: int = 1
    """The highest number that a segment of it ever had."""
    upgraded: bool = False
    """It outlasted the longest minor stop; what is cut later is no minor stop either (domain.md R5)."""
    forgotten_minor_s: float = 0.0
    """Seconds of minor segments that are not remembered any more."""

    @property
    def last(self) -> Segment:
        """The segment at its end."""
        return self.segments[-1]

    @property
    def reason(self) -> Reason | None:
        """The reason of its last segment."""
        return self.last.reason

    def outgrew(self, longest_s: float, until: float) -> float | None:
        """When the minor segments together came to last longer than that; None while they do not (domain.md R5)."""
        left = longest_s - self.forgotten_minor_s
        for one in self.segments:
            if one.segment_class == "minor":
                lasted = (until if one.end is None else min(one.end, until)) - one.start
                if lasted > left:
                    return one.start + max(left, 0.0)
                left -= max(lasted, 0.0)
        return None

    def segment(self, segment_id: str) -> Segment | None:
        """The segment of this id; None where it is not remembered."""
        return next((one for one in self.segments if self.id_of(one) == segment_id), None)

    def id_of(self, segment: Segment) -> str:
        """`{stop_id}.{number}`."""
        return f"{self.stop_id}.{segment.number}"

    @property
    def in_short(self) -> Stop:
        """What the next stop may need to know of it."""
        return replace(self, machine_reasons=self.machine_reasons[:1], segments=(replace(self.last, comment=""),))

    def commented(self, segment: Segment, comment: str) -> Segment:
        """A segment of it with as much of a comment as there is room for beside those on the others."""
        others = sum(len(one.comment.encode()) for one in self.segments if one.number != segment.number)
        return replace(segment, comment=comment.encode()[: max(MOST_COMMENTS - others, 0)].decode(errors="ignore"))

    def with_last(self, segment: Segment) -> Stop:
        """The stop with another last segment."""
        return replace(self, segments=(*self.segments[:-1], segment))

    def with_segment(self, segment: Segment) -> Stop:
        """The stop with another segment in the place of the one of the same number."""
        return replace(self, segments=tuple(segment if one.number == segment.number else one for one in self.segments))

    def ended(self, end: float, *, uncertain: bool = False) -> Stop:
        """The stop closed. What was cut behind its end never was."""
        kept = [one for one in self.segments if one.start < end] or [self.segments[0]]
        kept[-1] = replace(kept[-1], end=end)
        return replace(self, segments=tuple(kept), end=end, end_uncertain=uncertain)

    def going_on(self, at: float, following: Segment) -> Stop:
        """The stop cut: its last segment ends and the following one begins."""
        segments = (*self.segments[:-1], replace(self.last, end=at), following)
        forgotten, kept = segments[:-MOST_SEGMENTS], segments[-MOST_SEGMENTS:]
        lost = sum((one.end or one.start) - one.start for one in forgotten if one.segment_class == "minor")
        return replace(
            self,
            stop_class=following.segment_class,
            segments=kept,
            numbers=max(self.numbers, following.number),
            forgotten_minor_s=self.forgotten_minor_s + lost,
        )

    def told(self, segment: Segment) -> SegmentData:
        """A segment as facts say it."""
        return SegmentData(
            segment_id=self.id_of(segment),
            segment_class=segment.segment_class,
            start=iso(segment.start),
            end=None if segment.end is None else iso(segment.end),
            shift=segment.shift,
            order_id=segment.order_id,
            op_no=segment.op_no,
            reason=segment.reason,
            inherited=segment.inherited,
            rule_id=segment.rule_id,
            comment=segment.comment,
        )
