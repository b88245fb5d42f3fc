"""What a gap in watching was, once the machine is watched again (domain.md R15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from agent.core.facts import StopClass
from agent.core.machine.conditions import Condition, Mode
from agent.core.stops import reasons
from agent.core.stops.segments import MOST_SEGMENTS, Ground, Segment, Stop
from agent.core.stops.stops import StopChange, StopRules, StopWatch, changed, closed
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Resumption:
    """A gap that is over."""

    start: float
    """The last good reading before it."""
    end: float
    """The first good reading after it."""
    parts: int
    """Counted in it."""
    counts: bool
    """The machine has an output counter, so that no parts mean no run."""
    ran_s: float = 0.0
    """The run at its end that the parts stand for."""
    first: bool = False
    """Nothing is known of what was before it."""


def resumed(
    watch: StopWatch, gap: Resumption, condition: Condition, mode: Mode, rules: StopRules, new_id: Callable[[], str]
) -> tuple[StopWatch, tuple[StopChange, ...]]:
    """The machine is watched again after a gap (domain.md R15).

    Standing before and after with nothing counted between is one standstill, bridged. Anything else ended in the gap:
    where the run had been seen to begin, there; else at the last instant at which the machine was seen standing. What
    is left of a long gap is a stop of the class unknown, for people to say what it was.
    """
    stood = watch.running_since is None and (watch.open is not None or watch.standing_since is not None)
    same = gap.counts or condition is watch.condition
    if stood and condition is not Condition.RUNNING and gap.parts == 0 and same:
        stop = None if watch.open is None else replace(watch.open, bridged=True)
        return replace(watch, condition=condition, mode=mode, bridged=True, open=stop), ()
    changes: tuple[StopChange, ...] = ()
    if watch.open is not None:
        seen_running = watch.running_since
        end = gap.start if seen_running is None else seen_running
        watch, change = closed(watch, watch.open, max(end, watch.open.start), uncertain=seen_running is None)
        changes = (change,)
    changes += _unknown(gap, mode, rules, new_id)
    watch = replace(watch, standing_since=None, running_since=None, parts=0)
    return changed(watch, condition, mode, gap.end), changes


def _unknown(gap: Resumption, mode: Mode, rules: StopRules, new_id: Callable[[], str]) -> tuple[StopChange, ...]:
    """What nobody watched, where it is too long to be left unexplained; of very many parts as several stops."""
    end = gap.end - gap.ran_s
    if gap.first or end - gap.start <= rules.settings.minor_stop_max_s:
        return ()
    grounds = iter(rules.grounds(gap.start, end))
    changes: tuple[StopChange, ...] = ()
    while some := tuple(islice(grounds, MOST_SEGMENTS)):
        changes += _unknown_stop(new_id(), some, mode, rules)
    return changes


def _unknown_stop(stop_id: str, grounds: tuple[Ground, ...], mode: Mode, rules: StopRules) -> tuple[StopChange, ...]:
    around = rules.around(Condition.UNKNOWN, mode)
    segments = tuple(
        reasons.by_default(_unknown_segment(number, ground), around) for number, ground in enumerate(grounds, 1)
    )
    start, end = grounds[0].start, grounds[-1].end
    told = (*segments[:-1], replace(segments[-1], end=None))
    stop = Stop(stop_id, "unknown", Condition.UNKNOWN, mode, start, (), told, numbers=len(told))
    over = reasons.coded(stop.ended(end, uncertain=True))
    return (StopChange("opened", stop, start, stop.segments), StopChange("closed", over, end, over.segments))


def _unknown_segment(number: int, ground: Ground) -> Segment:
    kind: StopClass = "unknown" if ground.planned is None else "planned"
    return Segment(number, kind, ground.start, ground.end, ground.shift, ground.order_id, ground.op_no)
