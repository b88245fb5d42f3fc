"""`lineside reconcile`: what our facts add up to beside the MES's figures, with the differences marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode

import typer

from agent.commands import deviation_page, lot_page
from agent.commands.client import get
from agent.commands.columns import NO_SHIFT, aligned, shift_words, words
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.reconciliation.reconciliation_view import CenterReconciliation, ComparedView, ReconciliationView

PATIENCE_S = 600.0
NOTHING = frozenset({("0", "0"), ("0", None)})
"""What is not worth a line."""
WORDS = {"qty_good": "good", "qty_scrap": "scrap", "qty_rework": "rework"}


def reconcile(  # noqa: PLR0913 - a command has as many arguments as options
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    order: Annotated[str | None, typer.Option(help="Only this order.")] = None,
    lot: Annotated[str | None, typer.Option(help="Only this lot: made here, or used up here.")] = None,
    shift: Annotated[str | None, typer.Option(help="Only this shift, such as 2026-03-04/1, or this date.")] = None,
    wc: Annotated[str | None, typer.Option(help="Only this work center.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Look so far back, where no shift is named.")] = 7,
    json: JsonOption = False,
) -> None:
    """Compare one order, one lot, one shift with the MES's figures, by what the journal itself holds.

    Of an order, without a shift or a lot, plan against fact is told too, with the reasons. Of a lot that was used up
    here it is told where it went, of one that was made what went into it.
    """
    asked = {"order": order, "lot": lot, "shift": shift, "wc": wc, "days": str(days)}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    body = get(load(config).agent.socket, f"/v1/reconciliation?{query}", PATIENCE_S)
    if json:
        typer.echo(body.decode())
        return
    centers = ReconciliationView.model_validate_json(body).centers
    typer.echo("\n\n".join("\n".join(_lines(center)) for center in centers))


def _lines(center: CenterReconciliation) -> Iterator[str]:
    yield _head(center)
    lot = [] if center.lot is None else lot_page.page(center.lot)
    if center.compared:
        title = ("shift", "order", "op", "lot", "", "here", "MES")
        yield from aligned([title, *_sides(center.compared)], (5, 6), "  ")
        yield f"  {_verdict(center)}"
    elif not lot:
        yield "  no facts of it here"
    yield from _indented(lot)
    report = center.deviations
    if report is not None and (report.operations or report.open_discrepancies):
        yield from _indented(["", *deviation_page.page(report)])


def _indented(lines: Sequence[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)


def _head(center: CenterReconciliation) -> str:
    confirmed = f"{center.waiting} of them not confirmed by the MES" if center.waiting else "all confirmed by the MES"
    head = f"{center.wc_id}: {center.facts} facts" + (f", {confirmed}" if center.facts else "")
    return head if center.complete else f"{head}; SOME ARE PARKED, DAMAGED OR GONE: lineside parked"


def _sides(compared: Sequence[ComparedView]) -> Iterator[tuple[str, ...]]:
    """What both sides hold; what a row is about stands in the first of its lines only."""
    for place, group in groupby(compared, lambda one: (one.shift, one.order_id, one.op_no, one.lot_id)):
        lines = [one for one in group if one.differs or (one.ours, one.theirs) not in NOTHING]
        if place[0] == NO_SHIFT and {one.kind for one in lines} <= {"status", "facts"}:
            # What the MES settles or decides is told outside every shift; nothing is made by it.
            continue
        about = tuple(name or "-" for name in (shift_words(place[0]), *place[1:]))
        for one in lines:
            what = f"used {one.item_id}" if one.kind == "consumed" else WORDS.get(one.kind, one.kind)
            mark = ("DIFFERS",) if one.differs else ()
            yield (*about, what, words(one.ours or "-"), words(one.theirs or "-"), *mark)
            about = ("",) * len(about)


def _verdict(center: CenterReconciliation) -> str:
    if all(row.theirs is None for row in center.compared):
        return "the MES has sent no figures"
    differences = sum(row.differs for row in center.compared)
    if not differences:
        return "both sides hold the same"
    return f"{differences} differences" + ("; wait until all is confirmed" if center.waiting else "")
