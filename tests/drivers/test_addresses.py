"""Whatever the settings take for the address of a device: a driver that cannot get there says so, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from drivers.registry import open_machine, open_scanner
from tests.drivers.plants import now

HOSTS = st.one_of(st.text(), st.text("a1.:[]@%/ \x00é-", max_size=20), st.integers(60, 70).map(lambda size: size * "x"))
PORTS = st.one_of(
    st.just(""), st.text(":0123456789a-", max_size=7), st.integers(0, 99_999).map(lambda port: f":{port}")
)
SIGNAL = {"key": "run", "role": "run"}


@pytest.fixture(scope="module", autouse=True)
def nowhere() -> Iterator[None]:
    """The operating system takes each name as it does, but asks nobody for it, and nothing is found."""
    real = socket.getaddrinfo

    def looked_up(host: Any, port: Any, family: int = 0, kind: int = 0, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - as the real one
        real(host, port, family, kind, 0, socket.AI_NUMERICHOST)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def refused(*_: Any) -> None:  # noqa: ANN401 - as above
        raise ConnectionRefusedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", looked_up)
        patch.setattr(BaseSelectorEventLoop, "sock_connect", refused)
        yield


def opcua(endpoint: str) -> MachineSettings:
    reads = {"endpoint": endpoint, "timeout_s": 5.0}
    signal = {**SIGNAL, "node": "nsu=urn:x;s=a"}
    return MachineSettings.model_validate({"work_center": "A", "opcua": reads, "signal": [signal]})


def modbus(host: str) -> MachineSettings:
    signal = {**SIGNAL, "table": "coil", "address": 0, "type": "bit"}
    reads = {"host": host, "timeout_s": 5.0}
    return MachineSettings.model_validate({"work_center": "A", "modbus": reads, "signal": [signal]})


def reader(host: str) -> ScannerSettings:
    return ScannerSettings(name="hand", work_center="A", host=host)


def nobody_answers(device: MachineSettings | ScannerSettings) -> None:
    async def enter() -> None:
        opened = open_machine(device, now) if isinstance(device, MachineSettings) else open_scanner(device, now)
        with pytest.raises(DeviceError):
            await opened.__aenter__()

    asyncio.run(enter())


@settings(deadline=None)
@given(HOSTS, PORTS, st.one_of(st.just("/"), st.text(max_size=5)))
@example("[fe80::1", "", "/")
@example("plc", ":48400000", "/")
@example("plc", ":abc", "/")
@example("plc..local", ":4840", "")
@example("plc", "", "")
def test_an_opcua_endpoint_that_the_settings_take_is_at_worst_one_where_nobody_answers(
    host: str, port: str, path: str
) -> None:
    try:
        machine = opcua(f"opc.tcp://{host}{port}{path}")
    except ValidationError:
        return
    nobody_answers(machine)


@settings(deadline=None)
@given(HOSTS)
@example("plc..local")
@example("x" * 70)
@example("plc\x00")
@example("plc")
def test_a_host_that_the_settings_take_is_at_worst_one_where_nobody_answers(host: str) -> None:
    try:
        devices = (modbus(host), reader(host))
    except ValidationError:
        return
    for device in devices:
        nobody_answers(device)


@pytest.mark.parametrize("host", ["plc..local", 70 * "x", "plc\x00"])
def test_a_host_that_there_cannot_be_is_one_where_nobody_answers_though_nobody_looked_at_it(host: str) -> None:
    over_modbus, over_opcua = modbus("plc"), opcua("opc.tcp://plc:4840/")
    assert over_modbus.modbus is not None
    assert over_opcua.opcua is not None
    nobody_answers(over_modbus.model_copy(update={"modbus": over_modbus.modbus.model_copy(update={"host": host})}))
    elsewhere = over_opcua.opcua.model_copy(update={"endpoint": f"opc.tcp://{host}:4840/"})
    nobody_answers(over_opcua.model_copy(update={"opcua": elsewhere}))


@pytest.mark.parametrize(
    "host", ["plc", "plc-7.plant.example", "plc.", "192.0.2.10", "fe80::1%eth0", "пресс.завод", "plc_7"]
)
def test_a_host_as_plants_name_them_is_taken(host: str) -> None:
    modbus(host)
    reader(host)


@pytest.mark.parametrize("endpoint", ["opc.tcp://plc", "opc.tcp://[fe80::1]:4840/", "opc.tcp://plc:4840/a b/c?d"])
def test_an_endpoint_as_servers_name_them_is_taken(endpoint: str) -> None:
    opcua(endpoint)
