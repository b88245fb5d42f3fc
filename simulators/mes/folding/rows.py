"""What the facts of one order, operation, produced lot and shift add up to: both sides compare it, and ERP is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from simulators.mes.facts import Operation, ShiftKey, StoredFact
from simulators.mes.folding.effective import effective
from simulators.mes.folding.quantities import MADE, Quantities, added
from simulators.mes.folding.stops import stops

UNPLANNED = frozenset({"minor", "down", "external"})
"""Classes of stops that nobody planned; setups have a column of their own, of the unwatched nothing is known."""
DETAIL = frozenset({"machine.condition_changed"})
"""Facts that may be shed, and so are counted nowhere."""


class RowKey(NamedTuple):
    """Whose sums."""

    order_id: str | None
    op_no: str | None
    lot_id: str | None
    """The lot that was made."""
    shift: ShiftKey | None


@dataclass(frozen=True, slots=True)
class Row:
    """Sums."""

    status: str | None = None
    """Of the operation: told last in the shift, else the one that the shift began with."""
    facts: int = 0
    made: Quantities = field(default_factory=Quantities)
    uom: str | None = None
    consumed: Mapping[str, Decimal] = field(default_factory=dict)
    """Item to quantity."""
    labor_s: Decimal = Decimal(0)
    stop_s: Decimal = Decimal(0)
    setup_s: Decimal = Decimal(0)


def rows(facts: Sequence[StoredFact], since: Sequence[StoredFact] | None = None) -> dict[RowKey, Row]:
    """The sums of one work center's facts, corrections included; a void fact is a fact that adds nothing.

    Args:
        facts: As they came.
        since: They and what was said of them later; they alone if None.
    """
    wanted = {fact.id for fact in facts}
    held = {fact.id: fact for fact in effective(facts if since is None else since) if fact.id in wanted}
    found: dict[RowKey, Row] = {}
    statuses = _statuses(held[told.id] for told in facts if told.id in held and told.type not in DETAIL)
    for told in facts:
        if told.type not in DETAIL:
            fact = held.get(told.id, told)
            key = key_of(fact)
            row = found.get(key, Row())
            row = replace(row, facts=row.facts + 1)
            found[key] = _with(row, fact) if fact.id in held else row
    for stop in stops(held.values()):
        for part in stop.segments:
            if part.end is not None:
                lasted = Decimal(str((part.end - part.start).total_seconds()))
                key = RowKey(*part.operation, None, part.shift)
                found[key] = _stood(found.get(key, Row()), part.segment_class, lasted)
    return {
        key: replace(row, status=statuses.get(_Left(key.order_id, key.op_no, key.shift))) for key, row in found.items()
    }


class _Left(NamedTuple):
    """An operation as a shift left it."""

    order_id: str | None
    op_no: str | None
    shift: ShiftKey | None


def _statuses(facts: Iterable[StoredFact]) -> dict[_Left, str | None]:
    """How each shift left the operations that it had to do with."""
    now: dict[Operation, str] = {}
    left: dict[_Left, str | None] = {}
    for fact in facts:
        place = _Left(*fact.operation, fact.shift)
        if fact.type.startswith("operation.") and "to_status" in fact.data:
            now[fact.operation] = fact.data["to_status"]
            left[place] = now[fact.operation]
        elif fact.shift is not None:
            left.setdefault(place, now.get(fact.operation))
    return left


def key_of(fact: StoredFact) -> RowKey:
    """Whose sums it goes into."""
    return RowKey(*fact.operation, fact.data.get("lot_out"), fact.shift)


def by_operation_and_shift(found: Mapping[RowKey, Row]) -> dict[tuple[Operation, ShiftKey | None], Row]:
    """The sums without the lots, which stay below (requirement 94)."""
    sums: dict[tuple[Operation, ShiftKey | None], Row] = {}
    for key, row in found.items():
        place = Operation(key.order_id, key.op_no), key.shift
        sums[place] = _both(sums.get(place, Row()), row)
    return sums


def _with(row: Row, fact: StoredFact) -> Row:
    if fact.type in MADE:
        return replace(row, made=row.made + added(fact), uom=fact.data["uom"])
    if fact.type == "material.consumed":
        item = fact.key("item_id") or ""
        used = row.consumed.get(item, Decimal(0)) + fact.number("qty")
        return replace(row, consumed={**row.consumed, item: used})
    if fact.type == "labor.recorded":
        return replace(row, labor_s=row.labor_s + fact.number("duration_s"))
    return row


def _stood(row: Row, stop_class: str | None, seconds: Decimal) -> Row:
    if stop_class == "setup":
        return replace(row, setup_s=row.setup_s + seconds)
    return replace(row, stop_s=row.stop_s + seconds) if stop_class in UNPLANNED else row


def _both(one: Row, other: Row) -> Row:
    items = {**one.consumed, **other.consumed}
    return Row(
        status=other.status or one.status,
        facts=one.facts + other.facts,
        made=one.made + other.made,
        uom=other.uom or one.uom,
        consumed={item: sum_of(item, (one.consumed, other.consumed)) for item in items},
        labor_s=one.labor_s + other.labor_s,
        stop_s=one.stop_s + other.stop_s,
        setup_s=one.setup_s + other.setup_s,
    )


def sum_of(item: str, tables: Iterable[Mapping[str, Decimal]]) -> Decimal:
    """What all tables say of one item together."""
    return sum((table.get(item, Decimal(0)) for table in tables), Decimal(0))
