"""The terminal's languages: gettext catalogues beside this file, English being the key.

A sentence keeps its `{placeholders}` in every language, and none depends on a number's plural. Translators edit the
`.po` files; `make generated` compiles them.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "ru", "kk"]

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each by its own name, in the order in which the language key goes round."""
DOMAIN: Final = "lineside"
CATALOGUES: Final = Path(__file__).parent / "locale"


def translate(language: Language, text: str) -> str:
    """The sentence in that language; in English where its catalogue does not have it."""
    return _catalogue(language).gettext(text) if text else ""


def translate_value(language: Language, name: str, word: str) -> str:
    """A word that stands as a value of this name in a sentence; as it is where it is none of ours."""
    return _catalogue(language).pgettext(name, word)


def is_sentence(language: Language, text: str) -> bool:
    """Whether the language has a sentence of its own for this one."""
    return translate(language, text) != text


@cache
def _catalogue(language: Language) -> NullTranslations:
    return NullTranslations() if language == "en" else translation(DOMAIN, CATALOGUES, [language])
