"""The notify protocol of systemd (sd_notify(3)): ready, stopping, and a watchdog fed only while every loop turns."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress

LOOK_S = 1.0
"""Real seconds between two looks at the loops where systemd asks for no watchdog."""


def notify(state: str) -> None:
    """Tell the service manager; does nothing where there is none.

    One that is gone or does not listen is not waited for: the agent's work matters more than the report on it.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    with socket.socket(socket.AF_UNIX, kind) as channel, suppress(OSError):
        channel.connect(address)
        channel.send(state.encode())


async def beat(stuck: Callable[[], str | None]) -> None:
    """Feed the watchdog for ever, as long as nothing is stuck.

    Args:
        stuck: names the loop that does not turn any more, None while all do.
    """
    microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
    interval = microseconds / 1e6 / 3 if microseconds else LOOK_S
    while True:
        name = stuck()
        notify("WATCHDOG=1" if name is None else f"STATUS={name} does not turn")
        await asyncio.sleep(interval)
