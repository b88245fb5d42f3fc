"""Sentences for people that keep what they were made of, so that a terminal can say them in the operator's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

OK = "ok"


class Sentence(str):
    """A sentence in English, its pattern and the values that stand in it.

    It is a text like any other where nobody asks for more; each line of the pattern is a key under which translations
    are found.
    """

    __slots__ = ("code", "pattern", "values")
    code: str
    """By which programs know an answer that says more than that something was done; `ok` otherwise."""
    pattern: str
    values: Mapping[str, str]

    def __new__(cls, pattern: str, values: Mapping[str, str], code: str = OK) -> Self:
        """The sentence.

        Args:
            pattern: with a `{name}` for each value; of several sentences each has a line of its own.
            values: by name, as texts.
            code: of the answer.
        """
        made = super().__new__(cls, pattern.replace("\n", " ").format_map(values))
        made.code, made.pattern, made.values = code, pattern, values
        return made


def say(pattern: str, /, **values: object) -> Sentence:
    """A sentence with its values."""
    return Sentence(pattern, {name: str(value) for name, value in values.items()})


def together(*said: Sentence) -> Sentence:
    """Sentences of one answer as one. What they share has one name in all of them."""
    values = {name: value for one in said for name, value in one.values.items()}
    return Sentence("\n".join(one.pattern for one in said), values)


def answer(code: str, said: Sentence) -> Sentence:
    """An answer that programs know by its code."""
    return Sentence(said.pattern, said.values, code)


def code_of(text: str) -> str:
    """The code of an answer."""
    return text.code if isinstance(text, Sentence) else OK


def parts(text: str) -> tuple[str, Mapping[str, str]]:
    """Pattern and values of what was said; an empty pattern where it was said as a plain text."""
    return (text.pattern, text.values) if isinstance(text, Sentence) else ("", {})
