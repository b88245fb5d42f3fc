"""Units of measure: a quantity without one is invalid, and nothing is converted (requirement 52)."""

from __future__ import annotations

from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.sentences import say


def of_item(directories: Directories, item_id: str | None, lot_id: str | None = None) -> str | None:
    """The unit of an item or of one of its lots, as far as the MES said it."""
    lot = None if lot_id is None else directories.lots.get(lot_id)
    if lot is not None and lot.uom is not None:
        return lot.uom
    item = None if item_id is None else directories.items.get(item_id)
    return None if item is None else item.uom


def agreed(said: str | None, known: str | None, what: str) -> str:
    """The unit that a quantity is in.

    Args:
        said: with the quantity, if anything.
        known: what the directories say, if anything.
        what: the quantity is of, for people.

    Raises:
        EntryRefusedError: nobody said one, or another one than is known.
    """
    if said and known and said != known:
        raise EntryRefusedError(
            "WRONG_UOM",
            say("{what} is counted in {known}, not in {said}. Enter it in {known}.", what=what, known=known, said=said),
        )
    unit = said or known
    if not unit:
        raise EntryRefusedError(
            "NO_UOM", say("Nobody said what {what} is counted in. Enter the quantity with its unit.", what=what)
        )
    return unit
