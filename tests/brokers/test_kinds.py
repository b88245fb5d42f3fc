"""Every kind of broker lets an agent and an MES in, comes back on its port, and keeps what it says it keeps."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.broker import Outgoing, connected, peek
from agent.core.settings import MesSettings
from simulators.mes.link import connected as linked
from tests.agent.parts import AGENT, settings
from tests.brokers.kinds import KINDS, Kind, Running, a_broker

CLIENT = "lineside-ala1-edge-1"
WILL = Outgoing(f"{AGENT}/status", b"away", retain=True)


def mes(folder: Path, broker: Running) -> MesSettings:
    return settings(folder, **broker.mes).mes


@pytest.mark.parametrize("kind", KINDS)
async def test_an_agent_and_an_mes_meet(tmp_path: Path, kind: Kind) -> None:
    async with (
        a_broker(kind, tmp_path / "broker") as broker,
        linked(broker.address, "mes") as link,
        connected(mes(tmp_path, broker), CLIENT, WILL) as session,
        asyncio.timeout(20),
    ):
        await link.subscribe([f"{AGENT}/evt"])
        assert await session.publish(Outgoing(f"{AGENT}/evt", b"a fact")) == 0
        (message,) = await link.receive()
        link.settle([message])
        assert message.payload == b"a fact"
        await session.subscribe((f"{AGENT}/ack",))
        link.publish(f"{AGENT}/ack", b"thanks")
        heard = await session.incoming.get()
        heard.done()
        assert heard.payload == b"thanks"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_retained_survives_a_restart_or_is_known_not_to(tmp_path: Path, kind: Kind) -> None:
    async with a_broker(kind, tmp_path / "broker") as broker:
        mes_settings = mes(tmp_path, broker)
        async with connected(mes_settings, CLIENT, WILL) as session, asyncio.timeout(20):
            await session.publish(Outgoing(WILL.topic, b"here", retain=True))
        assert await peek(mes_settings, CLIENT, WILL.topic) == b"here"
        await broker.stop()
        await broker.start()
        assert await peek(mes_settings, CLIENT, WILL.topic) == (None if broker.forgets else b"here")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_killed_broker_is_noticed_and_comes_back(tmp_path: Path, kind: Kind) -> None:
    async with a_broker(kind, tmp_path / "broker") as broker:
        mes_settings = mes(tmp_path, broker)
        async with connected(mes_settings, CLIENT, WILL) as session, asyncio.timeout(20):
            await broker.kill()
            assert (await session.lost).code is None
        await broker.start()
        async with connected(mes_settings, CLIENT, WILL):
            pass
