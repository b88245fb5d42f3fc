"""A driver, watched as the agent watches it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import cast

from agent.acquisition import Opener, Watchers, watch_machine
from agent.clock import Clock
from agent.core.machine_settings import MachineSettings
from agent.intake import Intake
from agent.readings import Readings
from tests.drivers.faults.truth import Truth

STANDS_STILL_S = 0.2
"""A turn of the loop that comes so late is the machine's doing."""
_LOOK_S = 0.01
_WINDOW_S = 4.0


class Desk:
    """Stands where the intake does, and believes nothing."""

    def __init__(self, truth: Truth) -> None:
        self.readings = Readings()
        self._truth = truth

    async def take(self, observations: Iterable[object]) -> None:
        self._truth.see(observations)


@asynccontextmanager
async def watched(machine: MachineSettings, truth: Truth, opener: Opener) -> AsyncIterator[None]:
    """Watch the machine while open; what is said goes to the truth."""
    desk = cast("Intake", Desk(truth))
    watch = watch_machine(machine, desk, Clock(), Watchers(), opener=opener)
    watching = asyncio.create_task(watch, name="faults.watched")
    metering = asyncio.create_task(_meter(truth), name="faults.meter")
    try:
        yield
    finally:
        for task in (watching, metering):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _meter(truth: Truth) -> None:
    """How long the machine stood still in the last seconds."""
    stalls: list[tuple[float, float]] = []
    before = time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_S)
        now = time.monotonic()
        if now - before > STANDS_STILL_S:
            stalls.append((now, now - before))
        stalls = [(at, length) for at, length in stalls if at > now - _WINDOW_S]
        truth.stalled_s = sum(length for _, length in stalls)
        before = now


async def until(condition: Callable[[], bool], truth: Truth, within_s: float) -> bool:
    """Whether it holds within so many seconds in which the machine does not stand still."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline + truth.stalled_s:
            return False
        await asyncio.sleep(_LOOK_S)
    return True
