"""The last rows: which keys there are, each a button for a finger."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from agent.tui.panels import Line
from agent.tui.wording import Wording

KEYS: Final = (
    ("f1", "open('help')", "Help"),
    ("f2", "open('stops')", "Stops"),
    ("f3", "open('lots')", "Lots"),
    ("f4", "open('output')", "Output"),
    ("f5", "open('scrap')", "Scrap"),
    ("f6", "open('quality')", "Quality"),
    ("f7", "open('orders')", "Orders"),
    ("f8", "open('call')", "Call"),
    ("f9", "open('handover')", "Shift"),
    ("f10", "lock", "Lock"),
    ("f11", "language", "Language"),
    ("f12", "next_center", "Center"),
    ("delete", "open('undo')", "Undo"),
    ("escape", "leave", "Back"),
    ("ctrl+q", "quit", "Quit"),
)
"""Each key, what it does and what that is called. Never a letter: a scan types letters (domain.md E3)."""

WITHOUT_BUTTON: Final = frozenset({"ctrl+q"})
"""Help ends the terminal as well."""
_LABELS: Final = {"escape": "Esc", "delete": "Del"}
"""What is written on a key that has no number."""


class Key(Line):
    """One key; touching it does what pressing it does."""

    def __init__(self, key: str, action: str) -> None:
        super().__init__(f"key-{key.replace('+', '-')}")
        self._key = key
        self._action = action

    def name_it(self, does: str) -> None:
        """Shows the key and what it does; never narrower than that."""
        label = _LABELS.get(self._key, self._key.upper())
        shown = Content.assemble((label, "bold"), " ", does)
        if shown.plain != self.said:
            self.styles.min_width = cell_len(shown.plain) + 1
            self.say(shown)

    async def on_click(self) -> None:
        """Does it."""
        await self.app.run_action(self._action)


class KeyBar(Vertical):
    """The keys in the order in which they lie, in two rows; in one where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = {does: Key(key, action) for key, action, does in KEYS if key not in WITHOUT_BUTTON}

    def compose(self) -> ComposeResult:
        """The same ones on every page."""
        keys = list(self._keys.values())
        half = -(-len(keys) // 2)
        yield Horizontal(*keys[:half])
        yield Horizontal(*keys[half:])

    def draw(self, words: Wording) -> None:
        """Names the keys."""
        for does, key in self._keys.items():
            key.name_it(words.say(does))
