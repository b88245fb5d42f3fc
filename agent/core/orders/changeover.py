"""What happens where the operation in progress changes: what belongs to the former is told, kept, and left behind.

A paused operation stays what is in progress here until another one begins. One that is left takes what it came to
along into its record, and goes on with it when it is taken up again: the same execution, its numbers, its quantities
and its times (requirement 20).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core import boundary
from agent.core.counts import output
from agent.core.counts.accounts import Cums
from agent.core.facts import OperationStatus, OperationTimes, Reason
from agent.core.machine import condition_turn, manual
from agent.core.materials import consumption, loading
from agent.core.orders import against_plan, executions, operations
from agent.core.orders.operations import Operation
from agent.core.people import labor
from agent.core.quality import checks
from agent.core.shifts.figures import Account, Sums
from agent.core.stops import setting_up, standstill
from agent.core.times import milliseconds
from agent.core.turn import Turn
from agent.core.units import making
from agent.core.values import replace

MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Word:
    """Who changed something, and why."""

    actor: str | None
    reason: Reason | None = None
    comment: str = ""


def put_in_progress(turn: Turn, operation: Operation, before: OperationStatus, word: Word) -> None:
    """An operation is begun, or gone on with after something else; a paused one makes way.

    Args:
        turn: in which nothing is in progress, or a paused operation.
        operation: as it is from now on.
        before: its status until now.
        word: who began it.
    """
    now, former, cums = turn.draft.observed, turn.operations.current, executions.made_by(turn, operation)
    last = turn.operations.ledger[-1:]
    _close_present(turn)
    if former is not None:
        setting_up.end(turn, now)
        turn.operations = replace(turn.operations, current=_at_rest(turn, former))
    _leave_behind(turn, operation, cums)
    executions.keep(turn, _current(turn))
    tell(turn, before, word)
    if not last or not operation.is_of(last[0].order_id, last[0].op_no):
        setting_up.order_begun(turn, now)
    standstill.cut_here(turn, now)


def leave(turn: Turn, status: OperationStatus, word: Word) -> None:
    """The operation in progress is left with another status, and nothing is in progress."""
    now, before = turn.draft.observed, _current(turn).status
    _close_present(turn)
    turn.operations = replace(turn.operations, current=_at_rest(turn, _current(turn)).moved(status, now))
    tell(turn, before, word)
    setting_up.end(turn, now)
    _leave_behind(turn, None, Cums())
    standstill.cut_here(turn, now)


def change_here(turn: Turn, status: OperationStatus, word: Word) -> None:
    """The operation in progress is paused, or the paused one goes on."""
    operation = _current(turn)
    turn.flush()
    labor.boundary(turn, turn.draft.observed, "order")
    checks.note_shift(turn)
    if turn.setup.machine.manual:
        _settle(turn)
    turn.operations = replace(turn.operations, current=operation.moved(status, turn.draft.observed))
    executions.keep(turn, _current(turn))
    tell(turn, operation.status, word)
    manual.follow(turn, turn.draft.observed)


def end_run(turn: Turn) -> None:
    """This time without an order is over, and another one begins."""
    _close_present(turn)
    _leave_behind(turn, None, Cums())


def tell(turn: Turn, before: OperationStatus, word: Word) -> None:
    """Make the fact of the last change of status of the operation in progress."""
    operation, cums, draft = _current(turn), turn.output.cums, turn.draft
    data = operations.fact_of(operation)(
        keys=operation.keys(turn.wc_id),
        quality=draft.quality("operator"),
        versions=operation.versions,
        op_execution_id=operation.op_execution_id,
        from_status=before,
        to_status=operation.status,
        transition_no=operation.transition_no,
        release_status_seen=operation.release_status,
        qty_good=Decimal(cums.good),
        qty_scrap=Decimal(cums.scrap),
        qty_rework=Decimal(cums.rework),
        qty_planned=operation.qty_planned,
        uom=operation.uom,
        actor=word.actor,
        performers=labor.performers(turn),
        reason=word.reason,
        comment=word.comment,
        times=None if before == "waiting" else times(turn),
    )
    key = f"op:{operation.order_id}:{operation.op_no}:{turn.wc_id}:{operation.transition_no}"
    draft.add(data, draft.observed, key, correlation_id=operation.op_execution_id)


def times(turn: Turn) -> OperationTimes:
    """Actual times of the operation in progress up to now, beside the norm (requirements 22, 23, 30, 32)."""
    operation, cums, now = _current(turn), turn.output.cums, turn.draft.observed
    return times_of(operation, cums, _spent(turn, now), labor.seconds(turn), now)


def times_of(operation: Operation, cums: Cums, spent: Sums, labor_s: float, now: float) -> OperationTimes:
    """Actual times of an execution beside the norm.

    Args:
        operation: the execution.
        cums: what it has made.
        spent: its time by element.
        labor_s: of all persons together.
        now: up to when.
    """
    made = cums.good + cums.scrap + cums.rework
    return OperationTimes(
        elapsed_s=Decimal(max(milliseconds(now) - milliseconds(operation.started), 0)).scaleb(-3),
        run_s=_seconds(spent.run),
        setup_s=_seconds(spent.setup),
        delay_s=_seconds(spent.delay),
        labor_s=_seconds(labor_s),
        norm_run_s=None if operation.cycle_s is None else _seconds(operation.cycle_s * made),
        norm_setup_s=None if operation.norm_setup_s is None else _seconds(operation.norm_setup_s),
    )


def _close_present(turn: Turn) -> None:
    """All that belongs to what is in progress, or to this time without an order, is told."""
    turn.flush()
    against_plan.look_at_quantities(turn)
    condition_turn.end_run(turn)
    boundary.end(turn, turn.draft.observed, "order")
    _settle(turn)


def _leave_behind(turn: Turn, operation: Operation | None, cums: Cums) -> None:
    """What was in progress is kept, and another operation is in progress from now on, or none."""
    now = turn.draft.observed
    executions.end_present(turn, now)
    if turn.operations.current is not None:
        loading.order_ended(turn, now)
    turn.operations = turn.operations.changed(operation)
    turn.output = output.begun_anew(turn.output, cums)
    order = (None, None) if operation is None else (operation.order_id, operation.op_no)
    turn.schedule = turn.schedule.order_changed(now, *order)
    account = None if operation is None else Account(operation.order_id, operation.op_no, _going_on(operation, cums))
    turn.figures = replace(turn.figures, order=account, order_since=now)
    since = now if operation is None else None
    turn.floor = replace(turn.floor, no_order_told=False, no_order_discrepancy=None, no_order_since=since)
    turn.operation_changed()
    if operation is not None and operation.transition_no > 1:
        labor.taken_up(turn, operation.labor_s)
    checks.operation_changed(turn)
    consumption.operation_changed(turn)
    making.operation_changed(turn)
    manual.follow(turn, now)


def _going_on(operation: Operation, cums: Cums) -> Sums:
    """Times of the former stretches, with all that was made in them, also what was counted after they had ended."""
    good, scrap = Decimal(cums.good), Decimal(cums.scrap)
    late = float(good + scrap - operation.spent.good - operation.spent.scrap)
    ideal = operation.spent.ideal + late * (operation.cycle_s or 0.0)
    return replace(operation.spent, good=good, scrap=scrap, ideal=ideal)


def _at_rest(turn: Turn, operation: Operation) -> Operation:
    """The operation in progress with the times that it goes on with when it is taken up again."""
    return replace(operation, spent=_spent(turn, turn.draft.observed), labor_s=labor.seconds(turn))


def _spent(turn: Turn, now: float) -> Sums:
    account = turn.figures_at(now).order
    return Sums() if account is None else account.sums


def _settle(turn: Turn) -> None:
    """Time up to now is known, as far as it is, before what it is spent on changes."""
    now, seen = turn.draft.observed, turn.watch.last_good
    if turn.setup.machine.manual:
        turn.settle(now, turn.stops.open)
    else:
        turn.settle_running(now if seen is None else min(now, seen))


def _current(turn: Turn) -> Operation:
    assert turn.operations.current is not None
    return turn.operations.current


def _seconds(value: float) -> Decimal:
    return Decimal(round(value * MILLISECONDS)).scaleb(-3)
