"""Tells a scanner that types from a person by the prefix and suffix that it sends with each code, whatever the pace.

Through SSH or tmux keys arrive in lumps and after pauses, so that timing says nothing. Between prefix and suffix every
key belongs to the code, everything else is a person's. A code without its suffix was cut off and is refused aloud; what
comes within `REST_S` behind it, up to a suffix or the next prefix, is its rest and no word of a person.
"""

from __future__ import annotations

from typing import Final

from agent.tui.hand import NEVER, Hand
from agent.tui.meanings import Damage, Damaged, Meaning, Scanned
from agent.tui.wedge import LATE_SUFFIX_S, REST_S

WHOLE_WITHIN_S: Final = 2.0
"""So much silence in the midst of a code means that its suffix will not come."""


class FramedWedge:
    """Collects keystrokes in the order of their times and says what they meant."""

    def __init__(self, prefix: str, suffix: str) -> None:
        """Begins with no code under way.

        Args:
            prefix: the stroke that begins a code: a character, or the name of a key.
            suffix: the stroke that ends it: CR for Enter or HT for Tab.
        """
        self.hand = Hand()
        self._prefix = prefix
        self._suffix = suffix
        self._code: str | None = None
        self._is_strange = False
        self._last = NEVER
        self._last_code = NEVER
        self._rest_until = NEVER
        self._told_rest = False

    @property
    def line(self) -> str:
        """What a person has typed so far."""
        return self.hand.line

    @property
    def deadline(self) -> float | None:
        """When `rest` must be called unless another key comes first; None while no code is under way."""
        return None if self._code is None else self._last + WHOLE_WITHIN_S

    def press(self, stroke: str, time: float) -> tuple[Meaning, ...]:
        """Takes one keystroke: the prefix, a character, or CR or HT for Enter and Tab."""
        meanings = self.rest(time)
        if stroke == self._prefix:
            meanings += self._begin(time)
        elif self._code is not None:
            meanings += self._go_on(self._code, stroke, time)
        elif time <= self._rest_until:
            meanings += self._drop(stroke, time)
        elif stroke in "\r\t":
            meanings += self._press_key(stroke, time)
        else:
            meanings += self.hand.pick(stroke, time) or self.hand.type(stroke, time)
        return meanings

    def rest(self, now: float) -> tuple[Meaning, ...]:
        """Gives up a code whose suffix did not come."""
        if self.deadline is None or now <= self.deadline:
            return ()
        self._code, self._told_rest = None, False
        self._rest_until = self._last + WHOLE_WITHIN_S + REST_S
        return (Damaged(Damage.CUT),)

    def disturb(self) -> None:
        """Takes a key that is no character; it matters in the midst of a code."""
        self._is_strange = True

    def erase(self) -> None:
        """Takes the last character off the line. From a code nothing can be taken: it is refused when it ends."""
        if self._code is None:
            self.hand.erase()
        self.disturb()

    def clear(self) -> bool:
        """Throws away what was typed; False where there was nothing. A code goes on, and is refused when it ends."""
        self.disturb()
        return self.hand.clear() or self._code is not None

    def _begin(self, time: float) -> tuple[Meaning, ...]:
        was_cut = self._code is not None
        self._code, self._last, self._is_strange, self._rest_until = "", time, False, NEVER
        return (Damaged(Damage.CUT),) if was_cut else ()

    def _go_on(self, code: str, stroke: str, time: float) -> tuple[Meaning, ...]:
        self._last = time
        if stroke != self._suffix:
            self._code = code + stroke
            return ()
        self._code, self._last_code = None, time
        if self._is_strange:
            return (Damaged(Damage.STRANGE),)
        return (Scanned(code) if code else Damaged(Damage.EMPTY),)

    def _drop(self, stroke: str, time: float) -> tuple[Meaning, ...]:
        """Takes a piece of the rest of a code that was cut off; said once, since it may have been a person."""
        if stroke == self._suffix:
            self._rest_until, self._last_code = NEVER, time
            return ()
        self._rest_until = time + REST_S
        told, self._told_rest = self._told_rest, True
        return () if told else (Damaged(Damage.CUT),)

    def _press_key(self, key: str, time: float) -> tuple[Meaning, ...]:
        """Enter or Tab, unless it is one more suffix (CR LF)."""
        if self.hand.last_character < self._last_code and time - self._last_code <= LATE_SUFFIX_S:
            return ()
        return self.hand.press(key, time)
