"""Keys on the screen for fingers, beside a sheet that asks for a number."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Grid
from textual.message import Message

from agent.tui.desk import ENTER, ERASE
from agent.tui.panels import Line
from agent.tui.wording import Wording

_KEYS: Final = ("7", "8", "9", ERASE, "4", "5", "6", "1", "2", "3", ENTER, "0", ".")
"""From left to right and down; the keys of the last column are two rows high, 0 is two columns wide."""
_NAMES: Final = {ERASE: "erase", ENTER: "enter", ".": "point"}


class PadKey(Line):
    """One key."""

    class Touched(Message):
        """A finger instead of a key."""

        def __init__(self, stroke: str) -> None:
            super().__init__()
            self.stroke = stroke

    def __init__(self, stroke: str) -> None:
        super().__init__(f"pad-{_NAMES.get(stroke, stroke)}")
        self._stroke = stroke

    def name_it(self, point: str) -> None:
        """Shows what it types."""
        self.say({ERASE: "←", ENTER: "Enter", ".": point}.get(self._stroke, self._stroke))

    def on_click(self) -> None:
        """Says that it was touched."""
        self.post_message(self.Touched(self._stroke))


class Keypad(Grid):
    """Digits, the sign of a fraction, erase and Enter."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = [PadKey(stroke) for stroke in _KEYS]

    def compose(self) -> ComposeResult:
        """As on a keyboard."""
        yield from self._keys

    def draw(self, words: Wording) -> None:
        """Names the keys."""
        for key in self._keys:
            key.name_it("." if words.language == "en" else ",")
