"""From Textual's names of keys to the characters that codes are made of."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from agent.core.terminal_settings import TerminalSettings
from agent.tui.framed_wedge import FramedWedge
from agent.tui.octets import SPOILED
from agent.tui.wedge import ENDS, Wedge

Collector: TypeAlias = Wedge | FramedWedge

KEY_CHARACTERS: Final = {
    "enter": "\r",
    "ctrl+j": "\r",
    "tab": "\t",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+backslash": "\x1c",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
"""What codes contain or end with: GS of GS1 and the other separators of ISO 15434 among them.

By name, since a terminal with the Kitty protocol sends them without a character."""

_OWN_KEYS: Final = frozenset({"escape", "delete", "ctrl+c", "ctrl+q"})
"""Keys of the terminal itself, though they have characters."""

_FURTHER_KEYS: Final = {
    "\x19": "f13",
    "\x1a": "f14",
    "\x1c": "f15",
    "\x1d": "f16",
    "shift+f1": "f13",
    "shift+f2": "f14",
    "shift+f3": "f15",
    "shift+f4": "f16",
}
"""Keys beyond F12 by the names that Textual 8 gives them: for what consoles send (`ESC [ 25 ~`) the character of that
number, for what xterm sends Shift and a key below. With the Kitty protocol they have names of their own."""

_WITH_CONTROL: Final = re.compile("ctrl\\+([a-z])")


def stroke_of(key: str, character: str | None, prefix: str | None) -> str | None:
    """The character that a key stands for, or the prefix; None for a key that is neither.

    Args:
        key: its name.
        character: what the terminal sent for it, where that is a character.
        prefix: what the scanner sends before each code: a character or the name of a key.
    """
    if _FURTHER_KEYS.get(key, key) == prefix:
        return prefix
    if key in _OWN_KEYS or key in _FURTHER_KEYS or character == SPOILED:
        return None
    if key in KEY_CHARACTERS:
        return KEY_CHARACTERS[key]
    if control := _WITH_CONTROL.fullmatch(key):
        return chr(ord(control[1]) - ord("a") + 1)
    return character


def collector(settings: TerminalSettings) -> Collector:
    """What tells scans from typing at this terminal."""
    if settings.scan_prefix is not None:
        return FramedWedge(settings.scan_prefix, ENDS[settings.scan_suffix])
    return Wedge(settings.scan_suffix)
