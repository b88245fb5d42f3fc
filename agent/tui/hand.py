"""What a person types at the terminal: a visible line, digits that pick, Enter and Tab."""

from __future__ import annotations

from typing import Final

from agent.tui.meanings import Confirmed, Meaning, Picked, Switched, Typed

HELD_S: Final = 0.150
"""An Enter this soon after another one is a key held down, and confirms nothing."""
NEVER: Final = float("-inf")


class Hand:
    """A person's keystrokes, in order. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.picking = False
        """Whether a list stands on the screen that a single digit picks from."""
        self.line = ""
        """What was typed and not sent yet."""
        self.last_character = NEVER
        """When a character was typed last, since the last Enter."""
        self.last_enter = NEVER
        """When Enter was pressed last."""

    def pick(self, text: str, time: float) -> tuple[Meaning, ...]:
        """Takes one digit alone for a choice; nothing where it is none."""
        if not self.picking or self.line or len(text) != 1 or text not in "0123456789":
            return ()
        self.last_character = time
        return (Picked(int(text)),)

    def type(self, text: str, time: float) -> tuple[Meaning, ...]:
        """Takes characters, and CR and HT for Enter and Tab among them."""
        meanings: tuple[Meaning, ...] = ()
        for character in text:
            if character in "\r\t":
                meanings += self.press(character, time)
            else:
                self.line += character
                self.last_character = time
        return meanings

    def press(self, key: str, time: float) -> tuple[Meaning, ...]:
        """Takes Enter (CR) or Tab (HT)."""
        if key == "\t":
            return (Switched(),)
        is_held = time - self.last_enter <= HELD_S
        self.last_enter, self.last_character = time, NEVER
        if self.line:
            typed, self.line = self.line, ""
            return (Typed(typed),)
        return () if is_held else (Confirmed(),)

    def erase(self) -> None:
        """Takes the last character off the line."""
        self.line = self.line[:-1]

    def clear(self) -> bool:
        """Throws the line away. False where there was nothing."""
        anything, self.line = bool(self.line), ""
        return anything
