"""How soon the agent is at work: started anew, and with very much waiting; and what its imports cost."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from tests.bench.client import client
from tests.bench.configuration import counting, settings
from tests.bench.journal import waiting
from tests.bench.measurement import Bench, Measurement, at_most
from tests.bench.processes import agent_process, child, counter_server

STARTS = 5
RESTARTS = 3
IMPORTS = {
    "Python alone": "pass",
    "the agent with Modbus": "import agent.app, drivers.modbus",
    "the agent with OPC UA": "import agent.app, drivers.opcua",
}


async def first_signal(bench: Bench) -> AsyncIterator[Measurement]:
    """From asking for the process to the first reading of a machine on the disk, killed each time."""
    folder = bench.fresh("start")
    async with counter_server(folder, rate=0) as endpoint:
        seconds = []
        for number in range(STARTS):
            fresh = folder / str(number)
            fresh.mkdir()
            seconds.append(await _start(fresh, endpoint))
        note = f"median of {STARTS}, worst {max(seconds):.2f} s; OPC UA, empty journal"
        yield at_most("start to first accepted signal", statistics.median(seconds), "s", 1.5, note)
        full, count = await asyncio.to_thread(waiting, bench)
        await _start(full, endpoint)
        again = [await _start(full, endpoint) for _ in range(RESTARTS)]
    note = f"median of {RESTARTS}, worst {max(again):.2f} s; to the first accepted signal after SIGKILL, broker away"
    yield at_most(f"restart with {count:,} facts waiting", statistics.median(again), "s", 2, note)


async def _start(folder: Path, endpoint: str) -> float:
    agent = settings(folder, counting(endpoint))
    async with agent_process(agent) as process, client(agent.agent.socket) as api:
        return await api.recorded("link.restored", process.started) - process.started


async def imports(bench: Bench) -> AsyncIterator[Measurement]:
    """Processes that import and end."""
    log = bench.fresh("imports") / "imports.log"
    for what, statement in IMPORTS.items():
        seconds = []
        for _ in range(STARTS):
            began = time.perf_counter()
            async with child(log, "-c", statement, says=False) as process:
                await process.process.wait()
            seconds.append(time.perf_counter() - began)
        python = f"Python {sys.version_info.major}.{sys.version_info.minor}, compiled files in the cache"
        yield Measurement(f"import time, {what}", statistics.median(seconds) * 1000, "ms", note=python)


BENCHMARKS = (first_signal, imports)
