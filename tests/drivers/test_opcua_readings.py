"""What becomes of structures, arrays, enumerations and texts of a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClient
from asyncua.common.utils import Buffer
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Link, Quality
from agent.core.sources.address import AddressSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers import opcua_lookup
from drivers.opcua import OpcUaDriver
from drivers.opcua_asking import Asking
from drivers.opcua_dictionary import types_in
from drivers.opcua_learning import Learning
from drivers.opcua_limits import Requests
from drivers.opcua_lookup import Lookup
from drivers.opcua_octets import Octets
from drivers.opcua_readings import Readings
from drivers.opcua_responses import QuietSession, published
from drivers.opcua_structures import Member, Structure, Types
from drivers.opcua_values import Reading, node_id
from tests.drivers.opcua_encoder import built_in, counted
from tests.drivers.plants import URI, ServerProcess, collect, eventually, now, told

NAMESPACES = ("", "", URI)
DRIVE = built_in(11, 1.5) + built_in(6, 2) + built_in(6, 2) + built_in(10, 20.5) + built_in(10, 21.5)
"""The value of `drive`: a speed, a state and two temperatures."""
PUMP = built_in(10, 2.5) + built_in(6, 2) + built_in(4, 7) + built_in(4, -8)
"""The value of `pump`, of a type that only a dictionary has: a flow and the amperes of a motor."""


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    server = ServerProcess("opcua_values_server")
    server.start(URI)
    yield server
    server.kill()


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[UaClient]:
    client = Client(f"opc.tcp://127.0.0.1:{server.port}/values", timeout=5)
    client.uaclient.session = QuietSession(client.uaclient)
    async with client:
        yield client.uaclient


def requests(client: UaClient) -> Requests:
    return Requests(client, small=False, asking=lambda: None)


def telemetry(node: str, **where: object) -> TelemetrySettings:
    return TelemetrySettings(key="value", node=f"nsu={URI};s={node}", **where)


def machine(*read: AddressSettings) -> MachineSettings:
    run = SignalSettings(key="run", role=Role.RUN, node=f"nsu={URI};s=none")
    signals = [one for one in read if isinstance(one, SignalSettings)]
    return MachineSettings(
        work_center="WC-1",
        opcua=OpcUaSettings(endpoint="opc.tcp://127.0.0.1:1", security="none"),
        signal=(*signals, run),
        telemetry=tuple(one for one in read if isinstance(one, TelemetrySettings)),
        condition={"states": {"Running": "RUNNING"}},
    )


class Reader:
    """Reads one value as the driver would."""

    def __init__(self, client: UaClient, address: AddressSettings) -> None:
        configured = machine(address)
        self._at = configured.readings.index(address)
        self._node = node_id(address.node or "", NAMESPACES)
        self._requests = requests(client)
        self._readings = Readings(configured)
        self._readings.namespaces = NAMESPACES
        self._learning = Learning(self._readings, Asking(self._requests))

    async def read(self) -> Reading:
        await self._learning.prepare({self._at: self._node})
        return await self.again()

    async def again(self) -> Reading:
        [data] = await self._requests.values([self._node], ranges=[self._readings.index_range(self._at)])
        await self._learning.learn([(self._at, data)])
        return self._readings.reading(self._at, data)

    @property
    def is_ranged(self) -> bool:
        return self._readings.index_range(self._at) is not None


async def value_of(client: UaClient, node: str, **where: object) -> object:
    value, quality, status, _ = await Reader(client, telemetry(node, **where)).read()
    return value if quality is Quality.GOOD else status


@pytest.mark.parametrize(
    ("node", "where", "value"),
    [
        ("list", {"index": 2}, 12),
        ("list", {"index": 2, "scale": 0.5}, 6.0),
        ("list", {"index": 3}, "BadIndexRangeNoData: the array has no element 3, counted from 0"),
        ("list", {}, "no single value: array of Int32; 'index' says which element is meant"),
        ("short", {"index": 0}, 5),
        ("matrix", {"index": 4}, 5),
        ("matrix", {"index": 6}, "no element 6: the array has 6, counted from 0"),
        ("octets", {"index": 1}, 255),
        ("octets", {}, "07ff"),
        ("name", {}, "Füller"),
        ("name", {"index": 0}, "no element 0: it is no array; take 'index' out"),
        ("mode", {}, 2),
        ("multi", {}, 1),
        ("range", {"field": "High"}, 90.0),
        ("drive", {"field": "Speed"}, 1.5),
        ("drive", {"field": "Speed", "scale": 10, "offset": 1}, 16.0),
        ("drive", {"field": "State"}, 2),
        ("drive", {"field": "Temperatures", "index": 1}, 21.5),
        ("drive", {"field": "Temperatures[0]"}, 20.5),
        ("drive", {"field": "Temperatures", "index": 2}, "no element 2: the array has 2, counted from 0"),
        ("drive", {}, "no single value: structure; 'field' says which of its fields is meant"),
        ("drive", {"field": "Power"}, "no field 'Power' here; there are 'Speed', 'State', 'Temperatures'"),
        ("drive", {"field": "Speed.Actual"}, "no field 'Actual' here but a single value"),
        ("line", {"field": "Name"}, "L1"),
        ("line", {"field": "Spare.Speed"}, 1.5),
        ("line", {"field": "Axes[1].Speed"}, -2.0),
        ("line", {"field": "Axes.Speed"}, "no field 'Speed' here but an array of 2: which element is meant?"),
        ("line", {"field": "Cycle"}, 250.0),
        ("bare", {"field": "Spare.Speed"}, "no field 'Speed' here: what it belongs to is left out or not set"),
        ("bare", {"field": "Cycle"}, 0.0),
        ("drives", {"field": "Speed", "index": 1}, -2.0),
        ("either", {"field": "Drive.Speed"}, -2.0),
        ("either", {"field": "Count"}, "no field 'Count' here; there are 'Drive'"),
        ("neither", {"field": "Count"}, "no field 'Count' here; there are none"),
        ("box", {"field": "Content.Speed"}, 1.5),
        ("endless", {"field": "Again"}, "BadDecodingError: it is nested more than 24 deep"),
        ("pump", {"field": "Motor.Amps", "index": 1}, -8),
        ("pump", {"field": "Flow"}, 2.5),
    ],
)
async def test_what_is_meant_within_a_value_is_found(
    client: UaClient, node: str, where: dict[str, object], value: object
) -> None:
    assert await value_of(client, node, **where) == value


async def test_a_type_that_the_server_does_not_explain_makes_a_bad_value(client: UaClient) -> None:
    found = await value_of(client, "strange", field="A")
    assert found == "BadDecodingError: the server does not say what its type ns=2;i=40000 is derived from"


async def test_a_server_that_leaves_ranges_unread_is_asked_for_the_whole(
    server: ServerProcess, client: UaClient
) -> None:
    reader = Reader(client, telemetry("short", index=3))
    assert (await reader.read())[2] == "BadIndexRangeNoData: the array has no element 3, counted from 0"
    assert reader.is_ranged
    server.tell(ignore=True)
    try:
        assert (await reader.read())[2] == "no element 3: the array has 1, counted from 0"
        assert not reader.is_ranged
    finally:
        server.tell(ignore=False)


@pytest.mark.parametrize(
    ("role", "node", "field", "value"),
    [
        (Role.STATE, "mode", None, "Running"),
        (Role.STATE, "drive", "State", "Running"),
        (Role.ALARM, "multi", None, "jam"),
        (Role.ALARM, "valued", None, "hot"),
        (Role.MODE, "mode", None, 2),
        (Role.STATE, "list", None, None),
    ],
)
async def test_states_and_alarms_are_the_texts_of_their_numbers(
    client: UaClient, role: Role, node: str, field: str | None, value: object
) -> None:
    signal = SignalSettings(key="text", role=role, node=f"nsu={URI};s={node}", field=field)
    assert (await Reader(client, signal).read())[0] == value


async def test_a_type_that_a_program_download_changed_is_learned_anew(server: ServerProcess, client: UaClient) -> None:
    reader = Reader(client, telemetry("drive", field="Speed"))
    assert (await reader.read())[0] == 1.5
    try:
        server.tell(widen=True)
        assert (await reader.again())[:2] == (3.0, Quality.GOOD)
    finally:
        server.tell(widen=False)
    assert (await reader.again())[2] == "BadDecodingError: it ends within a number"
    server.tell(body=["drive", DRIVE.hex()])


async def test_a_value_that_could_not_be_read_costs_no_type_of_a_dictionary(
    server: ServerProcess, client: UaClient
) -> None:
    reader = Reader(client, telemetry("pump", field="Flow"))
    assert (await reader.read())[0] == 2.5
    server.tell(body=["pump", PUMP[:-1].hex()])
    try:
        assert (await reader.again())[2] == "BadDecodingError: it announces 2 elements in 3 octets"
    finally:
        server.tell(body=["pump", PUMP.hex()])
    assert (await reader.again())[:2] == (2.5, Quality.GOOD)


async def test_a_server_that_makes_up_types_for_ever_fills_no_memory(
    client: UaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opcua_lookup, "MOST_IDS", 4)
    types = Types()
    lookup = Lookup(Asking(requests(client)), types)
    kept = []
    for identifier in range(50_000, 50_010):
        await lookup.learn(ua.NodeId(ua.Int32(identifier), ua.Int16(2)))
        kept.append(len(types.refused))
    assert kept == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]


async def test_one_value_that_cannot_be_read_takes_no_other_with_it(
    client: UaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answer = client._send_request

    async def spoilt(request: ua.ReadRequest, *rest: object) -> Buffer:
        body = await answer(request, *rest)  # type: ignore[arg-type]  # handed on as they come
        asked.append(len(request.Parameters.NodesToRead))
        octets = body.copy().read(len(body))
        # The text announces more octets than anybody sends.
        return Buffer(octets.replace(counted("Füller".encode()), b"\xff\xff\xff\x7f" + "Füller".encode()))

    monkeypatch.setattr(client, "_send_request", spoilt)
    nodes = [ua.NodeId(ua.String(name), ua.Int16(2)) for name in ("mode", "name", "octets", "name", "multi")]
    found = await requests(client).values(nodes)
    assert [plain(one) for one in found] == [2, None, b"\x07\xff", None, 1]
    assert [one.StatusCode.name for one in found if one.StatusCode is not None][1::2] == ["BadDecodingError"] * 2
    assert asked == [5, 3, 1]


async def test_the_standards_own_dictionary_is_read_but_for_what_is_built_in(client: UaClient) -> None:
    [answer] = await requests(client).values([ua.NodeId(ua.Int32(ObjectIds.OpcUa_BinarySchema))])
    dictionary = plain(answer)
    assert isinstance(dictionary, bytes)
    namespace, found = types_in(dictionary)
    names = re.findall(rb'(?:Structured|Enumerated)Type Name="(\w+)"', dictionary)
    built_in_types = {kind.name for kind in ua.VariantType} | {"NodeIdType"}
    assert len(names) > 400
    assert {name.decode() for name in names} - {key[1] for key in found if isinstance(key, tuple)} <= built_in_types
    range_type = found[namespace, "Range"]
    assert range_type == Structure((Member("Low", number(11)), Member("High", number(11))))


def number(kind: int) -> ua.NodeId:
    return ua.NodeId(ua.Int32(kind))


async def test_publications_are_read_value_by_value(client: UaClient) -> None:
    wanted = ua.CreateSubscriptionParameters(20.0, ua.UInt32(1000), ua.UInt32(100))
    created = await client.create_subscription(wanted, print)
    nodes = [ua.NodeId(ua.String(name), ua.Int16(2)) for name in ("drive", "name", "list")]
    items = [
        ua.MonitoredItemCreateRequest(
            ua.ReadValueId(node, AttributeIds.Value, ua.String("1") if place == 2 else None),
            ua.MonitoringMode.Reporting,
            ua.MonitoringParameters(ClientHandle=ua.UInt32(place), QueueSize=ua.UInt32(5)),
        )
        for place, node in enumerate(nodes)
    ]
    parameters = ua.CreateMonitoredItemsParameters(created.SubscriptionId, ua.TimestampsToReturn.Source, items)
    await client.create_monitored_items(parameters)
    first = (await asyncio.wait_for(client.publish([]), 5)).Parameters.NotificationMessage
    again = await client.session.republish(created.SubscriptionId, first.SequenceNumber)
    assert again == first
    [notification] = first.NotificationData
    assert isinstance(notification, ua.DataChangeNotification)
    drive, name, element = (plain(one.Value) for one in notification.MonitoredItems)
    assert isinstance(drive, ua.ExtensionObject)
    assert (name, element) == (ua.LocalizedText("Füller", "de"), [11])


def plain(data: ua.DataValue) -> object:
    return data.Value.Value if data.Value is not None else None


def test_of_a_publication_that_nobody_can_read_to_its_end_the_rest_is_counted() -> None:
    good, bad = b"\1" + built_in(3, 6) + built_in(6, 7), b"\1" + built_in(3, 12) + built_in(6, 2**31 - 1)
    items = built_in(6, 4) + b"".join(built_in(7, at) + one for at, one in enumerate([good, good, bad, good]))
    sent = b"\1\0" + built_in(5, 811) + b"\1" + counted(items)
    message = built_in(7, 9) + built_in(8, 0) + built_in(6, 1) + sent
    body = built_in(7, 1) + built_in(6, -1) + b"\0" + message + built_in(6, -1) + built_in(6, -1)
    result, unread = published(Octets(body))
    [notification] = result.NotificationMessage.NotificationData
    assert isinstance(notification, ua.DataChangeNotification)
    statuses = [one.Value.StatusCode.name for one in notification.MonitoredItems if one.Value.StatusCode is not None]
    assert (statuses, unread) == (["Good", "Good", "BadDecodingError"], 1)


def plant(server: ServerProcess, read: str = "subscribe") -> MachineSettings:
    signals = {
        "state": ("mode", Role.STATE, {}),
        "speed": ("drive", Role.SPEED, {"field": "Speed", "scale": 60}),
        "name": ("name", Role.BOOT, {}),
        "total": ("list", Role.TOTAL, {"index": 1}),
    }
    return machine().model_copy(
        update={
            "opcua": OpcUaSettings(
                endpoint=f"opc.tcp://127.0.0.1:{server.port}/values",
                security="none",
                timeout_s=3.0,
                read=read,
                poll_ms=50,
                publishing_ms=20,
            ),
            "signal": tuple(
                SignalSettings(key=key, role=role, node=f"nsu={URI};s={node}", **where)  # type: ignore[arg-type]  # by name
                for key, (node, role, where) in signals.items()
            ),
        }
    )


def has_link(seen: list[object]) -> bool:
    return any(isinstance(each, Link) for each in seen)


@pytest.mark.parametrize("read", ["subscribe", "poll"])
async def test_the_driver_tells_what_is_meant_however_it_comes_by_it(server: ServerProcess, read: str) -> None:
    server.tell(body=["drive", DRIVE.hex()])
    async with OpcUaDriver(plant(server, read), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        server.tell(body=["drive", (built_in(11, 2.5) + DRIVE[8:]).hex()])
        changed = await collect(batches, lambda new: bool(told(new)))
    server.tell(body=["drive", DRIVE.hex()])
    assert sorted(told(seen)) == [
        ("name", "Füller", "good"),
        ("speed", 90.0, "good"),
        ("state", "Running", "good"),
        ("total", 11, "good"),
    ]
    assert told(changed) == [("speed", 150.0, "good")]


async def test_a_value_that_spoils_its_publication_is_bad_alone(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text announces more octets than anybody sends; what follows it in the publication is told all the same."""
    send = UaClient._send_request

    async def spoilt(client: UaClient, request: object, *rest: object, **more: object) -> Buffer:
        body = await send(client, request, *rest, **more)  # type: ignore[arg-type]  # handed on as they come
        octets = body.copy().read(len(body))
        return Buffer(octets.replace(counted("Füller".encode()), b"\xff\xff\xff\x7f" + "Füller".encode()))

    monkeypatch.setattr(UaClient, "_send_request", spoilt)
    async with OpcUaDriver(plant(server, "auto"), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link)
        server.tell(body=["drive", (built_in(11, 3.5) + DRIVE[8:]).hex()])
        changed = await collect(batches, lambda new: bool(told(new)))
        server.tell(body=["drive", DRIVE.hex()])
        await collect(batches, lambda new: bool(told(new)))
    assert sorted(told(seen)) == [
        ("name", None, "bad"),
        ("speed", 90.0, "good"),
        ("state", "Running", "good"),
        ("total", 11, "good"),
    ]
    assert told(changed) == [("speed", 210.0, "good")]


async def test_what_waited_while_others_were_read_is_not_told_after_what_is_newer(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both speeds are there before the server is asked what nobody understood, and stand in the queue all the same."""
    send = UaClient._send_request
    is_spoilt, speeds = False, [2.5, 3.5]

    async def spoilt(client: UaClient, request: object, *rest: object, **more: object) -> Buffer:
        nonlocal is_spoilt
        if is_spoilt and isinstance(request, ua.ReadRequest) and len(request.Parameters.NodesToRead) == 3:
            while speeds:
                server.tell(body=["drive", (built_in(11, speeds.pop(0)) + DRIVE[8:]).hex()])
        body = await send(client, request, *rest, **more)  # type: ignore[arg-type]  # handed on as they come
        octets = body.copy().read(len(body))
        is_spoilt = is_spoilt or (isinstance(request, ua.PublishRequest) and counted("Füller".encode()) in octets)
        return Buffer(octets.replace(counted("Füller".encode()), b"\xff\xff\xff\x7f" + "Füller".encode()))

    def of_speed(seen: list[object]) -> list[object]:
        return [value for key, value, _ in told(seen) if key == "speed"]

    monkeypatch.setattr(UaClient, "_send_request", spoilt)
    async with OpcUaDriver(plant(server, "auto"), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, lambda new: of_speed(new).count(210.0) == 2)
        # Once what waited was told, whatever the source says holds: its clock may have been set back.
        old = [(at, ua.DataValue(SourceTimestamp=ua.DateTime(2000, 1, 1, tzinfo=UTC))) for at in range(4)]
        await eventually(lambda: driver._unread.without_overtaken(old) == old, within_s=10)
    assert of_speed(seen) == [90.0, 210.0, 210.0]
