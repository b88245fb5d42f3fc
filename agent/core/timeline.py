"""The machine's condition as facts: a timeline without gap or overlap (domain.md R1)."""

from __future__ import annotations

from dataclasses import replace

from agent.core.conditions import Condition, Mode
from agent.core.facts import ConditionChanged
from agent.core.turn import Turn
from agent.core.watching import Cause


def tell_condition(
    turn: Turn, condition: Condition, mode: Mode, at: float, *, cause: Cause | None = None, inferred: bool = False
) -> None:
    """The condition is another one from `at` on, which is never before the change that was told last.

    Args:
        turn: the station.
        condition: from now on.
        mode: from now on.
        at: since when.
        cause: why nobody watched, where nobody did.
        inferred: concluded, not seen.
    """
    data = ConditionChanged(
        keys=turn.draft.keys,
        quality=turn.draft.quality(
            "operator" if turn.setup.machine.manual else "plc", time_quality="good" if cause is None else "estimated"
        ),
        versions=turn.draft.versions,
        from_condition=turn.watch.condition,
        to_condition=condition,
        mode=mode,
        inferred=inferred,
        cause=cause,
    )
    turn.draft.add(data, at, f"cond:{turn.wc_id}:{turn.number()}")
    turn.watch = replace(turn.watch, condition=condition, mode=mode, since=at)
