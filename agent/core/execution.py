"""The execution of operations at a work center: begun and ended by people, told with its quantities."""

from __future__ import annotations

from agent.core import (
    arguments,
    boundary,
    checks,
    condition_turn,
    consumption,
    loading,
    making,
    manual,
    operations,
    output,
    setting_up,
    standstill,
)
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import OperationCompleted, OperationStarted
from agent.core.figures import Account
from agent.core.observations import Entry
from agent.core.operations import Operation
from agent.core.turn import Turn
from agent.core.values import replace


def start(turn: Turn, order_id: str, actor: str | None) -> None:
    """Begin an operation of an order.

    Raises:
        EntryRefusedError: it is in progress already, or another one is.
    """
    uom = turn.setup.machine.output.uom
    changed, operation, contradiction = operations.started(turn.operations, order_id, turn.directories, turn.draft, uom)
    turn.flush()
    condition_turn.end_run(turn)
    boundary.end(turn, turn.draft.observed, "order")
    turn.operations = changed
    turn.output = output.begun_anew(turn.output)
    _change_order(turn, operation)
    operations.tell(operation, OperationStarted, turn.output, turn.draft, actor)
    setting_up.order_begun(turn, turn.draft.observed)
    standstill.cut_here(turn, turn.draft.observed)
    if contradiction is not None:
        turn.raise_discrepancy(contradiction, "rule")


def complete(turn: Turn, actor: str | None) -> str:
    """End the operation in progress; returns its order.

    Raises:
        EntryRefusedError: none is in progress.
    """
    changed, operation = operations.completed(turn.operations)
    checks.must_be_done(turn)
    turn.flush()
    condition_turn.end_run(turn)
    boundary.end(turn, turn.draft.observed, "order")
    operations.tell(operation, OperationCompleted, turn.output, turn.draft, actor)
    setting_up.end(turn, turn.draft.observed)
    turn.operations = changed
    loading.order_ended(turn, turn.draft.observed)
    turn.output = output.begun_anew(turn.output)
    _change_order(turn, None)
    standstill.cut_here(turn, turn.draft.observed)
    return operation.order_id


def _change_order(turn: Turn, operation: Operation | None) -> None:
    """From now on this operation is in progress, or none."""
    now = turn.draft.observed
    seen = turn.watch.last_good
    turn.settle_running(now if seen is None else min(now, seen))
    order = (None, None) if operation is None else (operation.order_id, operation.op_no)
    turn.schedule = turn.schedule.order_changed(now, *order)
    account = None if operation is None else Account(*order)
    turn.figures = replace(turn.figures, order=account)
    turn.floor = replace(turn.floor, no_order_told=False, no_order_since=now if operation is None else None)
    turn.operation_changed()
    checks.operation_changed(turn)
    consumption.operation_changed(turn)
    making.operation_changed(turn)
    manual.follow(turn, now)


def _start(turn: Turn, entry: Entry) -> str:
    order_id = arguments.name(entry.arguments, "order_id")
    start(turn, order_id, entry.actor)
    return f"Order {order_id} started."


def _complete(turn: Turn, entry: Entry) -> str:
    return f"Order {complete(turn, entry.actor)} finished."


def _start_setup(turn: Turn, entry: Entry) -> str:
    setting_up.begin(turn, "operator", entry.observed.wall)
    standstill.cut_here(turn, entry.observed.wall)
    return "Setup started."


def _end_setup(turn: Turn, entry: Entry) -> str:
    if turn.setting_up is None:
        raise EntryRefusedError("NO_SETUP", "No setup is under way.")
    setting_up.end(turn, entry.observed.wall)
    standstill.cut_here(turn, entry.observed.wall)
    return "Setup ended."


def claims_needed(asked: Asked, order_id: str) -> Claims:
    """The claims that `start` must be given."""
    names = (one.op_no for one in asked.directories.orders_of(asked.wc_id) if one.order_id == order_id)
    return tuple(making.claim(asked.wc_id, order_id, op_no) for op_no in names)


def _of_order(asked: Asked) -> Claims:
    return claims_needed(asked, asked.arguments.get("order_id", ""))


ACTIONS: Actions = {
    "start_operation": Action(_start, _of_order),
    "complete_operation": Action(_complete),
    "start_setup": Action(_start_setup),
    "end_setup": Action(_end_setup),
}
