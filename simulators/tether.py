"""Become another program that dies with its parent, however the parent dies.

Run by path, `python -I -S tether.py PARENT_PID PROGRAM [ARGUMENT ...]`: it imports next to nothing, so it costs some
15 ms, and the kernel keeps the promise, not code that a SIGKILL of the parent would skip. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tethered(*command: str) -> tuple[str, ...]:
    """The command line that runs `command` tied to this process.

    The tie is to the thread that starts the command: start it from one that lives as long as the process.
    """
    return (sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), *command)


def _become(parent: int, command: list[str]) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # A parent that died before the line above sends no signal any more.
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - the command comes from our own parent


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
