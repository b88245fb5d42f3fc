"""What all texts that a regular expression matches begin with, as far as it is written out letter by letter."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LITERALS: Final = re.compile(r"(?:(?:[^\\.^$*+?{}\[\]|()]|\\[^A-Za-z0-9])(?![*+?{]))*")
"""Characters that stand for themselves, each once."""
_PART: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""An escaped character, a set of characters, or any other one."""


@lru_cache(maxsize=64)
def beginning(pattern: str) -> str:
    """The common beginning; empty where there is none, as of alternatives."""
    found = _LITERALS.match(pattern)
    return "" if found is None or _has_alternatives(pattern) else unescaped(found[0])


def unescaped(literals: str) -> str:
    """What characters of a regular expression stand for, each for itself."""
    return re.sub(r"\\(.)", r"\1", literals)


def _has_alternatives(pattern: str) -> bool:
    """Whether the whole of it is alternatives, not just a group in it."""
    depth = 0
    for part in _PART.findall(pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            return True
    return False
