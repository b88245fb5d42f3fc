"""Reads configured machines over connections of our own, where no agent does: by the agent's own drivers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from agent.clock import Clock
from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link
from agent.core.readings import ReadingsView
from agent.readings import Readings, without_clocks
from drivers.cancellation import honour_cancellation
from drivers.contract import Driver
from drivers.keys import Keys
from drivers.modbus_lines import Lines
from drivers.registry import open_machine

TIMEOUTS: Final = 6
"""Answers that a first reading waits for, each as long as the machine's time-out: what was not told then is unknown."""
AGAIN_S: Final = 1.0
"""Real seconds between two tries: somebody watches, so it need not be sooner."""


class OwnReadings:
    """What machines say to us, as the agent would show it."""

    def __init__(self, machines: Sequence[MachineSettings], clock: Clock, keys: Keys | None = None) -> None:
        self._machines = machines
        self._keys = keys
        self._clock = clock
        self._readings = Readings()
        self._lines = Lines()
        self._waiting = {one.work_center for one in machines}
        self._all_told = asyncio.Event()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Read all of them while open, each by itself; every connection is closed at the end, whatever ended it."""
        async with asyncio.TaskGroup() as tasks:
            reading = [
                tasks.create_task(self._read(machine), name=f"read.{machine.work_center}") for machine in self._machines
            ]
            try:
                yield
            finally:
                for task in reading:
                    task.cancel()

    async def once(self) -> ReadingsView:
        """As soon as each machine has told everything, could not be reached, or had its time."""
        longest = max(one.source.timeout_s for one in self._machines if one.source is not None)
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUTS * longest):
                await self._all_told.wait()
        return self.view()

    def view(self) -> ReadingsView:
        """As it is shown now."""
        return self._readings.view(self._clock.now(), self._clock.speed)

    async def _read(self, machine: MachineSettings) -> None:
        self._readings.begin(machine)
        while True:
            try:
                async with open_machine(machine, self._clock.now, self._keys, self._lines) as driver:
                    await self._follow(driver, machine)
            except DeviceError as error:
                honour_cancellation()
                lost = Link(machine.work_center, "plc", up=False, observed=self._clock.now(), reason=str(error))
                self._readings.note([lost])
                self._told(machine)
            await asyncio.sleep(AGAIN_S)

    async def _follow(self, driver: Driver, machine: MachineSettings) -> None:
        missing = {one.key for one in machine.readings}
        async for batch in driver:
            self._readings.note(batch if self._clock.is_real else without_clocks(batch))
            missing -= {getattr(item, "key", "") for item in batch}
            # A sign of life comes when every signal was told; telemetry may never be.
            if not missing or any(isinstance(item, Link) for item in batch):
                self._told(machine)

    def _told(self, machine: MachineSettings) -> None:
        self._waiting.discard(machine.work_center)
        if not self._waiting:
            self._all_told.set()
