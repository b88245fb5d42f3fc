"""Everything that is watched; each machine and reader by itself, so that one can begin anew and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from agent.acquisition import Watchers, watch_machine, watch_scanner
from agent.clock import Clock
from agent.core.settings import Settings
from agent.intake import Intake
from agent.telemetry import Telemetry

MACHINE: Final = "machine."
READER: Final = "scanner."


def devices(settings: Settings) -> dict[str, object]:
    """What is watched, each with what its driver is told; roles too, as a reading of another role is another one."""
    machines = {
        f"{MACHINE}{one.work_center}": (
            one.opcua,
            one.modbus,
            tuple((signal.key, signal.role, signal.place) for signal in one.signal),
            one.telemetry,
        )
        for one in settings.machine
    }
    return {**machines, **{f"{READER}{one.name}": one for one in settings.scanner}}


class Watches:
    """The watchers of one run of the agent."""

    def __init__(self, intake: Intake, clock: Clock, telemetry: Telemetry) -> None:
        self.watchers = Watchers()
        """Those at present, and whether each still turns."""
        self._intake = intake
        self._clock = clock
        self._telemetry = telemetry
        self._group = asyncio.TaskGroup()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._open = asyncio.Event()

    @asynccontextmanager
    async def watching(self, settings: Settings) -> AsyncIterator[None]:
        """Watch every machine and reader while open."""
        async with self._group:
            self._open.set()
            self.begin(settings)
            try:
                yield
            finally:
                self._open.clear()
                for task in self._tasks.values():
                    task.cancel()

    def begin(self, settings: Settings) -> None:
        """Watch whatever is not watched yet, unless the agent has just stopped watching."""
        if not self._open.is_set():
            return
        intake, clock, watchers = self._intake, self._clock, self.watchers
        for machine in settings.machine:
            if not machine.manual:
                watch = partial(watch_machine, machine, intake, clock, watchers, self._telemetry)
                self._begin(f"{MACHINE}{machine.work_center}", watch)
        for scanner in settings.scanner:
            self._begin(f"{READER}{scanner.name}", partial(watch_scanner, scanner, intake, clock, watchers))

    async def end(self, names: Iterable[str]) -> None:
        """Let go of these, named as in `devices`; waits until the agent has begun to watch."""
        await self._open.wait()
        ending = [self._tasks.pop(name) for name in names if name in self._tasks]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _begin(self, name: str, watch: Callable[[], Coroutine[None, None, None]]) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._group.create_task(watch(), name=f"watch.{name}")
