"""Servers whose answers are too large, unreadable or never given."""

import asyncio
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import Role, SignalSettings, TelemetrySettings
from agent.core.observations import Link
from drivers.opcua import OpcUaDriver
from drivers.opcua_probe import probe_opcua
from drivers.opcua_subscription import Subscription
from tests.drivers.opcua_plants import BehavingPlant, reading
from tests.drivers.plants import TIMEOUT_S, URI, collect, now, told


@pytest.fixture(scope="module")
def plant() -> Iterator[BehavingPlant]:
    plant = BehavingPlant()
    plant.start()
    yield plant
    plant.server.kill()


def has_link(seen: list[Any]) -> bool:
    return any(isinstance(each, Link) for each in seen)


async def test_a_value_that_fits_into_no_answer_is_bad_and_takes_no_other_with_it(plant: BehavingPlant) -> None:
    plant.behave(too_large=["count"])
    async with OpcUaDriver(reading(plant, read="poll", poll_ms=50), now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert sorted(told(seen)) == [("count", None, "bad"), ("run", True, "good"), ("state", 6, "good")]


async def test_nodes_of_a_class_that_there_is_not_cost_texts_and_no_value(plant: BehavingPlant) -> None:
    plant.behave(strange_kinds=True)
    alarm = SignalSettings(key="alarm", role=Role.ALARM, node=f"nsu={URI};s=alarm")
    machine = reading(plant).model_copy(update={"signal": (alarm,)})
    async with OpcUaDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert told(seen) == [("alarm", "E1", "good")]


async def test_whatever_a_strange_answer_raises_is_told_as_an_error_of_the_device(
    plant: BehavingPlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def understood(*_: object) -> None:
        raise struct.error("unpack requires a buffer of 4 bytes")

    plant.behave()
    monkeypatch.setattr(Subscription, "create", understood)
    with pytest.raises(DeviceError, match=r"its answer cannot be used \(unpack requires"):
        async with OpcUaDriver(reading(plant), now):
            pass


async def test_process_values_take_no_room_of_the_alarms(plant: BehavingPlant) -> None:
    plant.behave(room=2)
    machine = reading(plant, alarms="i=2253")
    signals = (SignalSettings(key="alarm", role=Role.ALARM), machine.signal[2])
    values = (TelemetrySettings(key="speed", node=f"nsu={URI};s=speed"),)
    async with OpcUaDriver(machine.model_copy(update={"signal": signals, "telemetry": values}), now) as driver:
        seen = await collect(aiter(driver), lambda new: has_link(new) and bool(told(new, "speed")))
    assert sorted(told(seen)) == [("alarm", None, "uncertain"), ("run", True, "good"), ("speed", 1.5, "good")]


async def test_what_two_take_up_at_once_is_subscribed_to_once(plant: BehavingPlant, tmp_path: Path) -> None:
    plant.behave()
    async with OpcUaDriver(reading(plant), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        before, ways = plant.seen(tmp_path)["monitored"], driver._ways
        await ways.let_go([1])
        await asyncio.gather(ways.take_up([1]), ways.take_up([1]))
        assert plant.seen(tmp_path)["monitored"] == before


async def test_a_look_asks_for_no_more_at_once_than_the_server_takes(plant: BehavingPlant) -> None:
    plant.behave(most_items=1, most_reads=6)
    probed = await probe_opcua(reading(plant), subscribe=True)
    assert probed.unreadable == ()


async def test_a_server_that_answers_no_publish_request_is_polled(plant: BehavingPlant) -> None:
    plant.behave(unpublished=True)
    async with OpcUaDriver(reading(plant, poll_ms=50), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        assert sorted(told(seen)) == [("count", 100_000, "good"), ("run", True, "good"), ("state", 6, "good")]
        plant.write(count=1)
        await collect(batches, lambda new: ("count", 1, "good") in told(new) and has_link(new))
        assert driver.granted_less == ("it answers no publish request, so that all of it is polled",)


async def test_a_server_that_answers_no_publish_request_is_silent_where_polling_is_not_wanted(
    plant: BehavingPlant,
) -> None:
    plant.behave(unpublished=True)
    async with OpcUaDriver(reading(plant, read="subscribe"), now) as driver:
        with pytest.raises(DeviceError, match=f"was silent for {TIMEOUT_S}"):
            await collect(aiter(driver), lambda _: False)


async def test_one_answer_that_does_not_come_costs_no_connection_while_publications_do(plant: BehavingPlant) -> None:
    plant.behave()
    async with OpcUaDriver(reading(plant), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(read_s=3 * TIMEOUT_S)
        await collect(batches, lambda new: sum(isinstance(each, Link) for each in new) == 8)
        plant.behave()
        await collect(batches, lambda new: sum(isinstance(each, Link) for each in new) == 4)
