"""Thirty Modbus slaves on one RS-485 line: how often each is read, how old what is said then is, and what it takes."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Instant, Signal
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus import ModbusDriver
from drivers.modbus_lines import Lines
from tests.bench.configuration import settings
from tests.bench.measurement import Bench, Measurement, at_least, at_most, percentile
from tests.bench.processes import READY_S, agent_process, child
from tests.bench.servers.rs485 import REGISTERS, exchange_s

DEVICE = "rs485"
SLAVES = 30
BAUDS = (19_200, 38_400, 115_200)
DEAD = 7
WATCH_S = 12.0
WARM_S = 8.0
SLACK_S = 0.1
"""That a busy PC may add to a time-out."""
RETRY_S = 0.2
"""Before another connection to a unit that did not answer, as the agent tries again."""


@dataclass(slots=True)
class _Seen:
    """What was read."""

    images: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By unit, when."""
    ages_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        """Images a second of the slave that is read least."""
        return min(len(times) for unit, times in self.images.items() if unit != DEAD) / self.seconds

    @property
    def longest_s(self) -> float:
        """Between two images of one slave."""
        return max(later - earlier for times in self.images.values() for earlier, later in pairwise(times))


async def line(bench: Bench) -> AsyncIterator[Measurement]:
    """As fast as the line lets them be read, at each of three speeds."""
    for baud in BAUDS:
        folder = bench.fresh(f"line-{baud}")
        async with _slaves(folder, baud):
            seen = await _read(_machines(folder / DEVICE, baud))
        name = f"{SLAVES} slaves at {baud:,} baud"
        most = 1 / (SLAVES * exchange_s(baud))
        note = f"{REGISTERS} registers each; the line itself lets {most:.2f}, {100 * seen.rate / most:.0f} % of it"
        yield Measurement(f"{name}: images of each", seen.rate, "/s", note=note)
        yield Measurement(f"{name}: read by its slave → image, p50", percentile(seen.ages_ms, 50), "ms")
        note = f"its answer takes {(5 + 2 * REGISTERS) * 11_000 / baud:.1f} ms on the line"
        yield Measurement(f"{name}: the same, p99", percentile(seen.ages_ms, 99), "ms", note=note)
        yield Measurement(
            f"{name}: processor", 100 * seen.cpu_s / seen.seconds, "% of a core", note="the drivers alone"
        )


async def one_dead(bench: Bench) -> AsyncIterator[Measurement]:
    """What a slave that is dead costs the others."""
    baud = BAUDS[0]
    found: list[_Seen] = []
    for dead in ((), (DEAD,)):
        folder = bench.fresh(f"dead-{len(dead)}")
        async with _slaves(folder, baud, *dead):
            found.append(await _read(_machines(folder / DEVICE, baud)))
    before, after = found
    modbus = ModbusSettings(serial="/dev/ttyS0")
    share = modbus.timeout_s / (modbus.timeout_s + modbus.backoff_s)
    name = f"one of {SLAVES} dead at {baud:,} baud"
    note = f"{before.rate:.2f}/s without it; time-out {modbus.timeout_s:g} s, back-off {modbus.backoff_s:g} s"
    yield at_least(f"{name}: images of each other", after.rate, "/s", round((1 - share) * before.rate, 2), note)
    limit = round(before.longest_s + modbus.timeout_s + SLACK_S, 2)
    note = f"{before.longest_s:.2f} s without it, one time-out, and {SLACK_S:g} s for this PC"
    yield at_most(f"{name}: between two images of another", after.longest_s, "s", limit, note)


async def agent(bench: Bench) -> AsyncIterator[Measurement]:
    """A whole agent on the slowest line, with a work center for each slave and a dozen process values of each."""
    folder = bench.fresh("agent")
    baud = BAUDS[0]
    machines = _machines(folder / DEVICE, baud, poll_ms=1_000)
    async with _slaves(folder, baud), agent_process(settings(folder, *machines)) as process:
        await asyncio.sleep(WARM_S)
        used, began = process.cpu_s, time.perf_counter()
        await asyncio.sleep(WATCH_S)
        share = 100 * (process.cpu_s - used) / (time.perf_counter() - began)
        memory = process.memory_mb
    name = f"agent, {SLAVES} slaves at {baud:,} baud"
    yield Measurement(f"{name}: processor", share, "% of a core", note=f"{SLAVES * REGISTERS} registers a second")
    yield Measurement(f"{name}: memory", memory, "MB RSS", note=f"after {WARM_S + WATCH_S:g} s, no broker there")


@asynccontextmanager
async def _slaves(folder: Path, baud: int, *dead: int) -> AsyncIterator[None]:
    arguments = (str(folder / DEVICE), str(baud), str(SLAVES), *map(str, dead))
    async with child(folder / "rs485.log", "-m", "tests.bench.servers.rs485", *arguments) as server:
        async with asyncio.timeout(READY_S):
            await server.line()
        yield


def _machines(device: Path, baud: int, poll_ms: int = 100) -> list[MachineSettings]:
    return [
        MachineSettings(
            work_center=f"SLAVE-{unit}",
            modbus=ModbusSettings(serial=str(device), baud=baud, unit=unit, poll_ms=poll_ms),
            signal=(
                SignalSettings(key="total", role=Role.TOTAL, table="holding", address=0, type="uint32"),
                SignalSettings(key="state", role=Role.PACKML_STATE, table="holding", address=2),
            ),
            telemetry=tuple(
                TelemetrySettings(key=f"value-{address}", table="holding", address=address)
                for address in range(3, REGISTERS)
            ),
        )
        for unit in range(1, SLAVES + 1)
    ]


async def _read(machines: Sequence[MachineSettings]) -> _Seen:
    """All of them at once, for a while; without the agent around it, as that is not what is measured."""
    seen, lines = _Seen(), Lines()
    readers = [asyncio.create_task(_follow(machine, lines, seen)) for machine in machines]
    try:
        await asyncio.sleep(WARM_S / 4)
        seen.images.clear()
        seen.ages_ms.clear()
        used, began = time.process_time(), time.perf_counter()
        await asyncio.sleep(WATCH_S)
        seen.cpu_s, seen.seconds = time.process_time() - used, time.perf_counter() - began
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.wait(readers)
    return seen


async def _follow(machine: MachineSettings, lines: Lines, seen: _Seen) -> None:
    assert machine.modbus is not None
    unit = machine.modbus.unit
    while True:
        with suppress(DeviceError):
            async with ModbusDriver(machine, _now, lines) as driver:
                async for batch in driver:
                    for one in batch:
                        if isinstance(one, Signal) and one.key == "value-3" and isinstance(one.value, int):
                            at = one.observed.monotonic
                            seen.images[unit].append(at)
                            seen.ages_ms.append((int(at * 1000) - one.value) & 0xFFFF)
        await asyncio.sleep(RETRY_S)


def _now() -> Instant:
    return Instant(time.time(), time.monotonic())


BENCHMARKS = (line, one_dead, agent)
