"""Codes as they are received: small mismatches break stock, so none is taken that looks like another (requirement 58).

They are never changed here: who owns a code corrects it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from unicodedata import category

NOT_SEEN = {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}
"""Kinds of characters that nobody sees: control and format characters, separators of lines, unassigned ones."""


def flaw(code: str) -> str | None:
    """What is wrong with the writing of a code; None where nothing is."""
    if code != code.strip():
        return f"'{code}' begins or ends with a blank"
    if any(category(character) in NOT_SEEN for character in code):
        return f"{code!a} contains a character that nobody sees"
    if any(before.isspace() and after.isspace() for before, after in pairwise(code)):
        return f"'{code}' contains two blanks in a row"
    return None


@lru_cache(maxsize=1 << 16)
def folded(code: str) -> str:
    """A code without case, blanks and leading zeros: two that share it are mistaken for each other."""
    return "".join(code.split()).casefold().lstrip("0") or "0"


def alike(code: str, known: Iterable[str]) -> str | None:
    """Another code among those known that differs from this one only by case, blanks or leading zeros."""
    mine = folded(code)
    return next((other for other in known if other != code and folded(other) == mine), None)


def tell_apart(what: str, codes: Iterable[str], *, once: bool = True) -> None:
    """See to it that no two codes of a directory can be mistaken for each other.

    Args:
        what: they are, for people.
        codes: all of them.
        once: the same code twice is a mistake too.

    Raises:
        ValueError: two can; both are named.
    """
    seen: dict[str, str] = {}
    for code in codes:
        other = seen.get(folded(code))
        if other is not None and other != code:
            raise ValueError(f"{what} '{other}' and '{code}' differ only by case, blanks or leading zeros")
        if other is not None and once:
            raise ValueError(f"{what} '{code}' stands twice")
        seen[folded(code)] = code
