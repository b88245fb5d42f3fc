"""Lots that are brought to another place, or parts of them (requirement 29)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality, LotMoved
from agent.core.materials import loading, lot_records
from agent.core.observations import Entry, Scan
from agent.core.people import labor
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace

SOON_S: Final = 60.0
"""Seconds of plant time from the scan of a lot to that of the place it goes to."""


@dataclass(frozen=True, slots=True)
class Move:
    """A lot, or a part of it, that goes to another place."""

    lot_id: str
    to_place: str
    at: float
    quality: FactQuality
    actor: str | None
    given: Mapping[str, str] = field(default_factory=dict)
    """What was said beside it: `qty` of a part and its `uom`."""


def move(turn: Turn, entry: Entry) -> str:
    """Move a lot, or a part of it, to another place.

    Raises:
        EntryRefusedError: no place is named, or the quantity is none.
    """
    given = entry.arguments
    lot_id, to_place = arguments.name(given, "lot_id"), arguments.name(given, "to_place")
    quality, actor = turn.draft.quality("operator", entry="manual"), entry.actor or labor.acting(turn)
    return _carry_out(turn, Move(lot_id, to_place, entry.observed.wall, quality, actor, given))


def move_scanned(turn: Turn, place: str, scan: Scan) -> str:
    """Move the lot whose label was scanned last to the place that is scanned now.

    Raises:
        EntryRefusedError: no lot was scanned just now, or it lies there already.
    """
    lot, at = turn.floor.last_lot, scan.observed.wall
    if lot is None or not 0 <= at - lot.at <= SOON_S:
        raise EntryRefusedError(
            "NOTHING_TO_MOVE", say("Scan the lot first, then {place} where it goes to.", place=place)
        )
    quality, actor = turn.draft.quality("scanner", entry=scan.way), labor.acting(turn)
    return _carry_out(turn, Move(lot.lot_id, place, at, quality, actor))


def claims_of_scanned(asked: Asked) -> Claims:
    """The claims that `move_scanned` must be given."""
    lot = asked.state.floor.last_lot
    return () if lot is None else loading.claims_needed(asked, lot.lot_id)


def _carry_out(turn: Turn, asked: Move) -> str:
    lot_id, to_place, given = asked.lot_id, asked.to_place, asked.given
    loaded = turn.materials.lot(lot_id)
    lot = loaded or loading.known(turn, lot_id, {})
    qty = arguments.quantity(given, "qty") if given.get("qty") else None
    uom = lot.uom if qty is None else loading.unit_of(turn, lot, given)
    from_place = lot.place or turn.wc_id
    if from_place == to_place:
        raise EntryRefusedError(
            "SAME_PLACE",
            say("Lot {lot_id} lies at {to_place} already. Nothing to do.", lot_id=lot_id, to_place=to_place),
        )
    if qty is None:
        moved = replace(lot, place=to_place)
        lots = tuple(moved if one.lot_id == lot_id else one for one in turn.materials.loaded)
        turn.materials = replace(turn.materials, loaded=lots)
        if loaded is None:
            lot_records.keep(turn, moved)
    data = LotMoved(
        keys=turn.draft.keys.model_copy(update={"lot_id": lot_id, "item_id": lot.item_id}),
        quality=asked.quality,
        versions=turn.draft.versions,
        qty=qty,
        uom=uom,
        from_place=from_place,
        to_place=to_place,
        actor=asked.actor,
    )
    turn.draft.add(data, asked.at, f"lmv:{turn.wc_id}:{lot_id}:{turn.number()}")
    return say("Lot {lot_id} moved to {to_place}.", lot_id=lot_id, to_place=to_place)


ACTIONS: Actions = {"move_lot": Action(move, loading.claims_needed)}
