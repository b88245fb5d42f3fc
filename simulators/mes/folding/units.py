"""Units and lots that were made, and what went into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulators.mes.facts import StoredFact
from simulators.mes.floor_figures import Component, Unit, Units

_OUTCOMES = {
    "output.recorded": "good",
    "scrap.recorded": "scrap",
    "rework.recorded": "rework",
    "rework.started": "rework",
}
_FAILED = frozenset({"scrap.recorded", "rework.recorded", "rework.started", "nc.raised"})


def units(facts: Iterable[StoredFact]) -> Units:
    """Genealogy of units and lots both ways, and how many units were right first time."""
    found: dict[str, Unit] = {}
    made: dict[str, tuple[Component, ...]] = {}
    for fact in facts:
        if fact.type == "genealogy.linked":
            lot = fact.data.get("parent_lot")
            if lot is not None:
                made[lot], _ = _linked(made.get(lot, ()), fact)
        for serial in _serials(fact):
            known = found.get(serial, Unit(serial))
            found[serial] = _with(replace(known, item_id=known.item_id or fact.key("item_id")), fact)
    right = sum(unit.right_first_time for unit in found.values())
    return Units(found, made, _used_in(found, made), Decimal(right) / len(found) if found else None)


def _serials(fact: StoredFact) -> tuple[str, ...]:
    """The units that a fact is about; a serial of a component that was used up is not one made here."""
    match fact.type:
        case "output.recorded":
            return tuple(fact.data.get("serials", ()))
        case "genealogy.linked":
            serial = fact.data["parent_serial"]
        case "rework.recorded" | "rework.started" | "nc.raised":
            serial = fact.data.get("serial")
        case "scrap.recorded" | "serial.assigned" | "quality.checked":
            serial = fact.key("serial")
        case _:
            return ()
    return () if serial is None else (serial,)


def _with(unit: Unit, fact: StoredFact) -> Unit:
    operation = unit.operation if fact.order_id is None else fact.operation
    unit = replace(unit, operation=operation, pass_no=max(unit.pass_no, fact.data.get("pass_no", 1)))
    if fact.type in _OUTCOMES:
        unit = replace(unit, outcome=_OUTCOMES[fact.type])
    elif fact.type == "genealogy.linked":
        components, removed = _linked(unit.components, fact)
        unit = replace(unit, components=components, removed=(*unit.removed, *removed))
    failed = fact.type in _FAILED or (fact.type == "quality.checked" and fact.data["result"] == "fail")
    return replace(unit, right_first_time=unit.right_first_time and not failed)


def _linked(components: tuple[Component, ...], fact: StoredFact) -> tuple[tuple[Component, ...], tuple[Component, ...]]:
    """The components after this fact, and those that it took out."""
    removed = tuple(_component(child) for child in fact.data.get("removed", ()))
    for gone in removed:
        components = _without(components, gone)
    children = fact.data.get("children", ())
    added = [_component(child) for child in children]
    if not children:
        added = [Component(None, lot) for lot in fact.data["child_lots"]]
    for child in added:
        components = _and(components, child)
    return components, removed


def _component(told: Mapping[str, Any]) -> Component:
    qty = told.get("qty")
    return Component(
        told["item_id"], told["lot_id"], told["serial"], None if qty is None else Decimal(qty), told.get("uom")
    )


def _same(one: Component, other: Component) -> bool:
    if one.lot_id is None and one.serial is None:
        return one.item_id == other.item_id and other.lot_id is None and other.serial is None
    return (one.lot_id, one.serial) == (other.lot_id, other.serial)


def _and(components: tuple[Component, ...], child: Component) -> tuple[Component, ...]:
    """With one more; of the same lot there is one entry, with the sum where both quantities are known."""
    known = next((one for one in components if _same(one, child)), None)
    if known is None:
        return (*components, child)
    qty = child.qty if known.qty is None else known.qty + (child.qty or 0)
    return tuple(replace(one, qty=qty, uom=one.uom or child.uom) if one is known else one for one in components)


def _without(components: tuple[Component, ...], gone: Component) -> tuple[Component, ...]:
    known = next((one for one in components if _same(one, gone)), None)
    if known is None:
        return components
    if known.qty is None or gone.qty is None or gone.qty >= known.qty:
        return tuple(one for one in components if one is not known)
    left = known.qty - gone.qty
    return tuple(replace(one, qty=left) if one is known else one for one in components)


def _used_in(found: Mapping[str, Unit], made: Mapping[str, tuple[Component, ...]]) -> dict[str, tuple[str, ...]]:
    used: dict[str, list[str]] = {}
    parents = {serial: unit.components for serial, unit in found.items()} | dict(made)
    for parent, components in parents.items():
        for lot in dict.fromkeys(one.lot_id for one in components if one.lot_id is not None):
            used.setdefault(lot, []).append(parent)
    return {lot: tuple(within) for lot, within in used.items()}
