"""A thousand values at 1 Hz and a hundred at 10 Hz from one OPC UA server: what driver and agent make of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, UnixConnector

from agent.core.machine.condition_settings import ConditionSettings
from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Quality, Signal
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.registry import open_machine
from simulators.broker import Broker
from tests.bench.configuration import WORK_CENTER, settings
from tests.bench.measurement import Bench, Measurement, at_least, at_most, percentile
from tests.bench.parts import now
from tests.bench.processes import READY_S, Child, agent_process, child, mes_process
from tests.bench.servers.many_signals import NAMESPACE, TURNS
from tests.bench.throughput import timed

SLOW, FAST = 1_000, 100
WARM_S = 8.0
WATCH_S = 30.0


async def driver(bench: Bench) -> AsyncIterator[Measurement]:
    """The driver alone in this process."""
    async with _server(bench.fresh("signals-driver")) as (server, machine):
        seen = _Seen()
        async with open_machine(machine, now) as opened:
            batches = aiter(opened)
            await _read(batches, WARM_S, _Seen())
            used = server.cpu_s
            with timed() as watch:
                await _read(batches, WATCH_S, seen)
            used = server.cpu_s - used
    what = f"{SLOW} values at 1 Hz and {FAST} at 10 Hz"
    note = f"the server's process takes {100 * used / watch.wall_s:.0f} % of a core beside it"
    yield Measurement(f"{what}, one OPC UA server: told", len(seen.delays) / watch.wall_s, "/s", note=note)
    yield at_most(f"{what}: changes that were not told", seen.missing, "changes", 0, f"in {WATCH_S:g} s")
    note = "source time → signal told; publishing interval 100 ms, as shipped"
    yield Measurement(f"{what}: delay, p50", 1000 * percentile(seen.delays, 50), "ms", note=note)
    yield Measurement(f"{what}: delay, p99", 1000 * percentile(seen.delays, 99), "ms", note=note)
    yield Measurement(f"{what}: processor, driver alone", 100 * watch.cpu_s / watch.wall_s, "% of a core")


async def agent(bench: Bench) -> AsyncIterator[Measurement]:
    """The whole agent: every change is kept and sent on as telemetry."""
    folder = bench.fresh("signals-agent")
    async with (
        _server(folder) as (_, machine),
        Broker(folder=folder / "broker", kind="mosquitto") as broker,
        mes_process(folder, broker.port),
    ):
        configured = settings(folder, machine, broker=broker.port)
        async with agent_process(configured) as running:
            await asyncio.sleep(WARM_S)
            used, began = running.cpu_s, time.perf_counter()
            await asyncio.sleep(WATCH_S)
            share = 100 * (running.cpu_s - used) / (time.perf_counter() - began)
            memory, fresh = running.memory_mb, await _fresh(configured.agent.socket)
    what = f"{SLOW} values at 1 Hz and {FAST} at 10 Hz, all of them kept and sent"
    yield Measurement(f"{what}: processor, agent", share, "% of a core", note="its one process, MES there")
    yield Measurement(f"{what}: memory, agent", memory, "MB RSS", note=f"after {WARM_S + WATCH_S:g} s")
    yield at_least(f"{what}: good and younger than 2 s in the end", fresh, "values", SLOW + FAST)


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[tuple[Child, MachineSettings]]:
    arguments = ("-m", "tests.bench.servers.many_signals", str(SLOW), str(FAST))
    async with child(folder / "many.log", *arguments) as server:
        async with asyncio.timeout(READY_S):
            ready = await server.line()
        yield server, _machine(f"opc.tcp://127.0.0.1:{ready['port']}/many")


def _machine(endpoint: str) -> MachineSettings:
    names = [*(f"10hz.{number}" for number in range(FAST)), *(f"1hz.{number}" for number in range(SLOW))]
    nodes = {name: f"nsu={NAMESPACE};s={name}" for name in names}
    speed, *rest = names
    return MachineSettings(
        work_center=WORK_CENTER,
        opcua=OpcUaSettings(endpoint=endpoint, security="none"),
        condition=ConditionSettings(run_speed=1.0),
        signal=(SignalSettings(key=speed, role=Role.SPEED, node=nodes[speed]),),
        telemetry=tuple(TelemetrySettings(key=name, node=nodes[name], interval_s=0) for name in rest),
    )


@dataclass(slots=True)
class _Seen:
    """What was told."""

    delays: list[float] = field(default_factory=list)
    missing: int = 0
    """Changes between two that were told."""
    _turns: dict[str, int] = field(default_factory=dict)

    def note(self, signal: Signal) -> None:
        """A value is the turn of the server in which it was written."""
        assert signal.source_time is not None
        self.delays.append(signal.observed.wall - signal.source_time)
        turn, before = int(signal.value or 0), self._turns.get(signal.key)
        if before is not None:
            self.missing += (turn - before) // TURNS[int(signal.key.partition("hz")[0])] - 1
        self._turns[signal.key] = turn


async def _read(batches: AsyncIterator[Sequence[object]], seconds: float, seen: _Seen) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for one in await anext(batches):
            if isinstance(one, Signal):
                seen.note(one)


async def _fresh(socket: Path) -> int:
    """How many values the agent holds for good and for new."""
    async with (
        ClientSession("http://agent", connector=UnixConnector(str(socket))) as session,
        session.get("/v1/readings") as response,
    ):
        [machine] = (await response.json())["machines"]
    return sum(one["quality"] == Quality.GOOD and one["told_s"] < 2.0 for one in machine["readings"])


BENCHMARKS = (driver, agent)
