"""Reads the configuration anew while the agent runs: validated first, and the former one stays where it is wrong.

Machines and readers that are read as before keep their connection. The others are let go of, everything goes by the new
configuration at one point of the story, between two observations, and they are taken up again. What needs a restart is
named and waits for it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from agent import site_key
from agent.alarms import Alarms
from agent.clock import Clock
from agent.configuration import load
from agent.core.codes.badges import Badges
from agent.core.errors import ConfigurationError
from agent.core.facts import ConfigCause
from agent.core.fingerprint import changed
from agent.core.observations import Configured
from agent.core.settings import Settings
from agent.heartbeat import notify
from agent.in_force import InForce
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.telemetry import Telemetry
from agent.watches import MACHINE, Watches, devices
from drivers.registry import open_machine

NEED_RESTART: Final = ("agent", "mes", "journal", "telemetry", "simulation")
"""Tables that are looked at when the agent starts."""
OF_WORK_CENTERS: Final = ("machine", "scanner", "attribute", "calendar")
"""Tables that name work centers: all of them wait where the work centers are not the same."""


@dataclass(frozen=True, slots=True)
class Followers:
    """Who must be told of another configuration by name; everybody else asks `InForce` or the intake."""

    desk: Intake
    watches: Watches
    telemetry: Telemetry


class Reloader:
    """Takes over what changed in the configuration, one reading at a time."""

    def __init__(self, configuration: InForce, followers: Followers, clock: Clock, alarms: Alarms) -> None:
        self._configuration = configuration
        self._followers = followers
        self._clock = clock
        self._alarms = alarms
        self._one_at_a_time = asyncio.Lock()

    async def run(self, asked: asyncio.Event) -> None:
        """Reload whenever somebody asks for it, for ever."""
        while True:
            await asked.wait()
            asked.clear()
            await self.reload("sighup")

    async def reload(self, cause: ConfigCause) -> str:
        """Read the configuration and go by it.

        Returns:
            why it was refused; empty where it was taken over or says nothing new.
        """
        async with self._one_at_a_time:
            notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
            try:
                read = await asyncio.to_thread(load, self._configuration.path)
                present = as_far_as_possible(self._configuration.settings, read)
                # Another data folder, and a key of our own in it, waits for the restart too.
                key = await asyncio.to_thread(site_key.read, present)
            except ConfigurationError as error:
                text = f"the changed configuration is refused, the former one stays in force: {error}"
                self._alarms.raise_alarm(Event.CONFIG_REFUSED, text)
                return str(error)
            else:
                self._alarms.clear(Event.CONFIG_REFUSED)
                await self._take_over(read, present, Badges(key, present.codes), cause)
                return ""
            finally:
                notify("READY=1")

    async def _take_over(self, read: Settings, present: Settings, badges: Badges, cause: ConfigCause) -> None:
        configuration = self._configuration
        prepare(present)
        before, after = devices(configuration.settings), devices(present)
        others = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        blind = [name.removeprefix(MACHINE) for name in others if name.startswith(MACHINE)]
        await self._followers.watches.end(others)
        now = self._clock.now()
        was = configuration.read
        configuration.take(read, present, now.wall)
        configured = Configured(None, configuration.read, cause, configuration.needs_restart, now)
        self._followers.desk.go_by(present, badges, configured, blind)
        self._followers.telemetry.go_by(one for one in present.machine if one.work_center in blind)
        self._followers.watches.begin(present)
        _tell(changed(was.keys, configuration.read.keys), configuration.needs_restart)


def as_far_as_possible(former: Settings, read: Settings) -> Settings:
    """What can be in force without a restart."""
    same = {one.work_center for one in former.machine} == {one.work_center for one in read.machine}
    waiting = NEED_RESTART if same else (*NEED_RESTART, *OF_WORK_CENTERS)
    return read.model_copy(update={name: getattr(former, name) for name in waiting})


def prepare(settings: Settings) -> None:
    """Import the drivers that are configured before anything waits for them: asyncua takes a third of a second."""
    for machine in settings.machine:
        if not machine.manual:
            open_machine(machine, Clock.of(settings.simulation).now)


@asynccontextmanager
async def reloading(reloader: Reloader, asked: asyncio.Event) -> AsyncIterator[None]:
    """Reload whenever somebody asks for it, while open."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(reloader.run(asked), name="reloading")
        try:
            yield
        finally:
            task.cancel()


@contextmanager
def reload_on_signal() -> Iterator[asyncio.Event]:
    """An event set by SIGHUP, which else would kill."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        yield asked
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _tell(keys: tuple[str, ...], waiting: tuple[str, ...]) -> None:
    if keys:
        tell(Event.CONFIG_CHANGED, "the configuration was read anew; changed: %s", ", ".join(keys))
    else:
        tell(Event.CONFIG_CHANGED, "the configuration was read anew and says nothing else than before")
    if waiting:
        tell(Event.CONFIG_NEEDS_RESTART, "in force with the next start only: %s", ", ".join(waiting))
