"""The last row: which keys there are, each a button for a finger."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from agent.tui.panels import Line
from agent.tui.wording import Wording


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


class KeyBar(Horizontal):
    """The keys in the order of their importance."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = (
            Key("f1", "help"),
            Key("f2", "reasons"),
            Key("f7", "orders"),
            Key("f10", "lock"),
            Key("f11", "language"),
            Key("f12", "next_center"),
            Key("escape", "leave"),
            Key("ctrl+q", "quit"),
        )

    def compose(self) -> ComposeResult:
        """All of them, on every page."""
        yield from self._keys

    def draw(self, words: Wording) -> None:
        """Names the keys."""
        names = [words.say("Help"), words.say("Reason"), words.say("Orders"), words.say("Lock"), words.say("Language")]
        names += [words.say("Center"), words.say("Back"), words.say("Quit")]
        for key, does in zip(self._keys, names, strict=True):
            key.name_it(does)
