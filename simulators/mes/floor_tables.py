"""The report of the floor for people: operations, material by lot, labor, downtime, quality, and what contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulators.mes.exchange_figures import Reconciled
from simulators.mes.facts import Operation
from simulators.mes.figures import Discrepancy, MesReport, OrderFigures

_OPEN = frozenset({"open", "acknowledged", "expired"})


def print_floor(report: MesReport, console: Console) -> None:
    """Every table that has a row."""
    for table in (
        _operations(report),
        _materials(report),
        _labor(report),
        _downtime(report),
        _quality(report),
        _discrepancies(report),
        _deviations(report),
        _differences(report),
    ):
        if table.row_count:
            console.print(table)


def _table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        # Numbers and names are worth nothing cut off; words may go on in the next line.
        whole = column in {*numbers, "Order/op"}
        table.add_column(column, justify="right" if column in numbers else "left", no_wrap=whole)
    return table


def _operations(report: MesReport) -> Table:
    numbers = ("Planned", "Good", "Scrap", "Rework", "Machine s", "Norm s", "Labor s")
    table = _table("Operations", "Order/op", "Center", *numbers, "Status", numbers=numbers)
    for wc_id, center in report.work_centers.items():
        for order in center.orders:
            if order.status != "waiting" or order.good or order.scrap:
                table.add_row(_name(Operation(order.order_id, order.op_no)), wc_id, *_made(order))
    return table


def _made(order: OrderFigures) -> Iterator[str]:
    for quantity in (order.planned, order.good, order.scrap, order.rework):
        yield _number(quantity)
    times = order.times
    yield _seconds(None if times is None else times.run_s)
    yield _seconds(None if times is None else times.norm_run_s)
    yield _seconds(order.labor_s)
    yield order.status.replace("_", " ")


def _materials(report: MesReport) -> Table:
    numbers = ("Used", "Over the norm")
    columns = ("Order/op", "Item", "Lot", *numbers, "Unit", "In place of", "Reason")
    table = _table("Material by lot", *columns, numbers=numbers)
    for center in report.work_centers.values():
        for one in center.floor.consumption:
            over = Text(_number(one.over), style="bold red" if one.over > 0 else "dim")
            used = (_name(one.operation), one.item_id or "-", one.lot_id or one.serial or "-", _number(one.qty))
            table.add_row(*used, over, one.uom, one.substitute_for or "", ", ".join(one.reasons))
    return table


def _labor(report: MesReport) -> Table:
    table = _table("Labor", "Order/op", "Shift", "Person", "Seconds", numbers=("Seconds",))
    for center in report.work_centers.values():
        for one in center.floor.labor:
            shift = "-" if one.shift is None else " ".join(one.shift)
            table.add_row(_name(one.operation), shift, one.operator_id, _seconds(one.seconds))
    return table


def _downtime(report: MesReport) -> Table:
    numbers = ("Stops", "Seconds")
    table = _table(
        "Downtime by reason", "Work center", "Order/op", "Shift", "Class", "Reason", *numbers, numbers=numbers
    )
    for wc_id, center in report.work_centers.items():
        for one in sorted(center.downtime, key=lambda one: -one.seconds):
            if one.stop_class != "minor":
                shift = "-" if one.shift is None else " ".join(one.shift)
                reason = Text("no reason", style="yellow") if one.reason is None else one.reason
                where = (wc_id, _name(one.operation), shift, one.stop_class or "-")
                table.add_row(*where, reason, str(one.segments), f"{one.seconds:,.0f}")
    return table


def _quality(report: MesReport) -> Table:
    table = _table("Quality", "Order/op", "What", "Of", "Result", "By")
    for center in report.work_centers.values():
        for check in center.floor.checks:
            value = "" if check.value is None else f" {check.value:f} {check.uom or ''}".rstrip()
            what, of = f"{check.kind} check {check.characteristic}", check.serial or check.lot_id or "-"
            table.add_row(_name(check.operation), what, of, f"{check.result}{value}", check.actor or "-")
        for nc in center.floor.nonconformances:
            what, of = f"nonconformance {nc.defect_code}", nc.serial or nc.lot_id or _number(nc.qty)
            table.add_row(_name(nc.operation), what, of, " → ".join(nc.dispositions) or "open", nc.decided_by or "-")
    return table


def _discrepancies(report: MesReport) -> Table:
    table = _table("Open discrepancies", "Work center", "Code", "Owner", "Due", "Status")
    for wc_id, found in (("-", report.agent_discrepancies), *_by_center(report)):
        for one in found:
            if one.status in _OPEN:
                due = "-" if one.due is None else f"{one.due:%Y-%m-%d %H:%M}"
                table.add_row(wc_id, one.code, one.owner_role or "-", due, one.status)
    return table


def _deviations(report: MesReport) -> Table:
    table = _table("Deviations", "Order/op", "Kind", "Expected", "Actual", "Reason")
    for center in report.work_centers.values():
        for one in center.floor.deviations:
            table.add_row(_name(one.operation), one.kind, one.expected, one.actual, one.reason or "-")
    return table


def _differences(report: MesReport) -> Table:
    table = _table("Sums of the agents that differ", "Work center", "Of", "What", "Told", "Held here")
    for one in report.reconciled:
        for difference in one.differences:
            table.add_row(one.wc_id or "-", _scope(one), difference.what, difference.told, difference.held)
    return table


def _scope(one: Reconciled) -> str:
    return one.kind if one.shift is None else f"{one.kind} {' '.join(one.shift)}"


def _by_center(report: MesReport) -> Iterator[tuple[str, tuple[Discrepancy, ...]]]:
    for wc_id, center in report.work_centers.items():
        yield wc_id, center.discrepancies


def _name(operation: Operation) -> str:
    return "no order" if operation.order_id is None else f"{operation.order_id}/{operation.op_no or '-'}"


def _seconds(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value.normalize() if value == value.to_integral() else value:,f}"
