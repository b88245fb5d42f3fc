"""What nobody is to read over an operator's shoulder: a badge that is typed by hand."""

from __future__ import annotations

import re
from typing import Final

from agent.core.codes.beginnings import beginning

BULLET: Final = "•"


def is_badge(text: str, pattern: str | None) -> bool:
    """Whether a text looks like a badge."""
    return pattern is not None and re.fullmatch(pattern, text) is not None


def masked(line: str, pattern: str | None) -> str:
    """What may be shown of a typed line: of a badge, or what begins like one, no more than where it begins.

    Args:
        line: as typed so far.
        pattern: what badges look like, a regular expression.
    """
    if pattern is None:
        return line
    start = beginning(pattern)
    if start and line.startswith(start):
        return start + BULLET * (len(line) - len(start))
    return BULLET * len(line) if is_badge(line, pattern) else line
