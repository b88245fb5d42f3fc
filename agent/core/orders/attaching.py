"""What was made without an order is given to one (domain.md R18): once, with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.counts import counting
from agent.core.counts.accounts import Account, Cums
from agent.core.counts.output import Output
from agent.core.discrepancies.concern import RECORDS
from agent.core.errors import EntryRefusedError
from agent.core.facts import FINAL, DiscrepancyResolved, OperationAttached, ShiftKeys
from agent.core.observations import Entry
from agent.core.orders import against_plan, changeover, executions, named_operations
from agent.core.orders.executions import Made, Run
from agent.core.orders.operations import Operation
from agent.core.people import labor, rights
from agent.core.shifts import tally
from agent.core.stops.segments import same_shift
from agent.core.turn import Turn
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class _Free:
    """A time without an order, and what was made in it."""

    execution_id: str
    run: Run
    cums: Cums
    shift: ShiftKeys | None
    """The shift that their quantities of a shift are of."""
    present: bool
    """It is not over yet."""


def attach(turn: Turn, entry: Entry) -> str:
    """Give an order what was made in a time without one, which counts for the order from now on.

    Raises:
        EntryRefusedError: there is no such time, nothing was made in it, it has an order already, or the actor may not.
    """
    given = entry.arguments
    turn.flush()
    arguments.name(given, "reason")
    free = _free(turn, arguments.name(given, "execution_id"))
    if not same_shift(free.run.shift, turn.draft.shift):
        rights.must_be(turn, entry, "supervisor")
    op_no = arguments.optional_name(given, "op_no")
    named = named_operations.to_start(turn, arguments.name(given, "order_id"), op_no)
    if named.known is not None and named.known.status in FINAL:
        rights.must_be(turn, entry, "supervisor")
    found = [] if named.known is not None else against_plan.at_start(turn, named)
    if free.present:
        changeover.end_run(turn)
    # One that has not begun takes over the place that this time has in the accounts of parts.
    operation = named.known or replace(
        named_operations.planned(turn, named), book=free.run.book, told=tuple(one.mark for one in found)
    )
    account = executions.account_of(turn, operation)
    executions.attached(turn, free.execution_id, free.run, operation)
    turn.output = _followed(turn.output, free.run.book, account)

    def tell(told: Output) -> Output:
        _tell(turn, entry, free, operation)
        return replace(told, cums=_together(told.cums, free, account))

    counting.credit(turn, account, tell)
    executions.keep(turn, executions.find(turn, operation.order_id, operation.op_no) or operation)
    _move_figures(turn, free, account)
    if free.run.discrepancy_id is not None and _is_open(turn, free.run.discrepancy_id):
        _resolve(turn, entry, free.run.discrepancy_id, account)
    for one in found:
        one.told(turn)
    return f"{free.cums.good} good and {free.cums.scrap} scrap of {free.execution_id} belong to {operation.title} now."


def _free(turn: Turn, execution_id: str) -> _Free:
    """The time without an order of this name, which must be free to be given to one."""
    present = turn.operations.current is None and execution_id == turn.execution_id
    now = turn.draft.observed
    run = executions.present_run(turn, now) if present else executions.find_run(turn, execution_id)
    if run is None:
        raise EntryRefusedError(
            "UNKNOWN_RUN", f"There was no time without an order called {execution_id}. Choose one of those shown."
        )
    if run.attached_to is not None:
        raise EntryRefusedError("ALREADY_ATTACHED", f"What was made in {execution_id} has an order already.")
    made = Made(turn.output.cums, turn.draft.shift) if present else executions.made_in_run(turn, execution_id)
    if made.cums == Cums() and run.discrepancy_id is None:
        raise EntryRefusedError("NOTHING_MADE", f"Nothing was made in {execution_id}; there is nothing to give away.")
    return _Free(execution_id, run, made.cums, made.shift, present)


def _tell(turn: Turn, entry: Entry, free: _Free, operation: Operation) -> None:
    data = OperationAttached(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        execution_id=free.execution_id,
        op_execution_id=operation.op_execution_id,
        qty_good=Decimal(free.cums.good),
        qty_scrap=Decimal(free.cums.scrap),
        uom=operation.uom,
        reason=arguments.name(entry.arguments, "reason"),
        comment=arguments.text(entry.arguments, "comment"),
        actor=entry.actor or labor.acting(turn),
    )
    key = f"attach:{turn.wc_id}:{free.execution_id}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=operation.op_execution_id)


def _followed(output: Output, book: int, account: Account) -> Output:
    """What is counted late of a time without an order is credited to its order from now on."""

    def following(other: Account) -> Account:
        if other.book != book:
            return other
        its = account.cums if other.shift == account.shift else account.cums.as_of(other.cums)
        named = replace(other, book=account.book, execution_id=account.execution_id, cums=its)
        return replace(named, keys=account.keys, versions=account.versions)

    return replace(
        output,
        past=tuple(replace(one, account=following(one.account)) for one in output.past),
        held=tuple(replace(one, account=following(one.account)) for one in output.held),
    )


def _together(cums: Cums, free: _Free, account: Account) -> Cums:
    more = free.cums if same_shift(free.shift, account.shift) else replace(free.cums, good_shift=0, scrap_shift=0)
    return Cums(*(getattr(cums, name) + getattr(more, name) for name in Cums.__slots__))


def _move_figures(turn: Turn, free: _Free, account: Account) -> None:
    """Those of the shift in which it ended; what was made in shifts before stands in their summaries."""
    cums, shift, order = free.cums, free.shift, (account.keys.order_id, account.keys.op_no)
    before = (Decimal(cums.good - cums.good_shift), Decimal(cums.scrap - cums.scrap_shift), Decimal(0))
    rework = Decimal(0 if any(before) else cums.rework)
    made = (Decimal(cums.good_shift), Decimal(cums.scrap_shift), rework)
    less = (-made[0], -made[1], -made[2])
    without = tally.corrected(turn.figures, shift, (None, None), less, turn.setup.machine.output.cycle_s)
    figures = tally.corrected(without, shift, order, made, account.cycle_s)
    turn.figures = tally.corrected_before(figures, order, before, account.cycle_s)


def _is_open(turn: Turn, discrepancy_id: str) -> bool:
    """Whether nobody has resolved it yet."""
    concern = RECORDS.find(turn, discrepancy_id)
    return concern is None or concern.status != "resolved"


def _resolve(turn: Turn, entry: Entry, discrepancy_id: str, account: Account) -> None:
    data = DiscrepancyResolved(
        keys=account.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=account.versions,
        discrepancy_id=discrepancy_id,
        code="no_order_running",
        resolution="attached",
        actor=entry.actor or labor.acting(turn),
        comment=arguments.text(entry.arguments, "comment") or None,
    )
    turn.draft.add(data, turn.draft.observed, f"dsr:{turn.wc_id}:{turn.number()}")


def _needs(asked: Asked) -> Claims:
    execution_id, order_id = asked.arguments.get("execution_id", ""), asked.arguments.get("order_id", "")
    run = executions.RUNS.among(asked.known, asked.wc_id, execution_id)
    raised = (asked.state.floor.no_order_discrepancy, None if run is None else run.discrepancy_id)
    return (
        *(RECORDS.key(one) for one in raised if one is not None),
        *executions.claims_of_run(asked.wc_id, execution_id),
        *named_operations.claims_needed(asked, order_id, asked.arguments.get("op_no") or None),
    )


ACTIONS: Actions = {"attach_run": Action(attach, _needs)}
