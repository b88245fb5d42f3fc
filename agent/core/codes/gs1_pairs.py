"""What must be true of GS1 elements together: none twice with two values, none excluded by another, none alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from agent.core.codes.gs1_identifiers import Clause, Identifier, leading, matches
from agent.core.codes.reading import Element, Flaw
from agent.core.sentences import say

INSEPARABLE: Final = frozenset({"02", "21", "22", "235", "250", "254", "37", "8011", "8019"})
"""What means nothing without the element that it belongs to, so that this must stand in the same code. All else that an
element requires may stand in another code of the same item (domain.md F2): a lot in one, its GTIN in another."""
_OF_THE_UNIT: Final[Clause] = (("00",),)
"""A logistic unit's number stands in a code of its own."""


def flaw(elements: Sequence[Element]) -> Flaw | None:
    """What contradicts itself in what one code says; None where nothing does."""
    values: dict[str, str] = {}
    for element in elements:
        former = values.setdefault(element.key, element.value)
        if former != element.value:
            return _conflict(
                say(
                    "The code says ({ai}) twice: '{one}' and '{other}'. Scan one label alone; if it comes again, the "
                    "label is wrong.",
                    ai=element.key,
                    one=former,
                    other=element.value,
                )
            )
    for ai, value in values.items():
        identifier = leading(ai)
        assert identifier is not None
        other = _excluded(identifier, values)
        if other is not None:
            return _conflict(
                say(
                    "({ai}) and ({other}) exclude one another. Scan one label alone; if it comes again, the label is "
                    "wrong.",
                    ai=ai,
                    other=other,
                )
            )
        missing = _missing(identifier, values)
        if missing is not None:
            return _conflict(
                say(
                    "({ai}) '{value}' means nothing without {missing} in the same code. Scan the label's other code.",
                    ai=ai,
                    value=value,
                    missing=missing,
                )
            )
    return None


def _conflict(words: str) -> Flaw:
    return Flaw("AI_CONFLICT", words)


def _excluded(identifier: Identifier, present: Collection[str]) -> str | None:
    for pattern in identifier.excludes:
        for other in present:
            if other != identifier.ai and matches(other, pattern):
                return other
    return None


def _missing(identifier: Identifier, present: Collection[str]) -> str | None:
    if identifier.ai not in INSEPARABLE:
        return None
    for clause in identifier.requires:
        if clause != _OF_THE_UNIT and not any(
            all(any(matches(ai, wanted) for ai in present) for wanted in group) for group in clause
        ):
            return " / ".join(" + ".join(f"({wanted})" for wanted in group) for group in clause)
    return None
