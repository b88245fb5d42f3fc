"""A scanner that types into this terminal, told from a person by the operator's terminal's own key collector."""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from agent.commands.scanning.explained import Hand, Heard, Say
from agent.core.terminal_settings import TerminalSettings
from agent.tui.keyboard import collector
from agent.tui.meanings import Damaged, Meaning, Scanned, Typed

_KEY = re.compile(r"\x1b(?:\[[0-9;]*[ -/]*[@-~]|O.|.)?|.", re.DOTALL)
"""A character, or what a key without one sends, such as an arrow or a function key."""
_INTERRUPT: Final = "\x03"
_F13 = 13
_SENT: Final = (
    ("25~", "26~", "28~", "29~", "31~", "32~", "33~", "34~"),
    ("1;2P", "1;2Q", "1;2R", "1;2S", "15;2~", "17;2~", "18;2~", "19;2~", "20;2~", "21;2~", "23;2~", "24;2~"),
)
"""What terminals send behind ESC [ for F13 and the keys after it: the older way, and that of xterm."""
_FUNCTION_KEYS: Final = {f"\x1b[{sent}": f"f{number}" for way in _SENT for number, sent in enumerate(way, start=_F13)}


async def type_in(settings: TerminalSettings, hand: Hand, say: Say) -> None:
    """Hand on what a scanner types into this terminal, until Ctrl+C."""
    keys = _Keys(settings, hand, say)
    with _raw(sys.stdin.fileno()):
        say("keyboard: what a scanner types into this terminal is read too. Ctrl+C ends.")
        await keys.until_interrupted(sys.stdin.fileno())


class _Keys:
    """The keys of this terminal."""

    def __init__(self, settings: TerminalSettings, hand: Hand, say: Say) -> None:
        self._prefix = settings.scan_prefix
        self._collector = collector(settings)
        self._hand = hand
        self._say = say
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._silence: asyncio.TimerHandle | None = None
        self._done = asyncio.Event()

    async def until_interrupted(self, stdin: int) -> None:
        """Collect keys until Ctrl+C, or until the terminal is gone."""
        loop = asyncio.get_running_loop()
        loop.add_reader(stdin, self._read, stdin)
        try:
            await self._done.wait()
        finally:
            loop.remove_reader(stdin)

    def _read(self, stdin: int) -> None:
        data = os.read(stdin, 4096)
        keys = _KEY.findall(self._decoder.decode(data))
        if not data or _INTERRUPT in keys:
            self._done.set()
            return
        for key in keys:
            self._press(key, asyncio.get_running_loop().time())
        self._wait()

    def _press(self, key: str, now: float) -> None:
        stroke = "\r" if key == "\n" else _FUNCTION_KEYS.get(key, key)
        if stroke != self._prefix and len(stroke) > 1:
            self._collector.disturb()
            return
        for meaning in self._collector.press(stroke, now):
            self._take(meaning)

    def _rest(self) -> None:
        for meaning in self._collector.rest(asyncio.get_running_loop().time()):
            self._take(meaning)
        self._wait()

    def _wait(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        deadline = self._collector.deadline
        # What falls due at an instant is decided behind it.
        loop = asyncio.get_running_loop()
        self._silence = None if deadline is None else loop.call_at(deadline + 0.001, self._rest)

    def _take(self, meaning: Meaning) -> None:
        match meaning:
            case Scanned(text):
                self._hand(Heard("keyboard", text))
            case Damaged(damage):
                self._hand(Heard("keyboard", "", flaw=damage.value))
            case Typed(text):
                self._say(
                    f"keyboard: {len(text)} characters, as slow as a person types. They are not shown, as they may be "
                    "a PIN. A scanner must send faster, or with a prefix."
                )
            case _:
                pass


@contextmanager
def _raw(stdin: int) -> Iterator[None]:
    """Keys one by one, unseen and with all control characters; the terminal is as it was afterwards."""
    before = termios.tcgetattr(stdin)
    keys = termios.tcgetattr(stdin)
    keys[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP)
    keys[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(stdin, termios.TCSADRAIN, keys)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
