"""How soon there is data again from a machine whose server was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from agent.acquisition import Watchers, watch_machine
from agent.batch import Stand
from agent.clock import Clock
from agent.core.machine_settings import MachineSettings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from tests.bench.configuration import settings
from tests.bench.measurement import Bench, Measurement, at_most
from tests.bench.parts import Desk, working_desk
from tests.drivers.plants import ModbusPlant, OpcUaPlant

Plant: TypeAlias = OpcUaPlant | ModbusPlant
TIMES = 3
AWAY_S = 2.0
FROZEN_S = 4.0
"""Longer than any time-out, so that the connection has been given up."""
WITHIN_S = 30.0


async def servers(bench: Bench) -> AsyncIterator[Measurement]:
    """Both protocols side by side, each with its own server process, time-outs as shipped."""
    folder = bench.fresh("recovery")
    plants: dict[str, Plant] = {"OPC UA": OpcUaPlant(), "Modbus": ModbusPlant()}
    found = await asyncio.gather(*(_one(plant, folder / name.replace(" ", "")) for name, plant in plants.items()))
    for name, (restarted, thawed) in zip(plants, found, strict=True):
        note = f"worst of {TIMES}; from the server listening to the gap closed"
        yield at_most(f"{name} server killed and restarted → data again", max(restarted), "s", 1, note)
        note = f"worst of {TIMES}; frozen for {FROZEN_S:g} s, from its going on to the gap closed"
        yield at_most(f"{name} server frozen → data again", max(thawed), "s", 2, note)


async def _one(plant: Plant, folder: Path) -> tuple[list[float], list[float]]:
    machine = _as_shipped(plant.machine)
    try:
        await asyncio.to_thread(plant.start)
        async with working_desk(settings(folder, machine)) as desk:
            watching = asyncio.create_task(watch_machine(machine, desk.intake, Clock(), Watchers()), name="bench.watch")
            try:
                return await _kill(plant, desk), await _freeze(plant, desk)
            finally:
                watching.cancel()
    finally:
        await asyncio.to_thread(plant.server.kill)


async def _kill(plant: Plant, desk: Desk) -> list[float]:
    async def back() -> None:
        await asyncio.to_thread(plant.start)

    return [await _outage(desk, plant.server.kill, AWAY_S, back) for _ in range(TIMES)]


async def _freeze(plant: Plant, desk: Desk) -> list[float]:
    async def back() -> None:
        plant.server.thaw()

    return [await _outage(desk, plant.server.freeze, FROZEN_S, back) for _ in range(TIMES)]


async def _outage(desk: Desk, away: Callable[[], None], seconds: float, back: Callable[[], Awaitable[None]]) -> float:
    await _watched(desk, yes=True)
    await asyncio.to_thread(away)
    await asyncio.sleep(seconds)
    await _watched(desk, yes=False)
    await back()
    began = time.perf_counter()
    await _watched(desk, yes=True)
    return time.perf_counter() - began


async def _watched(desk: Desk, *, yes: bool) -> None:
    def reached(present: Stand) -> bool:
        [station] = present.stations.values()
        watch = station.state.watch
        return (watch.link_up and watch.gap is None) is yes

    async with asyncio.timeout(WITHIN_S):
        await desk.intake.until(reached)


def _as_shipped(machine: MachineSettings) -> MachineSettings:
    """The machine with the time-outs that a plant gets, and without its signal that does not exist."""
    known = tuple(signal for signal in machine.signal if signal.key != "bad")
    opcua, modbus = machine.opcua, machine.modbus
    shipped = {
        "signal": known,
        "opcua": None if opcua is None else OpcUaSettings(endpoint=opcua.endpoint, security="none"),
        "modbus": None if modbus is None else ModbusSettings(host=modbus.host, port=modbus.port),
    }
    return machine.model_copy(update=shipped)


BENCHMARKS = (servers,)
