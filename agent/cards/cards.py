"""Which cards there are, and what stands on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.cards.words import TEXTS, TITLES, Language, Texts
from agent.core.codes.commands import VERBS, text_of


@dataclass(frozen=True, slots=True)
class Card:
    """One card."""

    verb: str
    text: str
    """What is in its symbols."""
    title: str
    """What kind of card it is."""
    about: str = ""
    """The reason, defect or quantity that it is about."""
    does: str = ""
    """What it does, where that is all there is to say."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a directory."""

    code: str
    texts: Mapping[str, str]
    """By language."""


def commands(prefix: str, language: Language, quantities: Iterable[int], *, pauses: bool) -> list[Card]:
    """A card of each command that says all by itself, and of some quantities.

    Args:
        prefix: what the text of every card begins with.
        language: of the words.
        quantities: each has a card.
        pauses: whether a pause needs no reason, and so has a card of its own.
    """
    verbs = [verb for verb, argument in VERBS.items() if argument == "none" or (argument == "code?" and pauses)]
    plain = [Card(verb, text_of(prefix, verb), TITLES[verb][language], does=TEXTS[verb][language]) for verb in verbs]
    numbers = [Card("QTY", text_of(prefix, "QTY", str(qty)), TITLES["QTY"][language], str(qty)) for qty in quantities]
    return plain + numbers


def of_codes(prefix: str, language: Language, verb: str, codes: Iterable[Coded]) -> list[Card]:
    """A card of each code that may stand behind a verb.

    Args:
        prefix: what the text of every card begins with.
        language: of the words.
        verb: of the cards.
        codes: with their texts; a code without one in this language has that in English, else the code itself.
    """
    title: Texts = TITLES[verb]
    return [
        Card(verb, text_of(prefix, verb, one.code), title[language], _said(one, language) or one.code) for one in codes
    ]


def _said(one: Coded, language: Language) -> str:
    return one.texts.get(language) or one.texts.get("en") or ""
