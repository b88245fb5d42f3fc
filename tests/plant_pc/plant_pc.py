"""A line PC for tests, as a technician has it before them: commands typed on it, its log, its power switch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
USB: Final = "/media/usb"
"""Where the stick is on the PC."""
BOOTS_S: Final = 60.0
MADE_S: Final = 900.0
"""Debian is made at most so long."""
PRIVILEGED: Final = () if os.geteuid() == 0 else ("sudo", "--non-interactive")


class PlantPc:
    """One PC that runs, with a USB stick in it."""

    def __init__(self, keeper: subprocess.Popen[str], usb: Path) -> None:
        self._keeper = keeper
        self.usb = usb
        """The stick, as seen from outside."""
        self.first = 0
        """The first process's id, as seen from outside."""

    def boot(self) -> None:
        """Switch it on; returns when systemd has started all that it starts."""
        self.first = int(self._ask("boot"))
        self.until(lambda: self._state() not in {"", "offline", "starting", "initializing"}, "it has started", BOOTS_S)
        assert self._state() == "running", self.run("systemctl", "--failed", "--no-pager")

    def cut_power(self) -> None:
        """Nothing of it runs any more, nothing was told."""
        assert self._ask("cut") == "off"

    def run(self, *command: str, within: float = 60.0, check: bool = True, stdin: str = "") -> str:
        """What a command says that root gives on it, stderr after stdout; it must end well unless told otherwise."""
        done = self.done(*command, within=within, stdin=stdin)
        said = done.stdout + done.stderr
        assert not check or done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
        return said

    def done(self, *command: str, within: float = 60.0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command that root gives on it, ended in one way or another."""
        spaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd=/")
        enter = (*PRIVILEGED, "nsenter", f"--target={self.first}", *spaces)
        clean = ("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8")
        limit = ("timeout", "--kill-after=1", str(within))
        return subprocess.run(
            [*enter, *clean, "HOME=/root", *limit, *command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=within + 10,
            check=False,
        )

    def write(self, path: str, text: str) -> None:
        """A file on its disk."""
        self.run("tee", path, stdin=text)

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def log(self, unit: str) -> list[dict[str, Any]]:
        """What the journal has of a unit, in order."""
        lines = self.run("journalctl", "--unit", unit, "--output=json", "--no-pager").splitlines()
        return [json.loads(line) for line in lines]

    def until(self, condition: Callable[[], bool], what: str, within: float = 60.0) -> None:
        """Wait until it holds; what the PC has to say is shown where it does not."""
        if not came(condition, within):
            tail = self.run("journalctl", "--lines=60", "--no-pager", "--output=short-monotonic", check=False)
            raise AssertionError(f"not within {within} s: {what}\n{tail}")

    def _state(self) -> str:
        return self.done("systemctl", "is-system-running").stdout.strip()

    def _ask(self, line: str) -> str:
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.write(f"{line}\n")
        self._keeper.stdin.flush()
        answer = self._keeper.stdout.readline().strip()
        assert answer, "the keeper of the PC has ended"
        assert not answer.startswith("error: "), answer
        return answer


def came(condition: Callable[[], bool], within: float) -> bool:
    """Whether it holds before so many seconds are over."""
    ends = time.monotonic() + within
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def a_pc(folder: Path) -> Iterator[PlantPc]:
    """A PC that has just been switched on for the first time; nothing of it is left afterwards.

    Args:
        folder: where its USB stick and the keeper's log are.
    """
    usb = folder / "usb"
    usb.mkdir()
    command = (*PRIVILEGED, "unshare", "--mount", sys.executable, "-m", "tests.plant_pc.keeper", str(usb))
    with (
        (folder / "keeper.log").open("w") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        ) as keeper,
    ):
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        try:
            answer = keeper.stdout.readline().strip()
            assert answer == "built", answer or (folder / "keeper.log").read_text()
            pc = PlantPc(keeper, usb)
            pc.boot()
            yield pc
        finally:
            keeper.stdin.close()
            keeper.wait(30)
