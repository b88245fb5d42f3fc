"""What only Modbus has: polls, exceptions, images of nothing but zeros, servers that hang up or fall silent."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Link, Signal
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus import ModbusDriver
from tests.drivers.plants import ModbusPlant, collect, eventually, free_port, now, told

ZEROED = ("run", "count", "state")
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def started() -> Iterator[ModbusPlant]:
    plant = ModbusPlant()
    plant.start()
    yield plant
    plant.server.kill()


@pytest.fixture
def plant(started: ModbusPlant) -> ModbusPlant:
    started.mend()
    started.write(state=6, count=100_000, run=True)
    return started


def has_link(seen: list[object]) -> bool:
    return any(isinstance(each, Link) for each in seen)


async def test_the_signals_of_one_poll_share_one_instant_and_have_no_source_time(plant: ModbusPlant) -> None:
    async with ModbusDriver(plant.machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert len({(each.observed, each.source_time) for each in seen if isinstance(each, Signal)}) == 1
    assert seen[0].source_time is None


async def test_an_image_of_nothing_but_zeros_is_no_data_and_no_sign_of_life(plant: ModbusPlant) -> None:
    async with ModbusDriver(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.server.tell(write=[["input", 0, 0], ["holding", 10, 0], ["holding", 11, 0], ["coil", 3, 0]])
        lost = await collect(batches, lambda new: told(new)[-3:] == [(key, None, "bad") for key in ZEROED])
        with pytest.raises(TimeoutError):
            await collect(batches, has_link, within_s=0.3)
        plant.write(run=True)
        back = await collect(batches, has_link)
    assert {each.status for each in lost[-3:]} == {"all-zero image"}
    assert told(back) == [("run", True, "good"), ("count", 0, "good"), ("state", 0, "good")]


async def test_a_single_signal_may_be_zero(plant: ModbusPlant) -> None:
    plant.write(state=0)
    machine = plant.machine.model_copy(update={"signal": plant.machine.signal[:1]})
    async with ModbusDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert told(seen) == [("state", 0, "good")]


async def test_a_machine_that_refuses_everything_is_there_and_has_nothing_good_to_say(plant: ModbusPlant) -> None:
    plant.server.tell(refuse=json.dumps({1: 4, 2: 4, 3: 4, 4: 4}))
    async with ModbusDriver(plant.machine, now) as driver:
        seen = await collect(aiter(driver), lambda new: sum(isinstance(each, Link) for each in new) == 2)
    assert {(each.key, each.status) for each in seen if isinstance(each, Signal)} == {
        ("state", "Modbus exception 4 (server device failure)"),
        ("count", "Modbus exception 4 (server device failure)"),
        ("run", "Modbus exception 4 (server device failure)"),
        ("bad", "Modbus exception 2 (illegal data address)"),
    }


async def test_a_driver_with_nothing_to_say_turns_all_the_same(plant: ModbusPlant) -> None:
    plant.write(state=0, count=0, run=False)
    async with ModbusDriver(plant.machine, now) as driver:
        batches = aiter(driver)
        await anext(batches)
        promised = driver.turns_by
        saying = asyncio.ensure_future(anext(batches))
        await eventually(lambda: driver.turns_by > promised, within_s=10)
        saying.cancel()
        await asyncio.wait([saying])


async def test_a_poll_that_was_late_does_not_move_the_next_ones(plant: ModbusPlant) -> None:
    async with ModbusDriver(plant.machine, now) as driver:
        first = driver._due
        batches = aiter(driver)
        await collect(batches, has_link)
        await asyncio.to_thread(time.sleep, 0.05)
        await collect(batches, has_link)
        periods = (driver._due - first) / 0.02
    assert periods == pytest.approx(round(periods), abs=1e-6)


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[MachineSettings]:
    """A machine whose server answers like this, with a time-out that no test waits for."""
    port = free_port()
    machine = MachineSettings(
        work_center="WC-1",
        modbus=ModbusSettings(host="127.0.0.1", port=port, timeout_s=60),
        signal=(SignalSettings(key="run", role=Role.RUN, table="holding", address=0, type="uint32"),),
    )
    gone = asyncio.Event()

    async def answer_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer)
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(answer_and_close, "127.0.0.1", port):
        yield machine
        await gone.wait()


async def test_a_server_that_hangs_up_during_a_read_is_noticed_at_once() -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)

    async with served(hang_up) as machine, ModbusDriver(machine, now) as driver:
        with pytest.raises(DeviceError, match=r"closed the connection\."):
            await anext(aiter(driver))


async def test_a_cancellation_that_meets_an_answer_is_not_lost(plant: ModbusPlant) -> None:
    assert plant.machine.modbus is not None
    modbus = plant.machine.modbus.model_copy(update={"poll_ms": 5})
    stopped: list[bool] = []
    async with ModbusDriver(plant.machine.model_copy(update={"modbus": modbus}), now) as driver:
        for moment in range(50):
            watching = asyncio.create_task(collect(aiter(driver), lambda _: False))
            await asyncio.wait({watching}, timeout=0.01 + moment / 10_000)
            watching.cancel()
            await asyncio.wait({watching}, timeout=1.0)
            stopped.append(watching.cancelled())
    assert stopped == [True] * 50


async def test_an_answer_that_is_too_short_is_nonsense() -> None:
    async def answer_one_register(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readexactly(12)
        writer.write(request[:4] + bytes([0, 5, 1, 3, 2, 0, 7]))
        await reader.read()

    async with served(answer_one_register) as machine, ModbusDriver(machine, now) as driver:
        with pytest.raises(DeviceError, match=r"answered 1 of 2 values from holding 0\."):
            await anext(aiter(driver))
