"""Fields that follow from those that are corrected: nobody has to work them out, and nobody can contradict them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from pydantic import TypeAdapter

from agent.core.corrections.corrected import Data, Fields
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import EntryRefusedError
from agent.core.orders.operations import UNKNOWN_OP_NO
from agent.core.times import epoch, milliseconds
from agent.core.turn import Turn

Derive: TypeAlias = Callable[[Turn, Data, Data], Fields]
_LOTS = TypeAdapter(tuple[str, ...])
MADE_HERE = frozenset({"output.recorded", "scrap.recorded", "rework.recorded"})
"""Facts whose item is what the order makes."""


def derived(turn: Turn, type_name: str, before: Data, after: Data) -> Fields:
    """What else is another value now, by path.

    Args:
        turn: of the work center.
        type_name: of the fact.
        before: its data as they held.
        after: the same with the fields that were given.

    Raises:
        EntryRefusedError: the values do not go together.
    """
    derive = DERIVED.get(type_name)
    fields = {} if derive is None else derive(turn, before, after)
    if before["keys"]["order_id"] != after["keys"]["order_id"]:
        fields |= _of_order(turn, before["keys"], after["keys"], with_item=type_name in MADE_HERE)
    return fields


def contradiction(turn: Turn, order_id: str | None, op_no: str | None) -> Discrepancy | None:
    """What the plan has against a fact being moved to this order; it is told, not refused."""
    now = turn.draft.observed
    if order_id is None:
        return None
    known = [one for one in turn.directories.orders_of(turn.wc_id) if one.order_id == order_id]
    order = next((one for one in known if one.op_no == op_no), None)
    if order is None:
        return Discrepancy("order_unknown", now, now, {"order_id": order_id, "op_no": op_no or UNKNOWN_OP_NO})
    if order.release_status == "planned":
        evidence = {"order_id": order_id, "release_status": order.release_status}
        return Discrepancy("order_not_released", now, now, evidence)
    return None


def _of_order(turn: Turn, before: Data, after: Data, *, with_item: bool) -> Fields:
    """Operation and item of an order, where nobody named them."""
    order_id, named = after["order_id"], after["op_no"] != before["op_no"]
    if order_id is None:
        return {"keys.op_no": None}
    known = [one for one in turn.directories.orders_of(turn.wc_id) if one.order_id == order_id]
    if named:
        known = [one for one in known if one.op_no == after["op_no"]]
    if len(known) > 1 and after["op_no"] not in {one.op_no for one in known}:
        some = ", ".join(one.op_no for one in known[:9])
        raise EntryRefusedError("MISSING_ARGUMENT", f"Order {order_id} has the operations {some}; name 'keys.op_no'.")
    order = next((one for one in known if one.op_no == after["op_no"]), known[0] if known else None)
    fields: Fields = {}
    if not named:
        fields["keys.op_no"] = UNKNOWN_OP_NO if order is None else order.op_no
    if with_item and after["item_id"] == before["item_id"]:
        fields["keys.item_id"] = None if order is None else order.item_id
    return fields


def _from_good(quantity: str) -> Derive:
    """What is rejected or sent to rework was taken from good, or it was not: more or fewer of them are so too."""

    def derive(turn: Turn, before: Data, after: Data) -> Fields:
        was, now, taken = (Decimal(one) for one in (before[quantity], after[quantity], before["qty_from_good"]))
        if was == now:
            return {}
        all_taken = taken == was if was else turn.counts_output
        return {"qty_from_good": str(taken + now - was if all_taken else min(taken, now))}

    return derive


def _duration(_turn: Turn, _before: Data, after: Data) -> Fields:
    lasted = milliseconds(epoch(after["end"])) - milliseconds(epoch(after["start"]))
    if lasted <= 0:
        raise EntryRefusedError("BAD_TIME", "Work begins before it ends. Give both 'start' and 'end'.")
    return {"duration_s": str(Decimal(lasted).scaleb(-3))}


def _result(_turn: Turn, before: Data, after: Data) -> Fields:
    limits, value = after["limits"], after["value"]
    if limits is None or value is None or value == before["value"]:
        return {}
    lower, upper = (None if limits[name] is None else Decimal(limits[name]) for name in ("lower", "upper"))
    measured = Decimal(value)
    passes = (lower is None or lower <= measured) and (upper is None or measured <= upper)
    return {"result": "pass" if passes else "fail"}


def _lots(_turn: Turn, before: Data, after: Data) -> Fields:
    was, now = (sorted(one["serial"] for one in data["children"] if one["serial"]) for data in (before, after))
    if was != now:
        raise EntryRefusedError(
            "OF_UNITS", "A component with a serial is put in or taken out by link_component and remove_component."
        )
    lots = (child["lot_id"] for child in after["children"])
    return {"child_lots": _LOTS.dump_json(tuple(dict.fromkeys(lot for lot in lots if lot is not None))).decode()}


DERIVED: Mapping[str, Derive] = {
    "scrap.recorded": _from_good("qty_scrap"),
    "rework.recorded": _from_good("qty_rework"),
    "labor.recorded": _duration,
    "quality.checked": _result,
    "genealogy.linked": _lots,
}
