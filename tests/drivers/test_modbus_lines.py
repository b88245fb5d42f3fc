"""Machines that share a line, each looked at by a driver of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link
from drivers.contract import Driver
from drivers.modbus_lines import Lines
from drivers.registry import open_machine
from tests.drivers.modbus_servers import Caller, serving
from tests.drivers.plants import collect, eventually, now, told
from tests.drivers.servers.rtu_slaves import PtyLine, Request, Slaves, TcpLine, addresses


def machine(unit: int, **source: Any) -> MachineSettings:  # noqa: ANN401 - whatever the settings take
    signals = [
        {"key": "state", "role": "packml_state", "table": "input", "address": unit},
        {"key": "count", "role": "total", "table": "holding", "address": 100, "type": "uint32"},
        {"key": "run", "role": "run", "table": "coil", "address": 1, "type": "bit"},
        {"key": "fault", "role": "fault", "table": "discrete", "address": 0, "type": "bit"},
    ]
    modbus = {"unit": unit, "poll_ms": 20, "timeout_s": 0.05, "backoff_s": 0.3, **source}
    return MachineSettings.model_validate({"work_center": f"WC-{unit}", "modbus": modbus, "signal": signals})


def has_link(seen: list[Any]) -> bool:
    return any(isinstance(each, Link) for each in seen)


@dataclass
class Watched:
    """Machines that are read as the agent does it: for ever, with a fresh driver after each error."""

    lines: Lines = field(default_factory=Lines)
    images: Counter[int] = field(default_factory=Counter)
    turning: dict[int, Driver] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    latest_s: float = 0.0
    """The most that a driver was behind what it had promised."""

    @asynccontextmanager
    async def watching(self, *machines: MachineSettings) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._watch(one)) for one in machines]
        tasks.append(asyncio.create_task(self._look()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def until(self, condition: Callable[[], bool]) -> None:
        """However long it takes: a spinning test would take from this PC what the machines need."""
        async with asyncio.timeout(90):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def _watch(self, one: MachineSettings) -> None:
        assert one.modbus is not None
        unit = one.modbus.unit
        while True:
            driver = open_machine(one, now, lines=self.lines)
            with suppress(DeviceError):
                async with driver:
                    self.turning[unit] = driver
                    async for batch in driver:
                        self.images[unit] += has_link(list(batch))
                        self.changed.set()
            self.turning.pop(unit, None)
            self.changed.set()
            await asyncio.sleep(0.02)

    async def _look(self) -> None:
        while True:
            time = asyncio.get_running_loop().time()
            self.latest_s = max([self.latest_s, *(time - one.turns_by for one in self.turning.values())])
            await asyncio.sleep(0.05)


async def test_thirty_slaves_on_one_line_are_all_read_though_two_are_dead(tmp_path: Path) -> None:
    units = range(1, 31)
    slaves = Slaves({unit: addresses for unit in units if unit not in {7, 19}})
    watched = Watched()
    images = watched.images
    with PtyLine(tmp_path / "usb-line", slaves) as line:
        source = {"serial": str(line.link), "frame_gap_ms": 0}
        machines = [machine(unit, **source, timeout_s=5 if unit in slaves.answers else 0.05) for unit in units]
        async with watched.watching(*machines):
            await watched.until(lambda: len(images) == 28 and min(images.values()) >= 2)
    asked = Counter(request.unit for request in slaves.requests)
    assert set(images) == set(slaves.answers)
    assert max(images.values()) <= 2 * min(images.values()) + 2, "each has its turn about as often as the others"
    assert {request.function for request in slaves.requests} == {1, 2, 3, 4}
    assert 0 < asked[7] < asked[8]
    assert watched.latest_s < 5, "a watchdog has no reason to bark"


async def test_a_driver_that_waits_says_by_when_it_is_served_and_that_is_behind_the_others() -> None:
    async def mute(caller: Caller) -> None:
        await caller.reader.read()

    async with serving(mute) as place, AsyncExitStack() as stack:
        lines = Lines()
        drivers = [
            await stack.enter_async_context(
                open_machine(machine(unit, host="127.0.0.1", port=place.port, timeout_s=20), now, lines=lines)
            )
            for unit in (1, 2, 3)
        ]
        reading = [asyncio.ensure_future(anext(aiter(driver))) for driver in drivers]

        def are_one_behind_the_other() -> bool:
            first, second, third = sorted(driver.turns_by for driver in drivers)
            return second - first > 19 and third - second > 19

        await eventually(are_one_behind_the_other, within_s=30)
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)


async def test_a_line_is_lost_to_all_its_machines_and_back_for_all(tmp_path: Path) -> None:
    slaves = Slaves(dict.fromkeys((1, 2, 3), addresses))
    watched = Watched()
    with PtyLine(tmp_path / "usb-line", slaves) as line:
        machines = [machine(unit, serial=str(line.link), timeout_s=5) for unit in slaves.answers]
        async with watched.watching(*machines):
            await watched.until(lambda: len(watched.images) == 3)
            line.unplug()
            await watched.until(lambda: not watched.turning)
            watched.images.clear()
            line.plug_in()
            await watched.until(lambda: len(watched.images) == 3)
    assert not any(known.line.is_used for known in watched.lines._places.values())


async def test_two_work_centers_read_one_unit(tmp_path: Path) -> None:
    slaves = Slaves({1: addresses})
    with PtyLine(tmp_path / "usb-line", slaves) as line:
        lines, one = Lines(), machine(1, serial=str(line.link), timeout_s=5)
        other = one.model_copy(update={"work_center": "WC-2"})
        async with open_machine(one, now, lines=lines) as first, open_machine(other, now, lines=lines) as second:
            images = [await collect(aiter(driver), has_link) for driver in (first, second)]
    assert told(images[0]) == told(images[1])
    assert {each.wc_id for each in images[1]} == {"WC-2"}


@pytest.mark.parametrize("transport", ["serial", "rtu over tcp", "tcp"])
async def test_nothing_but_reading_goes_over_any_wire(tmp_path: Path, transport: str) -> None:
    """Whatever happens on it: answers, refusals, silence, checks after a silence, and being called again."""
    functions: set[int] = set()
    answers = 0

    def moody(request: Request) -> bytes | None:
        nonlocal answers
        answers += 1
        if answers % 7 == 5:
            return None
        return request.refused(6 if answers % 2 else 2) if answers % 7 in {2, 3} else addresses(request)

    async with AsyncExitStack() as stack:
        if transport == "tcp":

            async def serve(caller: Caller) -> None:
                while True:
                    asked = await caller.request()
                    functions.add(asked.function)
                    said = moody(Request(asked.unit, asked.function, asked.address, asked.count))
                    if said is not None:
                        await caller.say(asked.framed(said[1:-2]))

            place = await stack.enter_async_context(serving(serve))
            source: dict[str, Any] = {"host": "127.0.0.1", "port": place.port}
        else:
            slaves = Slaves({1: moody})
            if transport == "serial":
                line = stack.enter_context(PtyLine(tmp_path / "usb-line", slaves))
                source = {"serial": str(line.link)}
            else:
                gateway = stack.enter_context(TcpLine(slaves))
                source = {"host": "127.0.0.1", "port": gateway.port, "framing": "rtu"}
        watched = Watched()
        async with watched.watching(machine(1, **source)):
            await watched.until(lambda: answers > 30)
        if transport != "tcp":
            assert slaves.bad == []
            functions = {request.function for request in slaves.requests}
    assert functions == {1, 2, 3, 4}
