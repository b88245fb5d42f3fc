"""Code 128 and QR as paths of SVG, in modules, with the quiet zones that their standards ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import segno
from barcode.codex import Code128  # type: ignore[import-untyped]  # the library has no types

QUIET_128: Final = 10
"""Modules beside a Code 128 (ISO/IEC 15417)."""
QUIET_QR: Final = 4
"""Modules around a QR code (ISO/IEC 18004)."""
NARROWEST_MM: Final = 0.33
"""Least width of a module; narrower ones are not read by every scanner from every printer."""
DOT_MM: Final = 25.4 / 600
"""Of a printer. A module of whole dots has edges where it should."""
_IN_128 = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol in modules, its quiet zones included."""

    width: int
    height: int
    """1 where all rows are alike."""
    path: str
    """Of its dark modules."""

    def module(self, width: float, most: float, height: float | None = None) -> float | None:
        """Millimetres of a module where the symbol has so much room; None where it does not fit.

        Args:
            width: of the room in millimetres.
            most: a module's greatest width.
            height: of the room, where the symbol is square.
        """
        least = width / self.width if height is None else min(width / self.width, height / self.height)
        dots = int(min(least, most) / DOT_MM + 1e-9)
        return dots * DOT_MM if dots * DOT_MM >= NARROWEST_MM else None


def code_128(text: str) -> Symbol | None:
    """Code 128; None where it cannot carry the text."""
    if not _IN_128.fullmatch(text):
        return None
    (row,) = Code128(text).build()
    return Symbol(len(row) + 2 * QUIET_128, 1, _path([[sign == "1" for sign in row]], QUIET_128, 0))


def qr(text: str) -> Symbol:
    """A QR code that is read with a seventh of it spoiled; text that is not ASCII is UTF-8."""
    # Told neither mode nor encoding, Cyrillic letters may come out as kanji.
    mode, encoding = (None, None) if text.isascii() else ("byte", "utf-8")
    made = segno.make_qr(text, error="m", mode=mode, encoding=encoding, boost_error=False)
    rows = [[bool(module) for module in row] for row in made.matrix]
    side = len(rows) + 2 * QUIET_QR
    return Symbol(side, side, _path(rows, QUIET_QR, QUIET_QR))


def _path(rows: Iterable[Iterable[bool]], left: int, top: int) -> str:
    return "".join(_bars(rows, left, top))


def _bars(rows: Iterable[Iterable[bool]], left: int, top: int) -> Iterator[str]:
    for y, row in enumerate(rows, top):
        x = left
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                yield f"M{x} {y}h{width}v1h-{width}z"
            x += width
