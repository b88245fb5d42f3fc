"""Sentences for people that keep what they were made of, so that a terminal can say them in the operator's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class Sentence(str):
    """A sentence in English, its pattern and the values that stand in it.

    It is a text like any other where nobody asks for more; the pattern is the key under which translations are found.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, str]

    def __new__(cls, pattern: str, values: Mapping[str, str]) -> Self:
        """The sentence.

        Args:
            pattern: with a `{name}` for each value.
            values: by name, as texts.
        """
        made = super().__new__(cls, pattern.format_map(values))
        made.pattern, made.values = pattern, values
        return made


def say(pattern: str, /, **values: str) -> Sentence:
    """A sentence with its values."""
    return Sentence(pattern, values)


def parts(text: str) -> tuple[str, Mapping[str, str]]:
    """Pattern and values of what was said; an empty pattern where it was said as a plain text."""
    return (text.pattern, text.values) if isinstance(text, Sentence) else ("", {})
