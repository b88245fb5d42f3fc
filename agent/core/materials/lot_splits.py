"""Lots that are split: parts of one become lots of their own, and know which lot they were a part of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.core import arguments, boundary
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import LotPart, LotSplit
from agent.core.materials import loading, lot_records, materials
from agent.core.materials.lot_records import LOTS
from agent.core.materials.materials import LoadedLot
from agent.core.observations import Entry
from agent.core.quality import holds
from agent.core.turn import Turn
from agent.core.values import replace

MOST_PARTS = 15


def _split(turn: Turn, entry: Entry) -> str:
    given = entry.arguments
    lot_id, parts = arguments.name(given, "lot_id"), _parts(given)
    loaded = turn.materials.lot(lot_id)
    lot = loaded or loading.known(turn, lot_id, {})
    uom, taken = loading.unit_of(turn, lot, given), sum(parts.values(), Decimal(0))
    if lot.left is not None and taken > lot.left:
        raise EntryRefusedError("NOT_SO_MUCH", f"{taken:f} {uom} are more than the {lot.left:f} left in lot {lot_id}.")
    if holds.held(turn, "lot", lot_id) is not None:
        raise EntryRefusedError("LOT_ON_HOLD", f"Lot {lot_id} is on hold; so would its parts be. Ask quality first.")
    for part in parts:
        _must_be_new(turn, part, lot_id)
    turn.flush()
    if loaded is not None:
        boundary.end(turn, entry.observed.wall, "lot")
    _take_from(turn, lot_id, lot, taken)
    for part, qty in parts.items():
        lot_records.keep(
            turn,
            replace(lot, lot_id=part, uom=uom, qty=qty, used=materials.NOTHING, rev=None, split_from=lot_id),
        )
    data = LotSplit(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot_id, "item_id": lot.item_id}),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        into=tuple(LotPart(lot_id=part, qty=qty) for part, qty in parts.items()),
        uom=uom,
        actor=entry.actor,
    )
    turn.draft.add(data, entry.observed.wall, f"spl:{turn.wc_id}:{turn.number()}")
    return f"Lot {lot_id} split: {', '.join(f'{part} {qty:f} {uom}' for part, qty in parts.items())}."


def _parts(given: Mapping[str, str]) -> dict[str, Decimal]:
    """The parts that are named, with their quantities.

    Raises:
        EntryRefusedError: none is, one is named twice, or one has no quantity.
    """
    parts: dict[str, Decimal] = {}
    for number in range(1, MOST_PARTS + 1):
        part = arguments.optional_name(given, f"lot_{number}")
        if part is None:
            continue
        if part in parts:
            raise EntryRefusedError("NAMED_TWICE", f"Part {part} is named twice. Say its whole quantity once.")
        parts[part] = arguments.quantity(given, f"qty_{number}")
    if not parts:
        raise EntryRefusedError("MISSING_ARGUMENT", "The entry needs 'lot_1' and 'qty_1'.")
    return parts


def _must_be_new(turn: Turn, part: str, lot_id: str) -> None:
    known = LOTS.find(turn, turn.wc_id, part) is not None or part in turn.directories.lots
    if part == lot_id or known or turn.materials.lot(part) is not None:
        raise EntryRefusedError("LOT_EXISTS", f"There is a lot {part} already. Give the part a name of its own.")


def _take_from(turn: Turn, lot_id: str, lot: LoadedLot, taken: Decimal) -> None:
    """The lot has so much less, where anybody knows how much it has."""
    loaded = turn.materials.lot(lot_id)
    now = loaded or lot
    if now.qty is None:
        return
    now = replace(now, qty=now.qty - taken)
    if loaded is None:
        lot_records.keep(turn, now)
        return
    lots = tuple(now if one.lot_id == lot_id else one for one in turn.materials.loaded)
    turn.materials = replace(turn.materials, loaded=lots)


def _of_lots(asked: Asked) -> Claims:
    named = (asked.arguments.get(key, "") for key in ("lot_id", *(f"lot_{one}" for one in range(1, MOST_PARTS + 1))))
    return tuple(claim for lot_id in named if lot_id for claim in loading.claims_needed(asked, lot_id))


ACTIONS: Actions = {"split_lot": Action(_split, _of_lots)}
