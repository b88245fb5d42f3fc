"""The execution of an operation at a work center. Its status is its own, beside the order's business status."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from agent.core.directories import Directories, Order
from agent.core.discrepancies import Discrepancy
from agent.core.draft import Draft
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactData, Keys, OperationCompleted, OperationStarted, OperationStatus, Versions
from agent.core.output import Output
from agent.core.values import replace

UNKNOWN_OP_NO = "-"
"""Operation number where the order is not in the directory."""


@lru_cache(maxsize=64)
def _keys(wc_id: str, order_id: str, op_no: str, item_id: str | None) -> Keys:
    return Keys(wc_id=wc_id, order_id=order_id, op_no=op_no, item_id=item_id)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in progress, with what the plan said when it began."""

    op_execution_id: str
    order_id: str
    op_no: str
    item_id: str | None
    description: str
    release_status: str
    qty_planned: Decimal
    uom: str
    cycle_s: float | None
    versions: Versions
    transition_no: int
    started: float
    norm_setup_s: float | None = None
    """Planned setup time."""
    parts_per_count: int | None = None
    """Parts for one count of the machine's output, where the plan says so."""

    def keys(self, wc_id: str) -> Keys:
        """What every fact of this operation is about."""
        return _keys(wc_id, self.order_id, self.op_no, self.item_id)


Ledger: TypeAlias = dict[str, OperationStatus]
"""Execution status by order, for those that were begun here; the last few only."""
LEDGER_SIZE = 50
SHOWN_DESCRIPTION = 200
"""Characters of the plan's description that are kept: a snapshot is small whatever the MES writes."""


@dataclass(frozen=True, slots=True)
class Operations:
    """What is in progress and what has been."""

    current: Operation | None = None
    ledger: Ledger | None = None
    transitions: int = 0

    def status_of(self, order_id: str) -> OperationStatus:
        """The execution status of an order at this work center."""
        return (self.ledger or {}).get(order_id, "waiting")


def started(
    operations: Operations, order_id: str, directories: Directories, draft: Draft, uom: str
) -> tuple[Operations, Operation, Discrepancy | None]:
    """Begin an operation; a contradiction with the plan is raised, not refused (requirement 78).

    Args:
        operations: what is in progress.
        order_id: the order to begin.
        directories: the plan as last received.
        draft: keys of the work center, ids and time.
        uom: unit of measure where the plan gives none.

    Raises:
        EntryRefusedError: it is in progress already, or another one is.
    """
    current = operations.current
    if current is not None and current.order_id == order_id:
        raise EntryRefusedError("ALREADY_STARTED", f"Order {order_id} is in progress already.")
    if current is not None:
        raise EntryRefusedError(
            "OPERATION_IN_PROGRESS", f"Order {current.order_id} is in progress. Finish it first, then start {order_id}."
        )
    wc_id = draft.keys.wc_id
    assert wc_id is not None
    order = directories.orders.get((wc_id, order_id))
    transitions = operations.transitions + 1
    execution_id = f"op-{draft.ids.take()}"
    if order is None:
        operation = _unplanned(order_id, execution_id, transitions, draft.observed, uom)
    else:
        operation = _planned(order, directories, execution_id, transitions, draft)
    operations = Operations(operation, _noted(operations.ledger, order_id, "in_progress"), transitions)
    return operations, operation, _contradiction(order, order_id, draft.observed)


def completed(operations: Operations) -> tuple[Operations, Operation]:
    """End the operation in progress.

    Raises:
        EntryRefusedError: none is in progress.
    """
    operation = operations.current
    if operation is None:
        raise EntryRefusedError("NO_OPERATION", "No order is in progress. Scan or choose one to start.")
    transitions = operations.transitions + 1
    ledger = _noted(operations.ledger, operation.order_id, "completed")
    return Operations(None, ledger, transitions), replace(operation, transition_no=transitions)


def tell(
    operation: Operation,
    change: type[OperationStarted | OperationCompleted],
    output: Output,
    draft: Draft,
    actor: str | None,
) -> None:
    """Make the fact of a change of status."""
    statuses: tuple[OperationStatus, OperationStatus] = (
        ("waiting", "in_progress") if change is OperationStarted else ("in_progress", "completed")
    )
    data: FactData = change(
        keys=operation.keys(draft.keys.wc_id or ""),
        quality=draft.quality("operator"),
        versions=operation.versions,
        op_execution_id=operation.op_execution_id,
        from_status=statuses[0],
        to_status=statuses[1],
        transition_no=operation.transition_no,
        release_status_seen=operation.release_status,
        qty_good=Decimal(output.cums.good),
        qty_scrap=Decimal(output.cums.scrap),
        qty_planned=operation.qty_planned,
        uom=operation.uom,
        actor=actor,
    )
    key = f"op:{operation.order_id}:{operation.op_no}:{draft.keys.wc_id}:{operation.transition_no}"
    draft.add(data, draft.observed, key, correlation_id=operation.op_execution_id)


def _planned(order: Order, directories: Directories, execution_id: str, transition_no: int, draft: Draft) -> Operation:
    return Operation(
        op_execution_id=execution_id,
        order_id=order.order_id,
        op_no=order.op_no,
        item_id=order.item_id,
        description=order.description[:SHOWN_DESCRIPTION],
        release_status=order.release_status,
        qty_planned=order.qty_planned,
        uom=order.uom,
        cycle_s=None if order.norm_cycle_s is None else float(order.norm_cycle_s),
        versions=Versions(
            bom_version=order.bom_version,
            route_version=order.route_version,
            norm_version=order.norm_version,
            reasons_rev=directories.reasons.rev,
        ),
        transition_no=transition_no,
        started=draft.observed,
        norm_setup_s=None if order.norm_setup_s is None else float(order.norm_setup_s),
        parts_per_count=order.parts_per_count,
    )


def _unplanned(order_id: str, execution_id: str, transition_no: int, at: float, uom: str) -> Operation:
    return Operation(
        op_execution_id=execution_id,
        order_id=order_id,
        op_no=UNKNOWN_OP_NO,
        item_id=None,
        description="",
        release_status="unknown",
        qty_planned=Decimal(0),
        uom=uom,
        cycle_s=None,
        versions=Versions(),
        transition_no=transition_no,
        started=at,
    )


def _contradiction(order: Order | None, order_id: str, at: float) -> Discrepancy | None:
    if order is None:
        return Discrepancy("order_unknown", at, at, {"order_id": order_id})
    if order.release_status != "released":
        evidence = {"order_id": order_id, "release_status": order.release_status}
        return Discrepancy("order_not_released", at, at, evidence)
    return None


def _noted(ledger: Ledger | None, order_id: str, status: OperationStatus) -> Ledger:
    others = [(order, was) for order, was in (ledger or {}).items() if order != order_id]
    return dict([*others, (order_id, status)][-LEDGER_SIZE:])
