"""The composition root: builds the agent out of its parts. Nesting order is stopping order, innermost first.

Told to stop, the agent takes no more from people, lets go of the machines, commits what it has in hand, sends what it
can within a bounded time, says goodbye to the broker and closes the journal.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from agent import VERSION, heartbeat, intake, local_api
from agent.acquisition import watch_machine, watch_scanner
from agent.clock import Clock
from agent.core.desk import Desk
from agent.core.directories import Directories, applied
from agent.core.draft import Provenance
from agent.core.envelope import Envelopes, source
from agent.core.observations import Started, Stopping
from agent.core.settings import Settings
from agent.core.station import Station
from agent.core.topics import Topics, encoded
from agent.forwarder import Forwarder
from agent.intake import DESK, Intake, Stand
from agent.journal.journal import Journal, open_journal
from agent.local_api import LocalApi
from agent.overview import Overview
from agent.presence import Presence
from agent.uplink import Uplink
from drivers.registry import open_machine

LOG = logging.getLogger(__name__)
LAST_WORDS_S = 3.0
"""Real seconds that a clean stop waits for the disk, and for the MES to confirm what was sent."""
STUCK_S = 30.0
"""Real seconds without a turn after which a loop is stuck."""


async def run(settings: Settings) -> None:
    """Run the agent until it is told to stop.

    Raises:
        LinesideError: it cannot start; nothing was started.
    """
    clock = Clock.of(settings.simulation)
    instance = secrets.token_hex(4)
    with stop_on_signals() as stopping, local_api.listening(settings.agent.socket) as listener:
        prepare(settings)
        async with (
            open_journal(settings.agent.data, secrets.token_hex(4)) as journal,
            delivering(settings, journal, clock, instance) as delivery,
            local_api.serving(delivery.api, listener),
            watching(settings, delivery.desk, clock),
        ):
            heartbeat.notify("READY=1")
            LOG.info("lineside %s watches %s", VERSION, ", ".join(m.work_center for m in settings.machine))
            await stopping.wait()
            heartbeat.notify("STOPPING=1")
            LOG.info("told to stop")


def prepare(settings: Settings) -> None:
    """Import the drivers that are configured before anything waits for the loop: asyncua takes a third of a second."""
    for machine in settings.machine:
        open_machine(machine, Clock.of(settings.simulation).now)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The inner half of the agent: from observation to MES."""

    desk: Intake
    api: LocalApi


@asynccontextmanager
async def delivering(settings: Settings, journal: Journal, clock: Clock, instance: str) -> AsyncIterator[Delivery]:
    """Take observations, keep and deliver facts while open."""
    desk = Intake(journal, restored(settings, journal), clock, settings.agent.tick_s)
    topics = Topics.of(settings.mes.root, settings.agent)
    envelopes = Envelopes(source(settings.agent.site, settings.agent.id, journal.marks.epoch), settings.agent.id)
    forwarder = Forwarder(journal, settings.mes, topics, envelopes, clock)
    client_id = f"lineside-{encoded(settings.agent.site)}-{encoded(settings.agent.id)}"
    identity = {"agent_id": settings.agent.id, "instance": instance, "version": VERSION}
    uplink = Uplink(settings.mes, topics, client_id, identity)
    overview = Overview(settings, clock, instance, journal, desk, uplink, forwarder)
    presence = Presence(desk, topics, overview.look)
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(uplink.run(desk, journal, forwarder, presence, clock), name="uplink")
        try:
            async with intake.running(desk):
                await _begin(desk, journal, clock, instance)
                beating = tasks.create_task(heartbeat.beat(lambda: stuck(desk, forwarder, uplink)), name="heartbeat")
                try:
                    yield Delivery(desk, LocalApi(overview, desk, journal, envelopes, clock))
                    await _said(desk, Stopping(None, clock.now()))
                finally:
                    beating.cancel()
            await _last_words(journal, uplink)
        finally:
            sending.cancel()


@asynccontextmanager
async def watching(settings: Settings, desk: Intake, clock: Clock) -> AsyncIterator[None]:
    """Watch every machine and reader while open."""
    async with asyncio.TaskGroup() as tasks:
        watchers = [
            tasks.create_task(watch_machine(machine, desk, clock), name=f"watch.{machine.work_center}")
            for machine in settings.machine
        ]
        watchers += [
            tasks.create_task(watch_scanner(scanner, desk, clock), name=f"watch.{scanner.name}")
            for scanner in settings.scanner
        ]
        try:
            yield
        finally:
            for watcher in watchers:
                watcher.cancel()


def restored(settings: Settings, journal: Journal) -> Stand:
    """Stations and desk as the journal left them."""
    provenance = Provenance(journal.marks.epoch, settings.execution_mode)
    past = journal.restored
    directories = Directories()
    for kept in past.directories:
        directories, _ = applied(directories, kept.wc_id, kept.name, kept.payload)
    desk = Desk(VERSION, provenance, settings.mes.commands, directories)
    if DESK in past.snapshots:
        desk = desk.restored(past.snapshots[DESK])
    stations = {}
    for machine in settings.machine:
        station = Station.new(machine, settings.codes, provenance)
        snapshot = past.snapshots.get(machine.work_center)
        stations[machine.work_center] = station if snapshot is None else station.restored(snapshot)
    return Stand(stations, desk)


def stuck(desk: Intake, forwarder: Forwarder, uplink: Uplink) -> str | None:
    """Which loop does not turn any more."""
    now = asyncio.get_running_loop().time()
    if now - desk.turned_at > STUCK_S:
        return "the journal's writer"
    if uplink.online and now - forwarder.turned_at > STUCK_S:
        return "the forwarder"
    return None


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event set by SIGTERM or SIGINT. The second signal kills, as the first gives the handlers back."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def stop() -> None:
        stopping.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield stopping
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _begin(desk: Intake, journal: Journal, clock: Clock, instance: str) -> None:
    now = clock.now()
    await _said(desk, Started(None, now, instance, journal.restored.last_saved))
    await desk.take([Started(wc_id, now, instance) for wc_id in desk.present.stations])


async def _said(desk: Intake, observation: Started | Stopping) -> None:
    """Submit, but wait only so long: a full disk keeps the agent neither from starting nor from stopping."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await desk.submit(observation)


async def _last_words(journal: Journal, uplink: Uplink) -> None:
    if uplink.online:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await journal.delivered.wait()
