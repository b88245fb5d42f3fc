"""What the correction of a fact about material does to lots and to what an execution has used (requirements 24, 50)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.corrections.corrected import Data
from agent.core.errors import EntryRefusedError
from agent.core.materials import loading, lot_records, materials
from agent.core.turn import Turn
from agent.core.values import replace

OF_LOTS = frozenset({"material.consumed", "material.issued", "material.returned", "lot.unloaded", "lot.moved"})
"""Facts that say how much is in a lot, or where it lies, also of one that is not loaded."""
BROUGHT = {"material.issued": 1, "material.returned": -1}
"""Movements of material by what they add to a lot."""


def check(type_name: str, before: Data, after: Data) -> None:
    """Refuse what is done by loading and unloading.

    Raises:
        EntryRefusedError: a lot is to be another one than was loaded.
    """
    if type_name in {"lot.loaded", "lot.unloaded"} and before["keys"]["lot_id"] != after["keys"]["lot_id"]:
        raise EntryRefusedError("LOAD_IT_ANEW", "Void that fact, then load or unload the right lot.")


def move(turn: Turn, type_name: str, time: str, before: Data | None, after: Data | None) -> None:
    """Have lots and uses as a fact now says.

    Args:
        turn: of the work center.
        type_name: of the fact.
        time: when it happened.
        before: its data as they held; None where it was void.
        after: its data from now on; None where it is void.
    """
    if type_name == "lot.loaded":
        _load(turn, time, before, after)
    if type_name == "lot.unloaded" and before is not None and after is not None:
        _recount(turn, before, "qty_left", -1)
        _recount(turn, after, "qty_left", 1)
    if type_name in BROUGHT:
        _recount(turn, before, "qty", -BROUGHT[type_name])
        _recount(turn, after, "qty", BROUGHT[type_name])
    if type_name == "lot.moved" and before is not None and before["qty"] is None:
        place = before["from_place"] if after is None else after["to_place"]
        lot_records.lies_elsewhere(turn, before["keys"]["lot_id"], before["to_place"], place)
    if type_name == "material.consumed":
        for data, sign in ((before, -1), (after, 1)):
            if data is not None and data["keys"]["lot_id"] is not None:
                lot_records.use_otherwise(turn, data["keys"]["lot_id"], sign * Decimal(data["qty"]))


def use(turn: Turn, execution_id: str | None, data: Data | None, sign: int) -> None:
    """An execution used so much more of a component than goes by its output, or less."""
    if data is None or not execution_id:
        return
    component = data["bom_line"] or f"item:{data['keys']['item_id'] or '-'}"
    used = turn.materials.use(execution_id, component)
    qty, over = (sign * Decimal(data[name]) for name in ("qty", "over_qty"))
    after = replace(used, extra=used.extra + qty, over=max(used.over + over, materials.NOTHING))
    turn.materials = turn.materials.with_use(after)


def _recount(turn: Turn, data: Data | None, field: str, sign: int) -> None:
    if data is not None and data["keys"]["lot_id"] is not None and data[field] is not None:
        lot_records.holds_otherwise(turn, data["keys"]["lot_id"], sign * Decimal(data[field]))


def _load(turn: Turn, time: str, before: Data | None, after: Data | None) -> None:
    if before is None:
        return
    lot_id = before["keys"]["lot_id"]
    if after is None:
        loading.take_back(turn, lot_id, time)
    elif after["qty"] is not None and after["qty"] != before["qty"]:
        loading.recount(turn, lot_id, time, Decimal(after["qty"]))
