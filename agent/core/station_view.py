"""A work center as people are shown it, out of its station's state."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Directories, Order
from agent.core.operations import Operation
from agent.core.station import Station
from agent.core.stops import Stop
from agent.core.times import iso
from agent.core.turn import LastScan, StationState
from agent.core.views import EventView, OrderView, ScanView, StopView, WorkCenterView


def view(station: Station, directories: Directories) -> WorkCenterView:
    """The work center at present."""
    state, machine = station.state, station.setup.machine
    watch, output = state.watch, state.output
    operation = state.operations.current
    return WorkCenterView(
        wc_id=machine.work_center,
        link_up=watch.link_up,
        link_since=iso(watch.link_since),
        link_reason=watch.link_reason,
        last_good=None if watch.last_good is None else iso(watch.last_good),
        condition=watch.condition,
        condition_since=iso(watch.since),
        mode=watch.mode,
        order=None if operation is None else _in_progress(operation, state),
        orders=tuple(_waiting(order, state) for order in directories.orders_of(machine.work_center)),
        qty_good=Decimal(output.cum_good),
        qty_scrap=Decimal(output.cum_scrap),
        uom=machine.output.uom if operation is None else operation.uom,
        stop=None if state.stops.open is None else _stop(state.stops.open),
        lots=state.floor.lots,
        last_serial=state.floor.last_serial,
        last_scan=None if state.floor.last_scan is None else scanned(state.floor.last_scan),
        events=tuple(EventView(time=iso(event.time), type=event.type, text=event.text) for event in state.floor.events),
    )


def _in_progress(operation: Operation, state: StationState) -> OrderView:
    return OrderView(
        order_id=operation.order_id,
        op_no=operation.op_no,
        item_id=operation.item_id or "",
        description=operation.description,
        status="in_progress",
        release_status=operation.release_status,
        qty_planned=operation.qty_planned,
        qty_good=Decimal(state.output.cum_good),
        qty_scrap=Decimal(state.output.cum_scrap),
        uom=operation.uom,
    )


def _waiting(order: Order, state: StationState) -> OrderView:
    current = state.operations.current
    if current is not None and current.order_id == order.order_id:
        return _in_progress(current, state)
    return OrderView(
        order_id=order.order_id,
        op_no=order.op_no,
        item_id=order.item_id,
        description=order.description,
        status=state.operations.status_of(order.order_id),
        release_status=order.release_status,
        qty_planned=order.qty_planned,
        qty_good=Decimal(0),
        qty_scrap=Decimal(0),
        uom=order.uom,
    )


def _stop(stop: Stop) -> StopView:
    return StopView(
        stop_id=stop.stop_id,
        stop_class=stop.stop_class,
        condition=stop.condition,
        start=iso(stop.start),
        reason_code=None if stop.reason is None else stop.reason.code,
        reason_wanted=stop.reason is None and stop.stop_class == "down",
    )


def scanned(scan: LastScan) -> ScanView:
    """What a scan came to."""
    return ScanView(time=iso(scan.at), text=scan.text, accepted=scan.accepted, code=scan.code, message=scan.message)
