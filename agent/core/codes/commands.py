"""Command cards (domain.md E3): a reserved prefix, a verb and what it is about, for hands that wear gloves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from agent.core.codes.reading import Code, Flaw, Reading
from agent.core.sentences import say

Argument: TypeAlias = Literal["none", "code", "code?", "number"]
"""What stands behind a verb: nothing, a code of a list, a code that may be left out, a whole number of parts."""
VERBS: Final[Mapping[str, Argument]] = {
    "START": "none",
    "PAUSE": "code?",
    "RESUME": "none",
    "FINISH": "none",
    "SETUP": "none",
    "SETUPEND": "none",
    "STOP": "code",
    "STOPEND": "none",
    "SCRAP": "code",
    "QTY": "number",
    "OK": "none",
    "CANCEL": "none",
    "UNDO": "none",
    "LOGOUT": "none",
    "LOCK": "none",
    "HELP": "none",
}
"""By verb what stands behind it, with a colon between."""
_NUMBER = re.compile(r"[0-9]{1,7}")
_SHOWN = 40


def text_of(prefix: str, verb: str, argument: str = "") -> str:
    """The text of a card."""
    return f"{prefix}{verb}:{argument}" if argument else f"{prefix}{verb}"


def read(text: str, symbology: str | None, data: str, prefix: str) -> Reading:
    """What a command card says.

    Args:
        text: as it was read.
        symbology: its AIM identifier.
        data: the text without it, which begins with the prefix.
        prefix: what the text of every card begins with.
    """
    found = _read(data[len(prefix) :], prefix)
    if isinstance(found, Flaw):
        return Reading(text, symbology, "command", flaw=found)
    return Reading(text, symbology, "command", code=found)


def _read(said: str, prefix: str) -> Code | Flaw:
    verb, colon, argument = said.partition(":")
    expected = VERBS.get(verb)
    if prefix in said:
        return Flaw("MALFORMED", say("Several command cards were read as one. Scan a single card."))
    if expected is None:
        return Flaw(
            "UNKNOWN_COMMAND",
            say(
                "There is no command '{command}'. Print the cards anew; there are {known}.",
                command=said[:_SHOWN],
                known=", ".join(VERBS),
            ),
        )
    if _fits(expected, argument, has_colon=bool(colon)):
        return Code("command", verb, argument=argument)
    card = said[:_SHOWN]
    match expected:
        case "none":
            words = say(
                "'{card}' is no command card: nothing stands behind {verb}. Print the card anew.", card=card, verb=verb
            )
        case "number":
            words = say(
                "'{card}' is no command card: a whole number of parts stands behind {verb}:. Print the card anew.",
                card=card,
                verb=verb,
            )
        case _:
            words = say(
                "'{card}' is no command card: a code stands behind {verb}:. Print the card anew.", card=card, verb=verb
            )
    return Flaw("MALFORMED", words)


def _fits(expected: Argument, argument: str, *, has_colon: bool) -> bool:
    match expected:
        case "none":
            return not has_colon
        case "number":
            return _NUMBER.fullmatch(argument) is not None
        case "code":
            return argument != ""
        case _:
            return has_colon == (argument != "")
