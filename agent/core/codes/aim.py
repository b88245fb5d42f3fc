"""AIM symbology identifiers (ISO/IEC 15424): `]`, a letter for the symbology and a modifier, before the data."""

from __future__ import annotations

import re
from typing import Final

GS1: Final = frozenset({"C1", "e0", "d2", "Q3", "J1"})
"""Carry GS1 element strings: GS1-128, DataBar and composite, DataMatrix, QR and DotCode (domain.md F1)."""
GTINS: Final = frozenset({"E0", "E4", "I1"})
"""Carry a GTIN: EAN-13 and UPC-A, EAN-8, ITF-14. An ITF code of another length is the site's own."""

_IDENTIFIER = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_KNOWN = re.compile(r"\](?:A[0-7]|C[0124]|E[034]|I[013]|J[0-6]|L[0-2]|Q[0-6]|X0|d[0-6]|e[0-3]|z[0-9A-C])")
_COMPOSITE = re.compile(r"(E0[0-9]{12,13}|E4[0-9]{8})\|?\]e0")


def split(text: str) -> tuple[str | None, str]:
    """The identifier without its bracket, None where there is none, and the data behind it."""
    found = _IDENTIFIER.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def split_composite(text: str) -> tuple[str, str, str] | None:
    """Identifier and digits of an EAN or UPC symbol and the data of the composite component above it, else None."""
    found = _COMPOSITE.match(text, 1) if text.startswith("]") else None
    return (found[1][:2], found[1][2:], text[found.end() :]) if found else None


def is_within(data: str) -> bool:
    """Whether another identifier stands inside data: two codes that ran together."""
    return _KNOWN.search(data) is not None
