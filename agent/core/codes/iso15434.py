"""ISO/IEC 15434 format 06: MH10.8.2 data identifiers between control characters (domain.md F3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from agent.core.codes import naming
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Code, Element, Flaw
from agent.core.sentences import say

HEADER: Final = "[)>\x1e"
_FORMAT_06: Final = "06\x1d"
_ELEMENT: Final = re.compile(r"([0-9]{0,3}[A-Z])([!-~](?:[ -~]*[!-~])?)")
_QUANTITY: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_DAY: Final = re.compile(r"[0-9]{8}")
_PLATES: Final = ("J", "1J", "2J", "3J", "4J", "5J", "6J")
_PIECES: Final = ("EA", "PC", "PCE", "C62", "H87")
_UNITS: Final[Mapping[str, str]] = {"KG": "KGM", "KGM": "KGM"}
_SHOWN = 60


def read(data: str) -> tuple[Element, ...] | Flaw:
    """The elements of a message that begins with `HEADER`, or what is wrong with it."""
    body = data.removeprefix(HEADER)
    if not body.startswith(_FORMAT_06):
        return _flaw(
            say("The code is of ISO/IEC 15434 format '{format}', not 06. Scan the label's other code.", format=body[:2])
        )
    body, has_end = _without_end(body.removeprefix(_FORMAT_06))
    if not has_end:
        return _flaw(say("The end of the code is missing. Scan again."))
    found: dict[str, Element] = {}
    for part in body.removesuffix("\x1d").split("\x1d"):
        match = _ELEMENT.fullmatch(part)
        if match is None:
            return _flaw(
                say(
                    "'{part}' is no data identifier with a value. Scan again; if it comes again, the label or the "
                    "reader's setting is wrong.",
                    part=part[:_SHOWN],
                )
            )
        element = Element(match[1], match[2])
        former = found.setdefault(element.key, element)
        if former != element:
            return Flaw(
                "AI_CONFLICT",
                say(
                    "The code says {key} twice: '{one}' and '{other}'. Scan one label alone; if it comes again, the "
                    "label is wrong.",
                    key=element.key,
                    one=former.value[:_SHOWN],
                    other=element.value[:_SHOWN],
                ),
            )
    return tuple(found.values())


def code_of(elements: tuple[Element, ...], settings: CodeSettings) -> Code | Flaw:
    """What the elements name: a unit before a lot before a license plate before an order before an item."""
    values = {one.key: one.value for one in elements}
    qty = values.get("Q")
    if qty is not None and not _QUANTITY.fullmatch(qty):
        return _flaw(say("Quantity 'Q{qty}' is no number. Take another label.", qty=qty[:_SHOWN]))
    last = values.get("14D")
    expires = None if last is None else _day(last)
    if last is not None and expires is None:
        return _flaw(say("Expiry '14D{day}' is no day of the calendar. Take another label.", day=last[:_SHOWN]))
    unit, of_site = values.get("3Q"), naming.by_site(values, settings)
    said = Code(
        "item",
        "",
        item=_first(values, "P", "1P"),
        order=of_site.get("order") or values.get("K"),
        qty=None if qty is None else Decimal(qty),
        uom=None if unit is None or unit in _PIECES else _UNITS.get(unit, unit),
        expires=expires,
    )
    things = naming.Things(values.get("S"), _first(values, "1T", "T"), _first(values, *_PLATES), of_site)
    return naming.named(said, things, values)


def _without_end(body: str) -> tuple[str, bool]:
    """The body without RS and EOT. One of them is enough to know that the code was read to its end."""
    without = body.removesuffix("\x04").removesuffix("\x1e")
    return without, without != body


def _flaw(words: str) -> Flaw:
    return Flaw("MALFORMED", words)


def _first(values: Mapping[str, str], *keys: str) -> str | None:
    return next((values[key] for key in keys if key in values), None)


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None
