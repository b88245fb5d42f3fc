"""From Textual's names of keys to the characters that codes are made of."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from agent.core.terminal_settings import TerminalSettings
from agent.tui.framed_wedge import FramedWedge
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

_OWN_KEYS: Final = frozenset({"escape", "ctrl+c", "ctrl+q"})
"""Keys of the terminal itself, though they have characters."""

_WITH_CONTROL: Final = re.compile("ctrl\\+([a-z])")


def stroke_of(key: str, character: str | None, prefix: str | None) -> str | None:
    """The character that a key stands for, or the prefix; None for a key that is neither.

    Args:
        key: its name.
        character: what the terminal sent for it, where that is a character.
        prefix: what the scanner sends before each code: a character or the name of a key.
    """
    if key in _OWN_KEYS:
        return None
    if key in KEY_CHARACTERS:
        return KEY_CHARACTERS[key]
    if control := _WITH_CONTROL.fullmatch(key):
        return chr(ord(control[1]) - ord("a") + 1)
    return prefix if key == prefix else character


def collector(settings: TerminalSettings) -> Collector:
    """What tells scans from typing at this terminal."""
    if settings.scan_prefix is not None:
        return FramedWedge(settings.scan_prefix, ENDS[settings.scan_suffix])
    return Wedge(settings.scan_suffix)
