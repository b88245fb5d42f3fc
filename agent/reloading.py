"""Reads the configuration anew while the agent runs: validated first, and the former one stays where it is wrong.

Machines and readers that are read as before keep their connection. The others are let go of, everything goes by the new
configuration at one point of the story, between two observations, and they are taken up again. What needs a restart is
named and waits for it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from agent import site_key
from agent.alarms import Alarms
from agent.clock import Clock
from agent.configuration import read as read_files
from agent.core.codes.badges import Badges
from agent.core.errors import LinesideError
from agent.core.facts import ConfigCause
from agent.core.fingerprint import changed
from agent.core.observations import Configured
from agent.core.settings import Settings
from agent.driver_checks import check_drivers
from agent.heartbeat import notify
from agent.in_force import InForce
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.telemetry import Telemetry
from agent.watches import MACHINE, Watches, devices
from drivers.registry import open_machine

_T = TypeVar("_T")
NEED_RESTART: Final = ("agent", "mes", "journal", "telemetry", "simulation")
"""Tables that are looked at when the agent starts."""
OF_WORK_CENTERS: Final = ("machine", "scanner", "attribute", "calendar")
"""Tables that name work centers: all of them wait where the work centers are not the same."""

STOPPING: Final = "the agent lets go of everything at this moment; ask again when it is back"
"""Why a reading is refused then."""


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
        self._opened = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        """While open."""
        self._going = set[asyncio.Task[Any]]()

    @asynccontextmanager
    async def running(self, asked: asyncio.Event) -> AsyncIterator[None]:
        """Reload whenever somebody asks for it, while open; everything is watched then, and the agent is ready.

        Args:
            asked: set where somebody asks for it; set again where it could not be done to its end.
        """
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._begin(tasks, self._run(asked))
            self._opened.set()
            try:
                yield
            finally:
                self._tasks = None
                for task in self._going:
                    task.cancel()

    async def reload(self, cause: ConfigCause) -> str:
        """Read the configuration and go by it. It is done to its end whatever becomes of who asked for it.

        Returns:
            why it was refused; empty where it was taken over or says nothing new.
        """
        await self._opened.wait()
        if self._tasks is None:
            return STOPPING
        going = self._begin(self._tasks, self._reload(cause))
        await asyncio.wait([going])
        return STOPPING if going.cancelled() else going.result()

    def _begin(self, tasks: asyncio.TaskGroup, work: Coroutine[None, None, _T]) -> asyncio.Task[_T]:
        going = tasks.create_task(work, name="reloading")
        self._going.add(going)
        going.add_done_callback(self._going.discard)
        return going

    async def _run(self, asked: asyncio.Event) -> None:
        while True:
            await asked.wait()
            asked.clear()
            try:
                await self._reload("sighup")
            except asyncio.CancelledError:
                asked.set()
                raise

    async def _reload(self, cause: ConfigCause) -> str:
        async with self._one_at_a_time:
            notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
            try:
                read, present, badges = await self._validated()
            except Exception as error:  # noqa: BLE001 - whatever a file brings about, the agent goes on by the former one
                why = str(error) if isinstance(error, LinesideError) else f"{type(error).__name__}: {error}"
                text = f"the changed configuration is refused, the former one stays in force: {why}"
                self._alarms.raise_alarm(Event.CONFIG_REFUSED, text)
            else:
                why = ""
                self._alarms.clear(Event.CONFIG_REFUSED)
                await self._take_over(read, present, badges, cause)
            # Not where it was cut off: who stops is not ready, and who begins anew says so himself.
            notify("READY=1")
            return why

    async def _validated(self) -> tuple[Settings, Settings, Badges]:
        """What was read, what of it can be in force, and what tells badges then."""
        read = await asyncio.to_thread(_loaded, self._configuration.path)
        present = as_far_as_possible(self._configuration.settings, read)
        # Another data folder, and a key of our own in it, waits for the restart too.
        key = await asyncio.to_thread(site_key.read, present)
        prepare(present)
        return read, present, Badges(key, present.codes)

    async def _take_over(self, read: Settings, present: Settings, badges: Badges, cause: ConfigCause) -> None:
        configuration = self._configuration
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


def _loaded(path: Path) -> Settings:
    found = read_files(path)
    check_drivers(found)
    return found.settings


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
