"""Lots whose labels are scanned: what the label says of them, and what somebody said before."""

from __future__ import annotations

from decimal import Decimal

from agent.core import boundary, code_lists
from agent.core.errors import EntryRefusedError
from agent.core.materials import loading, lot_records
from agent.core.materials.labels import Label
from agent.core.materials.lot_facts import Word
from agent.core.materials.materials import LoadedLot
from agent.core.observations import Scan
from agent.core.people import labor
from agent.core.sentences import Sentence, answer, say
from agent.core.state import Expected, ScannedLot
from agent.core.turn import Turn
from agent.core.values import replace


def load_scanned(turn: Turn, label: Label, scan: Scan) -> str:
    """Load a lot whose label was scanned; of one that is loaded already only say so.

    Raises:
        EntryRefusedError: it cannot be loaded.
    """
    lot_id, here = label.lot_id, turn.materials.lot(label.lot_id)
    turn.floor = replace(turn.floor, last_lot=ScannedLot(lot_id, scan.observed.wall))
    if here is not None:
        _must_be_the_same(here, label)
        if not here.is_empty or label.qty is None:
            return answer("ALREADY_LOADED", _loaded_already(label))
        # The next package of a lot of which the last one is used up.
        turn.flush()
        boundary.end(turn, scan.observed.wall, "lot")
        loading.take_away(turn, here, scan.observed.wall, "empty", None, None)
    word = Word(scan.observed.wall, turn.draft.quality("scanner", entry=scan.way), labor.acting(turn), scan.text)
    wanted = loading.wanted(turn, lot_id, _given(turn, label), word)
    return loading.carry_out(turn, replace(wanted, expires=label.expires), word)


def load_expected(turn: Turn, label: Label, scan: Scan, expected: Expected) -> str:
    """Load the lot that somebody said would be scanned: in the place of another one, or with a reason.

    Raises:
        EntryRefusedError: it is loaded already, or cannot be.
    """
    said = expected.arguments
    word = Word(
        scan.observed.wall,
        turn.draft.quality("scanner", entry=scan.way),
        expected.actor or labor.acting(turn),
        scan.text,
        reason=code_lists.optional(turn.directories, "deviations", said),
    )
    swapped = loading.swapped_by(turn, said)
    wanted = loading.wanted(turn, label.lot_id, {**said, **_given(turn, label)}, word)
    return loading.carry_out(turn, replace(wanted, expires=label.expires), word, swapped)


def _given(turn: Turn, label: Label) -> dict[str, str]:
    """What the label says of the lot, as an entry would."""
    given = {"item_id": label.item_id or ""}
    if label.qty is not None and (label.is_of_mes or _label_counts(turn, label.lot_id, label.qty)):
        given |= {"qty": f"{label.qty:f}", "uom": label.uom or ""}
    return given


def _loaded_already(label: Label) -> Sentence:
    if label.qty is None:
        return say("Lot {lot_id} is loaded here already.", lot_id=label.lot_id)
    return say(
        "Lot {lot_id} is loaded here already; {qty} {uom} of this label are not added to it.",
        lot_id=label.lot_id,
        qty=f"{label.qty:f}",
        uom=label.uom or "",
    )


def _label_counts(turn: Turn, lot_id: str, qty: Decimal) -> bool:
    """Whether a label says better how much there is than what was left here, or the MES has of the whole lot."""
    copy, record = turn.directories.lots.get(lot_id), lot_records.LOTS.find(turn, turn.wc_id, lot_id)
    was_left = record is not None and record.has_something
    return not was_left and (copy is None or copy.qty is None or qty < copy.qty)


def _must_be_the_same(here: LoadedLot, label: Label) -> None:
    if None not in {here.item_id, label.item_id} and here.item_id != label.item_id:
        raise EntryRefusedError(
            "WRONG_ITEM",
            say(
                "Lot {lot_id} of {known} is loaded here; this is {said} of the same number. Put it aside.",
                lot_id=label.lot_id,
                known=here.item_id,
                said=label.item_id,
            ),
        )
