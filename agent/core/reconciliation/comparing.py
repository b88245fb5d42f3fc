"""The MES's figures of a shift against our own, row by row (requirements 98, 99).

Ours are added up as far as the MES had our facts when it made its figures, so what is still on its way is no
difference. Neither is what one side does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from agent.core.directories import Figures
from agent.core.directories.floor import FigureRow
from agent.core.facts import DigestRow
from agent.core.reconciliation.reckoning import THE_REST
from agent.core.records import Records

QUANTITIES: Final = ("qty_good", "qty_scrap", "qty_rework")
COUNTED: Final = (*QUANTITIES, "facts")
STATUS, CONSUMED = "status", "consumed"
SUMS: Final = (*QUANTITIES, CONSUMED)
"""Kinds that may differ by a quantity."""
NONE: Final = Decimal(0)
MOST: Final = 200
"""Rows that figures have at most: beyond that one side's lack of a row says nothing."""


class Place(NamedTuple):
    """What a row is about."""

    order_id: str | None
    op_no: str | None
    lot_id: str | None


class Compared(NamedTuple):
    """One thing that a row says, as both sides have it."""

    place: Place
    kind: str
    """qty_good, qty_scrap, qty_rework, facts, status, or consumed."""
    ours: Decimal | str | None
    theirs: Decimal | str | None
    """None where that side does not say."""
    item_id: str | None = None
    """That was consumed."""

    @property
    def differs(self) -> bool:
        """Whether the sides do not hold the same."""
        return self.ours is not None and self.theirs is not None and self.ours != self.theirs

    @property
    def by(self) -> Decimal | None:
        """The quantity that they differ by, where it is one."""
        if self.kind in SUMS and isinstance(self.ours, Decimal) and isinstance(self.theirs, Decimal):
            return abs(self.ours - self.theirs)
        return None

    def about(self, shift: str) -> str:
        """Names it: `{business_date}/{shift_id}/{order_id}/{op_no}/{lot_id}/{kind}`, missing parts `-`.

        What was consumed has `/{item_id}` behind it.
        """
        item = () if self.item_id is None else (self.item_id,)
        return "/".join((shift, *(name or "-" for name in self.place), self.kind, *item))

    @property
    def sides(self) -> str:
        """What both say."""
        return f"{self.ours} {self.theirs}"


@dataclass(slots=True)
class _Ours:
    """What our rows of one place say together."""

    status: str | None = None
    counted: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(COUNTED, NONE))
    consumed: dict[str, Decimal] = field(default_factory=dict)

    def add(self, row: DigestRow) -> None:
        self.status = row.status or self.status
        for kind in COUNTED:
            self.counted[kind] += Decimal(getattr(row, kind))
        for item, qty in row.consumed.items():
            self.consumed[item] = self.consumed.get(item, NONE) + qty


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out of it last."""

    rev: str
    """Of the figures."""
    told: dict[str, str] = field(default_factory=dict)
    """By row and kind: what both sides said where they differed. The same difference is not raised again."""


RECORDS: Final = Records("digest", Comparison)
_FORM = TypeAdapter(Comparison)


def rev_of(record: str) -> str:
    """The revision of the figures that a record tells of."""
    return _FORM.validate_json(record).rev


def compared(rows: Iterable[DigestRow], figures: Figures) -> Iterator[Compared]:
    """Both sides of every row that either side has; where the MES tells no lots, all lots of ours together."""
    by_lot = {(row.order_id, row.op_no) for row in figures.rows if row.lot_id is not None}
    tells_consumed = any(row.consumed is not None for row in figures.rows)
    ours: dict[Place, _Ours] = {}
    for row in rows:
        lot_id = row.lot_id if (row.order_id, row.op_no) in by_lot else None
        ours.setdefault(Place(row.order_id, row.op_no, lot_id), _Ours()).add(row)
    said = {Place(row.order_id, row.op_no, row.lot_id): row for row in figures.rows}
    lacking = FigureRow.model_validate({**dict.fromkeys(QUANTITIES, NONE), "consumed": {} if tells_consumed else None})
    places = set(said) if len(figures.rows) >= MOST else {*ours, *said}
    for place in sorted(places, key=lambda one: tuple(name or "" for name in one)):
        yield from _of_place(place, ours.get(place, _Ours()), said.get(place, lacking))


def _of_place(place: Place, mine: _Ours, theirs: FigureRow) -> Iterator[Compared]:
    if mine.status is not None or theirs.status is not None:
        yield Compared(place, STATUS, mine.status, theirs.status)
    for kind in QUANTITIES:
        yield Compared(place, kind, mine.counted[kind], getattr(theirs, kind))
    for item in _items(mine.consumed, theirs.consumed or {}):
        said = None if theirs.consumed is None else theirs.consumed.get(item, NONE)
        yield Compared(place, CONSUMED, mine.consumed.get(item, NONE), said, item)
    yield Compared(place, "facts", mine.counted["facts"], None if theirs.facts is None else Decimal(theirs.facts))


def _items(ours: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> list[str]:
    """The items to be compared: none where ours are more than a row has room for, and no unnamed one."""
    return [] if THE_REST in ours else sorted({*ours, *theirs} - {""})
