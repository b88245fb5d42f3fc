"""Every broker that the agent must get on with, started on loopback: where an agent and an MES come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, get_args

from simulators.broker import Broker
from simulators.mes.link import Address
from simulators.mosquitto import Security
from tests.brokers.certificates import Authority

Kind: TypeAlias = Literal[
    "mosquitto", "mosquitto-3.1.1", "mosquitto-tls", "mosquitto-password", "mosquitto-forgetful", "embedded"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ACL = Path(__file__).parent.parent.parent / "config" / "mosquitto.acl"
AGENT_ID = "edge-1"
SECRET = "pass wörd"  # noqa: S105 - of a broker that lives as long as a test


class Controlled(Protocol):
    """Stopped, killed and started again on the same port."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Running:
    """A broker, and the way to it."""

    broker: Controlled
    address: Address
    """Where an MES of the tests comes in; no password, no TLS."""
    mes: dict[str, Any] = field(default_factory=dict)
    """Keys of [mes] for an agent."""
    forgets: bool = False
    """Whether sessions and retained messages are gone after `stop`."""

    async def start(self) -> None:
        await self.broker.start()

    async def stop(self) -> None:
        await self.broker.stop()

    async def kill(self) -> None:
        await self.broker.kill()


@asynccontextmanager
async def a_broker(kind: Kind, folder: Path) -> AsyncIterator[Running]:
    """One of the kinds, running."""
    security, said = _locked(kind, folder)
    base: Literal["mosquitto", "embedded"] = "embedded" if kind == "embedded" else "mosquitto"
    persistence = kind != "mosquitto-forgetful"
    async with Broker(folder=folder, kind=base, persistence=persistence, security=security) as broker:
        protocol: Literal["5", "3.1.1"] = "3.1.1" if kind == "mosquitto-3.1.1" else broker.protocol
        mes = {"host": broker.host, "port": broker.port, "protocol": protocol, **said}
        address = Address(broker.host, broker.inside, protocol)
        yield Running(broker, address, mes, forgets=kind == "embedded" or not persistence)


def _locked(kind: Kind, folder: Path) -> tuple[Security | None, dict[str, Any]]:
    """What the broker asks for, and what an agent says to it."""
    folder.mkdir(parents=True, exist_ok=True)
    match kind:
        case "mosquitto-tls":
            return _with_certificates(folder)
        case "mosquitto-password":
            return _with_passwords(folder)
    return None, {}


def _with_certificates(folder: Path) -> tuple[Security, dict[str, Any]]:
    """Mutual TLS, and the shipped access rules."""
    plant = Authority(folder)
    server, client = plant.issue("broker"), plant.issue(AGENT_ID)
    security = Security(plant.ca_file, server.cert_file, server.key_file, acl_file=_rules(folder))
    return security, {"tls": {"ca_file": plant.ca_file, "cert_file": client.cert_file, "key_file": client.key_file}}


def _with_passwords(folder: Path) -> tuple[Security, dict[str, Any]]:
    """TLS of the broker alone, passwords, and the shipped access rules."""
    plant = Authority(folder)
    server = plant.issue("broker")
    security = Security(
        cert_file=server.cert_file,
        key_file=server.key_file,
        passwords={AGENT_ID: SECRET},
        acl_file=_rules(folder),
    )
    password_file = folder / "password"
    password_file.write_text(f"{SECRET}\n", encoding="utf-8")
    return security, {"tls": {"ca_file": plant.ca_file}, "username": AGENT_ID, "password_file": password_file}


def _rules(folder: Path) -> Path:
    """The shipped example, for the agent of the tests."""
    rules = folder / "lineside.acl"
    rules.write_text(ACL.read_text().replace("line-a", AGENT_ID).replace("/packing/", "/hall-1/"))
    return rules
