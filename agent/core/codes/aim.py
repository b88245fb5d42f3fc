"""AIM symbology identifiers (ISO/IEC 15424): `]`, a letter for the symbology and a modifier, before the data."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"\]([A-Za-z][0-9A-Za-z])")


def split(text: str) -> tuple[str | None, str]:
    """The identifier without its bracket, None where there is none, and the data behind it."""
    found = _IDENTIFIER.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)
