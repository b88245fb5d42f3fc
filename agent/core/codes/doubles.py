"""Two codes that came as one: a reader that sends twice, two readers at once, a terminator lost (domain.md E4, F6).

Whether patterns match such a text or not, it is no code: `ORD:1ORD:2` is no order. The refusal
shows neither of them, as one may be a badge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.core.codes import aim, interpret
from agent.core.codes.beginnings import beginning
from agent.core.codes.code_settings import PATTERNS, CodeSettings
from agent.core.codes.reading import Flaw
from agent.core.sentences import say

SHORTEST_MARK = 3
"""Characters of a beginning by which a code is told within another one."""
MOST_SEAMS = 16
"""Places in a text at which a second code may begin that are looked at."""
_STANDARD = (r"\][A-Za-z][0-9A-Za-z]", r"https?://", r"\[\)>\x1e")
"""How codes of the standards begin: AIM identifiers, GS1 Digital Link, ISO/IEC 15434."""


def flaw(text: str, settings: CodeSettings, *, typed: bool) -> Flaw | None:
    """Why a text is more than one code; None where it is not.

    Args:
        text: as it was read.
        settings: what the site's codes look like.
        typed: by hand. Nobody types a code twice, so it really looks like that.
    """
    half = text[: len(text) // 2]
    if half and text == half + half and _is_code(half, settings):
        if typed:
            return None
        words = say("The code was read twice as one. Scan it again; if the label really says it twice, type it.")
        return Flaw("DOUBLED", words)
    if aim.split_composite(text) is not None:
        return None  # an EAN or UPC and what stands above it
    for seam in _seams(text, settings):
        if _is_code(text[:seam], settings) and _is_code(text[seam:], settings):
            words = say("Two codes were read as one. Scan one label alone.")
            return Flaw("TWO_CODES", words)
    return None


def _is_code(text: str, settings: CodeSettings) -> bool:
    return interpret.read(text, settings).code is not None


def _seams(text: str, settings: CodeSettings) -> Iterator[int]:
    """Where a second code may begin."""
    patterns = tuple(getattr(settings, kind) for kind in PATTERNS)
    places = (found.start() for found in _marks(patterns, settings.command_prefix).finditer(text, 1))
    for _, place in zip(range(MOST_SEAMS), places, strict=False):
        yield place


@lru_cache(maxsize=8)
def _marks(patterns: tuple[str, ...], command_prefix: str) -> re.Pattern[str]:
    marks = {command_prefix, *(mark for mark in map(beginning, patterns) if len(mark) >= SHORTEST_MARK)}
    return re.compile("|".join((*map(re.escape, sorted(marks)), *_STANDARD)))
