"""Whether the system's clock follows a source of time, as the kernel says: adjtimex(2), which every such source tells.

The agent is kept from that call, as clocks are also set by it. `python -m agent.kernel_clock` makes it in a service of
its own, `lineside-clock.service`, and leaves the answer in a file.
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path
from typing import Final

ANSWER: Final = Path("/run/lineside-clock/synchronised")
"""Seconds since the PC started, and `yes` or `no`."""
STALE_S: Final = 300.0
"""Real seconds after which an answer says nothing any more."""
_STA_UNSYNC: Final = 0x40


class _Timex(ctypes.Structure):
    """struct timex as far as it is looked at; the kernel writes up to 208 bytes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def asked() -> bool:
    """What the kernel says.

    Raises:
        OSError: this process may not ask.
    """
    timex = _Timex(modes=0)
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return not timex.status & _STA_UNSYNC


def known(answer: Path = ANSWER) -> bool | None:
    """Whether the clock is synchronised: asked, else as it was answered lately; None where nobody knows."""
    try:
        return asked()
    except OSError:
        return _answered(answer)


def _answered(answer: Path) -> bool | None:
    try:
        at, said = answer.read_text(encoding="ascii").split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - float(at)
    except (OSError, ValueError):
        return None
    return said == "yes" if age < STALE_S else None


def main(answer: Path = ANSWER) -> None:
    """Leave the answer where the agent finds it, whole or not at all."""
    said = "yes" if asked() else "no"
    writing = answer.with_suffix(".writing")
    writing.write_text(f"{time.clock_gettime(time.CLOCK_BOOTTIME):.0f} {said}\n", encoding="ascii")
    writing.replace(answer)


if __name__ == "__main__":
    main()
