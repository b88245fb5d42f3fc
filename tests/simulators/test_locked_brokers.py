"""The simulated MES at a broker that wants to see who comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simulators.broker import Broker
from simulators.mes.link import Address, LinkLostError, connected
from simulators.mes.security import Security
from simulators.mosquitto import Security as Lock
from tests.brokers.certificates import Authority


def locked(folder: Path) -> tuple[Authority, Lock]:
    plant = Authority(folder, "Plant CA")
    pair = plant.issue("broker")
    return plant, Lock(cert_file=pair.cert_file, key_file=pair.key_file, passwords={"mes": "right"})


async def test_over_tls_and_with_its_password_it_hears_more_than_one_record_at_once(tmp_path: Path) -> None:
    plant, lock = locked(tmp_path)
    said = [bytes([number]) * 5000 for number in range(40)]
    async with Broker(folder=tmp_path / "broker", kind="mosquitto", security=lock) as broker:
        address = Address("127.0.0.1", broker.port, "5", Security(plant.ca_file, "mes", "right"))
        async with connected(address, "listener") as link, asyncio.timeout(20):
            await link.subscribe(["a"])
            async with connected(Address("127.0.0.1", broker.inside), "speaker") as other:
                for payload in said:
                    other.publish("a", payload)
                heard: list[bytes] = []
                while len(heard) < len(said):
                    messages = await link.receive()
                    heard += [message.payload for message in messages]
                    link.settle(messages)
    assert heard == said


@pytest.mark.parametrize("wrong", ["password", "authority"])
async def test_a_wrong_password_and_a_broker_of_another_authority_are_no_connection(wrong: str, tmp_path: Path) -> None:
    plant, lock = locked(tmp_path)
    believed = Authority(tmp_path, "Other CA").ca_file if wrong == "authority" else plant.ca_file
    password = "wrong" if wrong == "password" else "right"
    async with Broker(folder=tmp_path / "broker", kind="mosquitto", security=lock) as broker:
        address = Address("127.0.0.1", broker.port, "5", Security(believed, "mes", password))
        with pytest.raises(LinkLostError):
            async with connected(address, "listener"):
                pass
