"""The shipped access rules at a real Mosquitto, with the shipped configuration's agent, another agent and the MES."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.broker import Outgoing, Session, connected
from agent.configuration import load
from agent.core.contract.topics import Topics
from agent.core.settings import MesSettings
from simulators.broker import Broker
from simulators.mosquitto import Security
from tests.agent.parts import eventually
from tests.brokers.kinds import ACL

EXAMPLE = load(ACL.with_name("lineside.toml"))
TOPICS = Topics.of(EXAMPLE.mes.root, EXAMPLE.agent)
CENTERS = tuple(machine.work_center for machine in EXAMPLE.machine)
AGENT, MES = EXAMPLE.agent.id, "mes"
PASSWORDS = {AGENT: "one", MES: "two", "line-b": "three"}
OTHER = f"{TOPICS.site}/agents/line-b"

OWN = (
    TOPICS.events,
    TOPICS.status,
    TOPICS.queue,
    TOPICS.answers,
    *(TOPICS.event(center, "stop") for center in CENTERS),
    *(TOPICS.state(center, "machine") for center in CENTERS),
    *(f"{TOPICS.area}/{center}/tel/temperature" for center in CENTERS),
)
"""All that the agent says."""
FOREIGN = (
    f"{OTHER}/evt",
    f"{OTHER}/status",
    f"{OTHER}/res",
    TOPICS.ack,
    f"{TOPICS.commands}replay",
    f"{TOPICS.site}/-/-/dir/reasons",
    f"{TOPICS.area}/{CENTERS[0]}/dir/orders/PO-1",
    f"{TOPICS.area}/FILL-2/evt/stop",
    f"{TOPICS.area}/FILL-2/state/machine",
    f"{TOPICS.site}/hall-2/{CENTERS[0]}/evt/stop",
    TOPICS.events.replace("/ala1/", "/ala2/"),
    f"{TOPICS.events}/more",
    "anything",
)
"""What it must not say: another agent's, the MES's, another work center's, another site's."""
HEARD = (
    TOPICS.ack,
    TOPICS.status,
    f"{TOPICS.commands}replay",
    f"{TOPICS.site}/-/-/dir/reasons",
    f"{TOPICS.site}/-/-/dir/operators/parts/1",
    f"{TOPICS.site}/-/-/dir/operators/manifest",
    *(f"{TOPICS.area}/{center}/dir/orders/PO-1/10" for center in CENTERS),
    *(f"{TOPICS.area}/{center}/dir/orders/PO-1" for center in CENTERS),
)
"""All that the agent reads."""
UNHEARD = (
    f"{OTHER}/ack",
    f"{OTHER}/cmd/replay",
    f"{OTHER}/status",
    f"{TOPICS.area}/FILL-2/dir/orders/PO-1",
    TOPICS.events,
    TOPICS.event(CENTERS[0], "stop"),
)
"""What it must not read."""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    security = Security(passwords=PASSWORDS, acl_file=ACL)
    async with Broker(folder=tmp_path / "broker", security=security) as running:
        yield running


@asynccontextmanager
async def a_user(broker: Broker, folder: Path, user: str | None) -> AsyncIterator[Session]:
    """A session under a user's name; None comes in where everything is allowed."""
    mes = MesSettings(host=broker.host, port=broker.inside)
    if user is not None:
        password_file = folder / f"{user}.password"
        password_file.write_text(PASSWORDS[user])
        mes = MesSettings(host=broker.host, port=broker.port, username=user, password_file=password_file)
    will = Outgoing(f"{TOPICS.site}/agents/{user}/status", b"{}")
    async with connected(mes, f"client-{user}", will) as session:
        yield session


async def answers(session: Session, topics: tuple[str, ...]) -> dict[str, int]:
    """The broker's answer to a message on each topic."""
    async with asyncio.timeout(10):
        return {topic: await session.publish(Outgoing(topic, topic.encode())) for topic in topics}


async def test_an_agent_says_what_is_its_own_and_nothing_else(broker: Broker, tmp_path: Path) -> None:
    async with a_user(broker, tmp_path, AGENT) as agent:
        assert await answers(agent, OWN) == dict.fromkeys(OWN, 0x10)
        assert await answers(agent, FOREIGN) == dict.fromkeys(FOREIGN, 0x87)


async def test_what_an_agent_must_not_say_reaches_nobody(broker: Broker, tmp_path: Path) -> None:
    async with a_user(broker, tmp_path, None) as everybody, a_user(broker, tmp_path, AGENT) as agent:
        await everybody.subscribe(("#",))
        await answers(agent, (*FOREIGN, *OWN))
        heard = await gathered(everybody, OWN[-1])
    assert heard == list(OWN)


async def test_an_agent_reads_what_is_meant_for_it_and_nothing_else(broker: Broker, tmp_path: Path) -> None:
    async with a_user(broker, tmp_path, None) as everybody, a_user(broker, tmp_path, AGENT) as agent:
        # Mosquitto grants what it then keeps back; a broker that refuses says so here.
        granted = await agent.subscribe(("#", f"{OTHER}/#", *TOPICS.subscriptions(CENTERS)))
        assert set(granted) <= {0, 1, 0x87}
        await answers(everybody, (*UNHEARD, *HEARD))
        heard = await gathered(agent, HEARD[-1])
    assert set(heard) == set(HEARD)


async def test_the_mes_reads_its_site_and_says_only_its_own(broker: Broker, tmp_path: Path) -> None:
    said = (*HEARD[2:], TOPICS.ack, f"{OTHER}/ack")
    async with a_user(broker, tmp_path, MES) as mes, a_user(broker, tmp_path, AGENT) as agent:
        await mes.subscribe((f"{TOPICS.site}/#",))
        await answers(agent, OWN)
        assert set(await gathered(mes, OWN[-1])) == set(OWN)
        assert 0x87 not in (await answers(mes, said)).values()
        assert await answers(mes, OWN) == dict.fromkeys(OWN, 0x87)


async def test_a_user_without_rules_says_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_user(broker, tmp_path, "line-b") as stranger:
        assert await answers(stranger, OWN) == dict.fromkeys(OWN, 0x87)


async def gathered(session: Session, last: str) -> list[str]:
    """Topics of all that came up to the last one, which is known to come last."""
    topics: list[str] = []

    def has_last() -> bool:
        while not session.incoming.empty():
            message = session.incoming.get_nowait()
            message.done()
            topics.append(message.topic)
        return last in topics

    await eventually(has_last, f"{last} is heard")
    return topics
