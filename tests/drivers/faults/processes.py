"""Processes of a trial: servers and relays that bind a free port, say which, and are asked over their pipes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulators.tether import tethered

ROOT = Path(__file__).parents[3]


def module(name: str) -> tuple[str, ...]:
    """The command of a server of `tests/drivers/servers`."""
    return (sys.executable, "-m", f"tests.drivers.servers.{name}")


class Asking:
    """A process that is started, asked, killed and started again."""

    def __init__(self, command: Sequence[str]) -> None:
        self.ready: dict[str, Any] = {}
        """What it said when it was ready."""
        self._command = tuple(command)
        self._process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str) -> None:
        """Return when it is ready."""
        self.launch(*arguments)
        self.until_ready()

    def launch(self, *arguments: str) -> None:
        """Start it, from a thread that lives as long as it shall: it dies with that."""
        self._process = subprocess.Popen(
            tethered(*self._command, *arguments),
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def until_ready(self) -> None:
        """Return when it is ready."""
        self.ready = self._answer()

    def ask(self, **what: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
        """Its answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self._command[-1]} has ended with {self._process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer
