"""What a label says of material, in this site's words: which item, how much of it, until when (domain.md F2, F3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from agent.core.codes.reading import Code, Doubt, Reading
from agent.core.directories import Item, Package
from agent.core.errors import EntryRefusedError
from agent.core.materials import lot_records, uoms
from agent.core.orders import plan
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.units import unit_records

SAME_UNIT: Mapping[str, frozenset[str]] = {
    "KGM": frozenset({"KG", "КГ"}),
    "MTR": frozenset({"M", "М"}),  # noqa: RUF001
    "MTK": frozenset({"M2", "М2"}),  # noqa: RUF001
    "LTR": frozenset({"L", "Л"}),
    "MTQ": frozenset({"M3", "М3"}),  # noqa: RUF001
}
"""Units of GS1 net measures (UN/ECE Recommendation 20), and how plants often call the same ones, in capitals."""

MEASURES = frozenset(
    {*SAME_UNIT, *chain.from_iterable(SAME_UNIT.values())}
    | {"GRM", "G", "TNE", "T", "MMT", "MM", "CMT", "CM", "MLT", "ML"}
    | {"Г", "Т", "ММ", "СМ", "МЛ"}  # noqa: RUF001
)
"""Units in which nothing is counted, in capitals: three pieces of what is measured in KG are not 3 KG."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the label of a lot says."""

    lot_id: str
    item_id: str | None
    qty: Decimal | None = None
    uom: str | None = None
    expires: date | None = None
    """The last day on which it may be used."""
    is_of_mes: bool = False
    """It is the MES that says how much this very package holds."""


def label_of(turn: Turn, code: Code, lot_id: str) -> Label:
    """What a label of a lot says.

    Raises:
        EntryRefusedError: its GTIN is that of no item, the lot does not look like one of its item, or it says how much
            in another unit than the item's.
    """
    item, package = _named(turn, code)
    item_id = code.item if item is None else item.item_id
    _must_look_like_one(turn, lot_id, item_id)
    qty, uom = _quantity(turn, code, lot_id, item_id, package)
    return Label(lot_id, item_id, qty, uom, code.expires)


def item_of(turn: Turn, code: Code) -> str | None:
    """The item that a code names; None where it names none that anybody knows.

    Raises:
        EntryRefusedError: its GTIN is that of no item, and items have GTINs here.
    """
    item, _ = _named(turn, code)
    return code.item if item is None else item.item_id


def must_be_a_serial(turn: Turn, serial: str, item_id: str | None) -> None:
    """Refuse what is no serial of an item by its pattern.

    Raises:
        EntryRefusedError: MALFORMED.
    """
    pattern = _serial_pattern(turn, item_id)
    if pattern is not None and not re.fullmatch(pattern, serial):
        raise EntryRefusedError(
            "MALFORMED",
            say("'{serial}' does not look like a unit of {item_id}. Scan its label.", serial=serial, item_id=item_id),
        )


def must_be_whole(turn: Turn, reading: Reading, *, sent: bool) -> None:
    """Refuse a code in which a separator was lost, as far as what is known of lots, items and the reader can tell.

    Args:
        turn: what is known.
        reading: of the code.
        sent: whether its reader is known to send separators.

    Raises:
        EntryRefusedError: GS_LOST.
    """
    code = reading.code
    if code is None or not reading.doubts:
        return
    item_id = item_of(turn, code)
    for doubt in reading.doubts:
        if not _is_settled(turn, code, doubt, item_id, sent=sent):
            raise EntryRefusedError(
                "GS_LOST",
                say(
                    "'{value}' may be '{short}' and more: the reader seems to lose separators. "
                    "Type what the label says, and call maintenance.",
                    value=doubt.element.value,
                    short=doubt.short,
                ),
            )


def _named(turn: Turn, code: Code) -> tuple[Item | None, Package | None]:
    """The item of a code in the MES's directory, and the package that its GTIN is of."""
    if code.gtin is None:
        return None if code.item is None else turn.directories.items.get(code.item), None
    found = turn.directories.item_of(code.gtin)
    if found is not None:
        return found
    if turn.directories.knows_gtins:
        raise EntryRefusedError(
            "UNKNOWN_ITEM",
            say("No item has the GTIN {gtin}. Put it aside, and have the GTIN added to its item.", gtin=code.gtin),
        )
    return None, None


def _quantity(
    turn: Turn, code: Code, lot_id: str, item_id: str | None, package: Package | None
) -> tuple[Decimal | None, str | None]:
    """How much a label says, in the unit of the item; nothing where nobody knows what its pieces are in that unit."""
    known = uoms.of_item(turn.directories, item_id, lot_id)
    holds = None if package is None else package.holds
    if code.uom is not None and known is not None and known.upper() not in MEASURES:
        # What the carton weighs says nothing of the pieces in it.
        return (None, None) if holds is None else (holds, known)
    if code.uom is not None:
        unit = known if known is not None and known.upper() in SAME_UNIT.get(code.uom, ()) else code.uom
        return code.qty, uoms.agreed(unit, known, lot_id)
    if known is None or (code.qty is None and holds is None):
        return None, None
    if holds is None and code.gtin is not None and known.upper() in MEASURES:
        return None, None
    pieces = Decimal(1) if code.qty is None else code.qty
    return pieces * (holds or 1), known


def _must_look_like_one(turn: Turn, lot_id: str, item_id: str | None) -> None:
    """Refuse what is no lot of the item by its pattern, unless the MES knows it."""
    pattern = _lot_pattern(turn, item_id)
    if lot_id in turn.directories.lots or pattern is None or re.fullmatch(pattern, lot_id):
        return
    raise EntryRefusedError(
        "MALFORMED",
        say("'{lot_id}' does not look like a lot of {item_id}. Scan its label.", lot_id=lot_id, item_id=item_id),
    )


def _lot_pattern(turn: Turn, item_id: str | None) -> str | None:
    item = None if item_id is None else turn.directories.items.get(item_id)
    if item is not None and item.lot_pattern is not None:
        return item.lot_pattern
    return None if item_id is None else turn.setup.codes.lot_patterns.get(item_id)


def _serial_pattern(turn: Turn, item_id: str | None) -> str | None:
    item = None if item_id is None else turn.directories.items.get(item_id)
    return None if item is None else item.serial_pattern


def _is_settled(turn: Turn, code: Code, doubt: Doubt, item_id: str | None, *, sent: bool) -> bool:
    """Whether a value is whole: by what is known of it, by its item's pattern, by its reader, else as configured."""
    whole, pattern = doubt.element.value, None
    lot_id = code.identity if code.kind == "lot" else code.lot
    if whole == lot_id:
        if _is_lot(turn, whole):
            return True
        if _is_lot(turn, doubt.short):
            return False
        pattern = _lot_pattern(turn, item_id)
    elif code.kind == "serial" and whole == code.identity:
        if unit_records.find(turn, whole) is not None:
            return True
        pattern = _serial_pattern(turn, item_id)
    elif whole == code.order and plan.published(turn.directories, turn.wc_id, whole):
        return True
    if pattern is not None:
        return re.fullmatch(pattern, whole) is not None
    return sent or turn.setup.codes.lost_separator == "off"


def _is_lot(turn: Turn, lot_id: str) -> bool:
    known = lot_id in turn.directories.lots or turn.materials.lot(lot_id) is not None
    return known or lot_records.LOTS.find(turn, turn.wc_id, lot_id) is not None
