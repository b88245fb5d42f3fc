"""Who works at a work center and how long, beside what the machine does (requirements 30 to 32)."""

from __future__ import annotations

from agent.core.counting import Boundary
from agent.core.turn import Turn
from agent.core.values import replace


def acting(turn: Turn) -> str | None:
    """Who acts where a scan or an entry names nobody: who signed on last."""
    people = turn.crew.people
    return people[-1].operator_id if people else None


def performers(turn: Turn) -> tuple[str, ...]:
    """Who works on the operation, if one is in progress."""
    return tuple(one.operator_id for one in turn.crew.people if one.activity == "direct")


def seconds(turn: Turn) -> float:
    """Labor of all persons together on the present execution of an operation, up to now."""
    crew = turn.crew
    told = crew.seconds if crew.execution_id == turn.execution_id else 0.0
    now = turn.draft.observed
    return told + sum(max(now - one.told, 0.0) for one in crew.people if one.activity == "direct")


def taken_up(turn: Turn, seconds: float) -> None:
    """The operation now in progress is gone on with; so many seconds of labor had been told of it before."""
    turn.crew = replace(turn.crew, execution_id=turn.execution_id, seconds=seconds)


def boundary(_turn: Turn, _at: float, _what: Boundary) -> None:
    """Tell the work of everybody up to where order or shift change. Call it before they do."""
