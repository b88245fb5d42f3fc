"""A badge's text is a key that nobody else is to see: it is replaced before a scan goes anywhere.

What is left of a badge is a digest under the site's key. Whatever holds a badge's text and is no badge, because it came
twice, together with another code or with its letters changed, loses its text as well, and is refused.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from agent.core.codes import aim, interpret, layouts, plain
from agent.core.codes.beginnings import beginning, unescaped
from agent.core.codes.code_settings import PATTERNS, CodeSettings
from agent.core.observations import BADGE, Entry, Scan
from agent.core.values import replace

SHORTEST_MARK: Final = 3
"""Characters before the group of a pattern from which on they tell its codes from all others."""
LONGEST_BADGE: Final = 64
"""Characters of a badge that is looked for beside another code, where badges have no mark."""


@dataclass(frozen=True, slots=True)
class Badges:
    """What tells badges at a site."""

    key: bytes = field(repr=False)
    """Of the site; MES and agents of one site have the same."""
    codes: CodeSettings

    def replaced(self, scan: Scan) -> Scan:
        """The scan with a badge's text replaced by its digest, or taken out where it did not come alone."""
        found = _found(scan, self.codes)
        if isinstance(found, str):
            return replace(scan, text=BADGE, badge=digest(self.key, found))
        return replace(scan, text=BADGE, flaw="spoiled_badge") if found else scan

    def are_in(self, entry: Entry) -> bool:
        """Whether something that was entered holds a badge's text, as far as badges have a mark."""
        mark = _mark(self.codes.badge)
        said = (entry.actor or "", *entry.arguments, *entry.arguments.values())
        return mark is not None and any(_has(text, mark) for text in said)


def digest(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a badge's text in UTF-8 under the site's key, in hexadecimal (RFC 2104)."""
    return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()


def without_text(scan: Scan, codes: CodeSettings) -> Scan:
    """The scan without its text where that still holds a badge's: it is refused then, whatever else it says."""
    return replace(scan, text=BADGE, flaw="spoiled_badge") if _found(scan, codes) else scan


def _found(scan: Scan, codes: CodeSettings) -> str | bool:
    """What the badge says that was read; True where its text came with something else; False where there is none."""
    text, mark = scan.text, _mark(codes.badge)
    if scan.badge is not None or scan.flaw is not None:
        return False
    if any(_is_held_by(keys, codes) for keys in layouts.in_english(text)) and _text_of(text, codes) is None:
        return True
    if mark is None:
        return _unmarked(text, codes)
    times = text.casefold().count(mark.casefold())
    if not times:
        return False
    said = _text_of(text, codes)
    if said is None or times > 1 or any(_has(text, other) for other in _marks(codes) - {mark}):
        return True
    return said


def _is_held_by(keys: str, codes: CodeSettings) -> bool:
    """Whether the keys of a text in letters of another language hold a badge's text."""
    mark = _mark(codes.badge)
    return _unmarked(keys, codes) is not False if mark is None else _has(keys, mark)


def _unmarked(text: str, codes: CodeSettings) -> str | bool:
    code = interpret.read(text, codes).code
    if code is not None:
        return False if code.kind != "badge" else _is_doubled(text, codes) or code.identity
    cuts = {*range(1, LONGEST_BADGE + 1), *range(len(text) - LONGEST_BADGE, len(text))}
    return any(_is_pair(text[:cut], text[cut:], codes) for cut in cuts if 0 < cut < len(text))


def _text_of(text: str, codes: CodeSettings) -> str | None:
    """What a badge says, None where the code is no badge."""
    code = interpret.read(text, codes).code
    return code.identity if code is not None and code.kind == "badge" else None


def _is_doubled(text: str, codes: CodeSettings) -> bool:
    half = len(text) // 2
    return text[:half] == text[half:] and _text_of(text[:half], codes) is not None


def _is_pair(first: str, second: str, codes: CodeSettings) -> bool:
    """Whether one is a badge, and the other one a code of this site too."""
    of_badges = _is_badge(first, codes), _is_badge(second, codes)
    if not any(of_badges):
        return False
    return all(of_badges) or interpret.read(second if of_badges[0] else first, codes).code is not None


def _is_badge(text: str, codes: CodeSettings) -> bool:
    """Whether a part of a text is a badge, by its pattern alone: it is asked of every part."""
    code = plain.read(aim.split(text)[1], codes)
    return code is not None and code.kind == "badge"


def _has(text: str, mark: str) -> bool:
    return mark.casefold() in text.casefold()


@lru_cache(maxsize=64)
def _mark(pattern: str) -> str | None:
    """The text before the group that all codes of a pattern begin with, and that tells them from others."""
    mark = beginning(pattern)
    is_all = mark == unescaped(pattern.split("(?P<", 1)[0])
    return mark if is_all and len(mark) >= SHORTEST_MARK else None


def _marks(codes: CodeSettings) -> set[str]:
    marks = (_mark(getattr(codes, kind)) for kind in PATTERNS)
    return {codes.command_prefix, *(mark for mark in marks if mark is not None)}
