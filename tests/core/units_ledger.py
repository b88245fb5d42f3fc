"""What the MES knows of quantities and units once it has read the facts, folded by nothing of the agent's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent.core.facts import Fact

Json = dict[str, Any]


@dataclass
class Quantities:
    """Of one order and operation."""

    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    rework: Decimal = Decimal(0)

    @property
    def whole(self) -> tuple[int, int, int]:
        return int(self.good), int(self.scrap), int(self.rework)

    @property
    def total(self) -> int:
        return sum(self.whole)


@dataclass
class Ledger:
    """Everything that the facts say of quantities, units and nonconformances."""

    of: dict[tuple[str | None, str | None], Quantities] = field(default_factory=dict)
    units: dict[tuple[str | None, str | None], dict[str, str]] = field(default_factory=dict)
    """By order and operation: each unit counted by its serial, and as what."""
    first_passes: int = 0
    """Units that were good at the first pass."""
    dispositions: dict[str, list[str]] = field(default_factory=dict)
    """By serial, in order."""
    lots_of: dict[str, set[str]] = field(default_factory=dict)
    """Component lots by the unit or the lot that they went into."""
    parent_of: dict[str, str] = field(default_factory=dict)
    """The unit that a component is in now."""


def ledger(facts: Iterable[Fact]) -> Ledger:
    """The facts folded in their order; every cumulative quantity is held against the sum of what was told."""
    read = Ledger()
    for fact in facts:
        data = fact.data.model_dump(mode="json")
        kind = fact.data.TYPE
        key = (data["keys"]["order_id"], data["keys"]["op_no"])
        sums, units = read.of.setdefault(key, Quantities()), read.units.setdefault(key, {})
        if kind in {"output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted"}:
            _count(sums, kind, data)
            _hold_against(sums, data)
        serial = data["keys"]["serial"]
        match kind:
            case "output.recorded" if data["serials"]:
                assert units.get(serial) in (("rework",) if Decimal(data["qty_from_rework"]) else (None,))
                units[serial] = "good"
                read.first_passes += data["pass_no"] == 1 and not Decimal(data["qty_from_rework"])
            case "rework.recorded" if data["serial"]:
                assert units.get(serial) == ("good" if Decimal(data["qty_from_good"]) else None)
                units[serial] = "rework"
            case "scrap.recorded" if serial:
                before = (
                    "rework" if Decimal(data["qty_from_rework"]) else "good" if Decimal(data["qty_from_good"]) else None
                )
                assert units.get(serial) == before
                units[serial] = "scrap"
            case "serial.assigned" if data["quality"]["origin"] == "rule":
                units[serial] = "good"  # counted before it had a serial
            case "nc.dispositioned":
                read.dispositions.setdefault(data["serial"] or data["lot_id"] or "-", []).append(data["disposition"])
            case "genealogy.linked":
                _link(read, data)
            case _:
                pass
    return read


def _count(sums: Quantities, kind: str, data: Json) -> None:
    if kind == "output.recorded":
        sums.good += Decimal(data["qty_good"])
        sums.rework -= Decimal(data["qty_from_rework"])
    elif kind == "scrap.recorded":
        sums.scrap += Decimal(data["qty_scrap"])
        sums.good -= Decimal(data["qty_from_good"])
        sums.rework -= Decimal(data["qty_from_rework"])
    elif kind == "rework.recorded":
        sums.rework += Decimal(data["qty_rework"])
        sums.good -= Decimal(data["qty_from_good"])
    else:
        setattr(sums, data["category"], getattr(sums, data["category"]) + Decimal(data["delta"]))


def _hold_against(sums: Quantities, data: Json) -> None:
    for name in ("good", "scrap", "rework"):
        assert getattr(sums, name) >= 0
        if f"cum_{name}" in data:
            assert Decimal(data[f"cum_{name}"]) == getattr(sums, name), f"cum_{name} of {data}"


def _link(read: Ledger, data: Json) -> None:
    parent = data["parent_serial"] or data["parent_lot"]
    assert (data["parent_serial"] is None) != (data["parent_lot"] is None)
    for child in data["removed"]:
        if child["serial"] is not None:
            assert read.parent_of.pop(child["serial"]) == parent, "a component is taken out of a unit that it is not in"
    for child in data["children"]:
        if child["serial"] is not None:
            assert child["serial"] not in read.parent_of, "a component is in two units"
            read.parent_of[child["serial"]] = parent
            assert_a_forest(read, child["serial"])
        if child["lot_id"] is not None:
            read.lots_of.setdefault(parent, set()).add(child["lot_id"])
    read.lots_of.setdefault(parent, set()).update(data["child_lots"])


def assert_a_forest(read: Ledger, serial: str) -> None:
    """From a unit upwards nothing comes twice."""
    seen = [serial]
    while seen[-1] in read.parent_of:
        seen.append(read.parent_of[seen[-1]])
        assert seen[-1] not in seen[:-1], f"{seen[-1]} is in itself"
