"""The other side of the wire: an MES that hears everything and says what the test wants, and an agent's way to it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import orjson

from agent.alarms import Alarms
from agent.core.contract.envelope import Envelopes
from agent.core.contract.topics import Topics
from agent.core.facts import ConfigCause
from agent.core.settings import Settings
from agent.forwarder import Forwarder
from agent.gate import Gate
from agent.in_force import InForce
from agent.inbound import Doers, Inbound
from agent.journal.journal import Journal
from agent.messages import Messages
from agent.overview import Overview, Way
from agent.presence import Presence
from agent.resending import Resending
from agent.storage import StorageWatch
from agent.uplink import Identity, Uplink
from simulators.broker import Broker
from simulators.mes.link import Address, Link, LinkLostError, Received, connected
from tests.agent.parts import AGENT, CLOCK, SITE, Running, an_intake, eventually, settings


@dataclass
class Mes:
    """Hears all that the site's agents say."""

    link: Link
    through: int | None = None
    """Where it confirms by itself: up to here it has everything."""
    heard: list[Received] = field(default_factory=list)
    _held: set[int] = field(default_factory=set)
    _epoch: str = "e1"

    def events(self) -> list[dict[str, Any]]:
        """Facts as they came, repetitions included."""
        return _events(self.heard)

    def sequences(self) -> list[int]:
        return [int(event["sequence"]) for event in self.events()]

    def ids(self) -> dict[int, set[str]]:
        """All ids under which each sequence came."""
        found: dict[int, set[str]] = {}
        for event in self.events():
            found.setdefault(int(event["sequence"]), set()).add(event["id"])
        return found

    def messages(self, part: str) -> list[Received]:
        return [message for message in self.heard if part in message.topic]

    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in self.messages("/res")]

    async def has(self, sequences: range, within: float = 30.0) -> None:
        await eventually(lambda: set(self.sequences()) >= set(sequences), f"the MES has {sequences}", within)

    def ack(self, through: int, *, epoch: str = "e1", rejected: list[dict[str, Any]] | None = None) -> None:
        self.say("ack", {"epoch": epoch, "through": through, "rejected": rejected or []})

    def say(self, topic: str, document: Any) -> None:  # noqa: ANN401 - any JSON
        payload = document if isinstance(document, bytes) else orjson.dumps(document)
        self.link.publish(f"{AGENT}/{topic}", payload)


@asynccontextmanager
async def a_mes(
    broker: Broker | Address, name: str = "mes", *, acking: bool = False, already: int = 0
) -> AsyncIterator[Mes]:
    """An MES; with `acking` it confirms what it has, as a real one does, and had `already` so many before."""
    async with connected(Address(broker.host, broker.port, broker.protocol), name) as link:
        mes = Mes(link, already if acking else None)
        hearing = asyncio.create_task(_hear(mes), name="mes.hear")
        await link.subscribe([f"{SITE}/#"])
        try:
            yield mes
        finally:
            hearing.cancel()
            # Where the test took the broker away, this MES is just deaf from then on.
            with suppress(asyncio.CancelledError, LinkLostError):
                await hearing


async def _hear(mes: Mes) -> None:
    while True:
        gathered = await mes.link.receive()
        mes.heard += gathered
        mes.link.settle(gathered)
        if mes.through is not None:
            _confirm(mes, gathered, mes.through)


def _confirm(mes: Mes, gathered: list[Received], through: int) -> None:
    for event in _events(gathered):
        mes._epoch = event["source"].rpartition(":")[2]
        mes._held.add(int(event["sequence"]))
    while through + 1 in mes._held:
        through += 1
    if through != mes.through:
        mes.through = through
        mes.ack(through, epoch=mes._epoch)


def _events(messages: list[Received]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for message in messages:
        if "/evt" in message.topic:
            payload = json.loads(message.payload)
            found += payload if isinstance(payload, list) else [payload]
    return found


@dataclass(frozen=True, slots=True)
class Sender:
    """An agent without machines that sends what its journal holds."""

    running: Running
    forwarder: Forwarder
    uplink: Uplink
    overview: Overview
    alarms: Alarms
    presence: Presence
    sending: asyncio.Task[None]

    @property
    def journal(self) -> Journal:
        return self.running.journal

    async def until(self, condition: Callable[[], bool], what: str, within: float = 30.0) -> None:
        """As `eventually`; fails at once when sending has ended."""
        await eventually(lambda: condition() or self.sending.done(), what, within)
        if self.sending.done():
            self.sending.result()

    async def confirmed(self, through: int, within: float = 30.0) -> None:
        marks = self.journal
        await self.until(lambda: marks.marks.current.confirmed_through == through, f"{through} is confirmed", within)

    async def online(self) -> None:
        await self.until(lambda: self.uplink.online, "online")


@asynccontextmanager
async def a_sender(
    folder: Path,
    port: int,
    *,
    epoch: str = "e1",
    **mes: Any,  # noqa: ANN401 - any TOML
) -> AsyncIterator[Sender]:
    """The inner half of an agent, without last words; `epoch` begins where one has to."""
    configured = settings(folder, port=port, **{"reconnect_max_s": 0.5, **mes})
    async with an_intake(folder, epoch, **mes) as running:
        sender = _sender(configured, running)
        try:
            yield sender
        finally:
            sender.uplink.stop()
            sender.sending.cancel()
            with suppress(asyncio.CancelledError):
                await sender.sending


def _sender(configured: Settings, running: Running) -> Sender:
    journal, intake = running.journal, running.intake
    topics = Topics.of(configured.mes.root, configured.agent)
    messages = Messages(topics, Envelopes("ala1", "edge-1"))
    alarms = running.alarms
    gate = Gate(journal, configured.mes.exchange, CLOCK, ZoneInfo("UTC"))
    forwarder = Forwarder(journal, configured.mes, messages, CLOCK, alarms, gate)
    resending = Resending(journal, messages, CLOCK)
    inbound = Inbound(topics, intake, forwarder, Doers(resending, nothing_new), CLOCK, alarms)
    identity = Identity("lineside-ala1-edge-1", "edge-1", "hall-1", secrets.token_hex(4), "0")
    uplink = Uplink(configured.mes, topics, identity, journal, CLOCK, alarms)
    storage = StorageWatch(journal, intake, CLOCK, alarms, configured.journal, ())
    way = Way(journal, uplink, forwarder, storage)
    overview = Overview(InForce.of(configured, Path("lineside.toml")), CLOCK, identity.instance, intake, alarms, way)
    presence = Presence(intake, topics, overview.look)
    parts = (forwarder.run, resending.retry_parked, partial(inbound.read, hear_status=uplink.hears))
    sending = asyncio.create_task(uplink.run(presence, inbound.subscribe, parts, forwarder.lost), name="uplink")
    return Sender(running, forwarder, uplink, overview, alarms, presence, sending)


async def nothing_new(_: ConfigCause) -> str:
    """There is no file to be read anew."""
    return ""


def replay(first: int, last: int, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    now = datetime.now(UTC)
    command = {
        "command_id": str(uuid4()),
        "issued_at": now.isoformat(),
        "expires_at": (now + timedelta(seconds=60)).isoformat(),
        "actor": "mes",
        "reason": "gap",
        "epoch": "e1",
        "from": first,
        "to": last,
    }
    return {**command, **changed}
