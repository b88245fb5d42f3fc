"""A terminal under test, and a person and a scanner to work it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from textual import events
from textual.pilot import Pilot

from agent.core.terminal_settings import TerminalSettings
from agent.tui.app import DEFAULT_SETTINGS, Terminal
from agent.tui.deliveries import Deliveries, in_touch
from agent.tui.hand import HELD_S
from agent.tui.keyboard import KEY_CHARACTERS
from agent.tui.texts import Language

SMALL = (80, 24)
LARGE = (160, 48)

HAND_S = 0.05
"""Between two keys of a person in a hurry; a scanner's are closer (domain.md F5)."""

_KEY_NAMES = {character: key for key, character in KEY_CHARACTERS.items() if key != "ctrl+j"}


async def eventually(condition: Callable[[], bool], what: str, within: float = 10.0) -> None:
    """Waits until the condition holds; fails naming `what` after `within` seconds."""
    try:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - what the screen shows has no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {within} s: {what}") from None


async def settled(terminal: Terminal) -> None:
    """Waits until everything told so far is drawn, or the terminal has ended."""
    for pump in (terminal, terminal.screen):
        drawn = asyncio.Event()
        pump.call_after_refresh(drawn.set)
        await eventually(partial(_is_done, drawn, terminal), "what was told is drawn", within=60.0)


def _is_done(drawn: asyncio.Event, terminal: Terminal) -> bool:
    return drawn.is_set() or not terminal.is_running


def screen_of(terminal: Terminal) -> str:
    """What the screen shows, as text."""
    lines = terminal.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


@dataclass
class Operator:
    """Works one terminal."""

    terminal: Terminal
    pilot: Pilot[None]

    def scan(self, code: str, suffix: str = "\r") -> None:
        """Types at the speed of a scanner, with its Enter."""
        for character in code + suffix:
            key = _KEY_NAMES.get(character, character)
            self.terminal.post_message(events.Key(key, character))

    async def press(self, *keys: str) -> None:
        """Presses keys at a hand's pace, though not while the Enter of the press before counts as held down.

        The pilot's own `press` waits for an idle processor, up to 2 s a key on a slow one: a pace of nobody.
        """
        hand = self.terminal.desk.wedge.hand
        await eventually(lambda: monotonic() - hand.last_enter > HELD_S, "the Enter before is let go")
        for key in keys:
            self.terminal.post_message(events.Key(key, key if len(key) == 1 else None))
            await asyncio.sleep(HAND_S)
            await self._understood()

    async def _understood(self) -> None:
        """Waits until a key went from the terminal to its screen and back, and what it does is drawn."""
        for _ in range(2):
            if self.terminal.is_running:
                await settled(self.terminal)

    async def enter(self, *keys: str) -> None:
        """Presses keys as a person does, who looks what came of one before the next."""
        wedge = self.terminal.desk.wedge
        for key in keys:
            await self.press(key)
            await eventually(lambda: wedge.deadline is None, f"{key} is understood")

    def screen(self) -> str:
        """What the screen shows, as text."""
        return screen_of(self.terminal)

    async def sees(self, text: str) -> None:
        try:
            await eventually(lambda: text in self.screen(), text)
        except AssertionError:
            raise AssertionError(f"'{text}' is not on the screen:\n{self.screen()}") from None

    async def sees_no_more(self, text: str) -> None:
        await eventually(lambda: text not in self.screen(), f"'{text}' is still on the screen")


async def type_slowly(operator: Operator, text: str) -> None:
    """Types as a person does; the pilot needs longer for a key than a scanner."""
    for character in text:
        await operator.press(character)
        await operator.pilot.pause(0.05)


@asynccontextmanager
async def operating(
    socket: Path,
    *,
    center: str | None = None,
    language: Language = "en",
    size: tuple[int, int] = SMALL,
    settings: TerminalSettings = DEFAULT_SETTINGS,
) -> AsyncIterator[Operator]:
    """A terminal that looks for its agent at this socket."""
    deliveries = Deliveries()
    terminal = Terminal(deliveries, center, language, settings)
    async with terminal.run_test(size=size) as pilot, in_touch(socket, deliveries, terminal.tell):
        yield Operator(terminal, pilot)
