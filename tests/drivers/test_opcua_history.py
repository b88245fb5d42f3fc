"""What a server remembers, asked of one that hands little out at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.common.utils import Buffer
from asyncua.ua.status_codes import StatusCodes

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Quality
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers import opcua_history
from drivers.opcua_history import Remembered, history
from tests.drivers.plants import URI, ServerProcess, free_port

AT_ONCE = 7
START = 1_700_000_000.0


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    server = ServerProcess("opcua_history_server")
    server.start(URI, str(AT_ONCE))
    server.tell(remember=[["count", number, None, START + number] for number in range(40)])
    server.tell(remember=[["count", 40, "BadSensorFailure", START + 40], ["list", [5, 6], None, START]])
    yield server
    server.kill()


def machine(port: int) -> MachineSettings:
    names = {"count": Role.TOTAL, "quiet": Role.PACKML_STATE, "forgetful": Role.INFEED}
    opcua = OpcUaSettings(
        endpoint=f"opc.tcp://127.0.0.1:{port}/history", security="none", timeout_s=2.0, alarms="i=2253"
    )
    signals = [SignalSettings(key=name, role=role, node=f"nsu={URI};s={name}") for name, role in names.items()]
    return MachineSettings(
        work_center="WC-1",
        opcua=opcua,
        signal=(*signals, SignalSettings(key="alarm", role=Role.ALARM)),
        telemetry=(
            TelemetrySettings(key="element", node=f"nsu={URI};s=list", index=1, scale=0.1),
            TelemetrySettings(key="gone", node=f"nsu={URI};s=no such node"),
            TelemetrySettings(key="elsewhere", node="nsu=urn:other;s=x"),
        ),
    )


async def remembered(server: ServerProcess, key: str, since: float, until: float) -> Remembered:
    [signal] = (await history(machine(server.port), None, [key], since, until)).signals
    assert signal.key == key
    return signal


def counted_up(first: int, last: int) -> tuple[opcua_history.Value, ...]:
    return tuple((START + number, number, Quality.GOOD) for number in range(first, last + 1))


async def test_a_stretch_is_remembered_whole_page_by_page(server: ServerProcess) -> None:
    found = await remembered(server, "count", START + 3, START + 30)
    assert found == Remembered("count", counted_up(3, 30))


async def test_what_was_bad_then_is_bad_now(server: ServerProcess) -> None:
    found = await remembered(server, "count", START + 39, START + 50)
    assert found.values == (*counted_up(39, 39), (START + 40, None, Quality.BAD))


async def test_an_element_of_an_array_is_remembered_as_it_is_read(server: ServerProcess) -> None:
    found = await remembered(server, "element", START, START + 1)
    assert found == Remembered("element", ((START, 0.6, Quality.GOOD),))


async def test_nothing_remembered_of_a_quiet_signal_means_that_nothing_happened(server: ServerProcess) -> None:
    assert await remembered(server, "quiet", START, START + 1) == Remembered("quiet")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("forgetful", "the server keeps no history of it"),
        ("gone", "the server keeps no history of it"),
        ("alarm", "it is told by events, and of those no history is read"),
        ("elsewhere", "BadNodeIdUnknown: this server has no namespace urn:other"),
    ],
)
async def test_where_there_is_no_history_the_answer_is_empty_and_says_why(
    server: ServerProcess, key: str, why: str
) -> None:
    assert await remembered(server, key, START, START + 9) == Remembered(key, until=START, why=why)


async def test_the_servers_start_is_told_beside(server: ServerProcess) -> None:
    found = await history(machine(server.port), None, ["quiet", "count"], START, START + 1)
    assert [one.key for one in found.signals] == ["quiet", "count"]
    assert found.started is not None
    assert time.time() - 300 < found.started <= time.time()


class Wire:
    """What is asked of the server, and what may be done to its answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[ua.HistoryReadParameters] = []
        self.spoil = (b"", b"")
        self.refuse: int | None = None
        send = UaClient._send_request

        async def sent(client: UaClient, request: object, *rest: object) -> Buffer:
            is_history = isinstance(request, ua.HistoryReadRequest)
            if isinstance(request, ua.HistoryReadRequest):
                self.asked.append(request.Parameters)
            body = await send(client, request, *rest)  # type: ignore[arg-type]  # handed on as they come
            if not is_history:
                return body
            if self.refuse is not None:
                ua.StatusCode(ua.UInt32(self.refuse)).check()
            return Buffer(body.copy().read(len(body)).replace(*self.spoil) if self.spoil[0] else bytes(body))

        monkeypatch.setattr(UaClient, "_send_request", sent)

    @property
    def released(self) -> list[bool]:
        return [one.ReleaseContinuationPoints for one in self.asked]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


async def test_only_what_is_wanted_is_read_and_the_rest_is_let_go_of(
    server: ServerProcess, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opcua_history, "MOST_VALUES", 10)
    found = await remembered(server, "count", START, START + 39)
    why = "the server remembers more than 10 values of it"
    assert found == Remembered("count", counted_up(0, 13), START + 13, why)
    assert wire.released == [False, False, True]


async def test_pages_without_end_are_not_asked_for_without_end(
    server: ServerProcess, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opcua_history, "_MOST_PAGES", 2)
    found = await remembered(server, "count", START, START + 39)
    assert found == Remembered("count", counted_up(0, 13), START + 13, "it is handed out in over 2 pages")
    assert wire.released == [False, False, True]


async def test_a_server_that_cuts_a_page_off_and_does_not_say_so_is_asked_on(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opcua_history, "_PAGE", 5)
    found = await remembered(server, "count", START, START + 20)
    assert sorted(set(found.values)) == list(counted_up(0, 20))
    assert (found.until, found.why) == (None, "")


async def test_what_cannot_be_read_ends_what_is_known(server: ServerProcess, wire: Wire) -> None:
    good = b"\x07\x04\x00\x00\x00"
    wire.spoil = (good, b"\x0c\xff\xff\xff\x7f")
    found = await remembered(server, "count", START, START + 20)
    assert found == Remembered("count", counted_up(0, 3), START + 3, "a value of it cannot be read")
    assert wire.released == [False, True]


@pytest.mark.parametrize(
    ("code", "name"), [(0x80720000, "BadHistoryOperationUnsupported"), (0x800B0000, "BadServiceUnsupported")]
)
async def test_a_server_that_refuses_says_why(server: ServerProcess, wire: Wire, code: int, name: str) -> None:
    wire.refuse = code
    found = await remembered(server, "count", START, START + 20)
    assert found == Remembered("count", until=START, why=f"the server gives no history of it: {name}")


@pytest.mark.parametrize("name", ["BadSessionIdInvalid", "BadTimeout", "BadShutdown"])
async def test_a_session_that_is_lost_says_nothing_of_the_history(server: ServerProcess, wire: Wire, name: str) -> None:
    wire.refuse = getattr(StatusCodes, name)
    with pytest.raises(DeviceError, match=name):
        await history(machine(server.port), None, ["count"], START, START + 20)


async def test_an_answer_that_nobody_can_read_is_told_of_its_signal(server: ServerProcess, wire: Wire) -> None:
    # How many histories stand in an answer that was asked for one.
    wire.spoil = (
        b"\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\x02\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
    )
    found = await history(machine(server.port), None, ["element", "quiet"], START, START + 1)
    assert [one.why.partition(":")[0] for one in found.signals] == ["the server gives no history of it"] * 2


async def test_a_server_that_is_not_there_is_told_as_always() -> None:
    with pytest.raises(DeviceError, match="No OPC UA server answers"):
        await history(machine(free_port()), None, ["count"], START, START + 1)
