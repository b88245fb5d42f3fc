"""A technician at a terminal: a real pty, keys, and what the command shows."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulators.tether import tethered
from tests.agent.processes import ROOT

WITHIN_S = 40.0


@dataclass(slots=True)
class Technician:
    """Who sits before it."""

    process: Process
    line: int
    shown: str = ""
    """Everything so far."""
    _read: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def sees(self, text: str) -> None:
        """Wait until this is shown, after what was waited for last."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while (at := self.shown.find(text, self._read)) < 0:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not shown: {text!r}\n{self.shown[self._read :]}") from None
        self._read = at + len(text)

    def types(self, text: str) -> None:
        """Type this and Enter."""
        os.write(self.line, text.encode() + b"\r")

    async def answers(self, question: str, text: str = "") -> None:
        """Wait for a question, and answer it."""
        await self.sees(question)
        await self.sees(": ")
        self.types(text)

    def interrupts(self) -> None:
        """Press Ctrl+C."""
        os.write(self.line, b"\x03")

    async def ended(self) -> int:
        """The exit code."""
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()

    def look(self) -> None:
        """Take what was shown."""
        try:
            data = os.read(self.line, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.line)
            return
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        self._news.set()


@asynccontextmanager
async def at_a_terminal(*arguments: str | Path, terminal: str = "dumb") -> AsyncIterator[Technician]:
    """A command in a pty of its own session; killed at the end if it still runs."""
    near, far = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *tethered("/usr/bin/setsid", "--ctty", sys.executable, "-m", "agent", *map(str, arguments)),
        cwd=ROOT,
        stdin=far,
        stdout=far,
        stderr=far,
        env={**os.environ, "TERM": terminal, "PYTHONASYNCIODEBUG": "", "COLUMNS": "100"},
    )
    os.close(far)
    technician = Technician(process, near)
    loop = asyncio.get_running_loop()
    loop.add_reader(near, technician.look)
    try:
        yield technician
    finally:
        loop.remove_reader(near)
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(near)
