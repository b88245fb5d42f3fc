"""One look at a machine by whoever wonders why it is not read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.server.server import Server
from cryptography.x509.oid import ExtendedKeyUsageOID

from agent.core.errors import DeviceError
from drivers.probed import Unreadable
from drivers.registry import probe_machine
from tests.drivers.plants import URI, ModbusPlant, OpcUaPlant


async def test_an_opcua_server_is_asked_for_each_node() -> None:
    plant = OpcUaPlant()
    plant.start()
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert (probed.asked, probed.refused) == (4, "")
    assert probed.unreadable == (Unreadable("bad", f"nsu={URI};s=no such node", "BadNodeIdUnknown"),)
    assert any(one.startswith("no security, anonymous") for one in probed.offers)
    assert probed.server_time is not None
    assert abs(probed.server_time - probed.asked_at) < 60
    assert abs(probed.asked_at - time.time()) < 60


async def test_a_namespace_that_the_server_lacks_makes_every_node_unreadable() -> None:
    plant = OpcUaPlant()
    plant.server.start("http://example.org/another")
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert {one.why for one in probed.unreadable} == {f"this server has no namespace {URI}"}
    assert len(probed.unreadable) == 4


async def test_a_server_with_security_alone_is_left_with_what_it_offers(tmp_path: Path) -> None:
    plant = OpcUaPlant()
    assert plant.machine.opcua is not None
    server = Server()
    await server.init()
    server.set_endpoint(plant.machine.opcua.endpoint)
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.der"
    uses = [ExtendedKeyUsageOID.SERVER_AUTH]
    await setup_self_signed_certificate(key, certificate, "urn:freeopcua:python:server", "localhost", uses, {})
    await server.load_certificate(str(certificate))
    await server.load_private_key(str(key))
    async with server:
        probed = await probe_machine(plant.machine)
    assert probed.refused == "it offers no anonymous reading without security"
    [offer] = probed.offers
    assert offer.startswith("Basic256Sha256 SignAndEncrypt, ")


async def test_a_modbus_server_is_asked_for_each_value_by_itself() -> None:
    plant = ModbusPlant()
    plant.start()
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert probed.asked == 4
    assert probed.unreadable == (Unreadable("bad", "discrete 100", plant.bad_status),)


@pytest.mark.parametrize("plant", [OpcUaPlant(), ModbusPlant()], ids=["opcua", "modbus"])
async def test_one_that_is_frozen_or_away_is_an_error(plant: OpcUaPlant | ModbusPlant) -> None:
    with pytest.raises(DeviceError):
        await probe_machine(plant.machine)
    plant.start()
    plant.server.freeze()
    try:
        with pytest.raises(DeviceError):
            await probe_machine(plant.machine)
    finally:
        plant.server.kill()
