"""What a reader typed, from the keys of a Linux input device. Pure.

The keys stand for the characters of a US keyboard, always: layouts, CapsLock and NumLock of this PC's consoles do not
matter, as a reader never knows them. Control characters come as Ctrl with a key, such as Ctrl+] for GS (0x1D), or as
Alt with digits of the keypad, such as Alt+0029. What no character can be told of is lost, never left out in silence.

Numbers are those of `linux/input-event-codes.h`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED = 0, 1
"""Values of a key; 2 is the kernel's repetition of a key that is held, which no reader means."""


class Lost(Enum):
    """Why it is not known what was typed here."""

    DROPPED = "the kernel dropped keys, as nobody took them in time"
    UNKNOWN = "a key or a combination stands for no character"


_ROWS: Final = (
    # First key number of a row, its characters, and those with Shift.
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
_CHARACTERS: Final[dict[int, tuple[str, str]]] = {
    first + place: pair
    for first, plain, shifted in _ROWS
    for place, pair in enumerate(zip(plain, shifted, strict=True))
} | {57: (" ", " "), 86: ("<", ">")}
"""By key the character without and with Shift."""
_KEYPAD_DIGITS: Final = {82: 0, 79: 1, 80: 2, 81: 3, 75: 4, 76: 5, 77: 6, 71: 7, 72: 8, 73: 9}
_SAME: Final = {
    1: "\x1b",
    14: "\b",
    15: "\t",
    28: "\r",
    96: "\r",
    111: "\x7f",
    55: "*",
    74: "-",
    78: "+",
    83: ".",
    98: "/",
    117: "=",
} | {key: str(digit) for key, digit in _KEYPAD_DIGITS.items()}
"""Keys that Shift does not change: Escape, Backspace, Tab, both Enter, Delete, and the keypad."""
_LINE_ENDS: Final = frozenset({28, 96})
_SHIFTS, _CONTROLS, _ALTS = frozenset({42, 54}), frozenset({29, 97}), frozenset({56, 100})
_MODIFIERS: Final = _SHIFTS | _CONTROLS | _ALTS
_LOCKS: Final = frozenset({58, 69, 70})
"""CapsLock, NumLock and ScrollLock: some readers press them to undo what they think the PC's state is."""


class Keyboard:
    """The keys of one reader that are held, and what they type."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._digits = ""
        """Typed on the keypad while Alt is held."""
        self._is_dropping = False

    def hear(self, kind: int, code: int, value: int) -> bytes | Lost:
        """What one event types, mostly nothing.

        Args:
            kind: of the event, such as `EV_KEY`.
            code: the key.
            value: pressed, released or repeated.
        """
        if kind == EV_SYN and code == SYN_DROPPED:
            # What was held may have been let go of meanwhile.
            self._held.clear()
            self._digits = ""
            self._is_dropping = True
            return Lost.DROPPED
        if kind == EV_SYN and code == SYN_REPORT:
            # Up to here the kernel's events are remains.
            self._is_dropping = False
        if kind != EV_KEY or self._is_dropping:
            return b""
        if code in _MODIFIERS:
            return self._modify(code, value)
        if value != PRESSED or code in _LOCKS:
            return b""
        return self._press(code)

    def _modify(self, code: int, value: int) -> bytes | Lost:
        if value == PRESSED:
            self._held.add(code)
        if value != RELEASED:
            return b""
        self._held.discard(code)
        if code not in _ALTS or not self._digits:
            return b""
        digits, self._digits = self._digits, ""
        return _by_number(digits)

    def _press(self, code: int) -> bytes | Lost:
        if self._held & _ALTS:
            if code not in _KEYPAD_DIGITS or self._held & _CONTROLS:
                self._digits = ""
                return Lost.UNKNOWN
            self._digits += str(_KEYPAD_DIGITS[code])
            return b""
        if code in _LINE_ENDS:
            return b"\r"
        plain, shifted = _CHARACTERS.get(code) or (_SAME.get(code, ""), _SAME.get(code, ""))
        if self._held & _CONTROLS:
            return _with_control(plain, shifted)
        character = shifted if self._held & _SHIFTS else plain
        return character.encode() or Lost.UNKNOWN


def _with_control(plain: str, shifted: str) -> bytes | Lost:
    r"""Ctrl+[ is ESC, Ctrl+\ FS, Ctrl+] GS, Ctrl+^ RS, Ctrl+_ US, Ctrl+@ NUL, with or without Shift."""
    for character in (plain.upper(), shifted):
        if "@" <= character <= "_":
            return bytes([ord(character) & 0x1F])
    return Lost.UNKNOWN


def _by_number(digits: str) -> bytes | Lost:
    """Alt+0nnn is one byte; without the zero its meaning above ASCII depends on the PC's code page."""
    number = int(digits)
    if number < 0x80 or (digits.startswith("0") and number <= 0xFF):
        return bytes([number])
    return Lost.UNKNOWN
