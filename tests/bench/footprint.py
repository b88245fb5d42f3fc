"""What the agent takes of the PC: memory and processor, on the simulated line at the speed of real time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from agent.core.machine_settings import MachineSettings
from simulators.broker import Broker
from tests.bench.configuration import filler, press, settings
from tests.bench.measurement import Bench, Measurement, at_most
from tests.bench.processes import READY_S, Child, agent_process, child, mes_process

WARM_S = 6.0
WATCH_S = 15.0


async def line(bench: Bench) -> AsyncIterator[Measurement]:
    """One agent on both machines of the line, another on the Modbus machine alone."""
    folder = bench.fresh("line")
    async with AsyncExitStack() as stack:
        filling, pressing = await _machines(stack, folder)
        agents = [
            await _agent(stack, bench.fresh("line-both"), filling, pressing),
            await _agent(stack, bench.fresh("line-modbus"), pressing),
        ]
        await asyncio.sleep(WARM_S)
        before = [agent.cpu_s for agent in agents]
        began = time.perf_counter()
        await asyncio.sleep(WATCH_S)
        seconds = time.perf_counter() - began
        both, modbus = (100 * (agent.cpu_s - used) / seconds for agent, used in zip(agents, before, strict=True))
        memory_both, memory_modbus = (agent.memory_mb for agent in agents)
    yield at_most("memory, OPC UA and Modbus", memory_both, "MB RSS", 100, f"after {WARM_S + WATCH_S:g} s of the line")
    yield at_most("memory, Modbus only", memory_modbus, "MB RSS", 80, "likewise")
    tags = len(filling.signal) + len(pressing.signal)
    note = f"{tags} tags (each role once a machine), OPC UA publishing 100 ms and Modbus polling 200 ms, MES there"
    yield at_most("processor, the line at speed 1", both, "% of a core", 1.5, note)
    note = f"{len(pressing.signal)} tags polled each 200 ms"
    yield Measurement("processor, Modbus only", modbus, "% of a core", note=note)


async def _machines(stack: AsyncExitStack, folder: Path) -> tuple[MachineSettings, MachineSettings]:
    simulate = ("-m", "agent", "simulate", "line", "--opcua-port", "0", "--modbus-port", "0")
    plant = child(folder / "line.log", *simulate, "--truth", str(folder / "truth.jsonl"))
    served = await stack.enter_async_context(plant)
    async with asyncio.timeout(READY_S):
        ready = await served.line()
    return filler(ready["opcua_url"]), press(ready["modbus_port"])


async def _agent(stack: AsyncExitStack, folder: Path, *machines: MachineSettings) -> Child:
    """An agent with a broker and an MES of its own, lest one throws the other out."""
    broker = await stack.enter_async_context(Broker(folder=folder / "broker", kind="mosquitto"))
    await stack.enter_async_context(mes_process(folder, broker.port))
    return await stack.enter_async_context(agent_process(settings(folder, *machines, broker=broker.port)))


BENCHMARKS = (line,)
