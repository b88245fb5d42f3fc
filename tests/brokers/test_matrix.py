"""The same delivery over every kind of broker: what is promised does not depend on whose it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent import broker_wire, forwarder
from agent.broker import Outgoing, connected
from agent.core.settings import MesSettings
from tests.agent.happenings import facts
from tests.agent.mes_peer import Mes, Sender, a_mes, a_sender
from tests.agent.parts import AGENT, SITE, eventually
from tests.brokers.kinds import KINDS, Kind, Running, a_broker

GUARDED: tuple[Kind, ...] = ("mosquitto-tls", "mosquitto-password")


@pytest.fixture(params=KINDS)
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    async with a_broker(request.param, tmp_path / "broker") as broker:
        yield broker


def a_sender_at(running: Running, folder: Path) -> Any:  # noqa: ANN401 - a context manager of a Sender
    mes = dict(running.mes)
    return a_sender(folder, mes.pop("port"), **mes)


def latest(mes: Mes, part: str) -> dict[str, Any] | None:
    found = mes.messages(part)
    return json.loads(found[-1].payload) if found and found[-1].payload else None


async def test_facts_are_delivered_and_commands_answered(running: Running, tmp_path: Path) -> None:
    sender: Sender
    async with a_mes(running.address, acking=True) as mes, a_sender_at(running, tmp_path) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 5, wc_id="PRESS-1"), 1.0)
        await sender.confirmed(5)
        await sender.journal.commit(facts(6, 200, text="x" * 900), 1.0)
        await sender.confirmed(200)
        assert all(len(ids) == 1 for ids in mes.ids().values())
        assert sender.alarms.current == ()


async def test_an_outage_with_a_backlog_costs_nothing(running: Running, tmp_path: Path) -> None:
    sender: Sender
    async with a_sender_at(running, tmp_path) as sender:
        await sender.online()
        await running.stop()
        await sender.until(lambda: not sender.uplink.online, "the loss is noticed")
        await sender.journal.commit(facts(1, 500, text="x" * 900), 1.0)
        await running.start()
        async with a_mes(running.address, acking=True) as mes:
            await sender.confirmed(500, within=15)
            assert set(mes.sequences()) == set(range(1, 501))


async def test_a_broker_killed_in_the_middle_costs_nothing(running: Running, tmp_path: Path) -> None:
    sender: Sender
    async with a_sender_at(running, tmp_path) as sender:
        async with a_mes(running.address, acking=True) as mes:
            await sender.online()
            for first in range(1, 1001, 100):
                await sender.journal.commit(facts(first, first + 99, text="x" * 900), 1.0)
            await mes.has(range(1, 50))
            await running.kill()
            await running.start()
        async with a_mes(running.address, "mes-2", acking=True, already=mes.through or 0) as again:
            await sender.confirmed(1000, within=20)
            assert {*mes.sequences(), *again.sequences()} >= set(range(1, 1001))
        assert await sender.journal.parking.rows() == []


async def test_who_comes_late_sees_the_present(running: Running, tmp_path: Path) -> None:
    sender: Sender
    async with a_sender_at(running, tmp_path) as sender:
        await sender.online()
        for name in ("first", "second"):
            async with a_mes(running.address, name) as mes:
                await sender.until(lambda mes=mes: latest(mes, "/state/queue") is not None, "the queue's view")  # type: ignore[misc]
                await sender.until(lambda mes=mes: latest(mes, "/state/machine") is not None, "the machine's")  # type: ignore[misc]
                status = latest(mes, "/status")
                assert status is not None
                assert (status["online"], status["instance"]) == (True, sender.overview.instance)
            if name == "first":
                await running.stop()
                await running.start()
                await sender.until(lambda: not sender.uplink.online, "the loss is noticed")
                await sender.online()


async def test_an_agent_that_falls_silent_is_said_to_be_offline(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_wire, "WILL_DELAY_S", 1)
    will = Outgoing(f"{AGENT}/status", b'{"online":false}', retain=True)
    settings = MesSettings.model_validate(running.mes)
    async with a_mes(running.address) as mes, connected(settings, "edge-1", will) as session:
        await session.publish(Outgoing(f"{AGENT}/status", b'{"online":true}', retain=True))
        await eventually(lambda: latest(mes, "/status") == {"online": True}, "it is online")
        sock = session._wire.client.socket()
        assert sock is not None
        sock.close()
        await eventually(lambda: latest(mes, "/status") == {"online": False}, "the Will", 5)


@pytest.mark.parametrize("kind", GUARDED)
async def test_what_the_rules_forbid_waits_with_an_alarm_until_they_change(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarder, "PROBE_HELD_S", 0.5)
    async with a_broker(kind, tmp_path / "broker") as running:
        rules = tmp_path / "broker" / "lineside.acl"
        allowed = rules.read_text()
        assert f"{SITE}/" in allowed
        await running.stop()
        rules.write_text("\n".join(line for line in allowed.splitlines() if "/evt" not in line) + "\n")
        await running.start()
        sender: Sender
        async with a_mes(running.address, acking=True) as mes, a_sender_at(running, tmp_path) as sender:
            await sender.online()
            await sender.journal.commit(facts(1, 30), 1.0)
            await sender.until(lambda: "broker_refuses" in {alarm.code for alarm in sender.alarms.current}, "the alarm")
            assert "0x87, not authorized" in sender.alarms.current[0].text
            assert mes.events() == []
            await running.stop()
            rules.write_text(allowed)
            await running.start()
        async with a_mes(running.address, "mes-2", acking=True) as mes, a_sender_at(running, tmp_path) as sender:
            await sender.confirmed(30, within=15)
            assert sender.alarms.current == ()
