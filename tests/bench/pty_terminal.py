"""The operator's terminal at a real pty: keys go in, and what it draws comes out with its time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import sys
import termios
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import psutil

from simulators.tether import tethered
from tests.bench.processes import ROOT

ROWS: Final = 24
COLUMNS: Final = 80
READ_AT_MOST: Final = 65_536
WITHIN_S: Final = 20.0


class PtyTerminal:
    """A running terminal."""

    def __init__(self, process: Process, line: int, started: float) -> None:
        self.started = started
        """When it was asked for, as all times here by `time.perf_counter`."""
        self._process = process
        self._line = line
        self._drawn = bytearray()
        self._wanted: tuple[bytes, asyncio.Future[float]] | None = None

    def press(self, octets: bytes) -> float:
        """Send keys; what was drawn before is forgotten. Returns when."""
        self._drawn.clear()
        at = time.perf_counter()
        os.write(self._line, octets)
        return at

    async def draws(self, text: str) -> float:
        """When this text was drawn first since the last key.

        Raises:
            TimeoutError: it was not.
        """
        wanted = text.encode()
        if wanted in self._drawn:
            return time.perf_counter()
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._wanted = (wanted, future)
        async with asyncio.timeout(WITHIN_S):
            return await future

    def look(self) -> None:
        """Take what was drawn."""
        try:
            self._drawn += os.read(self._line, READ_AT_MOST)
        except OSError:
            asyncio.get_running_loop().remove_reader(self._line)
            return
        if self._wanted is not None and self._wanted[0] in self._drawn:
            self._wanted[1].set_result(time.perf_counter())
            self._wanted = None

    @property
    def seen(self) -> psutil.Process:
        """The process, to be measured."""
        return psutil.Process(self._process.pid)


@asynccontextmanager
async def pty_terminal(config: Path) -> AsyncIterator[PtyTerminal]:
    """`lineside tui` in a pty while open; at the end it is killed."""
    near, far = os.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = tethered(sys.executable, "-m", "agent", "tui", "-c", str(config), "--language", "en")
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdin=far,
        stdout=far,
        stderr=far,
        env={**os.environ, "PYTHONASYNCIODEBUG": "", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(far)
    terminal = PtyTerminal(process, near, started)
    loop = asyncio.get_running_loop()
    loop.add_reader(near, terminal.look)
    try:
        yield terminal
    finally:
        loop.remove_reader(near)
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(near)
