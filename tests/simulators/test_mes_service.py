from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulators.broker import Broker, Kind
from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.link import Address
from simulators.mes.report import read_report
from simulators.mes.service import serve_mes
from simulators.mes.topics import Place
from tests.simulators.mes_facts import BATCHES, EVT, fact, payload, source

PLACE = Place("acme", "ala1")
AGENT = "lineside/v1/acme/ala1/agents/agent-a"

PROCESS = """
import asyncio, sys
from pathlib import Path
from simulators.mes.link import Address
from simulators.mes.demo_plan import DEMO_PLAN
from simulators.mes.service import announce_ready, serve_mes
from simulators.mes.topics import Place
asyncio.run(serve_mes(
    broker=Address("127.0.0.1", int(sys.argv[1])), place=Place("acme", "ala1"), store=Path(sys.argv[2]),
    plan=DEMO_PLAN, ready=announce_ready,
))
"""


@dataclass
class Agent:
    """A bare MQTT client in the place of an agent, on paho's own thread."""

    client: Client
    heard: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, topic: str, said: bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, said, qos=1, retain=retain)

    def take(self, message: MQTTMessage) -> None:
        self.heard.append((message.topic, json.loads(message.payload)))
        self._news.set()

    async def hears(self, wanted: Callable[[str, Any], bool]) -> Any:  # noqa: ANN401 - whatever JSON it was
        """The first message that is wanted, among those heard before too; it is then forgotten."""
        async with asyncio.timeout(15):
            while True:
                for said in self.heard:
                    if wanted(*said):
                        self.heard.remove(said)
                        return said[1]
                self._news.clear()
                await self._news.wait()

    async def acked(self, through: int) -> Any:  # noqa: ANN401 - likewise
        return await self.hears(lambda topic, said: topic == f"{AGENT}/ack" and said["through"] == through)


@asynccontextmanager
async def an_agent(broker: Broker) -> AsyncIterator[Agent]:
    version = MQTTProtocolVersion.MQTTv5 if broker.protocol == "5" else MQTTProtocolVersion.MQTTv311
    loop = asyncio.get_running_loop()
    client = Client(CallbackAPIVersion.VERSION2, client_id="agent-a", protocol=version)
    agent = Agent(client)
    subscribed = asyncio.Event()

    def on_connect(client: Client, *_: object) -> None:
        client.subscribe([("lineside/v1/acme/ala1/#", 1)])

    def on_subscribe(*_: object) -> None:
        loop.call_soon_threadsafe(subscribed.set)

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        loop.call_soon_threadsafe(agent.take, message)

    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    client.reconnect_delay_set(1, 1)
    await asyncio.to_thread(client.connect, broker.host, broker.port)
    client.loop_start()
    try:
        async with asyncio.timeout(10):
            await subscribed.wait()
        yield agent
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


@asynccontextmanager
async def a_mes(broker: Broker, store: Path) -> AsyncIterator[None]:
    ready = asyncio.Event()
    address = Address(broker.host, broker.port, broker.protocol)
    serving = asyncio.create_task(
        serve_mes(broker=address, place=PLACE, store=store, plan=DEMO_PLAN, ready=ready.set), name="mes"
    )
    try:
        async with asyncio.timeout(10):
            await ready.wait()
        yield
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def stored(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [sequence for (sequence,) in connection.execute("SELECT sequence FROM events ORDER BY sequence")]


@pytest.fixture(params=["mosquitto", "embedded"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    kind: Kind = request.param
    async with Broker(folder=tmp_path / "broker", kind=kind) as running:
        yield running


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Broker]:
    async with Broker(folder=tmp_path / "broker", kind="mosquitto") as running:
        yield running


async def test_single_facts_and_batches_are_stored_and_confirmed(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, tmp_path / "mes.sqlite"), an_agent(broker) as agent:
        agent.say(EVT, payload(fact(1)))
        agent.say(BATCHES, payload(fact(2), fact(3)))
        assert await agent.acked(3) == {"epoch": "e1", "through": 3, "rejected": []}
    assert stored(tmp_path / "mes.sqlite") == [1, 2, 3]


async def test_plans_are_handed_out_at_each_connect(broker: Broker, tmp_path: Path) -> None:
    order = "lineside/v1/acme/ala1/hall-1/FILL-1/dir/orders/PO-1001"
    async with a_mes(broker, tmp_path / "mes.sqlite"), an_agent(broker) as agent:
        assert await agent.hears(lambda topic, _: topic == order) == DEMO_PLAN.orders[0].directory()
        reasons = await agent.hears(lambda topic, _: topic == "lineside/v1/acme/ala1/-/-/dir/reasons")
        assert reasons["rev"] == "14"
        assert reasons["reasons"][0]["text"].keys() == {"en", "ru", "kk"}


async def test_a_gap_is_asked_for_and_closes(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, tmp_path / "mes.sqlite"), an_agent(broker) as agent:
        agent.say(EVT, payload(fact(1)))
        agent.say(BATCHES, payload(fact(4), fact(5)))
        command = await agent.hears(lambda topic, _: topic == f"{AGENT}/cmd/replay")
        told = {name: command[name] for name in ("actor", "reason", "epoch", "from", "to")}
        assert told == {"actor": "mes", "reason": "gap", "epoch": "e1", "from": 2, "to": 3}
        assert command["issued_at"] < command["expires_at"]
        agent.say(BATCHES, payload(fact(2), fact(3)))
        await agent.acked(5)


async def test_nothing_is_confirmed_before_it_is_on_disk(mosquitto: Broker, tmp_path: Path) -> None:
    path = tmp_path / "mes.sqlite"
    async with a_mes(mosquitto, path), an_agent(mosquitto) as agent:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            agent.say(EVT, payload(fact(1)))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await agent.acked(1)
            other.execute("ROLLBACK")
        await agent.acked(1)


async def test_a_malformed_event_is_refused_by_name_and_nothing_waits_behind_it(
    mosquitto: Broker, tmp_path: Path
) -> None:
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        agent.say(EVT, b"\x00 not JSON")
        agent.say(BATCHES, payload(fact(1), fact(2) | {"specversion": "0.3"}, fact(3)))
        refused = {
            "sequence": 2,
            "id": fact(2)["id"],
            "reason": "specversion is '0.3'; expected '1.0'",
            "retryable": False,
        }
        assert await agent.acked(3) == {"epoch": "e1", "through": 3, "rejected": [refused]}


async def test_a_repetition_is_confirmed_again(mosquitto: Broker, tmp_path: Path) -> None:
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        for _ in range(2):
            agent.say(EVT, payload(fact(1)))
            await agent.acked(1)


async def test_an_agent_that_comes_online_learns_what_is_held(mosquitto: Broker, tmp_path: Path) -> None:
    status = {"online": True, "agent_id": "agent-a", "instance": "i", "session": 1, "epoch": "e9", "last_seq": 7}
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        agent.say(f"{AGENT}/status", json.dumps(status).encode(), retain=True)
        assert await agent.acked(0) == {"epoch": "e9", "through": 0, "rejected": []}
        agent.say(f"{AGENT}/status", b"nonsense")
        agent.say(EVT, payload(fact(1)))
        await agent.acked(1)


def online(epoch: str, *, session: int = 1, instance: str = "i", former: tuple[str, ...] = ()) -> bytes:
    said = {"online": True, "agent_id": "agent-a", "instance": instance, "session": session, "epoch": epoch}
    return json.dumps(said | {"former": [{"epoch": one, "last_seq": 7} for one in former]}).encode()


async def test_an_mes_with_nothing_says_so_of_every_epoch_that_an_agent_names(
    mosquitto: Broker, tmp_path: Path
) -> None:
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        agent.say(f"{AGENT}/status", online("e3", former=("e1", "e2")))
        assert {(await agent.acked(0))["epoch"] for _ in range(3)} == {"e1", "e2", "e3"}


async def test_an_agent_that_comes_online_learns_where_each_of_its_epochs_stands(
    mosquitto: Broker, tmp_path: Path
) -> None:
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        agent.say(BATCHES, payload(fact(1), fact(2), fact(1) | {"source": source("e2"), "id": fact(9)["id"]}))
        await agent.acked(2)
        await agent.acked(1)
        agent.heard.clear()
        agent.say(f"{AGENT}/status", online("e3", session=2))
        told = [await agent.hears(lambda topic, _: topic == f"{AGENT}/ack") for _ in range(3)]
        assert {said["epoch"]: said["through"] for said in told} == {"e1": 2, "e2": 1, "e3": 0}
        agent.say(f"{AGENT}/status", online("e9", session=1))
        agent.say(f"{AGENT}/status", online("e3", session=3))
        told = [await agent.hears(lambda topic, _: topic == f"{AGENT}/ack") for _ in range(3)]
        assert {said["epoch"] for said in told} == {"e1", "e2", "e3"}, "an older session is no news"


async def test_what_an_agent_has_no_longer_is_not_asked_for_again(mosquitto: Broker, tmp_path: Path) -> None:
    async with a_mes(mosquitto, tmp_path / "mes.sqlite"), an_agent(mosquitto) as agent:
        agent.say(BATCHES, payload(fact(1), fact(5)))
        await agent.hears(lambda topic, said: topic == f"{AGENT}/cmd/replay" and (said["from"], said["to"]) == (2, 4))
        gone = {"command_id": "x", "outcome": "refused", "unavailable": {"epoch": "e1", "from": 2, "to": 3}}
        agent.say(f"{AGENT}/res", json.dumps(gone).encode())
        await agent.acked(3)
        await agent.hears(lambda topic, said: topic == f"{AGENT}/cmd/replay" and (said["from"], said["to"]) == (4, 4))
        agent.say(BATCHES, payload(fact(4)))
        await agent.acked(5)


async def test_an_mes_restored_from_a_backup_says_at_once_what_it_has(mosquitto: Broker, tmp_path: Path) -> None:
    store, backup = tmp_path / "mes.sqlite", tmp_path / "backup.sqlite"
    async with an_agent(mosquitto) as agent:
        async with a_mes(mosquitto, store):
            agent.say(BATCHES, payload(fact(1), fact(2)))
            await agent.acked(2)
        shutil.copy(store, backup)
        async with a_mes(mosquitto, store):
            agent.say(BATCHES, payload(fact(3)))
            await agent.acked(3)
        shutil.copy(backup, store)
        agent.heard.clear()
        async with a_mes(mosquitto, store):
            await agent.acked(2)
    assert stored(store) == [1, 2]


async def test_a_restart_keeps_through_and_tells_it_at_once(mosquitto: Broker, tmp_path: Path) -> None:
    async with an_agent(mosquitto) as agent:
        async with a_mes(mosquitto, tmp_path / "mes.sqlite"):
            agent.say(BATCHES, payload(fact(1), fact(2)))
            await agent.acked(2)
        agent.heard.clear()
        async with a_mes(mosquitto, tmp_path / "mes.sqlite"):
            await agent.acked(2)


async def test_the_broker_may_go_and_come_back(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker, tmp_path / "mes.sqlite"), an_agent(broker) as agent:
        agent.say(EVT, payload(fact(1)))
        await agent.acked(1)
        await broker.kill()
        await broker.start()
        # Told at the MES's reconnect, unless this client came back later than the MES did.
        agent.say(EVT, payload(fact(2)))
        await agent.hears(lambda topic, said: topic == f"{AGENT}/ack" and said["through"] >= 1)


async def test_a_killed_mes_gets_what_was_sent_meanwhile(mosquitto: Broker, tmp_path: Path) -> None:
    path = tmp_path / "mes.sqlite"

    async def started() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROCESS, str(mosquitto.port), str(path), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        async with asyncio.timeout(20):
            assert json.loads(await process.stdout.readline()) == {"ready": True}
        return process

    async with an_agent(mosquitto) as agent:
        mes = await started()
        for number in range(1, 201):
            agent.say(EVT, payload(fact(number)))
        await agent.hears(lambda topic, _: topic == f"{AGENT}/ack")
        mes.send_signal(signal.SIGKILL)
        await mes.wait()
        for number in range(201, 301):
            agent.say(EVT, payload(fact(number)))
        mes = await started()
        await agent.acked(300)
        mes.send_signal(signal.SIGKILL)
        await mes.wait()
    assert stored(path) == list(range(1, 301))
    assert read_report(path).through == {source(): 300}
