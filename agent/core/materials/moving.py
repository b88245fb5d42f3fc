"""Lots that are brought to another place, or parts of them (requirement 29)."""

from __future__ import annotations

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import LotMoved
from agent.core.materials import loading, lot_records
from agent.core.observations import Entry
from agent.core.people import labor
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace


def move(turn: Turn, entry: Entry) -> str:
    """Move a lot, or a part of it, to another place.

    Raises:
        EntryRefusedError: no place is named, or the quantity is none.
    """
    given, at = entry.arguments, entry.observed.wall
    lot_id, to_place = arguments.name(given, "lot_id"), arguments.name(given, "to_place")
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
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        qty=qty,
        uom=uom,
        from_place=from_place,
        to_place=to_place,
        actor=entry.actor or labor.acting(turn),
    )
    turn.draft.add(data, at, f"lmv:{turn.wc_id}:{lot_id}:{turn.number()}")
    return say("Lot {lot_id} moved to {to_place}.", lot_id=lot_id, to_place=to_place)


ACTIONS: Actions = {"move_lot": Action(move, loading.claims_needed)}
