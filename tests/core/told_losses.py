"""What stops cost, counted anew from what the facts say of their segments: the oracle of a shift's losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.core.facts import SegmentData, ShiftKeys
from agent.core.shifts.losses import Loss
from agent.core.stops.segments import same_shift
from agent.core.times import epoch
from tests.core.timeline_ledger import ToldStop


def told_losses(stops: Iterable[ToldStop], shift: ShiftKeys | None) -> dict[str, Loss]:
    """By code of the reason, of stops that are over and the segments of this shift."""
    lost: dict[str, Loss] = {}
    for stop in stops:
        for segment in stop.segments.values():
            if stop.end is not None and segment.segment_class != "planned" and same_shift(segment.shift, shift):
                code = "UNCODED" if segment.reason is None else segment.reason.code
                lost[code] = lost.get(code, Loss()).plus(_cost(segment))
    return lost


def agree(counted: Mapping[str, Loss], told: Mapping[str, Loss]) -> None:
    """Both say the same; facts tell instants to the millisecond."""
    counts = {code: one.count for code, one in counted.items()}
    assert counts == {code: one.count for code, one in told.items()}, f"{counted} of {told}"
    for code, one in counted.items():
        assert abs(one.seconds - told[code].seconds) < 0.002 * one.count, code


def _cost(segment: SegmentData) -> Loss:
    assert segment.end is not None
    return Loss(1, epoch(segment.end) - epoch(segment.start))
