"""Adds up committed facts of one work center: counts, a chain, sums by order, operation, produced lot and shift.

It knows nothing of how a station came to its own figures: what both come to must be the same (requirements 98, 99).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import orjson

from agent.core.contract.envelope import Row
from agent.core.facts import FACT_TYPES, DigestRow, OperationStatus, Range, ShiftKeys
from agent.core.reconciliation.amendments import Amendments, Data
from agent.core.reconciliation.chain import NO_FACTS, Chain
from agent.core.reconciliation.told_statuses import OfShift, ToldStatuses
from agent.core.reconciliation.told_stops import ToldStops
from agent.core.times import epoch

DETAIL: Final = frozenset(kind.TYPE for kind in FACT_TYPES if kind.DETAIL)
"""May be shed on one side, so it counts on neither."""
UNPLANNED: Final = frozenset({"minor", "down", "external"})
"""Classes of stops that nobody planned."""
MOST_ROWS: Final = 100
MOST_ITEMS: Final = 20
THE_REST: Final = "*"
"""Stands for what there is no more room for, in a fact that is at most 64 KiB."""
NONE: Final = Decimal(0)


class Beside(Protocol):
    """Takes in the same facts for another purpose, in the same order."""

    def take(self, row: Row, told: Data) -> None:
        """One fact that is not void, and what it says by now."""
        ...


class RowKey(NamedTuple):
    """What is added up together."""

    order_id: str | None = None
    op_no: str | None = None
    lot_id: str | None = None
    shift_id: str | None = None
    business_date: str | None = None


REST: Final = RowKey(None, THE_REST)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which facts are meant; None is every one."""

    shift_id: str | None = None
    business_date: str | None = None
    order_id: str | None = None
    lot_id: str | None = None

    def has(self, key: RowKey) -> bool:
        """Whether what is added up under this key is meant."""
        wanted = (self.order_id, self.lot_id, self.shift_id, self.business_date)
        found = (key.order_id, key.lot_id, key.shift_id, key.business_date)
        return all(one is None or one == other for one, other in zip(wanted, found, strict=True))


EVERYTHING: Final = Scope()


@dataclass(slots=True)
class _Sum:
    facts: int = 0
    good: Decimal = NONE
    scrap: Decimal = NONE
    rework: Decimal = NONE
    labor: Decimal = NONE
    stop_ms: int = 0
    uom: str | None = None
    crew_id: str | None = None
    consumed: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: _Sum) -> None:
        self.facts += other.facts
        self.good += other.good
        self.scrap += other.scrap
        self.rework += other.rework
        self.labor += other.labor
        self.stop_ms += other.stop_ms
        self.uom = self.uom or other.uom
        for item, qty in other.consumed.items():
            self.use(item, qty)

    def use(self, item: str, qty: Decimal) -> None:
        known = item in self.consumed or len(self.consumed) < MOST_ITEMS
        name = item if known else THE_REST
        self.consumed[name] = self.consumed.get(name, NONE) + qty


@dataclass(slots=True)
class Reckoning:
    """What was taken in so far."""

    amendments: Amendments
    scope: Scope = EVERYTHING
    beside: tuple[Beside, ...] = ()
    """They are given every fact, whatever the scope is."""
    chain: Chain = NO_FACTS
    types: Counter[str] = field(default_factory=Counter)
    ranges: dict[str, Range] = field(default_factory=dict)
    first_time: str | None = None
    last_time: str | None = None
    positions: list[int] = field(default_factory=list)
    _sums: dict[RowKey, _Sum] = field(default_factory=dict)
    _stops: ToldStops = field(default_factory=ToldStops)
    _statuses: ToldStatuses = field(default_factory=ToldStatuses)

    def take(self, rows: Iterable[Row]) -> None:
        """Facts of the work center, in the order of their sequence."""
        for row in rows:
            if row.type not in DETAIL:
                self._take(row)

    def rows(self, most: int = MOST_ROWS) -> tuple[DigestRow, ...]:
        """The sums, in order; a row of the rest at the end where there are more than `most`."""
        sums = {key: _Sum() for key in self._sums}
        for key, one in self._sums.items():
            sums[key].add(one)
            sums[key].crew_id = one.crew_id
        for key, milliseconds in self._stopped():
            sums.setdefault(key, _Sum()).stop_ms += milliseconds
        ordered = sorted(sums.items(), key=lambda item: tuple(name or "" for name in item[0]))
        if len(ordered) > most:
            rest = _Sum()
            for _, one in ordered[most - 1 :]:
                rest.add(one)
            ordered = [*ordered[: most - 1], (REST, rest)]
        return tuple(_digest_row(key, one, self._statuses.of(_of_shift(key))) for key, one in ordered)

    def _take(self, row: Row) -> None:
        told = self.amendments.amended(row)
        data: Data = orjson.loads(row.data) if told is None else told
        key = _key(data)
        if told is not None:
            self._stops.take(row.type, told)
            self._statuses.take(row.type, told, _of_shift(key))
            for other in self.beside:
                other.take(row, told)
        if not self.scope.has(key):
            return
        self._note(row)
        one = self._sums.setdefault(key, _Sum())
        one.facts += 1
        one.crew_id = (data.get("shift") or {}).get("crew_id") or one.crew_id
        if told is not None:
            _add(one, row.type, told)

    def _note(self, row: Row) -> None:
        self.chain = self.chain.with_fact(str(UUID(bytes=row.id)))
        self.types[row.type] += 1
        known = self.ranges.get(row.epoch)
        first = row.sequence if known is None else known.first
        self.ranges[row.epoch] = Range(epoch=row.epoch, first=first, last=row.sequence)
        self.first_time = min(self.first_time or row.time, row.time)
        self.last_time = max(self.last_time or row.time, row.time)
        self.positions.append(row.position)

    def _stopped(self) -> Iterable[tuple[RowKey, int]]:
        for _, one in self._stops.segments():
            if one["end"] is None or one["segment_class"] not in UNPLANNED:
                continue
            key = RowKey(one["order_id"], one["op_no"], None, *_shift_of(one.get("shift")))
            if self.scope.has(key):
                yield key, round((epoch(one["end"]) - epoch(one["start"])) * 1000)


def _add(one: _Sum, kind: str, data: Data) -> None:
    def number(name: str) -> Decimal:
        return Decimal(data.get(name) or 0)

    match kind:
        case "output.recorded":
            one.good += number("qty_good")
            one.rework -= number("qty_from_rework")
        case "scrap.recorded":
            one.good -= number("qty_from_good")
            one.scrap += number("qty_scrap")
            one.rework -= number("qty_from_rework")
        case "rework.recorded":
            one.good -= number("qty_from_good")
            one.rework += number("qty_rework")
        case "quantity.adjusted" if data["category"] != "setup":
            setattr(one, data["category"], getattr(one, data["category"]) + number("delta"))
        case "material.consumed":
            one.use(data["keys"].get("item_id") or "", number("qty"))
            return
        case "labor.recorded":
            one.labor += number("duration_s")
            return
        case _:
            return
    one.uom = one.uom or data.get("uom")


def _key(data: Data) -> RowKey:
    keys = data["keys"]
    shift_id, business_date = _shift_of(data.get("shift"))
    lot_id = data.get("lot_out")
    return RowKey(keys.get("order_id"), keys.get("op_no"), lot_id, shift_id, business_date)


def _shift_of(shift: Data | None) -> tuple[str | None, str | None]:
    return (None, None) if shift is None else (shift["shift_id"], shift["business_date"])


def _of_shift(key: RowKey) -> OfShift:
    return OfShift(key.order_id, key.op_no, key.shift_id, key.business_date)


def _digest_row(key: RowKey, one: _Sum, status: OperationStatus | None) -> DigestRow:
    shift = None
    if key.shift_id is not None or key.business_date is not None:
        shift = ShiftKeys(shift_id=key.shift_id, business_date=key.business_date, crew_id=one.crew_id)
    return DigestRow(
        order_id=key.order_id,
        op_no=key.op_no,
        lot_id=key.lot_id,
        shift=shift,
        status=status,
        facts=one.facts,
        qty_good=one.good,
        qty_scrap=one.scrap,
        qty_rework=one.rework,
        uom=one.uom,
        consumed=dict(sorted(one.consumed.items())),
        labor_s=one.labor,
        stop_s=Decimal(one.stop_ms).scaleb(-3),
    )
