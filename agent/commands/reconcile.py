"""`lineside reconcile`: what our facts add up to beside the MES's figures, with the differences marked."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import typer

from agent.commands.client import get
from agent.commands.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from agent.configuration import load
from agent.core.reconciliation_view import CenterReconciliation, ComparedView, ReconciliationView

PATIENCE_S = 600.0
COLUMNS = "{:<16}{:<16}{:<6}{:<16}{:<12}{:>12}{:>12}  {}"
WORDS = {"qty_good": "good", "qty_scrap": "scrap", "qty_rework": "rework", "facts": "facts"}


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
    differences = sum(row.differs for row in center.compared)
    head = f"{center.wc_id}: {center.facts} facts, {center.waiting} of them not confirmed by the MES"
    if not center.complete:
        head += "; SOME ARE PARKED, DAMAGED OR GONE: lineside parked"
    if not center.compared:
        return [head, "  nothing was made"]
    title = COLUMNS.format("shift", "order", "op", "lot", "", "here", "MES", "").rstrip()
    return [head, title, *(_line(row) for row in center.compared), _verdict(center, differences)]


def _line(row: ComparedView) -> str:
    names = (name or "-" for name in (row.order_id, row.op_no, row.lot_id))
    theirs = "-" if row.theirs is None else f"{row.theirs.normalize():f}"
    mark = "DIFFERS" if row.differs else ""
    return COLUMNS.format(row.shift, *names, WORDS[row.kind], f"{row.ours.normalize():f}", theirs, mark).rstrip()


def _verdict(center: CenterReconciliation, differences: int) -> str:
    if all(row.theirs is None for row in center.compared):
        return "the MES has sent no figures"
    if not differences:
        return "both sides hold the same"
    return f"{differences} differences" + ("; wait until all is confirmed" if center.waiting else "")
