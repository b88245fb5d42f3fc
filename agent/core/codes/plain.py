"""Plain codes: what the site's own patterns say. Codes are text: never numbers, never stripped, case kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from agent.core.codes.code_settings import PATTERNS, CodeSettings
from agent.core.codes.reading import Code
from agent.core.facts import ScanMeaning

KINDS: Final[tuple[ScanMeaning, ...]] = ("badge", "order", "operation", "lot", "serial", "reason", "location", "tool")
assert tuple(PATTERNS) == KINDS


def read(text: str, settings: CodeSettings) -> Code | None:
    """The meaning of a code by the site's patterns, the first that matches the whole of it; None where none does.

    A pattern that finds nothing in a group which it must have does not match.
    """
    for kind, pattern in _patterns(settings):
        match = pattern.fullmatch(text)
        said = {} if match is None else {name: found for name, found in match.groupdict().items() if found}
        if PATTERNS[kind] <= said.keys():
            # A serial's pattern may name its lot too, and so on; what a group names goes where it belongs.
            return Code(
                kind,
                said[kind],
                item=said.get("item"),
                order=said.get("order"),
                operation=said.get("operation"),
                lot=said.get("lot") if kind == "serial" else None,
            )
    return None


@lru_cache(maxsize=8)
def _compiled(patterns: tuple[str, ...]) -> tuple[tuple[ScanMeaning, re.Pattern[str]], ...]:
    return tuple(zip(KINDS, map(re.compile, patterns), strict=True))


def _patterns(settings: CodeSettings) -> tuple[tuple[ScanMeaning, re.Pattern[str]], ...]:
    return _compiled(tuple(getattr(settings, kind) for kind in KINDS))
