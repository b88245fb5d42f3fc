"""What became of one lot, out of the facts of one work center: where it was used, or what went into it (29, 39).

A reading of facts in the order of their sequence, corrections applied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from agent.core.contract.envelope import Row
from agent.core.reconciliation.amendments import Data
from agent.core.reconciliation.lot_view import LotComponent, LotMovement, LotTrace, LotUse
from agent.core.reconciliation.told_operation import over_of

NONE: Final = Decimal(0)
MOVEMENTS: Final[dict[str, Literal["issued", "returned", "moved"]]] = {
    "material.issued": "issued",
    "material.returned": "returned",
    "lot.moved": "moved",
}
OF_A_LOT: Final = frozenset(
    {*MOVEMENTS, "material.movement_settled", "material.consumed", "lot.loaded", "lot.unloaded", "lot.split"}
)
MADE: Final = frozenset({"output.recorded", "scrap.recorded", "rework.recorded"})
Parent: TypeAlias = tuple[Literal["unit", "lot"], str]
"""What something went into."""


class Place(NamedTuple):
    """An operation in a shift."""

    shift: str
    order_id: str | None
    op_no: str | None


class Part(NamedTuple):
    """A component; of one lot there is one."""

    item_id: str | None
    lot_id: str | None
    serial: str | None
    uom: str | None


@dataclass(slots=True)
class _Use:
    item_id: str | None = None
    uom: str | None = None
    loads: int = 0
    loaded: Decimal | None = None
    used: Decimal = NONE
    over: Decimal = NONE
    reasons: dict[str, None] = field(default_factory=dict)
    left: Decimal | None = None
    movements: list[LotMovement] = field(default_factory=list)
    split_into: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class LotHistory:
    """What was taken in so far."""

    lot_id: str
    positions: list[int] = field(default_factory=list)
    """Of the facts about it."""
    _uses: dict[Place, _Use] = field(default_factory=dict)
    _states: dict[str, tuple[Place, int]] = field(default_factory=dict)
    """By movement: where it stands among those of a use."""
    _inside: dict[Parent, dict[Part, Decimal | None]] = field(default_factory=dict)
    """What is in everything that was made."""
    _linked: dict[Parent, Place] = field(default_factory=dict)
    """Where this lot went into it."""
    _lots_of: dict[str, str] = field(default_factory=dict)
    """Unit to the lot that it was made in."""

    def take(self, row: Row, told: Data) -> None:
        """One fact that is not void, and what it says by now."""
        if row.type in OF_A_LOT and told["keys"]["lot_id"] == self.lot_id:
            self.positions.append(row.position)
            self._use(row, told)
        elif row.type == "genealogy.linked":
            self._link(row, told)
        elif row.type in MADE and told.get("lot_out") is not None:
            serials = told.get("serials") or (told.get("serial") or told["keys"]["serial"],)
            self._lots_of |= {serial: told["lot_out"] for serial in serials if serial is not None}

    def trace(self, order_id: str | None = None, shift: str | None = None) -> LotTrace:
        """All of it.

        Args:
            order_id: as a component, only in this order.
            shift: as a component, only in this shift, or on this business date.
        """
        into: dict[Place, list[Parent]] = {}
        for parent, place in self._linked.items():
            into.setdefault(place, []).append(parent)
        places = [
            place
            for place in sorted({*self._uses, *into}, key=lambda place: tuple(part or "" for part in place))
            if order_id in {None, place.order_id} and shift in {None, place.shift, place.shift.partition("/")[0]}
        ]
        return LotTrace(
            lot_id=self.lot_id,
            uses=tuple(self._view(place, into.get(place, [])) for place in places),
            components=self._components(),
            units=tuple(serial for serial, lot in self._lots_of.items() if lot == self.lot_id),
        )

    def _use(self, row: Row, told: Data) -> None:
        if row.type == "material.movement_settled":
            self._settle(told)
            return
        place = _place(told)
        one = self._uses.setdefault(place, _Use())
        one.item_id = one.item_id or told["keys"]["item_id"]
        one.uom = one.uom or told.get("uom")
        match row.type:
            case "lot.loaded":
                one.loads += 1
                one.loaded = _plus(one.loaded, told.get("qty"))
            case "lot.unloaded":
                one.left = _decimal(told["qty_left"])
            case "lot.split":
                one.split_into |= {part["lot_id"]: Decimal(part["qty"]) for part in told["into"]}
            case "material.consumed":
                self._consume(one, place, row, told)
            case _:
                if "movement_id" in told:
                    self._states[told["movement_id"]] = place, len(one.movements)
                one.movements.append(_movement(row.type, told))

    def _consume(self, one: _Use, place: Place, row: Row, told: Data) -> None:
        one.used += Decimal(told["qty"])
        one.over += over_of(row, told)
        if told["reason"] is not None:
            one.reasons[told["reason"]["code"]] = None
        if told["parent_serial"] is not None:
            self._linked.setdefault(("unit", told["parent_serial"]), place)

    def _settle(self, told: Data) -> None:
        known = self._states.get(told["movement_id"])
        if known is not None:
            place, number = known
            movements = self._uses[place].movements
            movements[number] = movements[number].model_copy(update={"state": told["state"]})

    def _link(self, row: Row, told: Data) -> None:
        serial, lot_id = told["parent_serial"], told.get("parent_lot")
        parent: Parent = ("lot", lot_id or "") if serial is None else ("unit", serial)
        inside = self._inside.setdefault(parent, {})
        for child in told.get("removed", ()):
            _take_out(inside, child)
            if child["lot_id"] == self.lot_id and _find(inside, child) is None:
                self._linked.pop(parent, None)
        children = told.get("children") or [{**NOTHING_SAID, "lot_id": lot} for lot in told["child_lots"]]
        for child in children:
            _put_in(inside, child)
            if child["lot_id"] == self.lot_id:
                self._linked.setdefault(parent, _place(told))
        if lot_id == self.lot_id or any(child["lot_id"] == self.lot_id for child in children):
            self.positions.append(row.position)

    def _view(self, place: Place, parents: list[Parent]) -> LotUse:
        one = self._uses.get(place, _Use())
        units = [name for kind, name in parents if kind == "unit"]
        lots = [name for kind, name in parents if kind == "lot"]
        lots += [self._lots_of[serial] for serial in units if serial in self._lots_of]
        return LotUse(
            shift=place.shift,
            order_id=place.order_id,
            op_no=place.op_no,
            item_id=one.item_id,
            uom=one.uom,
            loads=one.loads,
            loaded=one.loaded,
            used=one.used,
            over=one.over,
            reasons=tuple(one.reasons),
            left=one.left,
            movements=tuple(one.movements),
            split_into=one.split_into,
            units=tuple(units),
            lots=tuple(dict.fromkeys(lots)),
        )

    def _components(self) -> tuple[LotComponent, ...]:
        """What went into the lot that was made, as a whole and in its units."""
        whole = self._inside.get(("lot", self.lot_id), {})
        found = {part: (qty, 0) for part, qty in whole.items()}
        for serial, lot in self._lots_of.items():
            if lot != self.lot_id:
                continue
            for part, qty in self._inside.get(("unit", serial), {}).items():
                before, units = found.get(part, (NONE, 0))
                found[part] = None if before is None or qty is None else before + qty, units + 1
        return tuple(LotComponent(**part._asdict(), qty=qty, units=units) for part, (qty, units) in found.items())


NOTHING_SAID: Final[dict[str, None]] = dict.fromkeys(("item_id", "lot_id", "serial", "qty", "uom"))


def _place(told: Data) -> Place:
    shift, keys = told.get("shift") or {}, told["keys"]
    return Place(f"{shift.get('business_date') or '-'}/{shift.get('shift_id') or '-'}", keys["order_id"], keys["op_no"])


def _movement(kind: str, told: Data) -> LotMovement:
    return LotMovement(
        kind=MOVEMENTS[kind],
        qty=_decimal(told["qty"]),
        uom=told["uom"],
        from_place=told["from_place"],
        to_place=told["to_place"],
        state=told.get("state"),
    )


def _find(inside: dict[Part, Decimal | None], child: Data) -> Part | None:
    named = child["lot_id"], child["serial"]
    if named == (None, None):
        return next((one for one in inside if one[1:3] == named and one.item_id == child["item_id"]), None)
    return next((one for one in inside if (one.lot_id, one.serial) == named), None)


def _put_in(inside: dict[Part, Decimal | None], child: Data) -> None:
    part, qty = _find(inside, child), _decimal(child["qty"])
    if part is None:
        inside[Part(child["item_id"], child["lot_id"], child["serial"], child["uom"])] = qty
    else:
        inside[part] = _plus(inside[part], child["qty"])


def _take_out(inside: dict[Part, Decimal | None], child: Data) -> None:
    part, qty = _find(inside, child), _decimal(child["qty"])
    if part is None:
        return
    known = inside[part]
    if known is None or qty is None or qty >= known:
        del inside[part]
    else:
        inside[part] = known - qty


def _plus(known: Decimal | None, more: str | None) -> Decimal | None:
    return known if more is None else (known or NONE) + Decimal(more)


def _decimal(text: Any) -> Decimal | None:  # noqa: ANN401 - as JSON has it
    return None if text is None else Decimal(text)
