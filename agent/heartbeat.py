"""The notify protocol of systemd (sd_notify(3)): ready, stopping, and a watchdog fed only while every loop turns."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from agent.logs.events import Event
from agent.logs.outages import Outage

LOOK_S = 1.0
"""Real seconds between two looks at the loops where systemd asks for no watchdog."""
PATIENCE_S = 30
"""Real seconds that the service manager is asked to wait further, again and again."""


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


async def beat(stuck: Callable[[], str | None], summary: Callable[[], str]) -> None:
    """Feed the watchdog for ever, as long as nothing is stuck, and say what goes on whenever that changes.

    Args:
        stuck: names the loop that does not turn any more, None while all do.
        summary: what goes on, in one line.
    """
    microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
    interval = microseconds / 1e6 / 3 if microseconds else LOOK_S
    outage, told = Outage(Event.LOOP_STUCK), ""
    while True:
        name = stuck()
        status = summary() if name is None else f"{name} does not turn"
        if status != told:
            notify(f"STATUS={status}")
            told = status
        if name is None:
            notify("WATCHDOG=1")
            outage.over("every loop turns again")
        else:
            outage.failed(f"{name} does not turn")
        await asyncio.sleep(interval)


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Ask the service manager for patience while open: to salvage a large journal takes minutes."""

    async def ask() -> None:
        while True:
            notify(f"WATCHDOG=1\nEXTEND_TIMEOUT_USEC={PATIENCE_S * 1_000_000}")
            await asyncio.sleep(LOOK_S)

    asking = asyncio.create_task(ask(), name="heartbeat.patience")
    try:
        yield
    finally:
        asking.cancel()
