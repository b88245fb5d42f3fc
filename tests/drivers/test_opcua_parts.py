"""What a browse tells of structures and arrays: what a configuration can name of them, as the driver reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.core.machine_settings import MachineSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_browse import OpcUaBrowser, Variable
from drivers.opcua_walk import Extent
from drivers.registry import probe_machine
from tests.drivers.plants import URI, ServerProcess


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    server = ServerProcess("opcua_values_server")
    server.start(URI)
    yield server
    server.kill()


def settings(server: ServerProcess) -> OpcUaSettings:
    return OpcUaSettings(endpoint=f"opc.tcp://127.0.0.1:{server.port}", security="none", timeout_s=5)


async def browsed(server: ServerProcess, name: str) -> list[Variable]:
    async with OpcUaBrowser(settings(server)) as browser:
        walk = browser.walk(Extent(), wanted=lambda path, _node, _words: path == name)
        return [variable async for variable in walk]


async def test_a_structure_is_told_field_by_field_with_what_the_configuration_calls_them(server: ServerProcess) -> None:
    whole, *fields = await browsed(server, "line")
    assert (whole.kind, whole.value, whole.status) == ("structure", None, f"{len(fields)} parts")
    told = {one.field: one.value for one in fields}
    assert (told["Name"], told["Axes[1].Speed"], told["Spare.State"]) == ("L1", -2, 2)
    assert {one.path[-1] for one in fields} >= {"line.Name", "line.Axes[0].Temperatures[1]"}


async def test_an_array_of_structures_is_told_by_index_and_field(server: ServerProcess) -> None:
    _, *parts = await browsed(server, "drives")
    assert {(one.index, one.field): one.value for one in parts}[1, "Speed"] == -2


async def test_whatever_is_told_can_be_read_by_the_driver_as_it_stands(server: ServerProcess) -> None:
    async with OpcUaBrowser(settings(server)) as browser:
        found = [one async for one in browser.walk(Extent()) if one.value is not None]
        again = await browser.read([(one.node, one.index, one.field) for one in found])
    assert again == [one.value for one in found]
    read = [
        {"key": f"k{number}", "node": one.node, "index": one.index, "field": one.field}
        for number, one in enumerate(found)
    ]
    machine = MachineSettings.model_validate(
        {
            "work_center": "WC-1",
            "opcua": settings(server).model_dump(exclude_defaults=True),
            "signal": [{"key": "run", "role": "run", "node": found[0].node}],
            "telemetry": read,
        }
    )
    probed = await probe_machine(machine)
    assert [(one.key, one.value) for one in probed.seen[1:]] == [
        (row["key"], one.value) for row, one in zip(read, found, strict=True)
    ]


async def test_values_of_what_is_not_wanted_are_not_asked_for(server: ServerProcess) -> None:
    found = await browsed(server, "mode")
    assert [one.path for one in found] == [("mode",)]
