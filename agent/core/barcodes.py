"""What a plain code says by itself, before any context. Codes are text: never numbers, never stripped, case kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Literal, TypeAlias

from agent.core.observations import Scan
from agent.core.settings import CodeSettings
from agent.core.values import replace

Kind: TypeAlias = Literal["badge", "order", "lot", "serial", "reason"]
KINDS: tuple[Kind, ...] = ("badge", "order", "lot", "serial", "reason")
BADGE = "(badge)"
"""Stands in place of a badge's text, which is a key that nobody else is to see."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code and what it names."""

    kind: Kind
    identity: str
    item: str | None = None
    """The item of a lot, where the code says it."""


def read(text: str, settings: CodeSettings) -> Code | None:
    """The meaning of a code by the site's patterns; None where no pattern matches the whole of it."""
    for kind, pattern in _patterns(settings):
        match = pattern.fullmatch(text)
        if match:
            groups = match.groupdict()
            return Code(kind, groups[kind], groups.get("item"))
    return None


def without_badge(scan: Scan, settings: CodeSettings) -> Scan:
    """The scan with a badge's text replaced by its digest; any other scan as it is."""
    if scan.badge is not None:
        return scan
    code = read(scan.text, settings)
    if code is None or code.kind != "badge":
        return scan
    return replace(scan, text=BADGE, badge=sha256(code.identity.encode()).hexdigest())


@lru_cache(maxsize=8)
def _patterns(settings: CodeSettings) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(getattr(settings, kind))) for kind in KINDS)
