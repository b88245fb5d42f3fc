"""What people are shown of materials, made of what a station knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from agent.core.directories import Directories
from agent.core.directories.items import BomLine
from agent.core.materials import materials
from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.materials.materials import LoadedLot, Materials
from agent.core.times import iso


@dataclass(frozen=True, slots=True)
class Need:
    """What the operation in progress has made and is still to make."""

    lines: tuple[BomLine, ...]
    made: int
    """Parts that material was used for."""
    rest: Decimal
    """Parts that are still to be made."""


def by_now(known: Materials, need: Need) -> Materials:
    """Materials with what was used since it was told last taken off."""
    parts = need.made - known.told
    for line in need.lines:
        if line.mode == "by_output" and parts > 0:
            sources = materials.sources(known.loaded, need.lines, line.line)
            for source, share in materials.spread(sources, line.qty_per * parts):
                if source is not None:
                    known = known.taken(source.lot.lot_id, share * source.factor)
    return known


def lots(known: Materials, need: Need, directories: Directories) -> tuple[LotView, ...]:
    """The lots that are loaded."""
    return tuple(_lot(lot, need, directories) for lot in known.loaded)


def components(known: Materials, need: Need, directories: Directories) -> tuple[ComponentView, ...]:
    """The components of the operation in progress, in the order of the bill of materials."""
    return tuple(_component(line, known, need, directories) for line in need.lines)


def movements(known: Materials) -> tuple[MovementView, ...]:
    """The last movements that are not confirmed, the oldest first."""
    return tuple(
        MovementView(
            movement_id=one.movement_id,
            kind=one.kind,
            item_id=one.item_id,
            lot_id=one.lot_id,
            qty=one.qty,
            uom=one.uom,
            time=iso(one.at),
            state=one.state,
            answer=one.answer,
        )
        for one in known.movements
    )


def _lot(lot: LoadedLot, need: Need, directories: Directories) -> LotView:
    how = materials.serving(lot, need.lines)
    return LotView(
        lot_id=lot.lot_id,
        item_id=lot.item_id,
        bom_line=None if how is None else how.line.line,
        is_substitute=how is not None and how.substitute is not None,
        left=lot.left,
        uom=lot.uom,
        place=lot.place,
        since=iso(lot.since),
        expires=_earliest([lot], directories),
    )


def _component(line: BomLine, known: Materials, need: Need, directories: Directories) -> ComponentView:
    sources = materials.sources(known.loaded, need.lines, line.line)
    lefts = [None if one.lot.left is None else materials.of_component(one.lot.left, one.factor) for one in sources]
    remaining = None if None in lefts else sum((left for left in lefts if left is not None), materials.NOTHING)
    required = line.qty_per * need.rest
    item = directories.items.get(line.item_id)
    missing = not sources if remaining is None or not sources else remaining < required
    return ComponentView(
        bom_line=line.line,
        item_id=line.item_id,
        text={} if item is None else dict(item.text),
        mode=line.mode,
        uom=line.uom,
        qty_per=line.qty_per,
        required=required,
        lots=tuple(one.lot.lot_id for one in sources),
        remaining=remaining,
        expires=_earliest([one.lot for one in sources], directories),
        short=missing and required > 0 and (line.lot_required or bool(sources)),
    )


def _earliest(loaded: Iterable[LoadedLot], directories: Directories) -> str | None:
    copies = (directories.lots.get(lot.lot_id) for lot in loaded)
    dates = [copy.expires.timestamp() for copy in copies if copy is not None and copy.expires is not None]
    return iso(min(dates)) if dates else None
