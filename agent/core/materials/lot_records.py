"""What is known of each lot that lies here or lay here: a record of its own, and the lots in the state of the station.

The record of a lot is what counts while it is not loaded. Of a lot that was unloaded lately the state remembers how
much is in it, for parts that are counted late; both say the same.
"""

from __future__ import annotations

from decimal import Decimal

from agent.core.materials import materials
from agent.core.materials.materials import LoadedLot, LotRecord
from agent.core.records import Records
from agent.core.turn import Turn
from agent.core.values import replace

LOTS = Records("lot", LotRecord)


def keep(turn: Turn, lot: LoadedLot) -> None:
    """Store what is known of a lot that is not loaded, or is no more."""
    record = LotRecord(
        lot.item_id, lot.uom, lot.qty, lot.used, lot.rev, lot.status, lot.place, split_from=lot.split_from
    )
    _store(turn, lot.lot_id, record)


def take(turn: Turn, lot_id: str, qty: Decimal) -> None:
    """So much was used of a lot that lies here, or lay here when the parts were made that used it."""
    turn.materials = turn.materials.taken(lot_id, qty)
    gone = next((one for one in turn.materials.gone if one.lot_id == lot_id), None)
    if gone is not None:
        keep(turn, gone)


def use_otherwise(turn: Turn, lot_id: str, qty: Decimal) -> None:
    """So much more of a lot was used than was said, or less: of one that lies here, and of one that is away."""
    here = turn.materials.lot(lot_id)
    if here is not None:
        turn.materials = turn.materials.taken(lot_id, max(qty, -here.used))
        return
    record = LOTS.find(turn, turn.wc_id, lot_id)
    if record is not None:
        _store(turn, lot_id, replace(record, used=max(record.used + qty, materials.NOTHING)))


def holds_otherwise(turn: Turn, lot_id: str, by: Decimal) -> None:
    """So much more is in a lot, or less, where anybody knows how much that is."""
    if turn.materials.lot(lot_id) is not None:
        turn.materials = turn.materials.changed(lot_id, by)
        return
    record = LOTS.find(turn, turn.wc_id, lot_id)
    if record is not None and record.qty is not None:
        _store(turn, lot_id, replace(record, qty=max(record.qty + by, record.used)))


def lies_elsewhere(turn: Turn, lot_id: str, was: str, place: str) -> None:
    """A lot was not brought to where somebody said, but to another place or to none."""
    here, record = turn.materials.lot(lot_id), LOTS.find(turn, turn.wc_id, lot_id)
    if here is not None and here.place == was:
        lots = (replace(one, place=place) if one is here else one for one in turn.materials.loaded)
        turn.materials = replace(turn.materials, loaded=tuple(lots))
    elif here is None and record is not None and record.place == was:
        _store(turn, lot_id, replace(record, place=place))


def _store(turn: Turn, lot_id: str, record: LotRecord) -> None:
    LOTS.keep(turn, record, turn.wc_id, lot_id)
    turn.materials = replace(
        turn.materials,
        gone=tuple(
            replace(one, qty=record.qty, used=record.used, place=record.place) if one.lot_id == lot_id else one
            for one in turn.materials.gone
        ),
    )
