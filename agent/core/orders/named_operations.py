"""Which operation of an order is meant by whoever names the order, and what is known of it (requirement 47)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from agent.core.actions import Asked, Claims
from agent.core.directories import Directories, Order
from agent.core.directories.orders import in_order
from agent.core.facts import FINAL, Versions
from agent.core.materials import consumption
from agent.core.orders import executions, plan
from agent.core.orders.operations import RESUMABLE, SHOWN_DESCRIPTION, UNKNOWN_OP_NO, Operation, Operations
from agent.core.quality import checks, holds
from agent.core.turn import Turn
from agent.core.units import making
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Named:
    """An operation that is to be worked on."""

    order_id: str
    op_no: str
    order: Order | None
    """The plan's copy; that of another work center where there is none for this one."""
    known: Operation | None
    """Its execution here so far."""


def to_start(turn: Turn, order_id: str, op_no: str | None) -> Named:
    """The operation named, else the one here now, else the first one of the order that has not ended here."""
    return _named(turn, order_id, op_no, lambda known: known is None or known.status not in FINAL)


def to_resume(turn: Turn, order_id: str, op_no: str | None) -> Named:
    """The operation named, else the one here now, else the first one of the order that waits to be gone on with."""
    return _named(turn, order_id, op_no, lambda known: known is not None and known.status in RESUMABLE)


def claims_needed(asked: Asked, order_id: str, op_no: str | None) -> Claims:
    """The claims that whatever begins or resumes an operation of an order must be given."""
    wc_id, operations = asked.wc_id, asked.state.operations
    names = {*_op_nos(asked.directories, operations, wc_id, order_id), *([] if op_no is None else [op_no])}
    orders = _orders(asked.directories, wc_id, order_id)
    before = {one.op_no for order in orders for one in order.route} - names
    return (
        *(claim for name in sorted(names) for claim in executions.claims_of(wc_id, order_id, name)),
        *(executions.OPERATIONS.key(wc_id, order_id, name) for name in sorted(before)),
        *(checks.claim(wc_id, order_id, name) for name in sorted(names)),
        *(consumption.claim(wc_id, order_id, name) for name in sorted(names)),
        *(making.claim(wc_id, order_id, name) for name in sorted(names)),
        *claims_to_leave(asked),
        holds.claim("order", order_id),
    )


def claims_to_leave(asked: Asked) -> Claims:
    """The claims that whatever ends the stretch of the operation in progress must be given."""
    current = asked.state.operations.current
    return () if current is None else (checks.claim(asked.wc_id, current.order_id, current.op_no),)


def planned(turn: Turn, named: Named) -> Operation:
    """The execution of an operation as the plan is now: the one known, or one that is still to begin."""
    known, order, now = named.known, named.order, turn.draft.observed
    if known is None:
        known = Operation(
            op_execution_id=f"op-{turn.draft.ids.take()}",
            order_id=named.order_id,
            op_no=named.op_no,
            item_id=None,
            description="",
            release_status="unknown",
            qty_planned=Decimal(0),
            uom=turn.setup.machine.output.uom,
            cycle_s=None,
            versions=Versions(),
            transition_no=0,
            started=now,
            status="waiting",
            since=now,
        )
    if order is None:
        return known
    norm = plan.norm_of(turn.directories, order, now)
    return replace(
        known,
        item_id=order.item_id,
        description=order.description[:SHOWN_DESCRIPTION],
        release_status=order.release_status,
        qty_planned=order.qty_planned,
        uom=order.uom,
        cycle_s=norm.cycle_s,
        versions=plan.versions_of(turn.directories, order, now),
        norm_setup_s=norm.setup_s,
        parts_per_count=order.parts_per_count,
        most=plan.most_parts(order, turn.setup.machine.plan.over_tolerance_pct),
    )


def _named(turn: Turn, order_id: str, op_no: str | None, fits: Callable[[Operation | None], bool]) -> Named:
    orders = _orders(turn.directories, turn.wc_id, order_id)
    current = turn.operations.current
    if op_no is None and current is not None and current.order_id == order_id:
        op_no = current.op_no
    if op_no is None:
        names = _op_nos(turn.directories, turn.operations, turn.wc_id, order_id)
        op_no = next((one for one in names if fits(executions.find(turn, order_id, one))), names[0])
    order = next((one for one in orders if one.op_no == op_no), None)
    return Named(order_id, op_no, order, executions.find(turn, order_id, op_no))


def _orders(directories: Directories, wc_id: str, order_id: str) -> tuple[Order, ...]:
    return plan.published(directories, wc_id, order_id) or plan.elsewhere(directories, wc_id, order_id)


def _op_nos(directories: Directories, operations: Operations, wc_id: str, order_id: str) -> tuple[str, ...]:
    """Operations of an order that may be meant here, in their order."""
    names = {one.op_no for one in _orders(directories, wc_id, order_id)}
    names |= {one.op_no for one in operations.ledger if one.order_id == order_id}
    return tuple(sorted(names, key=in_order)) or (UNKNOWN_OP_NO,)
