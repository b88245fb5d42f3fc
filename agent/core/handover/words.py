"""What people write and who they are, checked before it is kept: a snapshot stays small whatever they write."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter

from agent.core import arguments
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.sentences import say

LONGEST = 120
"""Characters of a note or a comment: two lines of the smallest terminal."""
LONGEST_BYTES = 2 * LONGEST
"""Bytes of it as JSON: two for each letter of Russian and Kazakh."""
_TEXT = TypeAdapter(str)


def needed(given: Mapping[str, str], key: str) -> str:
    """What somebody must write, in one line.

    Raises:
        EntryRefusedError: nothing is written, or it is too long.
    """
    said = text(given, key)
    if not said:
        raise EntryRefusedError("MISSING_ARGUMENT", say("The entry needs '{key}'.", key=key))
    return said


def text(given: Mapping[str, str], key: str) -> str:
    """What somebody wrote, in one line; empty where nothing was.

    Raises:
        EntryRefusedError: it is too long.
    """
    said = " ".join(arguments.printable(given.get(key, "")).split())
    if len(said) > LONGEST or len(_TEXT.dump_json(said)) - len('""') > LONGEST_BYTES:
        raise EntryRefusedError("TOO_LONG", say("That text is too long. Say it in {most} characters.", most=LONGEST))
    return said


def actor(entry: Entry) -> str | None:
    """Who enters it, as far as anybody said.

    Raises:
        EntryRefusedError: the name is too long to be one.
    """
    if entry.actor is not None:
        arguments.must_fit(entry.actor)
    return entry.actor


def signer(entry: Entry) -> str:
    """Who signs with it.

    Raises:
        EntryRefusedError: nobody is named and nobody is signed on, or the name is too long to be one.
    """
    named = actor(entry)
    if not named:
        raise EntryRefusedError("NOT_SIGNED_ON", say("Nobody is signed on here. Scan your badge first."))
    return named
