"""A driver, watched as the agent watches it."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import cast

from agent.acquisition import Opener, Watchers, watch_machine
from agent.clock import Clock
from agent.core.machine_settings import MachineSettings
from agent.intake import Intake
from agent.readings import Readings
from tests.drivers.faults.stalls import LOOK_S, Stalls
from tests.drivers.faults.truth import Truth

WATCHING = "faults.watched"
"""The task that watches the driver."""


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
    asked_to_end = False

    async def watch() -> None:
        try:
            await watch_machine(machine, desk, Clock(), Watchers(), opener=opener)
        except BaseException:
            if not asked_to_end:
                truth.violate(f"the watching of the driver ended: {traceback.format_exc()}")
            raise

    watching = asyncio.create_task(watch(), name=WATCHING)
    metering = asyncio.create_task(_meter(truth), name="faults.meter")
    try:
        yield
    finally:
        asked_to_end = True
        for task in (watching, metering):
            task.cancel()
        await asyncio.gather(watching, metering, return_exceptions=True)


async def _meter(truth: Truth) -> None:
    stalls = Stalls()
    metering = asyncio.create_task(stalls.run(), name="faults.stalls")
    try:
        while True:
            await asyncio.sleep(LOOK_S)
            truth.stalled_s = stalls.recent_s
    finally:
        metering.cancel()


async def until(condition: Callable[[], bool], truth: Truth, within_s: float) -> bool:
    """Whether it holds within so many seconds in which the machine does not stand still."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline + truth.stalled_s:
            return False
        await asyncio.sleep(LOOK_S)
    return True
