"""Tells a scanner that types from a person who types (domain.md F5), from nothing but characters and their times.

A scanner set up as a keyboard sends a *burst*. Every other keystroke belongs to a person and gathers in a visible line.
Nothing is decided before its burst window is over, so the digits of a code never pick from a list. A held-down key
repeats as fast as a slow scanner types: one character over and over is no burst.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Final, TypeAlias

SILENCE_S: Final = 0.150
"""A longer gap ends a burst."""
MEDIAN_GAP_S: Final = 0.035
"""The median gap of a burst at most."""
SHORTEST_BURST: Final = 4
LATE_SUFFIX_S: Final = 1.0
"""An Enter or Tab this soon after a code is its suffix (CR LF, or a slow one) and confirms nothing."""

KEY_CHARACTERS: Final = {
    "enter": "\r",
    "ctrl+j": "\r",
    "tab": "\t",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+backslash": "\x1c",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+d": "\x04",
}
"""Textual's names of the keys that codes contain or end with: GS of GS1, RS and EOT of ISO 15434 among them.

By name, since a terminal with the Kitty protocol sends them without a character."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scanner read this code."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A person typed this line and pressed Enter."""

    text: str


@dataclass(frozen=True, slots=True)
class Picked:
    """A person pressed one digit, and nothing else, while a list stood on the screen."""

    digit: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person pressed Enter with nothing typed."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A person pressed Tab."""


Meaning: TypeAlias = Scanned | Typed | Picked | Confirmed | Switched


class Wedge:
    """Collects keystrokes in the order of their times and says what they meant."""

    def __init__(self) -> None:
        self.picking = False
        """Whether a list stands on the screen that a single digit picks from."""
        self._line = ""
        self._pending = ""
        self._times: list[float] = []
        self._last_code = float("-inf")

    @property
    def line(self) -> str:
        """What a person has typed so far; a burst does not show in it."""
        return self._line + ("" if self._is_fast() else self._pending)

    @property
    def deadline(self) -> float | None:
        """When `rest` must be called unless another key comes first; None while nothing is undecided."""
        return self._times[-1] + SILENCE_S if self._times else None

    def press(self, character: str, time: float) -> tuple[Meaning, ...]:
        """Takes one keystroke: a character of a code, or CR or HT for a key that ends it."""
        meanings = self.rest(time)
        if character == "\r":
            return meanings + self._enter(time)
        if character == "\t":
            return meanings + self._tab(time)
        self._pending += character
        self._times.append(time)
        return meanings

    def rest(self, now: float) -> tuple[Meaning, ...]:
        """Decides what is undecided, if there was silence for long enough."""
        if self.deadline is None or now <= self.deadline:
            return ()
        return self._pick() or self._settle(self._times[-1])

    def erase(self) -> None:
        """Takes the last character off the line."""
        self._line = (self._line + self._pending)[:-1]
        self._forget_pending()

    def clear(self) -> bool:
        """Throws away what was typed. False where there was nothing."""
        anything = bool(self._line or self._pending)
        self._line = ""
        self._forget_pending()
        return anything

    def _pick(self) -> tuple[Meaning, ...]:
        digit = self._pending
        if not self.picking or self._line or len(digit) != 1 or digit not in "0123456789":
            return ()
        self._forget_pending()
        return (Picked(int(digit)),)

    def _enter(self, time: float) -> tuple[Meaning, ...]:
        if picked := self._pick():
            return (*picked, Confirmed())
        code = self._settle(time)
        if code:
            return code
        if self._line:
            typed, self._line = self._line, ""
            return (Typed(typed),)
        return () if self._is_suffix(time) else (Confirmed(),)

    def _tab(self, time: float) -> tuple[Meaning, ...]:
        return self._settle(time) or (() if self._is_suffix(time) else (Switched(),))

    def _settle(self, time: float) -> tuple[Meaning, ...]:
        pending, burst = self._pending, self._is_burst()
        self._forget_pending()
        if burst:
            self._last_code = time
            return (Scanned(pending),)
        self._line += pending
        return ()

    def _is_suffix(self, time: float) -> bool:
        return time - self._last_code <= LATE_SUFFIX_S

    def _is_fast(self) -> bool:
        gaps = [later - earlier for earlier, later in zip(self._times, self._times[1:], strict=False)]
        return not gaps or median(gaps) <= MEDIAN_GAP_S

    def _is_burst(self) -> bool:
        return len(self._pending) >= SHORTEST_BURST and len(set(self._pending)) > 1 and self._is_fast()

    def _forget_pending(self) -> None:
        self._pending = ""
        self._times.clear()
