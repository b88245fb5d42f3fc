"""Processes around and of the agent, each tied to the benchmark: none outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from agent.core.settings import Settings
from simulators.tether import tethered
from tests.bench import configuration
from tests.drivers.plants import free_port

ROOT = Path(__file__).parents[2]
READY_S = 20.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running child."""

    process: Process
    started: float
    """When it was asked for, in seconds since 1970 UTC."""

    async def line(self) -> dict[str, Any]:
        """The next line of JSON that it says."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a child of the benchmark ended with status {await self.process.wait()}; see its log")
        said: dict[str, Any] = json.loads(line)
        return said

    @property
    def cpu_s(self) -> float:
        """Processor seconds so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory_mb(self) -> float:
        """Resident memory in MB of a million bytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)


@asynccontextmanager
async def child(log: Path, *arguments: str, says: bool = True) -> AsyncIterator[Child]:
    """Run Python with these arguments while open; at the end it is killed."""
    with log.open("ab") as errors:
        started = time.time()
        process = await asyncio.create_subprocess_exec(
            *tethered(sys.executable, *arguments),
            cwd=ROOT,
            stdin=DEVNULL,
            stdout=PIPE if says else DEVNULL,
            stderr=errors,
            env={**os.environ, "PYTHONASYNCIODEBUG": ""},
        )
    try:
        yield Child(process, started)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def agent_process(settings: Settings) -> AsyncIterator[Child]:
    """An agent as a plant runs it."""
    folder = settings.agent.data
    config = configuration.write(settings, folder / "lineside.toml")
    async with child(folder / "agent.log", "-m", "agent", "run", "-c", str(config), says=False) as agent:
        yield agent


@asynccontextmanager
async def counter_server(folder: Path, rate: float) -> AsyncIterator[str]:
    """A PLC that counts so often a second; its endpoint."""
    port = free_port()
    async with child(folder / "counter.log", "-m", "tests.bench.servers.counter", str(port), str(rate)) as server:
        async with asyncio.timeout(READY_S):
            await server.line()
        yield f"opc.tcp://127.0.0.1:{port}/counter"


class Mes:
    """The barest MES, and what it said so far."""

    def __init__(self, process: Child) -> None:
        self.said: list[dict[str, Any]] = []
        self._process = process
        self._more = asyncio.Condition()

    async def listen(self) -> None:
        """Take what it says, for ever."""
        while True:
            line = await self._process.line()
            async with self._more:
                self.said.append(line)
                self._more.notify_all()

    async def until(self, enough: Callable[[list[dict[str, Any]]], bool], within_s: float) -> None:
        """Wait until what it said is enough."""
        async with asyncio.timeout(within_s), self._more:
            await self._more.wait_for(lambda: enough(self.said))


@asynccontextmanager
async def mes_process(folder: Path, port: int) -> AsyncIterator[Mes]:
    """An MES that has subscribed at a broker."""
    async with child(folder / "mes.log", "-m", "tests.bench.servers.mes", str(port)) as process:
        async with asyncio.timeout(READY_S):
            await process.line()
        mes = Mes(process)
        listening = asyncio.create_task(mes.listen(), name="bench.mes")
        try:
            yield mes
        finally:
            listening.cancel()
