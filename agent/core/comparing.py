"""The MES's figures of a shift against our own, row by row (requirements 98, 99).

Ours are added up as far as the MES had our facts when it made its figures, so what is still on its way is no
difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from agent.core.directories import Figures
from agent.core.facts import DigestRow
from agent.core.records import Records

QUANTITIES: Final = ("qty_good", "qty_scrap", "qty_rework")
KINDS: Final = (*QUANTITIES, "facts")
NONE: Final = Decimal(0)
MOST: Final = 200
"""Rows that figures have at most: beyond that one side's lack of a row says nothing."""


class Place(NamedTuple):
    """What a row is about."""

    order_id: str | None
    op_no: str | None
    lot_id: str | None


class Compared(NamedTuple):
    """One kind of quantity of one row."""

    place: Place
    kind: str
    ours: Decimal
    theirs: Decimal | None
    """None where the MES does not say."""

    @property
    def differs(self) -> bool:
        """Whether the sides do not hold the same."""
        return self.theirs is not None and self.ours != self.theirs

    def about(self, shift: str) -> str:
        """Names it: `{business_date}/{shift_id}/{order_id}/{op_no}/{lot_id}/{kind}`, missing parts `-`."""
        return "/".join((shift, *(name or "-" for name in self.place), self.kind))

    @property
    def sides(self) -> str:
        """What both say."""
        return f"{self.ours} {self.theirs}"


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
    ours: dict[Place, dict[str, Decimal]] = {}
    for row in rows:
        lot_id = row.lot_id if (row.order_id, row.op_no) in by_lot else None
        sums = ours.setdefault(Place(row.order_id, row.op_no, lot_id), dict.fromkeys(KINDS, NONE))
        for kind in KINDS:
            sums[kind] += Decimal(getattr(row, kind))
    said = {Place(row.order_id, row.op_no, row.lot_id): row for row in figures.rows}
    places = set(said) if len(figures.rows) >= MOST else {*ours, *said}
    for place in sorted(places, key=lambda one: tuple(name or "" for name in one)):
        mine, theirs = ours.get(place, {}), said.get(place)
        for kind in KINDS:
            yield Compared(place, kind, mine.get(kind, NONE), _theirs(theirs, kind))


def _theirs(row: object | None, kind: str) -> Decimal | None:
    """Of a row that the MES does not have, no quantity; how many facts there are, it may count as it likes."""
    if row is None:
        return NONE if kind in QUANTITIES else None
    value = getattr(row, kind)
    return None if value is None else Decimal(value)
