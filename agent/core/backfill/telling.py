"""The facts by which a history corrects what was told of a gap: each says what it corrects, and by which rule."""

from __future__ import annotations

from typing import Final

from agent.core.backfill.reckoning import Spent
from agent.core.facts import (
    ConditionCorrected,
    ConditionSpan,
    Reason,
    StopClosed,
    StopCorrected,
    StopData,
    StopOpened,
    StopVoided,
)
from agent.core.machine.unwatched import Unwatched
from agent.core.stops import reasons
from agent.core.stops.segments import Stop
from agent.core.stops.standstill import as_told
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn

ACTOR: Final = "rule:backfill"
HISTORY_READ: Final = Reason(code="HISTORY_READ", dir=reasons.SYSTEM, rev=None)
"""The machine's own history says otherwise."""
MOST_SPANS = 200
"""Spans told in one fact, so that it always fits into a message."""


def tell_conditions(turn: Turn, stretch: Unwatched, spent: tuple[Spent, ...]) -> None:
    """What the machine did in the stretch."""
    targets = [stretch.before.fact_id, *([] if stretch.inferred_id is None else [stretch.inferred_id])]
    for first in range(0, len(spent), MOST_SPANS):
        part = spent[first : first + MOST_SPANS]
        inferred = any(one.inferred for one in part)
        data = ConditionCorrected(
            keys=turn.draft.keys,
            quality=turn.draft.quality("rule", time_quality="estimated" if inferred else "good"),
            versions=turn.draft.versions,
            target_ids=tuple(targets),
            start=iso(part[0].start),
            end=iso(part[-1].end),
            conditions=tuple(_span(one) for one in part),
            cause=stretch.cause,
            actor=ACTOR,
            correction_reason=HISTORY_READ,
        )
        turn.draft.add(data, turn.draft.observed, f"cond:{turn.wc_id}:backfill:{milliseconds(part[0].start)}")


def tell_opened(turn: Turn, stop: Stop) -> None:
    """A stop that nobody saw begin."""
    _tell(turn, StopOpened, stop, stop.start, "opened")


def tell_closed(turn: Turn, stop: Stop) -> None:
    """The same stop, which is over."""
    assert stop.end is not None
    _tell(turn, StopClosed, stop, stop.end, "closed")


def tell_corrected(turn: Turn, stretch: Unwatched, stop: Stop) -> None:
    """A stop that began earlier than was told, or ended later."""
    told = as_told(turn, stop, "rule", stop.segments)
    data = StopCorrected(**told, actor=ACTOR, correction_reason=HISTORY_READ)
    key = f"{_key(turn, stop)}:corrected:{milliseconds(stretch.end)}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=stop.stop_id)


def tell_void(turn: Turn, stretch: Unwatched, stop: Stop, goes_on_in: str | None) -> None:
    """A stop that never was one, or not one of its own."""
    data = StopVoided(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        stop_id=stop.stop_id,
        start=iso(stop.start),
        end=None if stop.end is None else iso(stop.end),
        goes_on_in=goes_on_in,
        actor=ACTOR,
        correction_reason=HISTORY_READ,
    )
    key = f"{_key(turn, stop)}:void:{milliseconds(stretch.end)}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=stop.stop_id)


def _tell(turn: Turn, kind: type[StopData], stop: Stop, at: float, what: str) -> None:
    data = kind(**as_told(turn, stop, "rule", stop.segments))
    turn.draft.add(data, at, f"{_key(turn, stop)}:{what}", correlation_id=stop.stop_id)


def _key(turn: Turn, stop: Stop) -> str:
    unknown = "unknown:" if stop.stop_class == "unknown" else ""
    return f"stop:{turn.wc_id}:{milliseconds(stop.start)}:{unknown}backfill"


def _span(one: Spent) -> ConditionSpan:
    return ConditionSpan(
        condition=one.condition, mode=one.mode, start=iso(one.start), end=iso(one.end), inferred=one.inferred
    )
