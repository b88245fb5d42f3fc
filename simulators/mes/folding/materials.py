"""What was used up, what was moved, and what became of each lot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from simulators.mes.facts import Operation, StoredFact, code
from simulators.mes.floor_figures import Consumption, LotFigures, Movement, Norm

_MOVEMENTS = {"material.issued": "issued", "material.returned": "returned"}


def consumption(facts: Iterable[StoredFact]) -> tuple[Consumption, ...]:
    """By operation, item, lot and serial."""
    sums: dict[tuple[Operation, str | None, str | None, str | None, str], Consumption] = {}
    for fact in facts:
        if fact.type != "material.consumed":
            continue
        keys = (fact.operation, fact.key("item_id"), fact.key("lot_id"), fact.key("serial"), fact.data["uom"])
        known = sums.get(keys, Consumption(*keys))
        reason = fact.code()
        sums[keys] = replace(
            known,
            qty=known.qty + fact.number("qty"),
            over=known.over + fact.number("over_qty"),
            bom_line=fact.data["bom_line"],
            substitute_for=fact.data["substitute_for"],
            reasons=known.reasons if reason is None or reason in known.reasons else (*known.reasons, reason),
        )
    return tuple(sums.values())


def norms(facts: Iterable[StoredFact]) -> tuple[Norm, ...]:
    """By operation and component; the norm grows with what was made, so the last one of each execution counts."""
    sums: dict[tuple[Operation, str | None, str | None, str], Norm] = {}
    last: dict[tuple[object, ...], Decimal] = {}
    for fact in facts:
        if fact.type != "material.consumed":
            continue
        component = fact.data["substitute_for"] or fact.key("item_id")
        key = (fact.operation, component, fact.data["bom_line"], fact.data["uom"])
        known = sums.get(key, Norm(*key))
        norm, allowed = known.norm, fact.quantity("norm_qty")
        if allowed is not None:
            execution = (*key, fact.correlation_id)
            norm = (norm or Decimal(0)) - last.get(execution, Decimal(0)) + allowed
            last[execution] = allowed
        used, over = known.used + fact.number("qty"), known.over + fact.number("over_qty")
        sums[key] = replace(known, used=used, norm=norm, over=over)
    return tuple(sums.values())


def movements(facts: Iterable[StoredFact]) -> tuple[Movement, ...]:
    """Every movement with the state that was told last."""
    found: dict[str, Movement] = {}
    for fact in facts:
        movement_id = fact.data.get("movement_id", "")
        if fact.type in _MOVEMENTS:
            found[movement_id] = _movement(fact)
        elif fact.type == "material.movement_settled" and movement_id in found:
            reason = fact.data["reason"] if fact.data["state"] == "rejected" else found[movement_id].reason
            found[movement_id] = replace(found[movement_id], state=fact.data["state"], reason=reason)
    return tuple(found.values())


def _movement(fact: StoredFact) -> Movement:
    return Movement(
        movement_id=fact.data["movement_id"],
        kind=_MOVEMENTS[fact.type],
        state=fact.data["state"],
        operation=fact.operation,
        item_id=fact.key("item_id"),
        lot_id=fact.key("lot_id"),
        qty=fact.number("qty"),
        uom=fact.data["uom"],
        from_place=fact.data["from_place"],
        to_place=fact.data["to_place"],
        proposed_at=fact.time,
        actor=fact.data["actor"],
        reason=code(fact.data["reason"]),
    )


def lots(facts: Iterable[StoredFact]) -> dict[str, LotFigures]:
    """Every lot that was loaded, moved, split or used here."""
    found: dict[str, LotFigures] = {}
    for fact in facts:
        lot_id = fact.key("lot_id")
        if lot_id is None or fact.type not in _LOTS:
            continue
        known = found.get(lot_id, LotFigures(lot_id))
        found[lot_id] = _with(replace(known, item_id=known.item_id or fact.key("item_id")), fact)
    return found


_LOTS = frozenset({"lot.loaded", "lot.unloaded", "lot.moved", "lot.split", "material.consumed"})


def _with(lot: LotFigures, fact: StoredFact) -> LotFigures:
    match fact.type:
        case "lot.loaded":
            return replace(
                lot,
                loads=lot.loads + 1,
                loaded=True,
                place=fact.data.get("place"),
                check_result=fact.data.get("check_result"),
                validated=fact.data.get("validated"),
            )
        case "lot.unloaded":
            return replace(lot, loaded=False, left=fact.quantity("qty_left"), place=None)
        case "lot.moved":
            return replace(lot, place=fact.data["to_place"])
        case "lot.split":
            parts = {part["lot_id"]: Decimal(part["qty"]) for part in fact.data["into"]}
            return replace(lot, split_into={**lot.split_into, **parts})
    return replace(lot, consumed=lot.consumed + fact.number("qty"))
