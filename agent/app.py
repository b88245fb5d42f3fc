"""The composition root: builds the agent out of its parts. Nesting order is stopping order, innermost first.

Told to stop, the agent takes no more from people, lets go of the machines, commits what it has in hand, sends what it
can within a bounded time, says goodbye to the broker and closes the journal.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from agent import VERSION, aside, collector, health_api, heartbeat, intake, local_api, peers, site_key
from agent.alarms import Alarms
from agent.batch import Stand
from agent.certificates import Certificates
from agent.clock import Clock
from agent.core.codes.badges import Badges
from agent.core.contract.envelope import Envelopes
from agent.core.contract.topics import Topics, encoded
from agent.core.draft import Provenance
from agent.core.observations import Configured, Started, Stopping
from agent.core.settings import Settings
from agent.forwarder import Forwarder
from agent.gate import Gate
from agent.health_api import HealthApi
from agent.in_force import InForce
from agent.inbound import Doers, Inbound
from agent.intake import Intake
from agent.journal.journal import Journal, open_journal
from agent.journal.telemetry_store import TelemetryStore
from agent.lag import Lag
from agent.local_api import LocalApi
from agent.logs import setup
from agent.logs.events import Event
from agent.logs.telling import tell
from agent.loops import Loops
from agent.messages import Messages
from agent.metrics import Gauges
from agent.overview import Overview, Way
from agent.people_api import PeopleApi
from agent.pki.watch import MachineCertificates
from agent.presence import Presence
from agent.reconciler import Reconciler
from agent.recording import Recorder, Run, Wish
from agent.reloading import Followers, Reloader, prepare, reload_on_signal
from agent.resending import Resending
from agent.restoring import stand_of
from agent.retry import Backoff
from agent.sign_ons import SignOns
from agent.storage import StorageWatch
from agent.synchrony import Synchrony
from agent.telemetry import Outlet, Telemetry
from agent.timekeeper import Timekeeper
from agent.upkeep import Upkeep
from agent.uplink import Identity, Uplink
from agent.watches import Watches

LAST_WORDS_S = 3.0
"""Real seconds that a clean stop waits for the disk, and for the MES to confirm what was sent."""
LONGEST_PAUSE_S = 60.0
"""Real seconds at most between two openings of a journal that cannot be worked with."""
STEADY_S = 600.0
"""Real seconds of work after which the next such pause is the shortest again."""
FACTS_FIRST = 1000
"""More facts than this on their way to an MES that confirms them: telemetry makes room."""


async def run(configuration: InForce, wish: Wish | None = None) -> None:
    """Run the agent until it is told to stop.

    Args:
        configuration: as it was read.
        wish: that what reaches the agent be recorded.

    Raises:
        LinesideError: it cannot start; nothing was started.
    """
    loop, settings = asyncio.get_running_loop(), configuration.settings
    with stop_on_signals() as stopping, reload_on_signal() as asked, _listening(settings) as listeners:
        prepare(settings)
        collector.settle()
        aside.make_room()
        backoff = Backoff(0.5, LONGEST_PAUSE_S)
        while not stopping.is_set():
            began = loop.time()
            why = await _run_once(configuration, wish, Told(stopping, asked), listeners)
            if loop.time() - began > STEADY_S:
                backoff.succeeded()
            if why is not None:
                pause = backoff.failed()
                text = "%s; the agent lets go of everything and begins again in %.1f s"
                tell(Event.AGENT_BEGINS_AGAIN, text, why, pause)
                with suppress(TimeoutError):
                    async with heartbeat.patience(), asyncio.timeout(pause):
                        await stopping.wait()


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told the agent by a signal."""

    stop: asyncio.Event
    reload: asyncio.Event


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where the agent listens."""

    local: socket.socket
    health: socket.socket | None


@contextmanager
def _listening(settings: Settings) -> Iterator[Listeners]:
    with (
        local_api.listening(settings.agent.socket) as local,
        health_api.listening(settings.agent.health_port) as health,
    ):
        yield Listeners(local, health)


async def _run_once(configuration: InForce, wish: Wish | None, told: Told, listeners: Listeners) -> str | None:
    """Run on one opening of the journal; why it must be opened anew, None where the agent was told to stop.

    To begin again costs what a kill costs: counters are caught up, and who got no answer asks again.
    """
    settings = configuration.settings
    clock = Clock.of(settings.simulation)
    instance = secrets.token_hex(4)
    async with AsyncExitStack() as stack:
        async with heartbeat.patience():
            opening = open_journal(settings.agent.data, secrets.token_hex(4), clock.now().wall)
            journal = await stack.enter_async_context(opening)
        delivery = await stack.enter_async_context(delivering(configuration, journal, clock, instance, wish))
        await stack.enter_async_context(local_api.serving(delivery.api, listeners.local))
        await stack.enter_async_context(health_api.serving(delivery.api.health, listeners.health))
        await stack.enter_async_context(delivery.watches.watching(settings))
        heartbeat.notify("READY=1")
        await stack.enter_async_context(delivery.reloader.running(told.reload))
        centers = ", ".join(machine.work_center for machine in settings.machine)
        tell(Event.AGENT_STARTED, "lineside %s watches %s", VERSION, centers, version=VERSION)
        stop = asyncio.ensure_future(told.stop.wait())
        ends: list[asyncio.Future[Any]] = [stop, journal.done_with]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not stop.done():
            stop.cancel()
            return journal.done_with.result()
        heartbeat.notify("STOPPING=1")
        tell(Event.AGENT_STOPPING, "told to stop")
    return None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The inner half of the agent: from observation to MES."""

    desk: Intake
    api: LocalApi
    watches: Watches
    reloader: Reloader


@asynccontextmanager
async def delivering(
    configuration: InForce, journal: Journal, clock: Clock, instance: str, wish: Wish | None = None
) -> AsyncIterator[Delivery]:
    """Take observations, keep and deliver facts while open."""
    settings = configuration.settings
    alarms = Alarms(lambda: clock.now().wall)
    stand = restored(settings, journal)
    recorded = Run(settings, instance, journal.marks.epoch, journal.restored.directories)
    recorder = None if wish is None else Recorder(wish, recorded, stand, alarms, clock.now().wall)
    key = await asyncio.to_thread(site_key.read, settings)
    desk = Intake(journal, stand, clock, Badges(key, settings.codes), alarms, recorder)
    store = _telemetry_store(settings)
    telemetry = Telemetry(settings, store, clock, alarms)
    sheddable = (telemetry,) if recorder is None else (telemetry, recorder)
    storage = StorageWatch(journal, desk, clock, alarms, settings.journal, sheddable)
    upkeep = Upkeep(journal, desk, clock, alarms, settings.journal)
    topics = Topics.of(settings.mes.root, settings.agent)
    envelopes = Envelopes(settings.agent.site, settings.agent.id)
    messages = Messages(topics, envelopes)
    gate = Gate(journal, settings.mes.exchange, clock, ZoneInfo(settings.agent.time_zone))
    forwarder = Forwarder(journal, settings.mes, messages, clock, alarms, gate)
    resending = Resending(journal, messages, clock)
    followers = Followers(desk, Watches(desk, clock, telemetry), telemetry)
    reloader = Reloader(configuration, followers, clock, alarms)
    inbound = Inbound(topics, desk, forwarder, Doers(resending, reloader.reload), clock, alarms)
    uplink = Uplink(settings.mes, topics, _identity(settings, instance), journal, clock, alarms)
    overview = Overview(configuration, clock, instance, desk, alarms, Way(journal, uplink, forwarder, storage))
    presence = Presence(desk, topics, overview.look)
    outlet = Outlet(store, topics, alarms, lambda: forwarder.confirming and journal.waiting - gate.holds > FACTS_FIRST)
    people = PeopleApi(desk, clock, SignOns(desk, clock), peers.owners())
    lag, loops, synchrony = (
        Lag(),
        Loops(journal, desk, forwarder, uplink, followers.watches),
        Synchrony(alarms, settings),
    )
    health = HealthApi(overview, Gauges(overview, telemetry, lag, synchrony), loops.unwell)
    parts = (
        forwarder.run,
        resending.retry_parked,
        partial(inbound.read, hear_status=uplink.hears),
        outlet.run,
        Certificates(settings.mes.tls, alarms).watch,
    )

    async with recorder or nullcontext(), asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(uplink.run(presence, inbound.subscribe, parts, forwarder.lost), name="uplink")
        try:
            async with intake.running(desk, settings.agent.tick_s):
                await _begin(desk, journal, clock, instance)
                _configured(desk, configuration, clock)
                beside = [
                    tasks.create_task(heartbeat.beat(loops.stuck, overview.in_one_line), name="heartbeat"),
                    tasks.create_task(upkeep.run(), name="upkeep"),
                    tasks.create_task(lag.run(), name="lag"),
                    tasks.create_task(setup.keep_up(), name="log"),
                    tasks.create_task(synchrony.run(), name="synchrony"),
                    tasks.create_task(MachineCertificates(configuration, alarms).run(), name="certificates"),
                    tasks.create_task(Reconciler(journal, desk, clock).run(), name="reconciler"),
                    tasks.create_task(storage.run(), name="storage"),
                    tasks.create_task(telemetry.run(), name="telemetry"),
                    tasks.create_task(Timekeeper(clock, desk, journal).run(), name="timekeeper"),
                ]
                try:
                    yield Delivery(
                        desk, LocalApi(overview, desk, journal, envelopes, people, health), followers.watches, reloader
                    )
                    if not journal.done_with.done():
                        await _said(desk, Stopping(None, clock.now()))
                finally:
                    for task in beside:
                        task.cancel()
            if not journal.done_with.done():
                await _last_words(journal, uplink, gate)
        finally:
            uplink.stop()
            sending.cancel()


def restored(settings: Settings, journal: Journal) -> Stand:
    """Stations and desk as the journal left them."""
    provenance = Provenance(journal.marks.epoch, settings.execution_mode)
    return stand_of(settings, provenance, journal.restored.snapshots, journal.restored.directories)


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


def _identity(settings: Settings, instance: str) -> Identity:
    client_id = f"lineside-{encoded(settings.agent.site)}-{encoded(settings.agent.id)}"
    return Identity(client_id, settings.agent.id, settings.agent.area, instance, VERSION)


def _telemetry_store(settings: Settings) -> TelemetryStore:
    source = f"urn:lineside:{settings.agent.site}:{settings.agent.id}"
    return TelemetryStore(settings.agent.data, settings.telemetry.keep_mb, source)


def _configured(desk: Intake, configuration: InForce, clock: Clock) -> None:
    """Where it is another one than before the start, somebody will want to know since when."""
    desk.note(Configured(None, configuration.read, "start", configuration.needs_restart, clock.now()))


async def _begin(desk: Intake, journal: Journal, clock: Clock, instance: str) -> None:
    now = clock.now()
    await _said(desk, Started(None, now, instance, journal.restored.last_saved))
    await desk.take([Started(wc_id, now, instance) for wc_id in desk.present.stations])


async def _said(desk: Intake, observation: Started | Stopping) -> None:
    """Submit, but wait only so long: a full disk keeps the agent neither from starting nor from stopping."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await desk.submit(observation)


async def _last_words(journal: Journal, uplink: Uplink, gate: Gate) -> None:
    if uplink.online and not gate.holds:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await journal.delivered.wait()
