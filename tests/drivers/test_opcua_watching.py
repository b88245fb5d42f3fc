"""What no publication tells: nodes that come and go, namespaces that move, silent death, the server itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, TelemetrySettings
from agent.core.observations import Controller, Link, Signal
from drivers.contract import Batch
from drivers.opcua import OpcUaDriver
from tests.drivers.opcua_plants import BehavingPlant, reading
from tests.drivers.plants import URI, collect, now, told

WATCH_S = 0.25


@pytest.fixture(scope="module")
def started() -> Iterator[BehavingPlant]:
    plant = BehavingPlant()
    plant.start()
    yield plant
    plant.server.kill()


@pytest.fixture
def plant(started: BehavingPlant) -> BehavingPlant:
    started.behave()
    started.server.tell(add=["state", "count", "run"])
    started.write(state=6, count=100_000, run=True)
    return started


@pytest.fixture
def machine(plant: BehavingPlant) -> MachineSettings:
    return reading(plant, watch_s=WATCH_S)


def has_link(seen: list[Any]) -> bool:
    return any(isinstance(each, Link) for each in seen)


def has_told(what: tuple[str, object, str], seen: list[Any]) -> bool:
    return what in told(seen)


def looked(seen: list[Any]) -> bool:
    return sum(isinstance(each, Controller) for each in seen) >= 3


async def test_a_node_that_goes_is_bad_and_is_read_again_when_it_is_back(
    plant: BehavingPlant, machine: MachineSettings, tmp_path: Path
) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        before = plant.seen(tmp_path)["monitored"]
        for value in (7, 8, 9):
            plant.server.tell(delete=["count"])
            seen = await collect(batches, lambda new: bool(told(new, "count")))
            assert told(seen, "count") == [("count", None, "bad")]
            plant.server.tell(add=["count"])
            plant.write(count=value)
            await collect(batches, partial(has_told, ("count", value, "good")))
        assert plant.seen(tmp_path)["monitored"] == before


async def test_a_node_that_was_never_there_is_read_as_soon_as_it_is(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    plant.server.tell(delete=["run"])
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        assert ("run", None, "bad") in told(seen)
        seen = await collect(batches, looked)
        assert told(seen, "run") == []
        plant.server.tell(add=["run"])
        seen = await collect(batches, lambda new: bool(told(new, "run")))
        assert told(seen, "run") == [("run", True, "good")]


async def test_a_node_is_read_as_soon_as_the_server_tells_that_its_nodes_changed(plant: BehavingPlant) -> None:
    plant.server.tell(delete=["run"])
    async with OpcUaDriver(reading(plant, watch_s=60.0), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.server.tell(add=["run"], changed=True)
        seen = await collect(batches, lambda new: bool(told(new, "run")))
    assert told(seen, "run") == [("run", True, "good")]


async def test_a_node_that_came_back_between_two_looks_with_a_silent_item_is_read_on(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.server.tell(delete=["count"], add=["count"], write=[["count", 77, None, None]])
        await collect(batches, lambda new: ("count", 77, "good") in told(new))
        plant.write(count=78)
        await collect(batches, lambda new: ("count", 78, "good") in told(new))


async def test_nodes_are_found_again_when_namespaces_move_under_a_session(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    try:
        async with OpcUaDriver(machine, now) as driver:
            batches = aiter(driver)
            await collect(batches, has_link)
            plant.server.tell(namespaces=["http://example.org/new", URI], write=[["count", 5, None, None]])
            await collect(batches, lambda new: ("count", 5, "good") in told(new))
            plant.write(count=6)
            await collect(batches, lambda new: ("count", 6, "good") in told(new))
    finally:
        plant.server.tell(namespaces=[URI])


async def test_a_server_that_does_not_tell_its_namespaces_for_once_loses_no_node(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(no_namespaces=True)
        seen = await collect(batches, looked)
        plant.write(count=5)
        seen += await collect(batches, lambda new: ("count", 5, "good") in told(new))
    assert told(seen) == [("count", 5, "good")]


async def test_a_process_value_that_falls_silent_costs_no_connection(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    speed = TelemetrySettings(key="speed", node=f"nsu={URI};s=speed")
    async with OpcUaDriver(machine.model_copy(update={"telemetry": (speed,)}), now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: has_link(new) and bool(told(new, "speed")))
        plant.behave(mute=["speed"])
        plant.write(speed=9.5)
        seen = await collect(batches, lambda new: ("speed", 9.5, "good") in told(new), within_s=10)
    assert told(seen) == [("speed", 9.5, "good")]


async def test_a_subscription_that_dies_in_silence_ends_the_connection(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(mute=["*"])
        plant.write(count=1)
        with pytest.raises(DeviceError, match="its subscription tells nothing any more though values move"):
            await collect(batches, lambda _: False, within_s=10)


async def test_one_item_that_falls_silent_is_polled(plant: BehavingPlant, machine: MachineSettings) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(mute=["count"])
        moving = asyncio.create_task(move(plant, "state"))
        try:
            plant.write(count=1)
            seen = await collect(batches, lambda new: ("count", 1, "good") in told(new), within_s=10)
            assert ("state", 11, "good") in told(seen)
            plant.write(count=2)
            await collect(batches, lambda new: ("count", 2, "good") in told(new))
        finally:
            moving.cancel()
        assert driver.granted_less == ("1 of the nodes are polled",)


async def test_a_value_that_the_server_tells_coarsely_is_not_subscribed_to_again_and_again(
    plant: BehavingPlant, machine: MachineSettings, tmp_path: Path
) -> None:
    plant.behave(coarse={"count": 5})
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.write(count=100_001)
        await collect(batches, lambda new: ("count", 100_001, "good") in told(new))
        created = plant.seen(tmp_path)["created"]
        plant.write(count=100_002)
        seen = await collect(batches, lambda new: sum(isinstance(each, Controller) for each in new) == 6)
        assert told(seen) == []
        assert plant.seen(tmp_path)["created"] == created


async def move(plant: BehavingPlant, name: str) -> None:
    for number in range(10_000):
        await asyncio.to_thread(plant.write, **{name: 11 if number % 2 else 6})
        await asyncio.sleep(0.05)


async def test_what_a_subscription_never_tells_is_polled(plant: BehavingPlant, machine: MachineSettings) -> None:
    plant.behave(mute=["*"])
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link, within_s=10)
        assert ("count", 100_000, "good") in told(seen)
        plant.write(count=3)
        await collect(batches, lambda new: ("count", 3, "good") in told(new))


async def test_where_polling_is_not_wanted_a_signal_that_is_never_told_ends_the_connection(
    plant: BehavingPlant,
) -> None:
    plant.behave(mute=["count"])
    async with OpcUaDriver(reading(plant, watch_s=WATCH_S, read="subscribe"), now) as driver:
        with pytest.raises(DeviceError, match="its subscription does not tell 'count'"):
            await collect(aiter(driver), lambda _: False, within_s=10)


async def test_values_that_stand_still_or_move_are_no_silence(plant: BehavingPlant, machine: MachineSettings) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        moving = asyncio.create_task(move(plant, "count"))
        try:
            seen = await collect(batches, lambda new: sum(isinstance(each, Controller) for each in new) == 8)
        finally:
            moving.cancel()
        assert told(seen, "state", "run") == []
        assert driver.granted_less == ()


async def test_what_the_server_says_of_itself_comes_before_any_signal(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    plant.behave(ahead_s=-3600.0, started=1_700_000_000.0)
    async with OpcUaDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    first = seen[0]
    assert isinstance(first, Controller)
    assert first.started == 1_700_000_000.0
    assert first.ahead_s == pytest.approx(-3600.0, abs=1.0)


async def test_a_start_in_no_year_is_none(plant: BehavingPlant, machine: MachineSettings) -> None:
    plant.behave(started=-11_644_473_600.0)
    async with OpcUaDriver(machine, now) as driver:
        [first, *_] = await collect(aiter(driver), has_link)
    assert isinstance(first, Controller)
    assert first.started is None


async def test_a_server_that_shuts_down_is_left_and_not_come_back_to_before_it_works(
    plant: BehavingPlant, machine: MachineSettings
) -> None:
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(state=4)
        with pytest.raises(DeviceError, match="says that it is shutting down: its values mean nothing"):
            await collect(batches, lambda _: False)
    with pytest.raises(DeviceError, match="says that it is shutting down: its values mean nothing"):
        async with OpcUaDriver(machine, now):
            pass


async def test_looks_that_take_longer_than_between_two_of_them_hurt_nobody(plant: BehavingPlant) -> None:
    async with OpcUaDriver(reading(plant, watch_s=0.01), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(read_s=0.15)
        seen = await collect(batches, lambda new: sum(isinstance(each, Link) for each in new) == 8)
        plant.write(count=4)
        seen = await collect(batches, lambda new: ("count", 4, "good") in told(new))
    assert told(seen) == [("count", 4, "good")]


async def test_who_takes_nothing_for_long_finds_a_driver_that_goes_on(plant: BehavingPlant) -> None:
    async with OpcUaDriver(reading(plant, publishing_ms=5, watch_s=0.1), now) as driver:
        batches: AsyncIterator[Batch] = aiter(driver)
        await collect(batches, has_link)
        for value in range(80):
            plant.write(count=value)
            await asyncio.sleep(0.015)
        await collect(batches, lambda new: ("count", 79, "good") in told(new))
        before = time.monotonic()
        seen = await collect(batches, looked)
        assert not [each for each in seen if isinstance(each, Signal)]
        assert driver.turns_by > before
