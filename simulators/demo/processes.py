"""Processes of the demonstration, each tied to it: none outlives it, however it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulators.tether import tethered

AGENT = ("-P", "-m", "agent")
"""What Python runs. -P: what happens to be called "agent" where the demonstration was started is not meant."""
READY_S = 20.0
STOP_S = 10.0


class NotStartedError(Exception):
    """A process did not get ready; the message says what it said last."""


class Supervised:
    """`python -m agent …` as a child that can be started, stopped and killed again and again.

    Entering starts it; leaving stops it. What it says on stderr is kept in `log`.
    """

    def __init__(self, name: str, arguments: tuple[str, ...], log: Path, *, announces: bool) -> None:
        self.name = name
        self.announced: dict[str, Any] = {}
        """The JSON line with which it said that it is ready."""
        self._arguments = arguments
        self._log = log
        self._announces = announces
        self._process: Process | None = None
        self._said_before = 0

    async def __aenter__(self) -> Self:
        """Start; see `start`."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop where nothing failed, else kill."""
        await (self.stop() if kind is None else self.kill())

    @property
    def ended(self) -> int | None:
        """Exit status of one that ended by itself; None while it runs."""
        return None if self._process is None else self._process.returncode

    @property
    def pid(self) -> int | None:
        """None before it was started and after it was killed or stopped."""
        return None if self._process is None else self._process.pid

    async def start(self, program: tuple[str, ...] = AGENT) -> None:
        """Start, and wait for its ready line where it has one.

        Args:
            program: what Python runs with the arguments.

        Raises:
            NotStartedError: it ended or was silent.
        """
        command = (sys.executable, *program, *self._arguments)
        out = PIPE if self._announces else DEVNULL
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._said_before = os.fstat(log).st_size
        try:
            # A session of its own keeps Ctrl+C from ending it before those who still need it.
            self._process = await asyncio.create_subprocess_exec(
                *tethered(*command), stdin=DEVNULL, stdout=out, stderr=log, start_new_session=True
            )
        finally:
            os.close(log)
        if self._announces:
            try:
                self.announced = await self._announcement(self._process)
            except BaseException:
                await self.kill()
                raise

    async def stop(self) -> None:
        """Ask it to end and wait; kill it when it does not."""
        if self._process is None:
            return
        _send(self._process, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        await self.kill()

    async def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            _send(process, signal.SIGKILL)
            await process.wait()

    async def wait(self) -> None:
        """Until it has ended, whoever brought that about."""
        if self._process is not None:
            await self._process.wait()

    def said(self) -> str:
        """Everything that it said on stderr since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._said_before)
            return log.read().decode(errors="replace")

    def last_words(self) -> str:
        """What it said last, for an error."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "nothing"

    async def _announcement(self, process: Process) -> dict[str, Any]:
        assert process.stdout is not None
        line = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                line = await process.stdout.readline()
        if not line:
            raise NotStartedError(f"{self.name} did not get ready within {READY_S:g} s; it said: {self.last_words()}")
        announced: dict[str, Any] = json.loads(line)
        return announced


def _send(process: Process, number: signal.Signals) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(number)
