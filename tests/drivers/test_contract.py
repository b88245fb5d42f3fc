"""What every driver for a machine promises (drivers/contract.py), against real servers in processes of their own."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from agent.core.errors import DeviceError
from agent.core.observations import Link, Quality, Signal
from drivers.registry import open_machine
from tests.drivers.foreign.node_opcua import NodeOpcUa
from tests.drivers.modbus_plants import WAYS
from tests.drivers.other_plants import OTHERS
from tests.drivers.plants import TIMEOUT_S, OpcUaPlant, Plant, collect, eventually, now, told

RETRY_S = 0.2


def opcua(_: Path) -> OpcUaPlant:
    return OpcUaPlant()


def node_opcua(folder: Path) -> OpcUaPlant:
    return OpcUaPlant(NodeOpcUa(folder))


@pytest.fixture(scope="module", params=[opcua, node_opcua, *WAYS, *OTHERS], ids=lambda way: way.__name__)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    path = list(sys.path)
    plant: Plant = request.param(tmp_path_factory.mktemp("devices"))
    yield plant
    plant.server.kill()
    sys.path[:] = path


@pytest.fixture
def plant(started: Plant) -> Plant:
    """A running machine in its first state."""
    if not started.server.runs:
        started.start()
    started.mend()
    started.write(state=6, count=100_000, run=True)
    return started


def has_link(seen: list[object]) -> bool:
    return any(isinstance(each, Link) for each in seen)


async def until_lost(plant: Plant, harm: Callable[[], None]) -> tuple[DeviceError, float]:
    """Harm the server under the driver's eyes; what the driver says of it, and after how many seconds."""
    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        harm()
        harmed = time.monotonic()
        with pytest.raises(DeviceError) as caught:
            await collect(batches, lambda _: False)
        return caught.value, time.monotonic() - harmed


async def test_the_driver_of_a_quiet_machine_promises_anew_to_turn(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        promised = driver.turns_by
        seen = await collect(batches, lambda _: driver.turns_by > promised)
    assert not [each for each in seen if isinstance(each, Signal)]


async def test_the_first_image_comes_whole_and_then_the_link_is_up(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert sorted(told(seen)) == [
        ("bad", None, "bad"),
        ("count", 100_000, "good"),
        ("run", True, "good"),
        ("state", 6, "good"),
    ]
    assert isinstance(seen[-1], Link)
    assert (seen[-1].wc_id, seen[-1].device, seen[-1].up) == ("WC-1", "plc", True)


async def test_an_item_that_the_server_does_not_know_is_bad_and_says_why(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    [bad] = [each for each in seen if isinstance(each, Signal) and each.key == "bad"]
    assert bad == Signal("WC-1", "bad", None, Quality.BAD, None, bad.observed, plant.bad_status)


async def test_changes_come_in_their_order_and_with_their_quality(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        seen = []
        changes: list[Callable[[], None]] = [
            lambda: plant.write(state=11),
            plant.spoil,
            plant.mend,
            lambda: plant.write(state=2),
        ]
        for change in changes:
            change()
            seen += await collect(batches, lambda new: bool(told(new, "state")))
    states = [(each.value, each.quality, each.status) for each in seen if isinstance(each, Signal)]
    assert states == [
        (11, Quality.GOOD, ""),
        (None, Quality.BAD, plant.spoilt_status),
        (6, Quality.GOOD, ""),
        (2, Quality.GOOD, ""),
    ]


async def test_what_did_not_change_is_not_told_again(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.write(count=100_001)
        seen = await collect(batches, lambda new: bool(told(new, "count")) and has_link(new))
    assert told(seen) == [("count", 100_001, "good")]


async def test_the_link_is_told_again_while_nothing_changes(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        seen = await collect(aiter(driver), lambda new: sum(isinstance(each, Link) for each in new) == 6)
    times = [each.observed.monotonic for each in seen if isinstance(each, Link)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) < 1.0
    assert min(gaps) > 0.05


async def test_a_killed_server_is_noticed_at_once(plant: Plant) -> None:
    error, seconds = await until_lost(plant, plant.server.kill)
    assert seconds < 0.3
    assert "It is tried again." in str(error)


async def test_a_frozen_server_is_noticed_within_its_time_out(plant: Plant) -> None:
    try:
        error, seconds = await until_lost(plant, plant.server.freeze)
    finally:
        plant.server.thaw()
    assert seconds < TIMEOUT_S + 0.5
    assert f"{TIMEOUT_S} s" in str(error)


async def test_leaving_a_frozen_server_takes_less_than_a_second(plant: Plant) -> None:
    try:
        async with open_machine(plant.machine, now) as driver:
            await collect(aiter(driver), has_link)
            plant.server.freeze()
            left = time.monotonic()
    finally:
        plant.server.thaw()
    assert time.monotonic() - left < 1.0


async def test_data_come_again_with_the_first_try_after_the_servers_return(plant: Plant) -> None:
    failed: list[float] = []

    async def first_image_again() -> None:
        while True:
            tried = time.monotonic()
            try:
                async with open_machine(plant.machine, now) as driver:
                    await collect(aiter(driver), has_link)
                    return
            except DeviceError as error:
                # How fast the server of another project warms up is not the driver's.
                if f"{TIMEOUT_S:g} s" not in str(error):
                    failed.append(tried)
                await asyncio.sleep(RETRY_S)

    await until_first_image(plant)
    plant.server.kill()
    retrying = asyncio.create_task(first_image_again())
    await asyncio.to_thread(plant.start)
    returned = time.monotonic()
    async with asyncio.timeout(20):
        await retrying
    assert not [tried for tried in failed if tried > returned]


async def until_first_image(plant: Plant) -> None:
    async with open_machine(plant.machine, now) as driver:
        await collect(aiter(driver), has_link)


async def test_entering_says_so_when_nobody_answers(plant: Plant) -> None:
    plant.server.kill()
    with pytest.raises(DeviceError, match=plant.absence):
        async with open_machine(plant.machine, now):
            pass


@pytest.mark.parametrize("how", ["quietly", "frozen", "killed"])
async def test_leaving_leaves_no_task_and_no_socket(plant: Plant, how: str) -> None:
    await until_first_image(plant)
    tasks, sockets = asyncio.all_tasks(), open_ways()
    try:
        async with open_machine(plant.machine, now) as driver:
            await collect(aiter(driver), has_link)
            if how == "frozen":
                plant.server.freeze()
            if how == "killed":
                plant.server.kill()
    finally:
        if how == "frozen":
            plant.server.thaw()
    await eventually(lambda: asyncio.all_tasks() == tasks and open_ways() <= sockets)


async def test_giving_up_on_a_frozen_server_leaves_no_task_and_no_socket(plant: Plant) -> None:
    tasks, sockets = asyncio.all_tasks(), open_ways()
    plant.server.freeze()
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(TIMEOUT_S / 2), open_machine(plant.machine, now) as driver:
                await collect(aiter(driver), has_link)
    finally:
        plant.server.thaw()
    await eventually(lambda: asyncio.all_tasks() == tasks and open_ways() <= sockets)


def open_ways() -> set[str]:
    """Sockets and serial devices."""
    targets = (str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return {target for target in targets if target.startswith(("socket:", "/dev/pts/"))}
