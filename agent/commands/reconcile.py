"""`lineside reconcile`: what our facts add up to beside the MES's figures, with the differences marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import urlencode

import typer

from agent.commands.client import get
from agent.commands.columns import aligned
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.reconciliation_view import CenterReconciliation, ComparedView, ReconciliationView

PATIENCE_S = 600.0
WORDS = {"qty_good": "good", "qty_scrap": "scrap", "qty_rework": "rework"}


def reconcile(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    order: Annotated[str | None, typer.Option(help="Only this order.")] = None,
    lot: Annotated[str | None, typer.Option(help="Only this produced lot.")] = None,
    shift: Annotated[str | None, typer.Option(help="Only this shift, such as 2026-03-04/1, or this date.")] = None,
    wc: Annotated[str | None, typer.Option(help="Only this work center.")] = None,
    json: JsonOption = False,
) -> None:
    """Compare one order, one lot, one shift with the MES's figures, by what the journal itself holds.

    Without a shift, facts of the last seven days are looked at.
    """
    asked = {"order": order, "lot": lot, "shift": shift, "wc": wc}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    body = get(load(config).agent.socket, f"/v1/reconciliation?{query}", PATIENCE_S)
    if json:
        typer.echo(body.decode())
        return
    for center in ReconciliationView.model_validate_json(body).centers:
        typer.echo("\n".join(_lines(center)))


def _lines(center: CenterReconciliation) -> list[str]:
    head = f"{center.wc_id}: {center.facts} facts, {center.waiting} of them not confirmed by the MES"
    if not center.complete:
        head += "; SOME ARE PARKED, DAMAGED OR GONE: lineside parked"
    if not center.compared:
        return [head, "  nothing was made"]
    title = ("shift", "order", "op", "lot", "", "here", "MES")
    return [head, *aligned([title, *_sides(center.compared)], right=(5, 6), indent="  "), f"  {_verdict(center)}"]


def _sides(compared: Sequence[ComparedView]) -> Iterator[tuple[str, ...]]:
    """What both sides hold; what a row is about stands in the first of its lines only."""
    before: tuple[str, ...] = ()
    for one in compared:
        about = (one.shift, one.order_id or "-", one.op_no or "-", one.lot_id or "-")
        shown = ("",) * len(about) if about == before else about
        what = f"used {one.item_id}" if one.kind == "consumed" else WORDS.get(one.kind, one.kind)
        mark = ("DIFFERS",) if one.differs else ()
        yield (*shown, what, _words(one.ours), _words(one.theirs), *mark)
        before = about


def _words(value: str | None) -> str:
    return "-" if value is None else value.replace("_", " ")


def _verdict(center: CenterReconciliation) -> str:
    if all(row.theirs is None for row in center.compared):
        return "the MES has sent no figures"
    differences = sum(row.differs for row in center.compared)
    if not differences:
        return "both sides hold the same"
    return f"{differences} differences" + ("; wait until all is confirmed" if center.waiting else "")
