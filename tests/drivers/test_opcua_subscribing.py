"""What a server grants: limits, batches, filters, queues; publications that went missing; polls in their place."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, TelemetrySettings
from agent.core.observations import Link
from drivers import opcua
from drivers.opcua import OpcUaDriver
from tests.drivers.opcua_plants import BehavingPlant, reading
from tests.drivers.plants import TIMEOUT_S, URI, collect, now, told


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
    started.write(state=6, count=100_000, run=True, speed=1.5)
    return started


def has_link(seen: list[Any]) -> bool:
    return any(isinstance(each, Link) for each in seen)


def telling(plant: BehavingPlant, *telemetry: TelemetrySettings) -> MachineSettings:
    return reading(plant).model_copy(update={"telemetry": telemetry})


SPEED = TelemetrySettings(key="speed", node=f"nsu={URI};s=speed", deadband=10.0, scale=10.0)


@pytest.mark.parametrize("says", [True, False])
async def test_no_more_is_asked_for_at_once_than_a_server_takes(
    plant: BehavingPlant,
    says: bool,  # noqa: FBT001
) -> None:
    plant.behave(most_reads=2, most_items=2)
    plant.server.tell(say=[2, 2] if says else [0, 0])
    try:
        async with OpcUaDriver(reading(plant), now) as driver:
            seen = await collect(aiter(driver), has_link)
    finally:
        plant.server.tell(say=[0, 0])
    assert sorted(told(seen)) == [("count", 100_000, "good"), ("run", True, "good"), ("state", 6, "good")]


async def test_what_finds_no_room_in_a_subscription_is_polled(plant: BehavingPlant) -> None:
    plant.behave(room=2)
    async with OpcUaDriver(reading(plant, poll_ms=50), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        assert sorted(told(seen)) == [("count", 100_000, "good"), ("run", True, "good"), ("state", 6, "good")]
        plant.write(run=False, count=1)
        seen = await collect(batches, lambda new: len(told(new, "run", "count")) == 2)
        assert sorted(told(seen)) == [("count", 1, "good"), ("run", False, "good")]
        assert driver.granted_less == ("1 of the nodes are polled",)


async def test_what_finds_no_room_is_bad_where_polling_is_not_wanted(plant: BehavingPlant) -> None:
    plant.behave(room=2)
    async with OpcUaDriver(reading(plant, read="subscribe"), now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert ("run", None, "bad") in told(seen)
    assert "BadTooManyMonitoredItems" in {getattr(one, "status", "") for one in seen}


async def test_the_server_looks_after_the_deadband_of_a_process_value(plant: BehavingPlant, tmp_path: Path) -> None:
    before = plant.seen(tmp_path)["filters"]
    async with OpcUaDriver(telling(plant, SPEED), now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: has_link(new) and bool(told(new, "speed")))
        plant.write(speed=2.0)
        plant.write(speed=3.5)
        seen = await collect(batches, lambda new: ("speed", 35.0, "good") in told(new))
    assert told(seen, "speed") == [("speed", 35.0, "good")]
    assert plant.seen(tmp_path)["filters"] == before + 1


async def test_a_server_without_deadbands_tells_every_change(plant: BehavingPlant) -> None:
    plant.behave(no_filters=True)
    async with OpcUaDriver(telling(plant, SPEED), now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: has_link(new) and bool(told(new, "speed")))
        plant.write(speed=1.6)
        await collect(batches, lambda new: ("speed", 16.0, "good") in told(new))


async def test_no_deadband_is_asked_for_where_a_value_is_no_number(plant: BehavingPlant, tmp_path: Path) -> None:
    before = plant.seen(tmp_path)["filters"]
    alarm = TelemetrySettings(key="alarm", node=f"nsu={URI};s=alarm", deadband=1.0)
    async with OpcUaDriver(telling(plant, alarm), now) as driver:
        batches = aiter(driver)
        await collect(batches, lambda new: has_link(new) and bool(told(new, "alarm")))
        plant.server.tell(write=[["alarm", "E2", None, None]])
        await collect(batches, lambda new: ("alarm", "E2", "good") in told(new))
    assert plant.seen(tmp_path)["filters"] == before


async def test_a_shorter_queue_than_was_asked_for_is_said_and_logged_once(
    plant: BehavingPlant, caplog: pytest.LogCaptureFixture
) -> None:
    plant.behave(queue=3)
    for _ in range(2):
        async with OpcUaDriver(reading(plant), now) as driver:
            await collect(aiter(driver), has_link)
            [said] = driver.granted_less
    assert said.startswith("it keeps 3 values of a node between two publications where 50 were asked for")
    assert [said in record.getMessage() for record in caplog.records if record.name == "lineside"] == [True]


async def test_what_went_missing_is_told_again_before_anything_later(plant: BehavingPlant) -> None:
    async with OpcUaDriver(reading(plant), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(lose=2)
        for value in range(1, 9):
            plant.write(count=value)
        seen = await collect(batches, lambda new: ("count", 8, "good") in told(new))
        plant.write(count=9)
        seen += await collect(batches, lambda new: ("count", 9, "good") in told(new))
    assert told(seen) == [("count", value, "good") for value in range(1, 10)]


async def test_what_went_missing_for_good_ends_the_connection(plant: BehavingPlant) -> None:
    async with OpcUaDriver(reading(plant), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.behave(lose=1, forget=True)
        plant.write(count=1)
        await collect(batches, has_link)
        plant.write(count=2)
        with pytest.raises(DeviceError, match="a publication went missing or could not be read"):
            await collect(batches, lambda _: False)


async def test_only_what_was_taken_is_acknowledged(plant: BehavingPlant, tmp_path: Path) -> None:
    async with OpcUaDriver(reading(plant), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.write(count=1)
        await collect(batches, lambda new: ("count", 1, "good") in told(new))
        [in_hand] = driver._in_hand
        assert plant.seen(tmp_path)["acknowledged"] < in_hand
        await collect(batches, lambda _: plant.seen(tmp_path)["acknowledged"] == in_hand)


@pytest.mark.parametrize("why", ["configured", "no subscriptions", "slow"])
async def test_polls_keep_the_contract_of_subscriptions(plant: BehavingPlant, why: str) -> None:
    plant.behave(
        no_subscriptions="BadServiceUnsupported" if why == "no subscriptions" else "",
        slowest_ms=60_000 if why == "slow" else 0,
    )
    machine = reading(plant, poll_ms=50, read="poll" if why == "configured" else "auto", watch_s=0.2)
    async with OpcUaDriver(machine, now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        assert sorted(told(seen)) == [("count", 100_000, "good"), ("run", True, "good"), ("state", 6, "good")]
        plant.server.tell(write=[["count", 1, None, 1_700_000_000.0], ["state", 6, "BadSensorFailure", None]])
        seen = await collect(batches, lambda new: len(told(new)) == 2)
        assert sorted(told(seen)) == [("count", 1, "good"), ("state", None, "bad")]
        assert [one.source_time for one in seen if getattr(one, "key", "") == "count"] == [1_700_000_000.0]
        plant.server.tell(delete=["run"])
        await collect(batches, lambda new: ("run", None, "bad") in told(new))
        plant.server.tell(add=["run"])
        await collect(batches, lambda new: ("run", True, "good") in told(new))
        promised = driver.turns_by
        seen = await collect(batches, lambda new: sum(isinstance(one, Link) for one in new) == 6)
        assert told(seen) == []
        assert driver.turns_by > promised
    times = [one.observed.monotonic for one in seen if isinstance(one, Link)]
    assert max(later - earlier for earlier, later in pairwise(times)) < 1.0


async def test_a_server_without_subscriptions_refuses_who_wants_nothing_else(plant: BehavingPlant) -> None:
    plant.behave(no_subscriptions="BadServiceUnsupported")
    with pytest.raises(DeviceError, match="BadServiceUnsupported"):
        async with OpcUaDriver(reading(plant, read="subscribe"), now):
            pass


async def test_what_is_polled_for_want_of_room_is_subscribed_to_once_there_is_some(
    plant: BehavingPlant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(opcua, "SUBSCRIBE_AGAIN_S", 0.2)
    plant.behave(no_subscriptions="BadTooManySubscriptions")
    before = plant.seen(tmp_path)["monitored"]
    async with OpcUaDriver(reading(plant, poll_ms=50), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.write(count=1)
        await collect(batches, lambda new: ("count", 1, "good") in told(new))
        plant.behave()
        await collect(batches, lambda _: driver._subscription is not None)
        plant.server.tell(write=[["count", value, None, None] for value in range(2, 12)])
        seen = await collect(batches, lambda new: ("count", 11, "good") in told(new))
        assert told(seen, "count")[-10:] == [("count", value, "good") for value in range(2, 12)]
        seen = await collect(batches, lambda new: sum(isinstance(one, Link) for one in new) == 6)
        assert told(seen) == []
        assert plant.seen(tmp_path)["monitored"] == before + 3 + 1


async def test_a_sign_of_life_is_asked_for_where_publications_are_too_seldom(plant: BehavingPlant) -> None:
    plant.behave(slowest_ms=2_000)
    async with OpcUaDriver(reading(plant, read="subscribe"), now) as driver:
        seen = await collect(aiter(driver), lambda new: sum(isinstance(one, Link) for one in new) == 6, within_s=10)
    times = [one.observed.monotonic for one in seen if isinstance(one, Link)]
    assert max(later - earlier for earlier, later in pairwise(times)) < 1.0


@pytest.mark.parametrize("harm", ["freeze", "kill"])
async def test_a_server_that_is_polled_is_missed_within_its_time_out(plant: BehavingPlant, harm: str) -> None:
    async with OpcUaDriver(reading(plant, read="poll", poll_ms=50), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        getattr(plant.server, harm)()
        try:
            with pytest.raises(DeviceError, match=r"was lost|was silent for 0\.6 s"):
                await collect(batches, lambda _: False, within_s=TIMEOUT_S + 2)
        finally:
            if harm == "freeze":
                plant.server.thaw()
