"""Telemetry: from the bytes of a publish response through driver, filter, file and broker, and over an outage."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from agent.alarms import Alarms
from agent.broker import Abilities, Outgoing, connected
from agent.clock import Clock
from agent.core.contract.topics import Topics
from agent.core.errors import UplinkError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.settings import Settings
from agent.journal.telemetry_store import TelemetryStore
from agent.telemetry import Outlet, Telemetry
from drivers.opcua import OpcUaDriver
from simulators.broker import Broker
from simulators.mes.link import Address, Received
from simulators.mes.link import connected as listening
from tests.bench.configuration import WORK_CENTER, settings, synthetic
from tests.bench.measurement import Bench, Measurement, at_least, at_most
from tests.bench.processes import mes_process
from tests.bench.publications import opcua_driver, publication_of
from tests.bench.throughput import timed

TAGS = 100
HERTZ = 10
FULL_PUBLICATIONS = 3_000
FLUSH_PUBLICATIONS = 300
"""Faster than by time, as no more than 60,000 values wait in memory."""
STEADY_S = 20.0
OUTAGE_S = 60.0
BEFORE_S = 3.0
SETTLE_S = 1.0
"""Longer than what the broker has acknowledged is on its way to the reader."""
WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Line:
    """The agent's own parts between a machine and a broker."""

    driver: OpcUaDriver
    telemetry: Telemetry
    store: TelemetryStore

    async def publish(self, publication: bytes) -> None:
        """The machine says this."""
        await self.driver._take(publication_of(publication))
        self.telemetry.aside(await anext(aiter(self.driver)))

    async def delivered(self) -> None:
        """The broker has everything that was said."""
        await self.telemetry.flush()
        async with asyncio.timeout(WITHIN_S):
            while await self.store.read(0, 1):  # noqa: ASYNC110 - what is deleted tells no event
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_line(folder: Path, port: int) -> AsyncIterator[Line]:
    """A line whose connection is kept up; no station, no journal of facts."""
    configured = settings(folder, _machine(), broker=port)
    clock, alarms = Clock(), Alarms(time.time)
    store = TelemetryStore(folder, configured.telemetry.keep_mb, "urn:lineside:bench:bench-1")
    telemetry = Telemetry(configured, store, clock, alarms)
    outlet = Outlet(store, Topics.of("lineside", configured.agent), alarms, lambda: False)
    tasks = [asyncio.create_task(_upload(configured, outlet)), asyncio.create_task(telemetry.run())]
    try:
        yield Line(opcua_driver(configured.machine[0]), telemetry, store)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def full(bench: Bench) -> AsyncIterator[Measurement]:
    """As much as goes through."""
    folder = bench.fresh("telemetry-full")
    publications = _publications(FULL_PUBLICATIONS / HERTZ, 2)
    heard: list[bytes] = []
    async with (
        Broker(folder=folder / "broker", kind="mosquitto") as broker,
        _reader(broker, heard),
        a_line(folder, broker.port) as line,
    ):
        await _first(line)
        with timed() as watch:
            for number, publication in enumerate(publications, 1):
                await line.publish(publication)
                await asyncio.sleep(0)
                if number % FLUSH_PUBLICATIONS == 0:
                    await line.telemetry.flush()
            await line.delivered()
        await asyncio.sleep(SETTLE_S)
    arrived, _, _ = _counted(heard)
    assert arrived == (FULL_PUBLICATIONS + 1) * TAGS, f"{arrived} values have arrived"
    rate = FULL_PUBLICATIONS * TAGS / watch.seconds
    note = (
        f"{watch}; bytes of the publish response → decoded → driver → filter → file → MQTT, acknowledged; {TAGS} tags"
    )
    yield at_least("telemetry values, driver to broker", rate, "/s", 20_000, note)


async def steady(bench: Bench) -> AsyncIterator[Measurement]:
    """What a usual line takes."""
    folder = bench.fresh("telemetry-steady")
    publications = _publications(STEADY_S, 2)
    async with (
        Broker(folder=folder / "broker", kind="mosquitto") as broker,
        mes_process(folder, broker.port),
        a_line(folder, broker.port) as line,
    ):
        await _first(line)
        with timed() as watch:
            await _paced(line, publications)
            await line.delivered()
    note = f"{TAGS} tags at {HERTZ} Hz for {STEADY_S:g} s; decoding by the driver included"
    yield at_most("telemetry at 1,000 values/s, share of a core", 100 * watch.cpu_s / watch.wall_s, "%", 8, note)


async def outage(bench: Bench) -> AsyncIterator[Measurement]:
    """The broker is killed, away for a minute, and back with a reader that comes back first."""
    folder = bench.fresh("telemetry-outage")
    async with Broker(folder=folder / "broker", kind="mosquitto") as broker, a_line(folder, broker.port) as line:
        heard: list[bytes] = []
        before, meanwhile = _publications(BEFORE_S), _publications(OUTAGE_S, int(BEFORE_S * HERTZ) + 1)
        async with _reader(broker, heard):
            total = await _paced(line, before)
            await line.delivered()
            await asyncio.sleep(SETTLE_S)
        await broker.kill()
        said = await _paced(line, meanwhile)
        await broker.start()
        returned = time.perf_counter()
        async with _reader(broker, heard):
            await line.delivered()
            drained = time.perf_counter() - returned
            await asyncio.sleep(SETTLE_S)
    arrived, doubled, repeats = _counted(heard)
    total += said
    circumstances = f"{said:,} values kept meanwhile; broker killed and started anew"
    yield at_most("telemetry lost over 60 s without a broker", total - arrived, "values", 0, circumstances)
    note = f"after dropping repeats by source and batch, of which there were {repeats}"
    yield at_most("telemetry doubled over 60 s without a broker", doubled, "values", 0, note)
    note = "from the broker's start, reconnection every 0.1 s included, until all was acknowledged"
    yield at_most("telemetry drained after the broker's return", drained, "s", 2, note)


def _machine() -> MachineSettings:
    """The tags of a synthetic machine, every change of which is kept."""
    tags = tuple(TelemetrySettings(key=f"tag-{tag}", node=f"ns=0;s=tag-{tag}", interval_s=0) for tag in range(TAGS))
    run = SignalSettings(key="run", role=Role.RUN, node="ns=0;s=run")
    return synthetic().model_copy(update={"signal": (run,), "telemetry": tags})


def _publications(seconds: float, first: int = 1) -> list[bytes]:
    """As many as come in so many seconds. Each tells a new value of every tag."""
    publications = []
    for number in range(first, first + int(seconds * HERTZ)):
        at = ua.DateTime.fromtimestamp(time.time() + number / 1000, UTC)
        items = [
            ua.MonitoredItemNotification(
                1 + tag, ua.DataValue(ua.Variant(number + tag / 1000, ua.VariantType.Double), SourceTimestamp=at)
            )
            for tag in range(TAGS)
        ]
        message = ua.NotificationMessage(number, NotificationData=[ua.DataChangeNotification(items)])
        publications.append(struct_to_binary(ua.PublishResult(1, [], False, message)))
    return publications


async def _first(line: Line) -> None:
    """The connection is there and the file open."""
    await line.publish(_publications(1 / HERTZ)[0])
    await line.delivered()


async def _paced(line: Line, publications: Sequence[bytes]) -> int:
    """Tell every tag so often a second; how many values they were."""
    due = time.perf_counter()
    for publication in publications:
        await line.publish(publication)
        due += 1 / HERTZ
        await asyncio.sleep(max(due - time.perf_counter(), 0))
    return len(publications) * TAGS


async def _upload(configured: Settings, outlet: Outlet) -> None:
    will = Outgoing("lineside/v1/bench/will", b"")
    while True:
        with suppress(UplinkError):
            try:
                async with (
                    connected(configured.mes, "bench-telemetry", will, Abilities(retain=False)) as session,
                    asyncio.TaskGroup() as tasks,
                ):
                    tasks.create_task(session.tend())
                    tasks.create_task(outlet.run(session))
            except* UplinkError:
                pass
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _reader(broker: Broker, heard: list[bytes]) -> AsyncIterator[None]:
    async with listening(Address(broker.host, broker.port, broker.protocol), secrets.token_hex(4)) as link:

        def take(gathered: list[Received]) -> None:
            heard.extend(message.payload for message in gathered)
            link.settle(gathered)

        async def hear() -> None:
            while True:
                take(await link.receive())

        hearing = asyncio.create_task(hear())
        await link.subscribe([f"lineside/v1/bench/bench/bench/{WORK_CENTER}/tel/#"])
        try:
            yield
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing


def _counted(heard: list[bytes]) -> tuple[int, int, int]:
    """Different values that arrived, values beyond those, and messages that were repeats."""
    messages = {(message["source"], message["batch"]): message for message in map(json.loads, heard)}
    values = [(message["signal"], value) for message in messages.values() for _, value, _ in message["values"]]
    return len(set(values)), len(values) - len(set(values)), len(heard) - len(messages)


BENCHMARKS = (full, steady, outage)
