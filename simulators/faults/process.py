"""A relay as a process: it plays a script of faults and says in words what goes on.

It prints one line of JSON when it is ready, then a line for each fault, and ends when the script does, or on SIGINT or
SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeAlias

from simulators.background import Background
from simulators.faults.kinds import Fault, Framing, Kind
from simulators.faults.relay import Relay, Server
from simulators.faults.script import Chance, Script, Step
from simulators.faults.serial import SerialRelay
from simulators.faults.weather import Strikes
from simulators.signals import stop_asked

Say: TypeAlias = Callable[[str], None]


class Suffering(Protocol):
    """A relay, or a server."""

    @property
    def kinds(self) -> Sequence[Kind]:
        """What it can suffer."""
        ...

    def suffering(self, fault: Fault) -> AbstractAsyncContextManager[Strikes]:
        """A fault while open; see `Relay.suffering`."""
        ...


def server_at(place: str) -> Server:
    """Where a server is, out of its HOST:PORT.

    Raises:
        ValueError: it is none.
    """
    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"'{place}' is no place of a server; expected HOST:PORT, such as 127.0.0.1:4840")
    return Server(int(port), host.strip("[]"))


def endless(seed: int) -> Script:
    """Faults of every kind by lot, for as long as anybody looks."""
    return Script(seed, chance=Chance(faults=1_000_000))


async def play(steps: Iterable[Step], relay: Suffering, tell: Say) -> None:
    """Let a relay or a server suffer what a script says, from now on."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for step in steps:
        await asyncio.sleep(began + step.at_s - loop.time())
        async with relay.suffering(step.fault) as strikes:
            tell(f"{step.at_s:8.2f} s  {step.fault}")
            await asyncio.sleep(began + step.at_s + step.fault.seconds - loop.time())
        tell(f"{loop.time() - began:8.2f} s  over; it hit {strikes.count}")


async def serve_tcp(server: Server, port: int, framing: Framing, script: Script) -> None:
    """Stand before a server on the network; ready: `port`."""
    async with Relay(server, framing, script.seed, port) as relay:
        await _until_over(script, relay, port=relay.port)


async def serve_serial(driver: Path, device: Path, framing: Framing, script: Script) -> None:
    """Stand between the two ends of a serial line; ready: `driver`, `device`."""
    async with SerialRelay(driver, device, framing, script.seed) as relay:
        await _until_over(script, relay, driver=str(driver), device=str(device))


async def _until_over(script: Script, relay: Suffering, **ready: int | str) -> None:
    over, steps = asyncio.Event(), script.played(relay.kinds)

    async def whole() -> None:
        await play(steps, relay, say)
        over.set()

    say(json.dumps({"ready": True, **ready}))
    with stop_asked() as stop:
        async with Background({"faults.script": whole()}):
            waits = [asyncio.ensure_future(event.wait()) for event in (over, stop)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()


def say(line: str) -> None:
    """To whoever reads standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
