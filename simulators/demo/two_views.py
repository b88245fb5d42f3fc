"""A terminal program in the foreground and a second view behind a key, on one terminal.

The program runs in a pty of its own and knows nothing of it: its bytes are passed through, except for the key, which
turns to a page drawn here and back.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import tty
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

KEY = b"\x1b[19~"
"""F8 as terminals send it."""
REDRAW_S = 1.0
SETTLE_S = 0.15
"""Long enough for a program to notice one size before it is told the next."""
_HOME_AND_CLEAR = b"\x1b[H\x1b[2J"
_SHOW_CURSOR = b"\x1b[?25h"
_HIDE_CURSOR = b"\x1b[?25l"
_CHUNK = 65_536


@dataclass(slots=True)
class _Screen:
    """Which of the two views is seen."""

    master: int
    page: Callable[[int], str]
    """Draws the second view for so many columns."""
    turned: bool = False

    def draw(self) -> None:
        """Draw the second view where it is seen."""
        if self.turned:
            text = self.page(os.get_terminal_size().columns).replace("\n", "\r\n")
            _write(_HIDE_CURSOR + _HOME_AND_CLEAR + text.encode())

    def type(self, process: Process) -> None:
        """Pass keys on, except for ours."""
        data = os.read(sys.stdin.fileno(), _CHUNK)
        before, key, after = data.partition(KEY)
        if before and not self.turned:
            os.write(self.master, before)
        if key:
            self.turned = not self.turned
            self.draw()
            if not self.turned:
                _write(_HOME_AND_CLEAR)
                self.resize(process, shrink=1)
                asyncio.get_running_loop().call_later(SETTLE_S, self.resize, process)
        if after and not self.turned:
            os.write(self.master, after)

    def show(self) -> bool:
        """Pass on what the program draws; False at its end."""
        try:
            data = os.read(self.master, _CHUNK)
        except OSError:
            return False
        if data and not self.turned:
            _write(data)
        return bool(data)

    def resize(self, process: Process, shrink: int = 0) -> None:
        """Tell the program the terminal's size; another size makes it draw everything anew."""
        size = os.get_terminal_size()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines - shrink, size.columns, 0, 0))
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGWINCH)


async def run(command: Sequence[str], page: Callable[[int], str]) -> int:
    """Run a terminal program with a second view behind F8; its exit code.

    Args:
        command: the program.
        page: draws the second view for so many columns; called about once a second while it is seen.
    """
    master, slave = pty.openpty()
    loop = asyncio.get_running_loop()
    screen = _Screen(master, page)
    ended = asyncio.Event()
    try:
        size = os.get_terminal_size()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines, size.columns, 0, 0))
        process = await asyncio.create_subprocess_exec(*command, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        with _raw_terminal():
            loop.add_reader(sys.stdin.fileno(), screen.type, process)
            loop.add_reader(master, _pass_on, screen, ended)
            loop.add_signal_handler(signal.SIGWINCH, screen.resize, process)
            try:
                await _until(ended, screen)
                return await process.wait()
            finally:
                loop.remove_signal_handler(signal.SIGWINCH)
                loop.remove_reader(sys.stdin.fileno())
                loop.remove_reader(master)
                if process.returncode is None:
                    process.terminate()
                    await process.wait()
    finally:
        os.close(master)


def _pass_on(screen: _Screen, ended: asyncio.Event) -> None:
    if not screen.show():
        asyncio.get_running_loop().remove_reader(screen.master)
        ended.set()


async def _until(ended: asyncio.Event, screen: _Screen) -> None:
    while not ended.is_set():
        screen.draw()
        with suppress(TimeoutError):
            async with asyncio.timeout(REDRAW_S):
                await ended.wait()


@contextmanager
def _raw_terminal() -> Iterator[None]:
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
        _write(_SHOW_CURSOR)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sys.stdout.fileno(), view) :]
