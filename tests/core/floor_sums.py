"""What facts add to quantities, and what they come to in a shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from agent.core.reconciliation.reckoning import Scope
from tests.core.floor_oracle import Json, Oracle

MADE = ("output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted")
CATEGORIES = ("good", "scrap", "rework", "setup")
OrderKey = tuple[str | None, str | None]


def added(kind: str, data: Json) -> Mapping[str, int]:
    """What a fact adds to each quantity of its book."""

    def number(name: str) -> int:
        return int(Decimal(data[name]))

    match kind:
        case "output.recorded":
            return {"good": number("qty_good"), "rework": -number("qty_from_rework"), "setup": number("qty_setup")}
        case "scrap.recorded":
            return {
                "good": -number("qty_from_good"),
                "scrap": number("qty_scrap"),
                "rework": -number("qty_from_rework"),
            }
        case "rework.recorded":
            return {"good": -number("qty_from_good"), "rework": number("qty_rework")}
        case _:
            return {data["category"]: number("delta")}


def made_in(oracle: Oracle, wc_id: str, scope: Scope) -> dict[OrderKey, list[Decimal]]:
    """Good, scrap and rework of each order and operation in a shift."""
    sums: dict[OrderKey, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for fact, data, corrected in oracle.held():
        shift = data["shift"] or {"shift_id": None, "business_date": None}
        named = (data["keys"]["wc_id"], shift["shift_id"], shift["business_date"])
        if fact.data.TYPE not in MADE or named != (wc_id, scope.shift_id, scope.business_date):
            continue
        attached = oracle.attached.get((wc_id, fact.correlation_id or ""))
        keys = attached if attached is not None and "keys.order_id" not in corrected else data["keys"]
        for category, parts in added(fact.data.TYPE, data).items():
            if category in CATEGORIES[:3]:
                sums[keys["order_id"], keys["op_no"]][CATEGORIES.index(category)] += parts
    return sums


def worked_in(oracle: Oracle, wc_id: str, scope: Scope) -> Decimal:
    """Labor of all persons in a shift."""
    told = [data for fact, data, _ in oracle.held() if fact.data.TYPE == "labor.recorded"]
    mine = [one for one in told if one["keys"]["wc_id"] == wc_id and one["shift"] is not None]
    named = [one for one in mine if one["shift"]["shift_id"] == scope.shift_id]
    return sum(
        (Decimal(one["duration_s"]) for one in named if one["shift"]["business_date"] == scope.business_date),
        Decimal(0),
    )


def check_summary(oracle: Oracle, data: Json) -> None:
    """A shift's summary is what was told of the shift by then."""
    scope = Scope(data["shift"]["shift_id"], data["shift"]["business_date"])
    center = data["keys"]["wc_id"]
    told = made_in(oracle, center, scope)
    said = {
        (one["order_id"], one["op_no"]): [Decimal(one[f"qty_{name}"]) for name in CATEGORIES[:3]]
        for one in data["orders"]
    }
    assert {key: one for key, one in told.items() if any(one)} == {key: one for key, one in said.items() if any(one)}
    assert worked_in(oracle, center, scope) == Decimal(data["labor_s"]), f"labor of {scope}"
