"""GS1 Digital Link URIs (domain.md F3): elements in a web address, which travel in plain QR and DataMatrix codes."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from agent.core.codes import gs1
from agent.core.codes.reading import Element, Flaw
from agent.core.sentences import say

_SHOWN = 60
_GTIN: Final = 14
_GTINS: Final = (8, 12, 13, 14)
_ADDRESS: Final = re.compile(r"[Hh][Tt]{2}[Pp][Ss]?://[0-9A-Za-z\-._~:@\[\]]+/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~#]*")
_KEY: Final = re.compile(r"/(?:00|01|253|255|40[12]|41[457]|800[346]|801[0378])/[^/]")


def read(text: str) -> tuple[Element, ...] | Flaw | None:
    """The elements of a Digital Link, or what is wrong with it; None where a text is none."""
    if not text[:8].lower().startswith(("http://", "https://")) or not _KEY.search(text):
        return None
    if not _ADDRESS.fullmatch(text):
        return _broken(text)
    parsed = _parsed(text)
    return _broken(text) if parsed is None else gs1.checked(parsed)


def _parsed(text: str) -> tuple[Element, ...] | None:
    """What biip reads, if it is all that the address says: biip passes over what it does not know or finds twice."""
    from biip import ParseError  # noqa: PLC0415 - as in gs1.py
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415

    try:
        link = GS1DigitalLinkURI.parse(text)
    except (ParseError, ValueError):
        return None
    elements = tuple(Element(one.ai.ai, one.value) for one in link.element_strings)
    address = urlsplit(text)
    asked = [pair.partition("=") for pair in address.query.split("&")]
    data = [Element(key, unquote(value)) for key, _, value in asked if key.isdigit()]
    of_path = len(elements) - len(data)
    segments = address.path.split("/")
    words = [unquote(segment) for segment in segments[len(segments) - 2 * of_path :]]
    named = [Element(key, value) for key, value in zip(words[::2], words[1::2], strict=False)]
    said = (*map(_whole, named), *data)
    is_whole = of_path > 0 and said == elements
    return elements if is_whole and len({one.key for one in elements}) == len(elements) else None


def _whole(element: Element) -> Element:
    """A GTIN of 8, 12 or 13 digits, as older addresses have it, with all 14."""
    is_short = element.key == "01" and len(element.value) in _GTINS
    return Element("01", element.value.zfill(_GTIN)) if is_short else element


def _broken(text: str) -> Flaw:
    return Flaw(
        "MALFORMED",
        say("'{text}' is no GS1 Digital Link that can be believed. Scan the label's other code.", text=text[:_SHOWN]),
    )
