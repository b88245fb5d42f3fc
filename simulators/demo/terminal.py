"""The operator's terminal in the foreground, the MES's view behind a key, while the scenario goes on behind both."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console

from simulators.demo import two_views
from simulators.demo.configuration import FILL
from simulators.demo.progress import Progress
from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.report import print_table, read_report

WORDS = """\
A simulated line plays ninety minutes in ninety seconds: a filler over OPC UA,
a press over Modbus, a central MES. You will see people sign on, orders, lots
and units scanned, a check, stops, a breakdown, the broker stopped for twelve
seconds, and the agent killed twice: the terminal says so and finds it again.
F8 turns to the MES's view and back. Ctrl+Q leaves the terminal; the line plays
on to its end, then come the tables.
"""
"""Said while everything is being started, which leaves time to read."""
# Leave the alternate screen, show the cursor, no mouse and no bracketed paste: what a terminal that was ended left on.
RESET = "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?1004l\x1b[0m"


class Terminal:
    """Open while the scenario plays; closed at its end unless the user did before.

    Progress goes to a file meanwhile. A user who leaves early is shown the rest of it in plain lines.
    """

    def __init__(self, socket: Path, store: Path, progress: Progress, file: TextIO) -> None:
        self._file = file
        self._command = (sys.executable, "-P", "-m", "agent", "tui", "--socket", str(socket), "--work-center", FILL)
        self._store = store
        self._progress = progress

    async def __aenter__(self) -> Self:
        """Open."""
        self._progress.out = self._file
        self._showing = asyncio.create_task(self._show(), name="demo.terminal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close where it is still open."""
        self._showing.cancel()
        with suppress(asyncio.CancelledError):
            await self._showing

    async def _show(self) -> None:
        try:
            await two_views.run(self._command, self._page)
        finally:
            sys.stdout.write(RESET)
            sys.stdout.flush()
            self._progress.out = sys.stdout
        self._progress.say("the terminal was left; the line plays on")

    def _page(self, columns: int) -> str:
        """What the MES knows, as much of it as the screen holds."""
        drawn = io.StringIO()
        print_table(read_report(self._store, DEMO_PLAN), Console(file=drawn, width=columns, force_terminal=True))
        return "\n".join(drawn.getvalue().splitlines()[: os.get_terminal_size().lines - 1])
