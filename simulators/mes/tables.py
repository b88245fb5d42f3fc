"""The report for people at a terminal, 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from simulators.mes.figures import MesReport, OrderFigures

_BAR_WIDTH = 16
_STATUS_STYLES = {"waiting": "dim", "in_progress": "cyan", "completed": "green"}


def print_table(report: MesReport, console: Console) -> None:
    """Plan against fact, how many facts of each type, and what is wrong with them."""
    console.print(_plan_against_fact(report))
    console.print(Columns([_fact_types(report), Group(_work_centers(report), _integrity(report))], padding=(0, 3)))


def _plan_against_fact(report: MesReport) -> RenderableType:
    table = Table(title="Plan against fact", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("Work center")
    table.add_column("Order")
    table.add_column("Item")
    for name in ("Planned", "Good", "Scrap"):
        table.add_column(name, justify="right")
    table.add_column("Done", min_width=_BAR_WIDTH + 5, no_wrap=True)
    table.add_column("Status")
    for wc_id, work_center in report.work_centers.items():
        for row, order in enumerate(work_center.orders):
            table.add_row(wc_id if row == 0 else "", *_order_cells(order))
        table.add_section()
    return table


def _order_cells(order: OrderFigures) -> Iterator[RenderableType]:
    yield order.order_id or Text("no order", style="yellow")
    yield order.item_id or "-"
    yield "-" if order.planned is None else f"{order.planned:,f}"
    yield Text(f"{order.good:,f}", style="bold")
    yield Text(f"{order.scrap:,f}", style="red" if order.scrap else "dim")
    yield _bar(order)
    yield Text(order.status.replace("_", " "), style=_STATUS_STYLES.get(order.status, ""))


def _bar(order: OrderFigures) -> Text:
    if not order.planned:
        return Text("")
    share = order.good / order.planned
    full = max(0, min(_BAR_WIDTH, int(share * _BAR_WIDTH)))
    return Text.assemble(
        ("━" * full, "green"), ("━" * (_BAR_WIDTH - full), "bright_black"), f" {int(share * Decimal(100)):>3}%"
    )


def _fact_types(report: MesReport) -> Table:
    table = Table(title="Facts received", title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_footer=True)
    table.add_column("Type", footer="all")
    table.add_column("Facts", justify="right", footer=f"{sum(report.facts.values()):,}")
    for name, count in report.facts.items():
        table.add_row(name, f"{count:,}")
    return table


def _work_centers(report: MesReport) -> Table:
    table = Table(title="Machines", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("Work center")
    for name in ("Stops", "Open", "Running", "Unknown"):
        table.add_column(name, justify="right")
    for wc_id, figures in report.work_centers.items():
        watched = sum(span.seconds for span in figures.timeline)
        running = sum(span.seconds for span in figures.timeline if span.condition == "RUNNING")
        table.add_row(
            wc_id,
            str(len(figures.stops)),
            str(sum(stop.closed == 0 for stop in figures.stops)),
            f"{running / watched:.0%}" if watched else "-",
            f"{figures.seconds.get('UNKNOWN', 0.0):,.0f} s",
        )
    return table


def _integrity(report: MesReport) -> Table:
    table = Table(title="Delivery", title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_header=False)
    table.add_column("What")
    table.add_column("Count", justify="right")
    missing = sum(gap.last - gap.first + 1 for gaps in report.gaps.values() for gap in gaps)
    table.add_row("Repetitions dropped", f"{report.duplicates_removed:,}")
    for name, count in (
        ("Facts missing", missing),
        ("Facts doubled", len(report.natural_key_duplicates)),
        ("Sequence conflicts", len(report.conflicts)),
        ("Facts withheld", len(report.withheld)),
        (
            "Facts past their retention",
            sum(gap.last - gap.first + 1 for gaps in report.unavailable.values() for gap in gaps),
        ),
        ("Refused", report.rejected),
        ("Unreadable", report.unreadable),
    ):
        table.add_row(name, Text(f"{count:,}", style="bold red" if count else "green"))
    return table
