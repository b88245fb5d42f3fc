"""Separators that seem to be lost (domain.md F3): a lot in which a serial could begin may be a lot and a serial."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from agent.core.codes import gs1_pairs, gs1_values
from agent.core.codes.gs1_identifiers import Identifier, leading, matches
from agent.core.codes.reading import Doubt, Element

COMPANIONS: Final = ("00", "01", "02", "10", "11", "13", "15", "17", "21", "240", "241", "30", "310n", "37", "400")
"""What stands on labels beside lots and serials. What a site's settings give a meaning counts too."""

KEYS: Final = ("00", "01", "02")
"""Have a check digit and begin a label: where one stands again inside a value, two codes have run together."""


def find(elements: Sequence[Element], of_the_site: Collection[str], *, is_qr: bool = False) -> tuple[Doubt, ...]:
    """Each way in which a value of variable length could be a shorter one and further elements, without contradiction.

    Args:
        elements: of an element string, in order.
        of_the_site: identifiers that have a meaning at this site.
        is_qr: whether `%` in a value may stand for a separator, as some readers send it from a GS1 QR code.
    """
    present = {one.key for one in elements}
    companions = tuple(ai for ai in (*COMPANIONS, *of_the_site) if ai not in present or ai in KEYS)
    return tuple(
        Doubt(element, element.value[:place], element.value[place:])
        for at, element in enumerate(elements)
        for place in _places(elements, at, companions, is_qr=is_qr)
    )


def _places(elements: Sequence[Element], at: int, companions: Collection[str], *, is_qr: bool) -> Iterator[int]:
    element = elements[at]
    own = leading(element.key)
    assert own is not None
    if own.predefined:
        return
    for place in range(1, len(element.value)):
        rest = element.value[place:]
        hidden = _elements(rest.removeprefix("%") if is_qr else rest, companions)
        if not hidden or gs1_values.flaw(own, element.value[:place]) is not None:
            continue
        short = Element(element.key, element.value[:place])
        others = (*elements[:at], *elements[at + 1 :])
        ran_together = any(one.key in KEYS and one.key == hidden[0].key for one in others)
        if ran_together or gs1_pairs.flaw((*others, short, *hidden)) is None:
            yield place


def _elements(text: str, companions: Collection[str]) -> tuple[Element, ...]:
    """What a text says if all of it is companions without separators; nothing if it is not."""
    found: list[Element] = []
    while text:
        identifier = leading(text)
        if identifier is None or not _is_one_of(identifier, companions):
            return ()
        end = len(identifier.ai) + identifier.longest if identifier.predefined else len(text)
        value, text = text[len(identifier.ai) : end], text[end:]
        if gs1_values.flaw(identifier, value) is not None:
            return ()
        found.append(Element(identifier.ai, value))
    return tuple(found)


def _is_one_of(identifier: Identifier, companions: Collection[str]) -> bool:
    return any(matches(identifier.ai, pattern) for pattern in companions)
