"""Servers whose answers are too large, unreadable or never given."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import Role, SignalSettings
from agent.core.observations import Link
from drivers.opcua import OpcUaDriver
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
