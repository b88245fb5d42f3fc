"""Remembers a gap in watching that is over, where the machine's history may tell what it was."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from agent.core.facts import ConditionChanged
from agent.core.machine.conditions import Condition
from agent.core.machine.runs import is_another
from agent.core.machine.unwatched import MOST_UNWATCHED, Edge, Gap, Unwatched
from agent.core.machine.watching import Watch
from agent.core.stops.stops import StopChange, StopWatch
from agent.core.turn import Turn
from agent.core.values import replace

MOST_STOPS = 2
"""Stops that one gap may have been told as: it is that of very many parts that is told as more."""


@dataclass(frozen=True, slots=True)
class Stood:
    """How things stood before a gap was settled."""

    stops: StopWatch
    settled: float | None
    """Up to here the figures were known."""


def edge(turn: Turn, seen: Watch) -> Edge | None:
    """The edge of a gap; None where no history can be read. Call it right after the condition there was told.

    Args:
        turn: of the work center.
        seen: what was seen of the machine on the watched side.
    """
    if not turn.setup.recalls:
        return None
    told = [fact for fact in turn.draft.facts if isinstance(fact.data, ConditionChanged)]
    phase, role = turn.setting_up, turn.setup.output_role
    counter = None if role is None else turn.counters.get(role)
    return Edge(
        fact_id=str(told[-1].id),
        condition=seen.condition,
        mode=seen.mode,
        words=seen.words,
        raw=None if counter is None else counter.raw,
        setting_up=None if phase is None else (phase.cause, phase.since),
        run=seen.run,
    )


def note(turn: Turn, gap: Gap, stood: Stood, changes: tuple[StopChange, ...], ran_s: float) -> None:
    """Remember a gap that is over. Call it right after the condition behind it was told.

    Args:
        turn: of the work center, which is watched again.
        gap: that is over.
        stood: how things stood before.
        changes: of stops that it brought about.
        ran_s: told as a run at its end.
    """
    after = None if gap.edge is None else edge(turn, turn.watch)
    end = turn.watch.since
    if gap.edge is None or after is None or end - gap.start < turn.setup.machine.stop.stop_confirm_s:
        return
    lost = tuple(
        (one.stop.stop_id, len(one.stop.segments))
        for one in changes
        if one.change == "closed" and one.stop.condition is Condition.UNKNOWN
    )
    if len(lost) > MOST_STOPS:
        return
    settled = gap.start if stood.settled is None else min(max(stood.settled, gap.start), end)
    noted = Unwatched(
        start=gap.start,
        end=end,
        cause=gap.cause,
        before=replace(gap.edge, run=None),
        after=replace(after, fact_id="", run=None),
        stops=replace(stood.stops, open=None, alarms=()),
        stop_id=None if stood.stops.open is None else stood.stops.open.stop_id,
        bridged=_bridged(turn.stops),
        ran_s=ran_s,
        settled=settled,
        unknown=lost,
        began=_began(gap.edge, after, end),
        inferred_id=_inferred(turn),
    )
    turn.watch = replace(turn.watch, unwatched=(*turn.watch.unwatched, noted)[-MOST_UNWATCHED:])


def _began(before: Edge, after: Edge, end: float) -> float | None:
    if before.run is None or after.run is None or not is_another(before.run, after.run):
        return None
    return end if after.run.uptime_s is None else min(after.run.at - after.run.uptime_s, end)


def _bridged(stops: StopWatch) -> bool:
    return stops.bridged or (stops.open is not None and stops.open.bridged)


def _inferred(turn: Turn) -> str | None:
    found: list[UUID] = [
        fact.id for fact in turn.draft.facts if isinstance(fact.data, ConditionChanged) and fact.data.inferred
    ]
    return str(found[-1]) if found else None
