"""One look at a machine by whoever wonders why it is not read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.server.server import Server
from cryptography.x509.oid import ExtendedKeyUsageOID

from agent.core.sources.address import AddressSettings
from drivers.driver_probe import probe_by_driver
from drivers.modbus_doubts import doubt_of_order
from drivers.probed import ProbeError, Seen, Stage, offers_words
from drivers.registry import open_machine, probe_machine
from tests.drivers.plants import URI, ModbusPlant, OpcUaPlant, now


async def test_an_opcua_server_is_asked_for_each_node() -> None:
    plant = OpcUaPlant()
    plant.start()
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert [(one.key, one.kind, one.value) for one in probed.seen] == [
        ("state", "Int32", 6),
        ("count", "UInt32", 100_000),
        ("run", "Boolean", True),
        ("bad", "", None),
    ]
    assert probed.unreadable == (Seen("bad", f"nsu={URI};s=no such node", "BadNodeIdUnknown"),)
    assert probed.way == "no security"
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
        with pytest.raises(ProbeError) as ended:
            await probe_machine(plant.machine)
    assert ended.value.stage in {Stage.SECURITY, Stage.SESSION}
    [offer] = ended.value.offers
    assert offer.startswith("Basic256Sha256 SignAndEncrypt, ")


async def test_a_modbus_server_is_asked_for_each_value_by_itself() -> None:
    plant = ModbusPlant()
    plant.start()
    try:
        probed = await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert len(probed.seen) == 4
    assert probed.unreadable == (Seen("bad", "discrete 100 bit", plant.bad_status),)


@pytest.mark.parametrize("plant", [OpcUaPlant(), ModbusPlant()], ids=["opcua", "modbus"])
async def test_one_that_is_frozen_or_away_is_an_error(plant: OpcUaPlant | ModbusPlant) -> None:
    with pytest.raises(ProbeError) as away:
        await probe_machine(plant.machine)
    plant.start()
    plant.server.freeze()
    try:
        with pytest.raises(ProbeError) as frozen:
            await probe_machine(plant.machine)
    finally:
        plant.server.kill()
    assert {away.value.stage, frozen.value.stage} == {Stage.PROTOCOL}


@pytest.mark.parametrize("plant", [OpcUaPlant(), ModbusPlant()], ids=["opcua", "modbus"])
async def test_a_driver_alone_says_what_each_value_is(plant: OpcUaPlant | ModbusPlant) -> None:
    with pytest.raises(ProbeError):
        await probe_by_driver(lambda: open_machine(plant.machine, now), plant.machine)
    plant.start()
    try:
        probed = await probe_by_driver(lambda: open_machine(plant.machine, now), plant.machine)
    finally:
        plant.server.kill()
    assert {one.key: one.value for one in probed.seen} == {"state": 6, "count": 100_000, "run": True, "bad": None}
    assert [one.key for one in probed.unreadable] == ["bad"]
    assert probed.unreadable[0].why.startswith(plant.bad_status)


async def test_a_subscription_for_a_moment_says_what_the_server_revises_and_leaves_nothing_behind() -> None:
    plant = OpcUaPlant()
    plant.start()
    try:
        plant.server.tell(behave={"slowest_ms": 500})
        probed = await probe_machine(plant.machine, subscribe=True)
    finally:
        plant.server.kill()
    assert "publishing every 500 ms instead of 50" in probed.limits
    assert [one.key for one in probed.unreadable] == ["bad"]


async def test_a_wrong_unit_is_said_with_the_one_that_answers() -> None:
    plant = ModbusPlant()
    plant.start()
    assert plant.machine.modbus is not None
    modbus = plant.machine.modbus.model_copy(update={"unit": 9, "timeout_s": 0.3})
    try:
        probed = await probe_machine(plant.machine.model_copy(update={"modbus": modbus}))
    finally:
        plant.server.kill()
    assert all(one.why.endswith("; unit 1 gives 'state': correct modbus.unit") for one in probed.unreadable)
    assert len(probed.unreadable) == 4


def test_what_a_server_offers_is_said_in_one_line_with_whom_it_lets_in_once() -> None:
    offers = ("no security, anonymous, user name", "A Sign, anonymous, user name", "B Sign, anonymous, user name")
    assert offers_words(offers) == "no security | A Sign | B Sign; each for: anonymous, user name"
    assert offers_words(("no security, anonymous", "A Sign, user name")) == "no security, anonymous | A Sign, user name"
    assert offers_words(()) == ""


COUNTER = AddressSettings(key="total", table="input", address=0, type="uint32")
SPEED = AddressSettings(key="speed", table="input", address=0, type="float32")


@pytest.mark.parametrize(
    ("address", "raw", "words"),
    [
        (COUNTER, (5, 0), 'it shows 327680; with word_order = "little" it would be 5'),
        (COUNTER.model_copy(update={"word_order": "little"}), (0, 5), 'with word_order = "big" it would be 5'),
        (SPEED, (0x0000, 0x42C8), 'with word_order = "little" it would be 100'),
    ],
)
def test_an_order_of_registers_that_looks_wrong_is_doubted(
    address: AddressSettings, raw: tuple[int, ...], words: str
) -> None:
    assert words in doubt_of_order(address, raw)


@pytest.mark.parametrize(
    ("address", "raw"),
    [
        (COUNTER, (0, 5)),
        (COUNTER, (0, 0)),
        (COUNTER, (1, 34_464)),
        (SPEED, (0x42C8, 0x0000)),
        (SPEED, (0, 0)),
        (COUNTER.model_copy(update={"type": "uint16"}), (5,)),
    ],
)
def test_an_order_of_registers_that_may_be_right_is_not_doubted(address: AddressSettings, raw: tuple[int, ...]) -> None:
    assert doubt_of_order(address, raw) == ""
