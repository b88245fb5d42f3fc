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
from agent.pki.keys import keys_of
from agent.recalling import recall_machine
from agent.telemetry import Telemetry
from drivers.modbus_lines import Lines
from drivers.registry import open_machine, remember_machine

MACHINE: Final = "machine."
READER: Final = "scanner."
HISTORY: Final = "history."


def devices(settings: Settings) -> dict[str, object]:
    """What is watched, each with what its driver is told; roles too, as a reading of another role is another one."""
    machines = {
        f"{MACHINE}{one.work_center}": (
            one.source,
            tuple((signal.key, signal.role, signal.place) for signal in one.signal),
            one.telemetry,
        )
        for one in settings.machine
    }
    return {**machines, **{f"{READER}{one.name}": one for one in settings.scanner}}


class Watches:
    """The watchers of one run of the agent."""

    def __init__(self, intake: Intake, clock: Clock, telemetry: Telemetry) -> None:
        self._watchers = Watchers()
        self._intake = intake
        self._clock = clock
        self._telemetry = telemetry
        self._opener = partial(open_machine, lines=Lines())
        self._group = asyncio.TaskGroup()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended_at: dict[str, float] = {}
        """Of those that nobody watches while the configuration is read anew, by the loop's time."""

    @asynccontextmanager
    async def watching(self, settings: Settings) -> AsyncIterator[None]:
        """Watch every machine and reader while open."""
        async with self._group:
            self.begin(settings)
            try:
                yield
            finally:
                for task in self._tasks.values():
                    task.cancel()
                self._tasks.clear()
                self._ended_at.clear()

    def begin(self, settings: Settings) -> None:
        """Watch whatever is not watched yet."""
        self._ended_at.clear()
        intake, clock, watchers = self._intake, self._clock, self._watchers
        keys = keys_of(settings)
        opener = partial(self._opener, keys=keys)
        intake.readings.keep({one.work_center for one in settings.machine if not one.manual})
        for machine in settings.machine:
            if not machine.manual:
                watch = partial(watch_machine, machine, intake, clock, watchers, self._telemetry, opener)
                self._begin(f"{MACHINE}{machine.work_center}", watch)
            if machine.has_history:
                ask = partial(remember_machine, machine, keys=keys)
                recall = partial(recall_machine, machine.work_center, intake, clock, ask)
                self._begin(f"{HISTORY}{machine.work_center}", recall)
        for scanner in settings.scanner:
            self._begin(f"{READER}{scanner.name}", partial(watch_scanner, scanner, intake, clock, watchers))

    async def end(self, names: Iterable[str]) -> None:
        """Let go of these, named as in `devices`, until `begin`."""
        every = [one for name in names for one in (name, name.replace(MACHINE, HISTORY, 1))]
        ending = {name: self._tasks[name] for name in every if name in self._tasks}
        if not ending:
            return
        self._ended_at = dict.fromkeys(ending, asyncio.get_running_loop().time())
        for task in ending.values():
            task.cancel()
        await asyncio.wait(ending.values())
        for name in ending:
            del self._tasks[name]

    def stuck(self, now: float, grace_s: float) -> str | None:
        """Which watcher does not turn any more, or is not there.

        Args:
            now: the loop's time.
            grace_s: real seconds that a driver may be later than it promises, and a device be without its watcher.
        """
        for name, ended_at in self._ended_at.items():
            if now - ended_at > grace_s:
                return f"the watcher of {name}"
        for name, task in self._tasks.items():
            if task.done() and name not in self._ended_at:
                return f"the watcher of {name}"
        return self._watchers.stuck(now, grace_s)

    def _begin(self, name: str, watch: Callable[[], Coroutine[None, None, None]]) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._group.create_task(watch(), name=f"watch.{name}")
