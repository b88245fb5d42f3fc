"""What became of one lot, on one page (requirements 29, 39)."""

from __future__ import annotations

from collections.abc import Iterator

from agent.commands.columns import aligned, number, shift_words
from agent.commands.deviation_page import names
from agent.core.reconciliation.lot_view import LotMovement, LotTrace, LotUse


def page(trace: LotTrace) -> list[str]:
    """The trace as lines; none where nothing is known of the lot."""
    lines: list[str] = []
    if trace.uses:
        title = ("shift", "order", "op", "item", "loaded", "used", "over", "left", "")
        lines.append(f"LOT {trace.lot_id} as a component")
        rows = aligned([title, *(_use(one) for one in trace.uses)], (4, 5, 6, 7), "  ")
        lines.append(rows[0])
        for row, one in zip(rows[1:], trace.uses, strict=True):
            lines += [row, *(f"      {line}" for line in _more(one))]
    if trace.components:
        lines.append(f"LOT {trace.lot_id} was made of")
        parts = [
            (
                one.item_id or "-",
                one.lot_id or "-",
                one.serial or "-",
                number(one.qty),
                one.uom or "",
                f"in {one.units} units" if one.units else "",
            )
            for one in trace.components
        ]
        lines += aligned([("item", "lot", "serial", "quantity"), *parts], (3,), "  ")
    if trace.units:
        lines.append(f"  {len(trace.units)} units: {names(trace.units)}")
    return lines


def _use(one: LotUse) -> tuple[str, ...]:
    over = number(one.over) if one.over else ""
    loaded = f"{one.loads} x" if one.loaded is None and one.loads else number(one.loaded) if one.loads else ""
    left = "" if one.left is None else number(one.left)
    about = (shift_words(one.shift), one.order_id or "-", one.op_no or "-", one.item_id or "-")
    return (*about, loaded, number(one.used), over, left, one.uom or "")


def _more(one: LotUse) -> Iterator[str]:
    """What does not fit into columns."""
    if one.reasons:
        yield f"over the norm because of {', '.join(one.reasons)}"
    yield from map(_moved, one.movements)
    for lot, qty in one.split_into.items():
        yield f"{number(qty)} {one.uom or ''} became lot {lot}"
    if one.units:
        yield f"went into {len(one.units)} units: {names(one.units)}"
    if one.lots:
        yield f"went into the lots made here: {names(one.lots)}"
    if one.used and not one.units and not one.lots:
        yield "into which units or lots was not told: neither serials nor a lot that is made were scanned"


def _moved(one: LotMovement) -> str:
    qty = "all of it" if one.qty is None else f"{number(one.qty)} {one.uom or ''}"
    state = "" if one.state is None else f", {one.state}"
    places = "" if (one.from_place, one.to_place) == ("-", "-") else f" from {one.from_place} to {one.to_place}"
    return f"{one.kind} {qty}{places}{state}"
