"""What only OPC UA has: source times, queues, namespaces, sequence numbers."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import pairwise

import pytest
from asyncua import ua
from asyncua.observer import Observer

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Link, Quality, Signal
from drivers.opcua import OpcUaDriver
from drivers.opcua_subscription import Publication
from tests.drivers.plants import URI, OpcUaPlant, collect, free_port, now, told


@pytest.fixture(scope="module")
def plant() -> Iterator[OpcUaPlant]:
    plant = OpcUaPlant()
    plant.start()
    yield plant
    plant.server.kill()


def looking_at(plant: OpcUaPlant, nodes: dict[Role, str]) -> MachineSettings:
    signals = tuple(SignalSettings(key=role.value, role=role, node=node) for role, node in nodes.items())
    return plant.machine.model_copy(update={"signal": signals})


def has_link(seen: list[object]) -> bool:
    return any(isinstance(each, Link) for each in seen)


async def test_a_value_carries_its_sources_own_time(plant: OpcUaPlant) -> None:
    plant.server.tell(write=[["count", 5, None, 1_700_000_000.25]])
    async with OpcUaDriver(plant.machine, now) as driver:
        before = now()
        seen = await collect(aiter(driver), has_link)
    [count] = [each for each in seen if isinstance(each, Signal) and each.key == "count"]
    assert count == Signal("WC-1", "count", 5, Quality.GOOD, 1_700_000_000.25, count.observed)
    assert before.wall - 1 < count.observed.wall < time.time()


async def test_every_value_of_a_burst_between_two_publications_comes(plant: OpcUaPlant) -> None:
    async with OpcUaDriver(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        plant.server.tell(write=[["count", value, None, 1_700_000_000 + value] for value in range(1000, 1040)])
        seen = await collect(batches, lambda new: ("count", 1039, "good") in told(new))
    assert told(seen) == [("count", value, "good") for value in range(1000, 1040)]


async def test_signals_of_one_publication_come_in_the_order_of_their_source_times(plant: OpcUaPlant) -> None:
    async with OpcUaDriver(plant.machine, now) as driver:
        items = [(3, True, 30.0), (1, 6, 10.0), (1, 11, 20.0), (2, 7, None)]
        await driver._take(published(1, items))
        seen = await collect(aiter(driver), lambda new: len(told(new, "run", "state", "count")) >= 4)
    timed = [(each.key, each.source_time) for each in seen if isinstance(each, Signal) and each.source_time]
    assert [pair for pair in timed if pair[1] < 100] == [("state", 10.0), ("state", 20.0), ("run", 30.0)]


async def test_a_subscription_that_the_server_ended_ends_the_connection(plant: OpcUaPlant) -> None:
    ended = ua.StatusChangeNotification(ua.StatusCode(ua.UInt32(0x800A0000)))
    async with OpcUaDriver(plant.machine, now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        with pytest.raises(ConnectionError, match="it ended the subscription, BadTimeout"):
            await driver._take(Publication([ua.NotificationMessage(NotificationData=[ended])]))


async def test_a_consumer_that_does_not_keep_up_loses_nothing(plant: OpcUaPlant) -> None:
    assert plant.machine.opcua is not None
    opcua = plant.machine.opcua.model_copy(update={"publishing_ms": 5})
    async with OpcUaDriver(plant.machine.model_copy(update={"opcua": opcua}), now) as driver:
        batches = aiter(driver)
        await collect(batches, has_link)
        for value in range(2000, 2100):
            plant.write(count=value)
            await asyncio.to_thread(time.sleep, 0.01)
        seen = await collect(batches, lambda new: ("count", 2099, "good") in told(new))
    assert told(seen) == [("count", value, "good") for value in range(2000, 2100)]


async def test_signs_of_life_suit_an_interval_that_the_server_made_longer(plant: OpcUaPlant) -> None:
    plant.server.tell(behave={"slowest_ms": 300})
    try:
        async with OpcUaDriver(plant.machine, now) as driver:
            seen = await collect(aiter(driver), lambda new: sum(isinstance(each, Link) for each in new) == 4)
    finally:
        plant.server.tell(behave={})
    times = [each.observed.monotonic for each in seen if isinstance(each, Link)]
    assert max(later - earlier for earlier, later in pairwise(times)) < 0.6


async def test_only_reading_and_subscribing_is_ever_asked_for(plant: OpcUaPlant) -> None:
    asked: set[str] = set()

    class Listener(Observer):
        def on_request(self, request_type: str, duration: float, error: BaseException | None) -> None:
            del duration, error
            asked.add(request_type)

    plant.server.tell(behave={"slowest_ms": 100})
    driver = OpcUaDriver(plant.machine, now)
    driver._session.uaclient.observer = Listener()
    try:
        async with driver:
            await collect(aiter(driver), has_link)
    finally:
        plant.server.tell(behave={})
    session = {"CreateSessionRequest", "ActivateSessionRequest", "CloseSessionRequest"}
    subscription = {"CreateSubscriptionRequest", "ModifySubscriptionRequest", "CreateMonitoredItemsRequest"}
    assert asked <= session | subscription | {"ReadRequest", "PublishRequest"}
    assert asked >= subscription


async def test_a_namespace_that_the_server_does_not_have_makes_a_bad_signal(plant: OpcUaPlant) -> None:
    machine = looking_at(plant, {Role.RUN: f"nsu={URI};s=run", Role.FAULT: "nsu=http://other;s=x"})
    async with OpcUaDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    statuses = {each.key: (each.quality, each.status) for each in seen if isinstance(each, Signal)}
    assert statuses == {
        "run": (Quality.GOOD, ""),
        "fault": (Quality.BAD, "BadNodeIdUnknown: this server has no namespace http://other"),
    }


async def test_a_machine_with_nothing_but_bad_nodes_is_up_all_the_same(plant: OpcUaPlant) -> None:
    machine = looking_at(plant, {Role.FAULT: "nsu=http://other;s=x", Role.RUN: f"nsu={URI};g={'0' * 36}"})
    async with OpcUaDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert told(seen) == [("fault", None, "bad"), ("run", None, "bad")]


async def test_values_that_are_no_single_value_are_bad(plant: OpcUaPlant) -> None:
    nodes = {Role.MODE: "list", Role.BOOT: "blob", Role.ALARM: "alarm", Role.HEARTBEAT: "speed"}
    machine = looking_at(plant, {role: f"nsu={URI};s={name}" for role, name in nodes.items()})
    async with OpcUaDriver(machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert sorted(told(seen)) == [
        ("alarm", "E1", "good"),
        ("boot", "00", "good"),
        ("heartbeat", 1.5, "good"),
        ("mode", None, "bad"),
    ]


async def test_nodes_are_found_again_when_namespaces_moved_over_a_restart(plant: OpcUaPlant) -> None:
    plant.server.kill()
    plant.start("http://example.org/one", "http://example.org/two")
    async with OpcUaDriver(plant.machine, now) as driver:
        seen = await collect(aiter(driver), has_link)
    assert sorted(told(seen, "state", "count")) == [("count", 100_000, "good"), ("state", 6, "good")]


async def test_a_server_of_another_protocol_is_refused_in_a_sentence(plant: OpcUaPlant) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        writer.close()
        await writer.wait_closed()

    port = free_port()
    assert plant.machine.opcua is not None
    opcua = plant.machine.opcua.model_copy(update={"endpoint": f"opc.tcp://127.0.0.1:{port}"})
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        with pytest.raises(DeviceError, match=r"No OPC UA server answers at .* It is tried again\."):
            async with OpcUaDriver(plant.machine.model_copy(update={"opcua": opcua}), now):
                pass


def published(sequence: int, items: Sequence[tuple[int, object, float | None]]) -> Publication:
    """A publication as the library hands it over: handle, value and source time of each item."""
    notification = ua.DataChangeNotification()
    for handle, value, source_time in items:
        data = ua.DataValue(ua.Variant(value))
        data.SourceTimestamp = None if source_time is None else ua.DateTime.fromtimestamp(source_time, UTC)
        notification.MonitoredItems.append(ua.MonitoredItemNotification(ua.UInt32(handle), data))
    message = ua.NotificationMessage(SequenceNumber=ua.UInt32(sequence), NotificationData=[notification])
    return Publication([message])
