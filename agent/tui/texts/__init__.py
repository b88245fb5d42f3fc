"""Every sentence of the terminal in its three languages. English is the key, as in gettext.

A sentence keeps its `{placeholders}` in every language, and none depends on a number's plural.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from agent.tui.texts.screens import SCREENS

Language: TypeAlias = Literal["en", "ru", "kk"]

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each by its own name, in the order in which the language key goes round."""

_TRANSLATIONS: Final = SCREENS


def translate(language: Language, text: str) -> str:
    """The sentence in that language.

    Raises:
        KeyError: a sentence that the catalogue does not have.
    """
    russian, kazakh = _TRANSLATIONS[text]
    return {"en": text, "ru": russian, "kk": kazakh}[language]


def sentences() -> tuple[str, ...]:
    """Every sentence there is, in English."""
    return tuple(_TRANSLATIONS)
