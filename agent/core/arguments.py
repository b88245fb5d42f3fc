"""The arguments of entries: texts from outside, each checked before anything changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from pydantic import TypeAdapter

from agent.core.errors import EntryRefusedError
from agent.core.sentences import say

LONGEST_ID = 64
"""Bytes of a name as JSON: a snapshot is small whatever is scanned. Plants use fewer than 40."""
LONGEST_TEXT = 500
MOST = 1_000_000
"""Parts that one entry can be about; more is a slip of the finger."""
MOST_SERIALS = 50
"""That one entry asks for."""
SHOWN = 60
_TEXT = TypeAdapter(str)
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}([.][0-9]{1,6})?")
_Word = TypeVar("_Word", bound=str)


def name(arguments: Mapping[str, str], key: str) -> str:
    """A name that must be given.

    Raises:
        EntryRefusedError: it is missing or too long.
    """
    value = arguments.get(key, "")
    if not value:
        raise EntryRefusedError("MISSING_ARGUMENT", say("The entry needs '{key}'.", key=key))
    must_fit(value)
    return value


def optional_name(arguments: Mapping[str, str], key: str) -> str | None:
    """A name that may be given.

    Raises:
        EntryRefusedError: it is too long.
    """
    return name(arguments, key) if arguments.get(key) else None


def text(arguments: Mapping[str, str], key: str) -> str:
    """A text as long as texts are kept; empty where none is given."""
    return printable(arguments.get(key, "")[:LONGEST_TEXT])


def printable(said: str) -> str:
    """With a space for whatever no screen shows as it is: it might move a cursor there, or end a text elsewhere."""
    return "".join(character if character.isprintable() else " " for character in said)


def whole(arguments: Mapping[str, str], key: str, *, lowest: int) -> int:
    """A whole number of parts.

    Raises:
        EntryRefusedError: it is none, or out of bounds.
    """
    said = arguments.get(key, "")
    value = int(said) if _WHOLE.fullmatch(said) else None
    if value is None or not lowest <= value <= MOST or (lowest < 0 and not value):
        raise EntryRefusedError(
            "NO_QUANTITY",
            say(
                "'{key}' is '{said}'; expected a whole number of parts, {lowest} to {most}.",
                key=key,
                said=said[:20],
                lowest=lowest,
                most=MOST,
            ),
        )
    return value


def quantity(arguments: Mapping[str, str], key: str) -> Decimal:
    """A quantity of material above zero.

    Raises:
        EntryRefusedError: it is none.
    """
    value = number(arguments, key)
    if not 0 < value <= MOST:
        raise EntryRefusedError(
            "NO_QUANTITY",
            say("'{key}' is {value}; expected more than 0 and at most {most}.", key=key, value=value, most=MOST),
        )
    return value


def number(arguments: Mapping[str, str], key: str) -> Decimal:
    """A number with at most six decimals, such as a measured value.

    Raises:
        EntryRefusedError: it is none.
    """
    said = arguments.get(key, "").replace(",", ".")
    if not _DECIMAL.fullmatch(said):
        raise EntryRefusedError(
            "NO_QUANTITY", say("'{key}' is '{said}'; expected a number such as 12 or 0.75.", key=key, said=said[:20])
        )
    return Decimal(said)


def one_of(arguments: Mapping[str, str], key: str, known: Mapping[str, _Word]) -> _Word:
    """One word out of a few.

    Raises:
        EntryRefusedError: it is another one.
    """
    said = arguments.get(key, "")
    if said not in known:
        raise EntryRefusedError(
            "UNKNOWN_WORD",
            say("'{key}' is '{said}'; expected {words}.", key=key, said=said[:20], words=", ".join(known)),
        )
    return known[said]


def fits(identity: str) -> bool:
    """Whether it is short enough for a name."""
    return len(_TEXT.dump_json(identity)) - len('""') <= LONGEST_ID


def must_fit(identity: str) -> None:
    """Refuse a name that is too long to be one.

    Raises:
        EntryRefusedError: it is.
    """
    if not fits(identity):
        raise EntryRefusedError(
            "TOO_LONG",
            say(
                "'{name}…' is too long for a name; expected at most {most} bytes.",
                name=identity[:SHOWN],
                most=LONGEST_ID,
            ),
        )
