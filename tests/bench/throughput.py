"""How much goes through: readings, observations and facts a second."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from uuid import UUID

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from agent.acquisition import together
from agent.clock import draw_ids
from agent.core.machine_settings import Role
from agent.core.observations import Tick
from agent.journal.store import Commit
from tests.bench.configuration import WORK_CENTER, settings, synthetic
from tests.bench.measurement import Bench, Measurement, at_least, at_most
from tests.bench.parts import Desk, image, now, output_facts, station_at_work, working_desk
from tests.bench.publications import opcua_driver, publication_of

PUBLICATIONS = 400
CHANGES = 100
"""Changes of values in one publication."""
OBSERVATIONS = 20_000
PARTS = 1_000_000
IDS = UUID("019cb763-1a00-7000-8000-000000000000")
FACTS = 30_000
GROUP = 100
ROUNDS = 5
PER_ROUND = 4_000
CENTERS = 20


@dataclass(slots=True)
class Stopwatch:
    """Seconds that something took, on the wall and in the processor."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def seconds(self) -> float:
        """Whichever is longer: what takes more than one core is not faster for it."""
        return max(self.wall_s, self.cpu_s)

    def __str__(self) -> str:
        """For a note."""
        return f"{self.cpu_s / self.wall_s:.2f} cores"


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time what is done inside, in all threads of this process."""
    watch = Stopwatch(time.perf_counter(), time.process_time())
    try:
        yield watch
    finally:
        watch.wall_s = time.perf_counter() - watch.wall_s
        watch.cpu_s = time.process_time() - watch.cpu_s


async def signals(bench: Bench) -> AsyncIterator[Measurement]:
    """Publish responses as bytes, decoded, through driver, station and journal."""
    machine = synthetic()
    publications = _publications([signal.key for signal in machine.signal])
    async with working_desk(settings(bench.fresh("signals"), machine)) as desk:
        driver = opcua_driver(machine)
        batches = aiter(driver)
        with timed() as watch:
            for publication in publications:
                await driver._take(publication_of(publication))
                await desk.intake.take(together(await anext(batches)))
                await asyncio.sleep(0)
            await desk.durable()
        counted = desk.intake.present.stations[WORK_CENTER].state.counters[Role.TOTAL].raw
        assert counted == PUBLICATIONS * CHANGES // len(machine.signal) - 1, f"the last count taken is {counted}"
    note = (
        f"{watch}; bytes of the publish response → decoded → driver → station → journal; 10 signals at 10 instants each"
    )
    rate = PUBLICATIONS * CHANGES / watch.seconds
    yield at_least("signal changes through OPC UA driver and station", rate, "/s", 16_000, note)


def _publications(keys: list[str]) -> list[bytes]:
    """Counters and heartbeat move each 10 ms, the other values are told again unchanged."""
    began = time.time()
    moving = {keys.index(key) for key in ("total", "heartbeat")}
    publications = []
    instants = CHANGES // len(keys)
    for number in range(PUBLICATIONS):
        items = []
        for step in range(instants):
            count = number * instants + step
            at = ua.DateTime.fromtimestamp(began + count / 100, UTC)
            for handle, key in enumerate(keys):
                value = count if handle in moving else {"packml_state": 6, "mode": 1, "boot": 1}.get(key, 0)
                variant = ua.Variant(value, ua.VariantType.Int32)
                items.append(ua.MonitoredItemNotification(handle, ua.DataValue(variant, SourceTimestamp=at)))
        message = ua.NotificationMessage(number + 1, NotificationData=[ua.DataChangeNotification(items)])
        publications.append(struct_to_binary(ua.PublishResult(1, [], False, message)))
    return publications


async def station(_bench: Bench) -> AsyncIterator[Measurement]:
    """The pure core alone on one core; observations and ids are made before the clock runs."""
    for what, flush_s, least, image_of in (
        ("a count and a heartbeat, no fact", 3600.0, 50_000, lambda number: {"total": number, "heartbeat": number}),
        ("a count, no fact", 3600.0, 50_000, lambda number: {"total": number}),
        ("unchanged words, no fact", 3600.0, 50_000, lambda _: {"packml_state": 6, "mode": 1}),
        ("a count, one fact each", 1e-9, 10_000, lambda number: {"total": number}),
    ):
        one, context = station_at_work(flush_s)
        instants = [now() for _ in range(OBSERVATIONS)]
        told = [(image(WORK_CENTER, at, **image_of(number)), draw_ids(at)) for number, at in enumerate(instants, 1)]
        facts = 0
        with timed() as watch:
            for observation, ids in told:
                outcome = one.observe(observation, ids, context)
                one, facts = outcome.station, facts + len(outcome.facts)
        note = f"{watch}; {facts} facts of {OBSERVATIONS} observations"
        yield at_least(f"station alone, {what}", OBSERVATIONS / watch.seconds, "/s", least, note)


async def snapshot(_bench: Bench) -> AsyncIterator[Measurement]:
    """What a station remembers after a million parts, a stop and an order among them now and then."""
    one, context = station_at_work(flush_s=1.0)
    at = now()
    for number in range(1, PARTS + 1):
        at = replace(at, wall=at.wall + 0.4, monotonic=at.monotonic + 0.4)
        values = {"total": number}
        if number % 5_000 == 0:
            values = {"total": number, "packml_state": 4 if number % 10_000 else 6}
        one = one.observe(image(WORK_CENTER, at, **values), IDS, context).station
        if number % 5_000 == 0:
            one = one.observe(Tick(WORK_CENTER, replace(at, wall=at.wall + 0.3)), IDS, context).station
    size = len(one.snapshot())
    yield at_most("snapshot after a million parts", size / 1024, "KiB", 16, f"{PARTS:,} parts, one a reading")


async def durable_facts(bench: Bench) -> AsyncIterator[Measurement]:
    """One fact an observation, the intake running ahead of the disk; then the journal alone."""
    async with working_desk(settings(bench.fresh("durable"), synthetic(flush_s=1e-9))) as desk:
        with timed() as watch:
            for number in range(1, FACTS + 1):
                await desk.intake.take([image(WORK_CENTER, now(), total=number)])
                if number % GROUP == 0:
                    await asyncio.sleep(0)
            await desk.durable()
        rate = FACTS / watch.wall_s
        made = desk.journal.marks.last_sequence
        note = f"{watch}; reading → station → snapshot and fact on the disk, {made} facts"
        yield at_least("facts made durable, observation to disk, pipelined", rate, "/s", 15_000, note)
        facts = output_facts(GROUP)
        with timed() as watch:
            for _ in range(FACTS // GROUP):
                await desk.journal.commit(Commit(facts), time.time())
        rate = FACTS / watch.wall_s
        yield at_least(f"facts made durable, journal alone, {GROUP} a commit", rate, "/s", 15_000, str(watch))


async def work_centers(bench: Bench) -> AsyncIterator[Measurement]:
    """The same observations at one work center and spread over many, in turns."""
    many = [synthetic(f"WC-{number}") for number in range(CENTERS)]
    folder = bench.fresh("centers")
    async with (
        working_desk(settings(folder / "one", many[0])) as one,
        working_desk(settings(folder / "many", *many)) as all_of_them,
    ):
        costs: dict[int, list[float]] = {1: [], CENTERS: []}
        for turn in range(ROUNDS):
            for count, desk in ((1, one), (CENTERS, all_of_them)):
                costs[count].append(await _cost(desk, count, turn))
    few, lots = (statistics.median(costs[count]) for count in (1, CENTERS))
    note = f"{few * 1e6:.0f} µs at 1, {lots * 1e6:.0f} µs at {CENTERS}, with a real journal"
    yield at_most(f"cost of an observation, {CENTERS} work centers ÷ 1", lots / few, "times", 1.3, note)


async def _cost(desk: Desk, centers: int, turn: int) -> float:
    with timed() as watch:
        for number in range(PER_ROUND):
            wc_id = f"WC-{number % centers}"
            count = (turn * PER_ROUND + number) // centers
            await desk.intake.take([image(wc_id, now(), total=count, heartbeat=number)])
            if number % GROUP == 0:
                await asyncio.sleep(0)
        await desk.durable("WC-0")
    return watch.cpu_s / PER_ROUND


BENCHMARKS = (signals, station, snapshot, durable_facts, work_centers)
