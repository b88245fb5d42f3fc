"""Tells a scanner that types from a person who types (domain.md F5), from nothing but characters and their times.

A scanner set up as a keyboard sends a *burst*, and its suffix key behind it. Every other keystroke belongs to a person
and gathers in a visible line. Nothing is decided before its burst window is over, so the digits of a code never pick
from a list. A held-down key repeats as fast as a slow scanner types: one character over and over is no burst.

A burst is taken whole or refused aloud, and never guessed at:
- it ends with its suffix. One that silence ends was cut off, and what comes within `REST_S` behind it is its rest, up
  to a suffix; only the same label read anew, which begins with what was cut off, is a code again;
- nothing was typed within `APART_S` before it, since that may be its beginning;
- no key that is no character came in its midst, since a scanner may send one for a separator.
Where the scanner has no suffix, silence ends a burst, and a shorter pause in its midst makes it doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.core.terminal_settings import Suffix
from agent.tui.hand import NEVER, Hand
from agent.tui.meanings import Damage, Damaged, Meaning, Scanned
from agent.tui.strokes import MEDIAN_GAP_S, Strokes

SILENCE_S: Final = 0.150
"""A longer gap ends a burst."""
LATE_SUFFIX_S: Final = 1.0
"""An Enter or Tab this soon after a code is its suffix (CR LF, or a slow one) and confirms nothing."""
APART_S: Final = 0.5
"""Between what a person typed and a code, and between two readings of one label, there is more than this."""
REST_S: Final = 2.0
"""What comes this soon after a code that was cut off is its rest."""

ENDS: Final[dict[Suffix, str]] = {"enter": "\r", "tab": "\t", "none": "\r\t"}
"""The keys that end a code; a scanner that is said to send none may do so all the same."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A code that was cut off."""

    text: str
    last: float
    """When its last character came, or the last of its rest so far."""


class Wedge:
    """Collects keystrokes in the order of their times and says what they meant."""

    def __init__(self, suffix: Suffix = "enter") -> None:
        self.hand = Hand()
        self._ends = ENDS[suffix]
        self._needs_suffix = suffix != "none"
        self._undecided = Strokes()
        self._last_code = NEVER
        self._cut: _Cut | None = None

    @property
    def line(self) -> str:
        """What a person has typed so far; a burst does not show in it."""
        return self.hand.line + ("" if self._undecided.are_fast else self._undecided.text)

    @property
    def deadline(self) -> float | None:
        """When `rest` must be called unless another key comes first; None while nothing is undecided."""
        return self._undecided.last + SILENCE_S if self._undecided else None

    def press(self, character: str, time: float) -> tuple[Meaning, ...]:
        """Takes one keystroke: a character of a code, or CR or HT for Enter and Tab."""
        meanings = self.rest(time)
        if character in self._ends:
            return meanings + self._end(character, time)
        if character in "\r\t" and not self._follows_at_once(time):
            return meanings + self._decide() + self._press_key(character, time)
        self._undecided.add(character, time)
        return meanings

    def rest(self, now: float) -> tuple[Meaning, ...]:
        """Decides what is undecided, if there was silence for long enough."""
        if self.deadline is None or now <= self.deadline:
            return ()
        return self._pick() or self._decide()

    def disturb(self) -> None:
        """Takes a key that is no character; it matters in the midst of a burst."""
        self._undecided.is_strange = bool(self._undecided)

    def erase(self) -> None:
        """Takes the last character off the line. From a burst nothing can be taken: it is refused when it ends."""
        if self._is_in_burst:
            self.disturb()
            return
        self.hand.type(self._undecided.text, self._undecided.last if self._undecided else NEVER)
        self._undecided = Strokes()
        self.hand.erase()

    def clear(self) -> bool:
        """Throws away what was typed; False where there was nothing. A burst goes on, and is refused when it ends."""
        if self._is_in_burst:
            self.disturb()
            return True
        anything = bool(self._undecided)
        if self._undecided:
            self.hand.last_character = self._undecided.last
        self._undecided = Strokes()
        return self.hand.clear() or anything

    @property
    def _is_in_burst(self) -> bool:
        return len(self._undecided) > 1 and self._undecided.are_fast

    def _follows_at_once(self, time: float) -> bool:
        return bool(self._undecided) and time - self._undecided.last <= MEDIAN_GAP_S

    def _is_rest(self, time: float) -> bool:
        return self._cut is not None and time - self._cut.last <= REST_S

    def _is_of_scanner(self, strokes: Strokes) -> bool:
        return self._is_rest(strokes.first) or strokes.are_burst or strokes.contain_burst

    def _end(self, character: str, time: float) -> tuple[Meaning, ...]:
        if not self._undecided and self._is_rest(time):
            self._cut, self._last_code = None, time
            return ()
        if self._undecided and self._is_of_scanner(self._undecided):
            return self._decide(time)
        picked = () if self._follows_at_once(time) else self._pick()
        return picked + self._decide() + self._press_key(character, time)

    def _press_key(self, character: str, time: float) -> tuple[Meaning, ...]:
        """Enter or Tab that ends no burst, unless it is one more suffix."""
        if self.hand.last_character < self._last_code and time - self._last_code <= LATE_SUFFIX_S:
            return ()
        return self.hand.press(character, time)

    def _pick(self) -> tuple[Meaning, ...]:
        if not self._undecided or self._is_rest(self._undecided.first):
            return ()
        picked = self.hand.pick(self._undecided.text, self._undecided.last)
        if picked:
            self._undecided = Strokes()
        return picked

    def _decide(self, suffix_at: float | None = None) -> tuple[Meaning, ...]:
        """Says whose the undecided strokes are, now that silence, a key or the suffix ended them."""
        strokes, self._undecided = self._undecided, Strokes()
        if not strokes:
            return ()
        if not self._is_of_scanner(strokes):
            return self.hand.type(strokes.text, strokes.last)
        damage = self._damage_of(strokes, has_suffix=suffix_at is not None)
        if damage is not None and self._touches_typing(strokes):
            self.hand.clear()
        is_cut = damage is Damage.CUT and suffix_at is None
        whole_cut = self._cut.text if self._cut and self._is_rest(strokes.first) else strokes.text
        self._cut = _Cut(whole_cut, strokes.last) if is_cut else None
        self._last_code = strokes.last if suffix_at is None else suffix_at
        return (Scanned(strokes.text) if damage is None else Damaged(damage),)

    def _damage_of(self, strokes: Strokes, *, has_suffix: bool) -> Damage | None:
        if self._is_rest(strokes.first) and not self._is_anew(strokes):
            return Damage.CUT
        if self._needs_suffix and not has_suffix:
            return Damage.CUT
        pauses = strokes.pauses
        is_doubtful = pauses[0] or (any(pauses) and not self._needs_suffix)
        if is_doubtful or not strokes.are_burst or self._touches_typing(strokes):
            return Damage.MIXED
        return Damage.STRANGE if strokes.is_strange else None

    def _is_anew(self, strokes: Strokes) -> bool:
        cut = self._cut
        return (
            cut is not None
            and strokes.first - cut.last > APART_S
            and len(strokes) > len(cut.text)
            and strokes.text.startswith(cut.text)
        )

    def _touches_typing(self, strokes: Strokes) -> bool:
        return strokes.first - self.hand.last_character <= APART_S
