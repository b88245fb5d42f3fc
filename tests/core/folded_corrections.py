"""What the MES makes of facts and their corrections, written apart from the agent: the last correction holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from agent.core.facts import Fact, FactCorrected

Order: TypeAlias = str | None
MADE = ("output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted")


def held(facts: Iterable[Fact]) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of every fact that is not void, as the last correction of each leaves it."""
    told = list(facts)
    last: dict[str, FactCorrected] = {}
    numbers: dict[str, int] = {}
    for fact in told:
        if isinstance(fact.data, FactCorrected):
            numbers[fact.data.target_id] = numbers.get(fact.data.target_id, 0) + 1
            assert fact.data.correction_no == numbers[fact.data.target_id], "a chain has a gap"
            last[fact.data.target_id] = fact.data
    found = []
    for fact in told:
        correction = last.get(str(fact.id))
        if correction is not None and correction.action == "void":
            continue
        data = json.loads(fact.data.model_dump_json())
        for path, value in ({} if correction is None else correction.after).items():
            _put(data, path.split("."), value)
        found.append((fact.data.TYPE, data))
    return found


def quantities(facts: Iterable[Fact]) -> Mapping[Order, tuple[int, int, int]]:
    """Good, scrap and open rework by order."""
    sums: dict[Order, tuple[int, int, int]] = {}
    for kind, data in held(facts):
        if kind in MADE:
            order = data["keys"]["order_id"]
            good, scrap, rework = sums.get(order, (0, 0, 0))
            more = _made(kind, data)
            sums[order] = (good + more[0], scrap + more[1], rework + more[2])
    return sums


def _made(kind: str, data: Mapping[str, Any]) -> tuple[int, int, int]:
    def number(name: str) -> int:
        return int(Decimal(data[name]))

    if kind == "output.recorded":
        return number("qty_good"), 0, -number("qty_from_rework")
    if kind == "scrap.recorded":
        return -number("qty_from_good"), number("qty_scrap"), -number("qty_from_rework")
    if kind == "rework.recorded":
        return -number("qty_from_good"), 0, number("qty_rework")
    by_category = {name: number("delta") if data["category"] == name else 0 for name in ("good", "scrap", "rework")}
    return by_category["good"], by_category["scrap"], by_category["rework"]


def _put(data: dict[str, Any], path: list[str], value: str | None) -> None:
    for part in path[:-1]:
        data[part] = data[part] or {}
        data = data[part]
    data[path[-1]] = value
