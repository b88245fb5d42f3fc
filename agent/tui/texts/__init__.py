"""Every sentence of the terminal in its three languages. English is the key, as in gettext.

A sentence keeps its `{placeholders}` in every language, and none depends on a number's plural.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from agent.tui.texts.codes import CODES
from agent.tui.texts.corrections import CORRECTIONS
from agent.tui.texts.entries import ENTRIES
from agent.tui.texts.floor_answers import FLOOR_ANSWERS
from agent.tui.texts.handover import HANDOVER
from agent.tui.texts.help_pages import HELP_PAGES
from agent.tui.texts.lots_pages import LOTS_PAGES
from agent.tui.texts.materials import MATERIALS
from agent.tui.texts.order_pages import ORDER_PAGES
from agent.tui.texts.orders import ORDERS
from agent.tui.texts.output_pages import OUTPUT_PAGES
from agent.tui.texts.people import PEOPLE
from agent.tui.texts.people_pages import PEOPLE_PAGES
from agent.tui.texts.pictures import PICTURES
from agent.tui.texts.quality_pages import QUALITY_PAGES
from agent.tui.texts.quantities import QUANTITIES
from agent.tui.texts.scans import SCANS
from agent.tui.texts.scrap_pages import SCRAP_PAGES
from agent.tui.texts.screens import SCREENS
from agent.tui.texts.starting import STARTING
from agent.tui.texts.stop_pages import STOP_PAGES
from agent.tui.texts.stops import STOPS
from agent.tui.texts.units import UNITS
from agent.tui.texts.values import VALUES

Language: TypeAlias = Literal["en", "ru", "kk"]

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each by its own name, in the order in which the language key goes round."""

ANSWERS: Final = (
    CODES
    | CORRECTIONS
    | ENTRIES
    | FLOOR_ANSWERS
    | HANDOVER
    | MATERIALS
    | ORDERS
    | PEOPLE
    | QUANTITIES
    | SCANS
    | STOPS
    | UNITS
)
"""What the agent says to people: the patterns of its answers."""
_TRANSLATIONS: Final = (
    SCREENS
    | HELP_PAGES
    | PICTURES
    | STARTING
    | LOTS_PAGES
    | OUTPUT_PAGES
    | SCRAP_PAGES
    | QUALITY_PAGES
    | PEOPLE_PAGES
    | STOP_PAGES
    | ORDER_PAGES
    | ANSWERS
)


def translate(language: Language, text: str) -> str:
    """The sentence in that language.

    Raises:
        KeyError: a sentence that the catalogue does not have.
    """
    russian, kazakh = _TRANSLATIONS[text]
    return {"en": text, "ru": russian, "kk": kazakh}[language]


def translate_value(language: Language, name: str, word: str) -> str:
    """A word that stands as a value of this name in a sentence; as it is where it is none of ours."""
    russian, kazakh = VALUES.get(name, {}).get(word, (word, word))
    return {"en": word, "ru": russian, "kk": kazakh}[language]


def is_sentence(text: str) -> bool:
    """Whether the catalogue has it."""
    return text in _TRANSLATIONS


def sentences() -> tuple[str, ...]:
    """Every sentence there is, in English."""
    return tuple(_TRANSLATIONS)
