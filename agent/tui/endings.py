"""How the terminal ends when it is told to from outside: in order, or at once where its screen is gone."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from threading import Timer
from types import FrameType
from typing import Final

GRACE_S: Final = 2.0
"""Time to leave the screen as it was found."""


def end_on_signals(leave: Callable[[], object]) -> None:
    """Ends on SIGTERM and SIGHUP.

    A screen that nobody reads any more takes no output, and what waits to write to it waits for ever, the event loop
    with it: then the process ends all the same. Nothing is lost by it that was confirmed.

    Args:
        leave: ends it in order; called in the running event loop.
    """
    loop = asyncio.get_running_loop()

    def end(number: int, _frame: FrameType | None) -> None:
        for known in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(known, signal.SIG_IGN)
        loop.call_soon_threadsafe(leave)
        last = Timer(GRACE_S, os._exit, (128 + number,))
        last.daemon = True
        last.start()

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
