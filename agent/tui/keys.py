"""The last row: which keys there are, each a button for a finger."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Grid

from agent.tui.panels import Line
from agent.tui.wording import Wording

KEYS: Final = (
    ("f1", "open('help')", "Help"),
    ("f2", "open('reasons')", "Reason"),
    ("f3", "open('lots')", "Lots"),
    ("f5", "open('scrap')", "Scrap"),
    ("f7", "open('orders')", "Orders"),
    ("f8", "open('call')", "Call"),
    ("f9", "open('handover')", "Shift"),
    ("f10", "lock", "Lock"),
    ("f11", "language", "Language"),
    ("f12", "next_center", "Center"),
    ("escape", "leave", "Back"),
    ("ctrl+q", "quit", "Quit"),
)
"""Each key, what it does and what that is called. Never a letter: a scan types letters (domain.md E3)."""


class Key(Line):
    """One key; touching it does what pressing it does."""

    def __init__(self, key: str, action: str) -> None:
        super().__init__(f"key-{key.replace('+', '-')}")
        self._key = key
        self._action = action

    def name_it(self, does: str) -> None:
        """Shows the key and what it does."""
        label = {"escape": "Esc", "ctrl+q": "Ctrl+Q"}.get(self._key, self._key.upper())
        self.say(f"{label} {does}")

    async def on_click(self) -> None:
        """Does it."""
        await self.app.run_action(self._action)


class KeyBar(Grid):
    """The keys in the order in which they lie."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = [Key(key, action) for key, action, _ in KEYS]

    def compose(self) -> ComposeResult:
        """All of them, on every page."""
        yield from self._keys

    def draw(self, words: Wording) -> None:
        """Names the keys."""
        for key, (_, _, does) in zip(self._keys, KEYS, strict=True):
            key.name_it(words.say(does))
