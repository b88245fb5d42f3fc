"""What GS1 elements name (domain.md F2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from agent.core.codes import gs1_values, naming
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Code, Element, Flaw

_GTINS: Final = ("01", "02", "03", "8006", "8026")
_GTIN_DIGITS: Final = 14
_MEASURES: Final[Mapping[str, str]] = {"310": "KGM", "311": "MTR", "314": "MTK", "315": "LTR", "316": "MTQ"}
"""Net measures in metric units, by the first digits of their identifiers; the last one says how many are decimals."""
_LAST_DAYS: Final = ("17", "7003", "15")
"""Use by, expiry to the minute, best before: the first that is there counts."""


def code_of(elements: Sequence[Element], settings: CodeSettings) -> Code | Flaw:
    """What checked elements name."""
    values = {one.key: one.value for one in elements}
    qty, uom = _quantity(values)
    said = Code(
        "item",
        "",
        item=values.get("8010"),
        gtin=next((values[ai][:_GTIN_DIGITS] for ai in _GTINS if ai in values), None),
        qty=qty,
        uom=uom,
        expires=next((gs1_values.day(values[ai][:6]) for ai in _LAST_DAYS if ai in values), None),
    )
    things = naming.Things(
        serial=values.get("21") or values.get("8011"),
        lot=values.get("10"),
        plate=values.get("00"),
        of_site=naming.by_site(values, settings),
    )
    return naming.named(said, things, values)


def _quantity(values: Mapping[str, str]) -> tuple[Decimal | None, str | None]:
    """Pieces where the code counts them, else a net measure."""
    for ai in ("30", "37"):
        if ai in values:
            return Decimal(values[ai]), None
    for ai, value in values.items():
        uom = _MEASURES.get(ai[:3]) if len(ai) == len("310n") else None
        if uom is not None:
            return Decimal(value).scaleb(-int(ai[3])), uom
    return None, None
