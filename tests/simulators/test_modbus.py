from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ModbusPDU

from simulators.clock import Clock
from simulators.day import Day, Image
from simulators.modbus import ModbusSimulator
from simulators.script import PRESS, Counter
from simulators.truth import TruthLog, read_truth

START = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
AWAY, BACK = 2885.0, 2960.0


def clock_at(seconds: float, speed: float) -> Clock:
    return Clock(datetime.now(UTC) - timedelta(seconds=seconds / speed), START, speed)


@asynccontextmanager
async def served(clock: Clock, truth: Path) -> AsyncIterator[ModbusSimulator]:
    with TruthLog(truth, clock) as log:
        async with ModbusSimulator(Day(PRESS), clock, log) as simulator:
            yield simulator


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[AsyncModbusTcpClient]:
    client = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0, timeout=1, reconnect_delay=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def inputs(client: AsyncModbusTcpClient) -> list[int]:
    return list((await client.read_input_registers(0, count=7, device_id=1)).registers)


def registers(image: Image) -> list[int]:
    total = image.total.to_bytes(4, "big")
    words = [int.from_bytes(total[:2], "big"), int.from_bytes(total[2:], "big")]
    return [*words, image.scrap, image.alarm, image.mode, image.heartbeat, image.boot]


async def eventually_connected(port: int) -> asyncio.StreamWriter:
    async with asyncio.timeout(5):
        while True:
            try:
                return (await asyncio.open_connection("127.0.0.1", port))[1]
            except ConnectionRefusedError:
                await asyncio.sleep(0.005)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


async def test_registers_are_the_image_at_the_moment_of_the_request(truth: Path) -> None:
    clock, day = clock_at(1190, 20.0), Day(PRESS)
    async with served(clock, truth) as simulator, connected(simulator.port) as client:
        images = []
        while clock.elapsed() < 1215:
            before = clock.elapsed()
            read = await inputs(client)
            after = clock.elapsed()
            assert read in [
                registers(image) for image in (day.at(before), *(one for _, one in day.changes(before, after)))
            ]
            images.append(tuple(read))
        assert len(set(images)) > 20
        bits = await client.read_discrete_inputs(0, count=4, device_id=1)
        assert bits.bits[:4] == [False, False, False, True]
        assert simulator.violations == []


async def test_discrete_inputs_say_running_and_fault(truth: Path) -> None:
    async with served(clock_at(1000, 1.0), truth) as simulator, connected(simulator.port) as client:
        assert (await client.read_discrete_inputs(0, count=4, device_id=1)).bits[:4] == [True, False, False, False]
    async with served(clock_at(4400, 1.0), truth) as simulator, connected(simulator.port) as client:
        assert (await client.read_discrete_inputs(0, count=4, device_id=1)).bits[:4] == [False, True, False, False]


async def test_an_absent_controller_refuses_then_shows_zeros_then_counts_from_zero(truth: Path) -> None:
    clock = clock_at(AWAY - 40, 20.0)
    async with served(clock, truth) as simulator:
        async with connected(simulator.port) as client:
            assert (await inputs(client))[-1] == 1
            await clock.sleep_until(clock.plant(AWAY + 10))
            assert not client.connected
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", simulator.port)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", simulator.port))
        (await eventually_connected(simulator.port)).close()
        async with connected(simulator.port) as client:
            seen = [await inputs(client)]
            assert clock.elapsed() < BACK
            while clock.elapsed() < BACK + 10:
                seen.append(await inputs(client))
        zeros = [one for one in seen if one == [0] * 7]
        assert zeros == seen[: len(zeros)]
        booted = seen[len(zeros)]
        assert (booted[:5], booted[6]) == ([0, 0, 0, 0, 1], 2)


async def test_started_during_an_absence_it_refuses_at_once(truth: Path) -> None:
    clock = clock_at(AWAY + 5, 30.0)
    async with served(clock, truth) as simulator:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", simulator.port)
        (await eventually_connected(simulator.port)).close()
        assert clock.elapsed() >= BACK - 10


async def test_whatever_is_more_than_reading_is_refused_and_recorded(truth: Path) -> None:
    async with served(clock_at(1000, 1.0), truth) as simulator:
        async with connected(simulator.port) as client:
            attempts: list[Callable[[], Awaitable[ModbusPDU]]] = [
                lambda: client.write_coil(0, value=True, device_id=1),
                lambda: client.write_register(0, 5, device_id=1),
                lambda: client.write_coils(0, [True], device_id=1),
                lambda: client.write_registers(0, [5], device_id=1),
                lambda: client.readwrite_registers(read_count=1, values=[1], device_id=1),
                lambda: client.read_device_information(device_id=1),
            ]
            for attempt in attempts[:5]:
                assert (await attempt()).isError()
            await attempts[5]()
            assert not (await client.read_coils(0, count=1, device_id=1)).bits[0]
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        writer.write(bytes([0, 1, 0, 0, 0, 3, 1, 0x55, 0]))
        assert (await reader.read(100))[7] == 0x80
        writer.close()
        expected = [f"function code {code}" for code in (5, 6, 15, 16, 23, 43)] + ["unknown function code"]
        assert simulator.violations == expected
    assert [one.detail["what"] for one in read_truth(truth) if one.event == "write_attempt"] == expected
    assert [one.event for one in read_truth(truth)][:2] == ["serving", "client"]


def test_a_counter_that_does_not_fit_its_registers_is_refused(truth: Path) -> None:
    clock = Clock.starting()
    with pytest.raises(ValueError, match="PRESS-1 do not fit"):
        ModbusSimulator(Day(replace(PRESS, scrap=Counter(0, 2**20))), clock, TruthLog(truth, clock))
