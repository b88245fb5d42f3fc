"""What lies at a work center to be used up, and what has been used of it: values, and what is reckoned of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal, Protocol

from agent.core.counts.accounts import Cums
from agent.core.directories import Directories
from agent.core.directories.items import BomLine
from agent.core.draft import Draft
from agent.core.facts import Child, MovementState
from agent.core.marks import mark
from agent.core.materials import bom
from agent.core.values import replace

MAX_LOTS = 40
"""Lots that can be loaded at one work center at a time."""
MOST_BYTES = 3072
"""Of all their names together: a snapshot is small whatever is loaded. Names of 35 bytes leave room for 40 lots."""
MOST_GONE_BYTES = 512
"""Of the names of lots that were loaded and are remembered for parts that are counted late."""
MOST_USES = 16
"""Components of which more was used than goes by output, of all executions remembered. The oldest are forgotten."""
MOST_MOVEMENTS = 6
"""Movements that are shown."""
FINEST = Decimal("0.000001")
MOST = Decimal(10**12)
NOTHING = Decimal(0)


def rounded(qty: Decimal) -> Decimal:
    """A quantity as it is kept: at most six decimals, rounded down, and no larger than a quantity can be."""
    return min(qty, MOST).quantize(FINEST, ROUND_DOWN).normalize() + 0


@dataclass(frozen=True, slots=True)
class LoadedLot:
    """A lot at the work center."""

    lot_id: str
    item_id: str | None
    uom: str | None
    since: float
    qty: Decimal | None = None
    """In it when that was known last; None where it never was."""
    used: Decimal = NOTHING
    """Of it since then."""
    line: str | None = None
    """Component of the bill of materials that somebody said it is for; else its item decides."""
    place: str | None = None
    rev: str | None = None
    """Revision of the MES's copy that `qty` is from."""
    status: str | None = None
    """The lot's status as it was seen."""
    split_from: str | None = None
    """The lot that it was a part of."""

    @property
    def left(self) -> Decimal | None:
        """What is left in it; None where nobody knows."""
        return None if self.qty is None else self.qty - self.used

    @property
    def size(self) -> int:
        """Bytes of what is kept of it by name."""
        names = (self.lot_id, self.item_id, self.uom, self.line, self.place, self.rev, self.split_from)
        return sum(len(name.encode(errors="replace")) for name in names if name is not None)

    @property
    def is_empty(self) -> bool:
        """Whether it is known to be used up."""
        return self.left is not None and self.left <= 0


@dataclass(frozen=True, slots=True)
class LotRecord:
    """What is known of a lot that is not loaded, kept among the claims."""

    item_id: str | None
    uom: str | None
    qty: Decimal | None
    used: Decimal
    rev: str | None
    status: str | None
    place: str | None = None
    split_from: str | None = None
    """The lot that it was a part of."""

    @property
    def has_something(self) -> bool:
        """Whether something is known to be left in it."""
        return self.qty is not None and self.qty > self.used


@dataclass(frozen=True, slots=True)
class Use:
    """What an execution used of a component beside what goes by output or by unit, and what was said of it."""

    execution_id: str
    mark: str
    """Of the component."""
    extra: Decimal = NOTHING
    """Entered by people."""
    over: Decimal = NOTHING
    """Of it what was told as over the norm."""
    over_told: bool = False
    """That it is over the norm has been raised."""
    unresolved_told: bool = False
    """That it was used without a lot has been raised."""

    def is_of(self, other: Use) -> bool:
        """Whether both are of one component of one execution."""
        return (self.execution_id, self.mark) == (other.execution_id, other.mark)


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of material that was proposed."""

    movement_id: str
    kind: Literal["issue", "return"]
    item_id: str
    lot_id: str | None
    qty: Decimal
    uom: str
    at: float
    state: MovementState = "proposed"
    answer: str = ""
    """Why its accounting owner rejected it."""


@dataclass(frozen=True, slots=True)
class Materials:
    """Component lots at the work center, and what was used up."""

    loaded: tuple[LoadedLot, ...] = ()
    """In the order of loading: the first is used first."""
    gone: tuple[LoadedLot, ...] = ()
    """Unloaded, the oldest first."""
    uses: tuple[Use, ...] = ()
    told: int = 0
    """Parts of the execution in progress whose material has been told."""
    units: int = 0
    """Units taken by it whose material has been told."""
    movements: tuple[Moved, ...] = ()
    """The last ones that were proposed here."""

    @property
    def lots(self) -> tuple[str, ...]:
        """Names of the lots loaded."""
        return tuple([lot.lot_id for lot in self.loaded])

    def lot(self, lot_id: str) -> LoadedLot | None:
        """A lot that is loaded."""
        return next((lot for lot in self.loaded if lot.lot_id == lot_id), None)

    def use(self, execution_id: str, component: str) -> Use:
        """What it used, beside the norm, of a line of the bill of materials, or of `item:{item_id}` that is in none."""
        none = Use(execution_id, mark(component))
        return next((one for one in self.uses if one.is_of(none)), none)

    def with_use(self, use: Use) -> Materials:
        """With what was used, or said, of a component."""
        others = [one for one in self.uses if not one.is_of(use)]
        return replace(self, uses=tuple([*others, use][-MOST_USES:]))

    def taken(self, lot_id: str, qty: Decimal) -> Materials:
        """With so much taken from a lot, loaded or gone; less than nothing puts it back."""

        def after(lots: Iterable[LoadedLot]) -> tuple[LoadedLot, ...]:
            return tuple(replace(one, used=one.used + qty) if one.lot_id == lot_id else one for one in lots)

        return replace(self, loaded=after(self.loaded), gone=after(self.gone))

    def changed(self, lot_id: str, by: Decimal) -> Materials:
        """With so much more or less in a loaded lot, where it is known how much that is."""

        def after(lot: LoadedLot) -> LoadedLot:
            return lot if lot.qty is None else replace(lot, qty=max(lot.qty + by, lot.used))

        return replace(self, loaded=tuple(after(one) if one.lot_id == lot_id else one for one in self.loaded))

    def with_loaded(self, lot: LoadedLot) -> Materials:
        """With one more lot."""
        gone = tuple(one for one in self.gone if one.lot_id != lot.lot_id)
        return replace(self, loaded=(*self.loaded, lot), gone=gone)

    def without(self, lot: LoadedLot) -> Materials:
        """With a lot unloaded."""
        loaded = tuple(one for one in self.loaded if one.lot_id != lot.lot_id)
        gone = [*self.gone, lot]
        while sum(one.size for one in gone) > MOST_GONE_BYTES:
            del gone[0]
        return replace(self, loaded=loaded, gone=tuple(gone))


NO_MATERIALS = Materials()


class HasMaterials(Protocol):
    """A turn of a station."""

    materials: Materials
    directories: Directories
    draft: Draft


@dataclass(frozen=True, slots=True)
class Source:
    """A lot that a component can be taken from."""

    lot: LoadedLot
    factor: Decimal
    """Of its item for one of the component."""
    substitute: bool


def lines_at(turn: HasMaterials) -> tuple[BomLine, ...]:
    """The components of the operation in progress; none without an order or its bill of materials."""
    keys, versions = turn.draft.keys, turn.draft.versions
    return bom.of_operation(bom.all_lines(turn.directories, keys.item_id, versions.bom_version), keys.op_no)


def serving(lot: LoadedLot, lines: tuple[BomLine, ...]) -> bom.Serving | None:
    """Which component a lot serves: the one that somebody said, if it is one of these, else by its item."""
    said = lot.line if any(one.line == lot.line for one in lines) else None
    return bom.serving(lines, lot.item_id, said)


def sources(lots: Iterable[LoadedLot], lines: tuple[BomLine, ...], line: str) -> tuple[Source, ...]:
    """The lots that a component can be taken from, in their order."""
    found = ((lot, serving(lot, lines)) for lot in lots)
    return tuple(
        Source(lot, how.factor, how.substitute is not None)
        for lot, how in found
        if how is not None and how.line.line == line
    )


def spread(sources: Sequence[Source], need: Decimal) -> list[tuple[Source | None, Decimal]]:
    """From which lots a component is taken: the first loaded first, none below nothing; the rest from no lot.

    Args:
        sources: in the order of loading.
        need: of the component, in its own unit; less than nothing is put back, the last used first.
    """
    if need < 0:
        return _put_back(sources, -need)
    shares: list[tuple[Source | None, Decimal]] = []
    for source in sources:
        left = source.lot.left
        share = need if left is None else min(need, of_component(left, source.factor))
        if share > 0:
            shares.append((source, share))
            need -= share
    return [*shares, (None, need)] if need > 0 else shares


def made(cums: Cums, *, setup_parts: bool) -> int:
    """Parts that material was used for, whatever became of them."""
    return cums.total - (0 if setup_parts else cums.setup)


def children(turn: HasMaterials) -> tuple[Child, ...]:
    """What is loaded, as it goes into what is made; how much of it nobody says."""
    lines = lines_at(turn)
    found = ((lot, serving(lot, lines)) for lot in turn.materials.loaded)
    return tuple(
        Child(
            item_id=lot.item_id,
            lot_id=lot.lot_id,
            serial=None,
            qty=None,
            uom=lot.uom,
            bom_line=None if how is None else how.line.line,
        )
        for lot, how in found
    )


def _put_back(sources: Sequence[Source], surplus: Decimal) -> list[tuple[Source | None, Decimal]]:
    shares: list[tuple[Source | None, Decimal]] = []
    for source in reversed(sources):
        share = min(surplus, of_component(source.lot.used, source.factor))
        if share > 0:
            shares.append((source, -share))
            surplus -= share
    return [*shares, (None, -surplus)] if surplus > 0 else shares


def of_component(qty: Decimal, factor: Decimal) -> Decimal:
    """How much of the component a quantity of an item stands in for."""
    return qty if factor == 1 else (qty / factor).quantize(FINEST, ROUND_DOWN)
