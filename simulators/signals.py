"""How a simulator in a process of its own is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_asked() -> Iterator[asyncio.Event]:
    """An event that the first SIGTERM or SIGINT sets; the second one has its usual effect."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    watched = (signal.SIGTERM, signal.SIGINT)

    def restore() -> None:
        for number in watched:
            loop.remove_signal_handler(number)

    def told() -> None:
        stop.set()
        restore()

    for number in watched:
        loop.add_signal_handler(number, told)
    try:
        yield stop
    finally:
        restore()
