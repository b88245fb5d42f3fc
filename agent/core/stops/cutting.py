"""Where a standing stop is cut by itself: at a shift, an order, a planned window (domain.md R7 to R9)."""

from __future__ import annotations

from collections.abc import Iterator

from agent.core.stops import reasons
from agent.core.stops.reasons import Circumstances
from agent.core.stops.segments import Ground, Grounds, Segment, Stop, same_shift
from agent.core.stops.stop_settings import StopSettings
from agent.core.values import replace


def cut_up_to(stop: Stop, until: float, grounds: Grounds, break_grace_s: float) -> Iterator[Ground]:
    """The grounds on which further segments of a stop begin, up to an instant at which it still stands.

    What follows a break within the grace belongs to the break, as long as the stop may still end there (R7). What
    another shift stands through belongs to that shift (R8).
    """
    before: Ground | None = None
    for ground in grounds(stop.last.start, until):
        if before is not None:
            overrun = before.planned == "break" and ground.planned is None and same_shift(before.shift, ground.shift)
            if overrun and until - ground.start <= break_grace_s:
                return
            yield ground
        before = ground


def overruns(stop: Stop, ground: Ground) -> bool:
    """Whether a stop that stands on this ground still belongs to the break before it."""
    last = stop.last
    same_order = (last.order_id, last.op_no) == (ground.order_id, ground.op_no)
    return last.planned == "break" and ground.planned is None and same_order and same_shift(last.shift, ground.shift)


def recut(stop: Stop, at: float, ground: Ground, around: Circumstances, settings: StopSettings) -> Stop:
    """The stop with a segment of its own from `at` on; the same stop where that would be no other than its last."""
    was_down = stop.upgraded or any(one.segment_class == "down" for one in stop.segments)
    kind = reasons.classify(ground, around, "down" if was_down else "minor")
    last = stop.last
    if last.shares_ground(ground) and last.segment_class == kind:
        return stop
    at_once = at <= last.start
    number = last.number if at_once else stop.numbers + 1
    following = Segment(number, kind, max(at, last.start), None, ground.shift, ground.order_id, ground.op_no)
    if kind in {"planned", "setup", "external"}:
        following = reasons.by_default(following, around)
    following = reasons.carried(stop, following, settings)
    if following.reason is None:
        following = reasons.by_default(following, around)
    if at_once:
        # Two boundaries at one instant: nothing lies between them.
        return replace(stop.with_last(following), stop_class=kind)
    return stop.going_on(at, following)
