"""A keyboard that is set to another language: a reader that types through it gives letters that no code has.

Where the keys that were pressed would be a code, the refusal says so; a text is never mapped back by itself, as two
keys may type one character (domain.md E4).
"""

from __future__ import annotations

import re
from typing import Final

from agent.core.codes import interpret
from agent.core.codes.code_settings import CodeSettings
from agent.core.codes.reading import Flaw
from agent.core.sentences import say

_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,." + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_LETTERS: Final = "йцукенгшщзхъфывапролджэячсмитьбю" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
RUSSIAN: Final = str.maketrans(_LETTERS + 'ёЁ"№;:?/.,', _KEYS + "`~@#$^&|/?")
"""The layout ЙЦУКЕН of Russian: its characters to those of the same keys in English."""
KAZAKH: Final = str.maketrans(
    _LETTERS + '("әіңғ,.үұқөһ' + ")!ӘІҢҒ;:ҮҰҚӨҺ" + "№?",
    _KEYS + "`1234567890-=" + "~!@#$%^&*()_+" + "/?",
)
"""The Kazakh layout, whose letters take the row of digits too."""
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")


def in_english(text: str) -> tuple[str, ...]:
    """What the keys of a text may have been; nothing where no letter of another language stands in it."""
    return tuple(text.translate(layout) for layout in (RUSSIAN, KAZAKH)) if _CYRILLIC.search(text) else ()


def flaw(text: str, settings: CodeSettings) -> Flaw | None:
    """That a text which is no code would be one in English; None where it would not."""
    if all(interpret.read(keys, settings).code is None for keys in in_english(text)):
        return None
    words = say("The keyboard is set to another language. Switch it to English and scan again.")
    return Flaw("WRONG_LAYOUT", words)
