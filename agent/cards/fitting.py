"""Text that fits: broken between words, made smaller, in the end broken within words, never cut.

Which font the viewer takes for `sans-serif` is not known; widths are those of a wide one, so that any other fits too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LINE: Final = 1.2
"""Height of a line for the size of its letters."""
_NARROW, _WIDE = frozenset("iIjl.,:;'|!()[]`· "), frozenset("mwMWЖШЩЮЫжшщюыФф%@Ө—…")
_EM: Final = {"narrow": 0.42, "lower": 0.72, "upper": 0.84, "wide": 1.1}
MONOSPACE_EM: Final = 0.63
_STEP: Final = 0.94
_SMALL: Final = 3.2
"""Millimetres of letters below which a word is rather broken."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of one size."""

    lines: tuple[str, ...]
    size: float
    """Of its letters, in millimetres."""


def fitted(text: str, width: float, height: float, most: float) -> Fitted:
    """A text in bold letters as large as so many millimetres of room let them be.

    Args:
        text: what is to be read.
        width: of the room.
        height: of the room.
        most: the greatest size of letters.
    """
    size = most
    while True:
        lines = _broken(text, width / size, within_words=size < _SMALL)
        if lines is not None and len(lines) * LINE * size <= height:
            return Fitted(lines, size)
        size *= _STEP


def line(text: str, width: float, most: float) -> Fitted:
    """A text of evenly spaced letters on one line."""
    return Fitted((text,), min(most, width / max(len(text) * MONOSPACE_EM, 1e-9)))


def _broken(text: str, width: float, *, within_words: bool) -> tuple[str, ...] | None:
    """In lines no wider than so many sizes of a letter; None where a word is."""
    lines: list[str] = []
    words = text.split(" ")
    if within_words:
        words = [part for word in words for part in _parts(word, width)]
    for word in words:
        if _width(word) > width:
            return None
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _parts(word: str, width: float) -> Iterator[str]:
    part = ""
    for sign in word:
        if part and _width(part + sign) > width:
            yield part
            part = ""
        part += sign
    yield part


@lru_cache(maxsize=4096)
def _width(text: str) -> float:
    return sum(_EM[_kind(sign)] for sign in text)


def _kind(sign: str) -> str:
    if sign in _NARROW:
        return "narrow"
    if sign in _WIDE or ord(sign) > 0x1100:
        return "wide"
    return "upper" if sign.isupper() or sign.isdigit() else "lower"
