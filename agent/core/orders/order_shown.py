"""Operations as people and the MES are shown them: what is in progress, what waits, what was made without an order."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Directories, Order
from agent.core.directories.items import RouteStep
from agent.core.orders import against_plan, changeover, plan
from agent.core.orders.operations import Operation
from agent.core.orders.order_view import OrderView, PredecessorView, RunView, StepView
from agent.core.people import labor
from agent.core.state import StationState
from agent.core.station import Station
from agent.core.times import iso


def in_progress(station: Station, directories: Directories, now: float) -> OrderView | None:
    """The operation in progress or paused."""
    operation = station.state.operations.current
    if operation is None:
        return None
    turn, cums = station.glance(now, directories), station.state.output.cums
    order = plan.copy_of(directories, turn.wc_id, operation.order_id, operation.op_no)
    shown = _bare(operation) if order is None else _of_plan(order, turn.wc_id, directories, now)
    fields = {
        "item_id": operation.item_id or "",
        "description": operation.description,
        "status": operation.status,
        "qty_good": Decimal(cums.good),
        "qty_scrap": Decimal(cums.scrap),
        "qty_rework": Decimal(cums.rework),
        "uom": operation.uom,
        "op_execution_id": operation.op_execution_id,
        "since": iso(operation.since),
        "times": changeover.times(turn),
        "performers": labor.performers(turn),
        "contradictions": (),
        "norm_cycle_s": _seconds(operation.cycle_s),
        "norm_setup_s": _seconds(operation.norm_setup_s),
        "steps": tuple(
            _step(one) for one in plan.route_of(directories, operation.item_id, operation.versions.route_version)
        ),
    }
    return shown.model_copy(update=fields)


def queue(station: Station, directories: Directories, present: OrderView | None, now: float) -> tuple[OrderView, ...]:
    """The dispatch queue for the crew that is there, the operation to begin with first."""
    operations, shift = station.state.operations, station.state.schedule.shift
    wc_id = station.setup.machine.work_center
    shown = []
    for order in directories.orders_of(wc_id, None if shift is None else shift.crew_id):
        if operations.current is not None and operations.current.is_of(order.order_id, order.op_no) and present:
            shown.append(present)
            continue
        noted = operations.noted(order.order_id, order.op_no)
        fields = (
            {}
            if noted is None
            else {"status": noted.status, "qty_good": Decimal(noted.good), "qty_scrap": Decimal(noted.scrap)}
        )
        shown.append(_of_plan(order, wc_id, directories, now).model_copy(update=fields))
    return tuple(shown)


def runs(state: StationState) -> tuple[RunView, ...]:
    """Times without an order in which something was made, the newest first."""
    past = [
        RunView(
            execution_id=one.execution_id,
            since=iso(one.since),
            until=iso(one.until),
            qty_good=Decimal(one.good),
            qty_scrap=Decimal(one.scrap),
        )
        for one in reversed(state.operations.runs)
    ]
    cums, since = state.output.cums, state.floor.no_order_since
    if state.operations.current is None and (cums.good or cums.scrap):
        present = RunView(
            execution_id=state.operations.none_id,
            since=None if since is None else iso(since),
            until=None,
            qty_good=Decimal(cums.good),
            qty_scrap=Decimal(cums.scrap),
        )
        return (present, *past)
    return tuple(past)


def _of_plan(order: Order, wc_id: str, directories: Directories, now: float) -> OrderView:
    norm = plan.norm_of(directories, order, now)
    return OrderView(
        order_id=order.order_id,
        op_no=order.op_no,
        item_id=order.item_id,
        description=order.description,
        status="waiting",
        release_status=order.release_status,
        qty_planned=order.qty_planned,
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        uom=order.uom,
        priority=order.priority,
        start=None if order.start is None else iso(order.start.timestamp()),
        due=None if order.due is None else iso(order.due.timestamp()),
        crew_id=order.crew_id,
        destination=order.destination,
        resources=order.resources,
        instructions=order.instructions,
        lots_required=order.trace.lots,
        serials_required=order.trace.serials,
        work_centers=order.work_centers,
        norm_cycle_s=_seconds(norm.cycle_s),
        norm_setup_s=_seconds(norm.setup_s),
        predecessors=tuple(
            PredecessorView(op_no=one.op_no, status=one.status, mandatory=one.mandatory) for one in order.route
        ),
        contradictions=tuple(one.code for one in against_plan.of_copy(order, wc_id)),
    )


def _step(step: RouteStep) -> StepView:
    return StepView(
        op_no=step.op_no,
        text=dict(step.text),
        work_centers=step.work_centers,
        mandatory=step.mandatory,
        setup=dict(step.setup),
        setup_parts=step.setup_parts,
    )


def _seconds(planned: float | None) -> Decimal | None:
    return None if planned is None else Decimal(str(planned))


def _bare(operation: Operation) -> OrderView:
    """An operation that the plan says nothing of, any more or yet."""
    return OrderView(
        order_id=operation.order_id,
        op_no=operation.op_no,
        item_id=operation.item_id or "",
        description=operation.description,
        status=operation.status,
        release_status=operation.release_status,
        qty_planned=operation.qty_planned,
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        uom=operation.uom,
    )
