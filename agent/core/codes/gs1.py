"""GS1 element strings (domain.md F2, F3): split by the syntax dictionary, checked, and read a second time by biip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agent.core.codes import gs1_pairs, gs1_values
from agent.core.codes.gs1_identifiers import SEPARATOR, Identifier, leading
from agent.core.codes.reading import Element, Flaw
from agent.core.sentences import say

_SHOWN = 60
_GTIN: Final = 14
_HRI: Final = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
_UNMISTAKABLE: Final = re.compile(rf"{SEPARATOR}?(?:00[0-9]{{18}}|0[123][0-9]{{14}}|8006[0-9]{{18}})")
_ALPHANUMERIC_OF_QR: Final = re.compile(r"[0-9A-Z $%*+\-./:]*")


def read(data: str, *, is_qr: bool = False) -> tuple[Element, ...] | Flaw:
    """The elements of an element string, or what is wrong with it.

    Args:
        data: without its AIM identifier.
        is_qr: whether it comes from a GS1 QR code, some readers of which send `%` for a separator (domain.md F1).
    """
    found = _read(data)
    if isinstance(found, Flaw) and is_qr and has_other_separators(data):
        otherwise = _read(data.replace("%", SEPARATOR))
        return found if isinstance(otherwise, Flaw) else otherwise
    return found


def has_other_separators(data: str) -> bool:
    """Whether `%` may stand for the separators in the data of a GS1 QR code."""
    return (
        "%" in data and "%%" not in data and SEPARATOR not in data and _ALPHANUMERIC_OF_QR.fullmatch(data) is not None
    )


def read_hri(text: str) -> tuple[Element, ...] | Flaw | None:
    """The elements of a text for human readers such as `(01)…(10)…`, or what is wrong; None where it is none."""
    if not _HRI.match(text):
        return None
    elements = tuple(Element(found[1], found[2]) for found in _HRI.finditer(text))
    if "".join(f"({one.key}){one.value}" for one in elements) != text:
        return Flaw(
            "MALFORMED",
            say(
                "'{text}' is not wholly made of (identifier)value. Scan again, or type it as it stands.",
                text=text[:_SHOWN],
            ),
        )
    return checked(elements)


def read_gtin(digits: str) -> tuple[Element, ...] | Flaw:
    """The GTIN of an EAN, UPC or ITF-14 symbol as an element."""
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14)):
        return Flaw(
            "MALFORMED",
            say("'{text}' is no GTIN: it has 8, 12, 13 or 14 digits. Scan again.", text=digits[:_SHOWN]),
        )
    return checked((Element("01", digits.zfill(_GTIN)),))


def is_gtin(text: str) -> bool:
    """Whether a text without an AIM identifier is taken for a GTIN. 8 digits are not: a date has as many."""
    return text.isascii() and text.isdigit() and len(text) in (12, 13, 14) and gs1_values.has_check_digit(text)


def is_unmistakable(text: str) -> bool:
    """Whether a text without an AIM identifier is an element string all the same: by a separator or its beginning."""
    return SEPARATOR in text or _UNMISTAKABLE.match(text) is not None


def checked(elements: Sequence[Element]) -> tuple[Element, ...] | Flaw:
    """Elements that came singly, or what is wrong with them."""
    for element in elements:
        identifier = leading(element.key)
        if identifier is None or identifier.ai != element.key:
            return _unknown(element.key)
        wrong = gs1_values.flaw(identifier, element.value)
        if wrong is not None:
            return wrong
    return gs1_pairs.flaw(elements) or tuple(elements)


def encode(elements: Sequence[Element]) -> str:
    """The element string that says these elements, with a separator wherever one is needed."""
    said = ""
    for element in elements:
        identifier = leading(element.key)
        assert identifier is not None
        said += f"{element.key}{element.value}" + ("" if identifier.predefined else SEPARATOR)
    return said.removesuffix(SEPARATOR)


def _read(data: str) -> tuple[Element, ...] | Flaw:
    split = _split(data)
    if isinstance(split, Flaw):
        return split
    found = checked(split)
    if isinstance(found, Flaw):
        return found
    if _second_reading(data) != [(one.key, one.value) for one in found]:
        return Flaw("MALFORMED", say("'{text}' can be read in two ways. Take another label.", text=data[:_SHOWN]))
    return found


def _split(data: str) -> tuple[Element, ...] | Flaw:
    """Elements whose lengths are not looked at yet. One separator may stand before the first and behind each."""
    rest = data.removeprefix(SEPARATOR)
    elements: list[Element] = []
    while rest:
        identifier = leading(rest)
        if identifier is None:
            return _unknown(rest)
        value, rest = _cut(identifier, rest[len(identifier.ai) :])
        elements.append(Element(identifier.ai, value))
    if not elements:
        return Flaw("MALFORMED", say("The code is empty. Scan again."))
    return tuple(elements)


def _cut(identifier: Identifier, rest: str) -> tuple[str, str]:
    if not identifier.predefined:
        value, _, rest = rest.partition(SEPARATOR)
        return value, rest
    value = rest[: identifier.longest]
    return value, rest[identifier.longest :].removeprefix(SEPARATOR)


def _second_reading(data: str) -> list[tuple[str, str]] | None:
    """What biip reads. Its table comes another way and it splits by patterns: where both agree, neither has slipped."""
    # It costs 90 ms and 17 MB, which an agent that reads no GS1 does not pay.
    from biip import ParseConfig, ParseError  # noqa: PLC0415
    from biip.gs1_messages import GS1Message  # noqa: PLC0415

    try:
        message = GS1Message.parse(data, config=ParseConfig(gs1_element_strings_verify_date=False))
    except ParseError:
        return None
    return [(one.ai.ai, one.value) for one in message.element_strings]


def _unknown(text: str) -> Flaw:
    return Flaw(
        "MALFORMED",
        say(
            "'{text}' begins with no GS1 application identifier. Scan one label alone; if it comes again, the label or "
            "the reader's setting is wrong.",
            text=text[:_SHOWN],
        ),
    )
