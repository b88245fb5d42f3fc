"""Structures, alarms and histories of a server that we did not write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asyncua.client.ua_client import UaClient
from asyncua.common.utils import Buffer

from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.observations import Link, Quality
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua import OpcUaDriver
from drivers.opcua_history import history
from tests.drivers.foreign.node_opcua import NodeOpcUa
from tests.drivers.plants import URI, ServerProcess, collect, now, told

VALUES: dict[str, tuple[str, dict[str, object], object]] = {
    "element": ("list", {"index": 2}, 12),
    "beyond": ("list", {"index": 5}, None),
    "flat": ("matrix", {"index": 4}, 5),
    "name": ("name", {}, "Füller"),
    "mode": ("mode", {}, 5),
    "speed": ("drive", {"field": "Speed", "scale": 2}, 25.0),
    "temperature": ("drive", {"field": "Temps", "index": 1}, 2.5),
    "cycle": ("drive", {"field": "Cycle"}, 250.0),
    "label": ("drive", {"field": "Label"}, "L"),
    "axis": ("line", {"field": "Axes[1].Speed"}, 4.0),
    "note": ("line", {"field": "Note"}, "n"),
    "spare": ("line", {"field": "Spare.Speed"}, None),
    "either": ("either", {"field": "Drive.Speed"}, 9.0),
    "multi": ("multi", {}, 1),
}
"""Node, which part of it, and what is told of it, by key."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = NodeOpcUa(tmp_path_factory.mktemp("foreign"), "opcua_depths.mjs")
    server.start(str(Path(__file__).parent / "foreign" / "opcua_types.xml"), URI)
    yield server
    server.kill()


def machine(server: ServerProcess) -> MachineSettings:
    endpoint = f"opc.tcp://127.0.0.1:{server.port}/line"
    return MachineSettings(
        work_center="WC-1",
        opcua=OpcUaSettings(
            endpoint=endpoint, security="none", alarms="i=2253", publishing_ms=50, timeout_s=3.0, history=True
        ),
        signal=(
            SignalSettings(key="alarm", role=Role.ALARM),
            SignalSettings(key="state", role=Role.STATE, node=f"nsu={URI};s=drive", field="State"),
        ),
        telemetry=tuple(
            TelemetrySettings(key=key, node=f"nsu={URI};s={node}", **where)
            for key, (node, where, _) in (VALUES | {"count": ("count", {}, None)}).items()
        ),
        condition={"states": {"Running": "RUNNING"}},
    )


READING = {
    "CreateSession", "ActivateSession", "CloseSession", "Read", "Browse", "BrowseNext", "HistoryRead",
    "CreateSubscription", "ModifySubscription", "DeleteSubscriptions", "CreateMonitoredItems", "DeleteMonitoredItems",
    "Publish", "Republish", "FindServers", "GetEndpoints",
}  # fmt: skip


async def test_nothing_but_reading_is_ever_asked_of_it(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    send = UaClient._send_request

    async def heard(client: UaClient, request: object, *rest: object, **more: object) -> Buffer:
        asked.add(type(request).__name__.removesuffix("Request"))
        return await send(client, request, *rest, **more)  # type: ignore[arg-type]  # handed on as they come

    monkeypatch.setattr(UaClient, "_send_request", heard)
    async with OpcUaDriver(machine(server), now) as driver:
        await collect(aiter(driver), lambda new: {key for key, _, _ in told(new)} >= VALUES.keys())
    await history(machine(server), None, ["count"], time.time() - 3600, time.time())
    assert asked <= READING
    assert asked >= {"Read", "Browse", "HistoryRead", "Publish"}


async def test_what_it_sends_is_read_as_it_is_meant(server: ServerProcess) -> None:
    async with OpcUaDriver(machine(server), now) as driver:
        seen = await collect(aiter(driver), lambda new: {key for key, _, _ in told(new)} >= VALUES.keys())
    values = {key: value for key, value, _ in told(seen)}
    assert {key: values[key] for key in VALUES} == {key: value for key, (_, _, value) in VALUES.items()}
    assert values["state"] == "Running"


async def test_its_alarms_are_heard_and_the_one_that_stood_before_is_found(server: ServerProcess) -> None:
    server.tell(temperature=95)
    async with OpcUaDriver(machine(server), now) as driver:
        batches = aiter(driver)
        seen = await collect(batches, lambda new: any(isinstance(each, Link) for each in new))
        server.tell(temperature=20)
        seen += await collect(batches, lambda new: bool(told(new, "alarm")))
        server.tell(temperature=60)
        seen += await collect(batches, lambda new: bool(told(new, "alarm")))
    assert told(seen, "alarm") == [("alarm", "TooHot", "good"), ("alarm", "", "good"), ("alarm", "TooHot", "good")]


async def test_its_history_is_read_page_by_page(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.opcua_history._PAGE", 7)
    found = await history(machine(server), None, ["count", "name"], time.time() - 3600, time.time() + 60)
    count, name = found.signals
    numbers = [value for _, value, quality in count.values if quality is Quality.GOOD and value]
    assert sorted(set(numbers), key=numbers.index) == [float(number) for number in range(1, 31)]
    assert (count.until, count.why) == (None, "")
    assert (name.values, name.why[:40]) == ((), "the server gives no history of it: BadHi")
    assert found.started is not None
