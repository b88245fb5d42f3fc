"""A work center without a machine to read (domain.md R22): people say when work stops and goes on.

It works while an operation is in progress and no stop is open. Nothing is UNKNOWN: what nobody says did not happen.
"""

from __future__ import annotations

from agent.core.machine.condition_turn import tell_condition
from agent.core.machine.conditions import Condition, Mode
from agent.core.stops import standstill, stops
from agent.core.turn import Turn


def pass_time(turn: Turn, now: float) -> None:
    """Time passed and nothing else, whether or not the agent ran meanwhile."""
    turn.seen_from(now)
    follow(turn, now)
    standstill.let_time_pass(turn, now)


def follow(turn: Turn, at: float) -> None:
    """An order or a stop began or ended: the condition follows."""
    if not turn.setup.machine.manual:
        return
    operation = turn.operations.current
    at_work = not turn.setup.machine.orders if operation is None else operation.status == "in_progress"
    works = turn.stops.open is None and at_work
    condition = Condition.RUNNING if works else Condition.IDLE
    if condition is not turn.watch.condition:
        tell_condition(turn, condition, Mode.PRODUCTION, at)


def end_stop(turn: Turn, at: float) -> None:
    """The open stop ends here; there is no machine that would run on."""
    standstill.let_time_pass(turn, at)
    turn.stops, change = stops.ended_by_hand(turn.stops, at)
    standstill.tell_stops(turn, (change,))
    follow(turn, at)
