"""What executions of operations, and times without an order, came to: records outside the small state of a station.

An execution's record is written with each of its changes of status; while it is in progress the state is what counts.
What it made stands in a record of its own, which parts that are counted late go on with: they are credited to what has
ended without anybody asking for it in advance.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.counts.accounts import Account, Cums
from agent.core.counts.output import Output
from agent.core.facts import Keys, ShiftKeys, Versions
from agent.core.orders.operations import Operation, RunNote
from agent.core.records import Records
from agent.core.stops.segments import same_shift
from agent.core.turn import Turn
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Made:
    """Quantities of an execution, or of a time without an order."""

    cums: Cums
    shift: ShiftKeys | None
    """The shift that their quantities of a shift are of."""

    def in_shift(self, shift: ShiftKeys | None) -> Cums:
        """The quantities as another shift, or the same one, goes on with them."""
        return self.cums if same_shift(self.shift, shift) else replace(self.cums, good_shift=0, scrap_shift=0)


@dataclass(frozen=True, slots=True)
class Run:
    """A time without an order that is over."""

    book: int
    since: float
    until: float
    shift: ShiftKeys | None
    """In which it ended."""
    discrepancy_id: str | None = None
    """Under which it was raised that it ran without an order."""
    attached_to: str | None = None
    """The execution that it was given to."""
    order: tuple[str | None, str | None] = (None, None)
    """Order and operation of that execution."""


NOTHING = Made(Cums(), None)
OPERATIONS = Records("op", Operation)
RUNS = Records("run", Run)
MADE = Records("made", Made)


def claims_of(wc_id: str, order_id: str, op_no: str) -> tuple[str, ...]:
    """The claims that hold what an execution came to."""
    return (OPERATIONS.key(wc_id, order_id, op_no), MADE.key(wc_id, order_id, op_no))


def claims_of_run(wc_id: str, execution_id: str) -> tuple[str, ...]:
    """The claims that hold what a time without an order came to."""
    return (RUNS.key(wc_id, execution_id), MADE.key(wc_id, execution_id))


def find(turn: Turn, order_id: str, op_no: str) -> Operation | None:
    """The execution of an operation here, as it stands now; None where work on it never began."""
    current = turn.operations.current
    if current is not None and current.is_of(order_id, op_no):
        return current
    return OPERATIONS.find(turn, turn.wc_id, order_id, op_no)


def made_by(turn: Turn, operation: Operation) -> Cums:
    """What an execution has made, as the present shift goes on with it."""
    if turn.operations.current is not None and turn.operations.book == operation.book:
        return turn.output.cums
    made = MADE.find(turn, turn.wc_id, operation.order_id, operation.op_no) or NOTHING
    return made.in_shift(turn.draft.shift)


def account_of(turn: Turn, operation: Operation) -> Account:
    """What parts of an execution, in progress or not, are credited to in the present shift."""
    if turn.operations.current is not None and turn.operations.book == operation.book:
        return turn.account()
    return Account(
        book=operation.book,
        execution_id=operation.op_execution_id,
        keys=operation.keys(turn.wc_id),
        versions=operation.versions,
        shift=turn.draft.shift,
        uom=operation.uom,
        lots=(),
        parts_per_count=operation.parts_per_count,
        cycle_s=turn.setup.machine.output.cycle_s if operation.cycle_s is None else operation.cycle_s,
        cums=made_by(turn, operation),
    )


def find_run(turn: Turn, execution_id: str) -> Run | None:
    """A time without an order that is over; None where there was none of this name."""
    return RUNS.find(turn, turn.wc_id, execution_id)


def made_in_run(turn: Turn, execution_id: str) -> Made:
    """What was made in a time without an order that is over."""
    return MADE.find(turn, turn.wc_id, execution_id) or NOTHING


def attached(turn: Turn, execution_id: str, run: Run, operation: Operation) -> None:
    """A time without an order that is over belongs to an execution from now on."""
    order = (operation.order_id, operation.op_no)
    RUNS.keep(turn, replace(run, attached_to=operation.op_execution_id, order=order), turn.wc_id, execution_id)
    turn.operations = turn.operations.without_run(execution_id)


def account_left(turn: Turn, execution_id: str, order: tuple[str | None, str | None]) -> Account | None:
    """The account of what has ended, out of its records; None where they are not at hand, or it counts elsewhere now.

    Args:
        turn: that was given the claims of the execution, or of the time without an order.
        execution_id: which one.
        order: the order and operation that it was about.
    """
    if order[0] is None:
        run = find_run(turn, execution_id)
        return None if run is None or run.attached_to is not None else _account_of_run(turn, execution_id, run)
    operation = find(turn, order[0], order[1] or "")
    matches = operation is not None and operation.op_execution_id == execution_id
    return account_of(turn, operation) if matches and operation is not None else None


def keep(turn: Turn, operation: Operation) -> None:
    """Store an execution as it now is."""
    OPERATIONS.keep(turn, operation, turn.wc_id, operation.order_id, operation.op_no)
    turn.operations = turn.operations.noting(operation, made_by(turn, operation))


def keep_made(turn: Turn, account: Account) -> None:
    """Store what an account that is not the present one came to."""
    newest = newest_of(turn.output, account)
    names = _names(newest.keys, newest.execution_id)
    MADE.keep(turn, Made(newest.cums, newest.shift), turn.wc_id, *names)
    if newest.keys.order_id is None:
        turn.operations = turn.operations.run_recounted(newest.execution_id, newest.cums)
    else:
        turn.operations = turn.operations.recounted(names[0], names[-1], newest.cums)


def newest_of(output: Output, account: Account) -> Account:
    """Of all accounts that share the quantities of one, the one that ended last."""
    return next((one.account for one in reversed(output.past) if one.account.book == account.book), account)


def end_present(turn: Turn, at: float) -> None:
    """Store what is in progress, or this time without an order, before something else is. Call it after the facts."""
    current, cums = turn.operations.current, turn.output.cums
    if current is not None:
        MADE.keep(turn, Made(cums, turn.draft.shift), turn.wc_id, current.order_id, current.op_no)
        keep(turn, current)
        return
    run, execution_id = present_run(turn, at), turn.execution_id
    RUNS.keep(turn, run, turn.wc_id, execution_id)
    MADE.keep(turn, Made(cums, turn.draft.shift), turn.wc_id, execution_id)
    if cums != Cums() or run.discrepancy_id is not None:
        turn.operations = turn.operations.with_run(RunNote(execution_id, run.since, at, cums.good, cums.scrap))


def present_run(turn: Turn, at: float) -> Run:
    """This time without an order, as if it ended now."""
    since = turn.floor.no_order_since
    return Run(
        turn.operations.book, at if since is None else since, at, turn.draft.shift, turn.floor.no_order_discrepancy
    )


def _account_of_run(turn: Turn, execution_id: str, run: Run) -> Account:
    output = turn.setup.machine.output
    return Account(
        book=run.book,
        execution_id=execution_id,
        keys=Keys(wc_id=turn.wc_id),
        versions=Versions(),
        shift=turn.draft.shift,
        uom=output.uom,
        lots=(),
        parts_per_count=None,
        cycle_s=output.cycle_s,
        cums=(MADE.find(turn, turn.wc_id, execution_id) or NOTHING).in_shift(turn.draft.shift),
    )


def _names(keys: Keys, execution_id: str) -> tuple[str, ...]:
    return (execution_id,) if keys.order_id is None else (keys.order_id, keys.op_no or "")
