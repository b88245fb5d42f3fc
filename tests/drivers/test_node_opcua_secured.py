"""The OPC UA driver and node-opcua, a server that we did not write, with Basic256Sha256, signed and encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.errors import DeviceError
from agent.core.observations import Link
from drivers.keys import Keys, Own, Trust
from drivers.opcua_refusals import RefusedError
from drivers.registry import open_machine
from tests.drivers.certificates import CLIENT, Made
from tests.drivers.foreign.node_opcua import NodeOpcUa
from tests.drivers.plants import OpcUaPlant, collect, now, told

OURS = Made("lineside", "lineside", "urn:lineside:ala1:line-7", ("pc",), uses=(CLIENT,))
KEYS = Keys(lambda: Own(str(OURS.uri), OURS.der, OURS.pem), Trust, lambda _: None, lambda _, __: "")
"""Nobody is trusted but whose certificate stands in the configuration."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpcUaPlant]:
    server = NodeOpcUa(tmp_path_factory.mktemp("keys"))
    plant = OpcUaPlant(server, security="Basic256Sha256", server_certificate=server.certificate)
    yield plant
    plant.server.kill()


@pytest.fixture
def plant(started: OpcUaPlant) -> OpcUaPlant:
    """A running machine in its first state."""
    if not started.server.runs:
        started.start()
    started.write(state=6, count=100_000, run=True)
    return started


def has_link(seen: list[object]) -> bool:
    return any(isinstance(each, Link) for each in seen)


async def test_the_first_image_and_changes_come(plant: OpcUaPlant) -> None:
    async with open_machine(plant.machine, now, KEYS) as driver:
        batches = aiter(driver)
        seen = await collect(batches, has_link, 30.0)
        assert sorted(told(seen)) == [
            ("bad", None, "bad"),
            ("count", 100_000, "good"),
            ("run", True, "good"),
            ("state", 6, "good"),
        ]
        plant.write(state=11)
        seen = await collect(batches, lambda new: bool(told(new, "state")), 30.0)
        plant.spoil()
        seen += await collect(batches, lambda new: bool(told(new, "state")), 30.0)
    assert told(seen, "state") == [("state", 11, "good"), ("state", None, "bad")]


async def test_a_server_that_is_killed_is_noticed_and_read_again_when_it_is_back(plant: OpcUaPlant) -> None:
    async with open_machine(plant.machine, now, KEYS) as driver:
        batches = aiter(driver)
        await collect(batches, has_link, 30.0)
        plant.server.kill()
        with pytest.raises(DeviceError, match="It is tried again"):
            await collect(batches, lambda _: False, 30.0)
    plant.start()
    async with open_machine(plant.machine, now, KEYS) as driver:
        assert has_link(await collect(aiter(driver), has_link, 30.0))


async def test_another_certificate_than_the_configured_one_is_refused(plant: OpcUaPlant, tmp_path: Path) -> None:
    other = tmp_path / "other.der"
    other.write_bytes(Made().der)
    assert plant.machine.opcua is not None
    settings = plant.machine.opcua.model_copy(update={"server_certificate": other})
    with pytest.raises(RefusedError):
        async with open_machine(plant.machine.model_copy(update={"opcua": settings}), now, KEYS):
            pass


async def test_without_a_policy_by_name_the_strongest_is_taken(plant: OpcUaPlant) -> None:
    assert plant.machine.opcua is not None
    settings = plant.machine.opcua.model_copy(update={"security": "strongest"})
    async with open_machine(plant.machine.model_copy(update={"opcua": settings}), now, KEYS) as driver:
        assert has_link(await collect(aiter(driver), has_link, 30.0))
