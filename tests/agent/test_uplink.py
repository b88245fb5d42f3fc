"""Whose identity it is: what the retained status says before connecting, and what is done about it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from agent import uplink
from agent.broker import Session
from agent.core.errors import UplinkError
from agent.journal.journal import open_journal
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import Mes, Sender, a_mes, a_sender
from tests.agent.moody_broker import MoodyBroker
from tests.agent.parts import AGENT

STATUS = f"{AGENT}/status"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "LONG_PAUSE_S", 1.0)


def said(*, online: bool, instance: str = "stranger", session: int = 3, last_seq: int = 7) -> dict[str, Any]:
    return {
        "online": online,
        "agent_id": "edge-1",
        "instance": instance,
        "version": "0",
        "session": session,
        "epoch": "e1",
        "last_seq": last_seq,
        "observedtime": "2026-03-04T05:00:00.000Z",
    }


def retain(mes: Mes, status: dict[str, Any] | None) -> None:
    mes.link.publish(STATUS, b"" if status is None else json.dumps(status).encode(), retain=True)


def statuses(mes: Mes) -> list[dict[str, Any]]:
    return [json.loads(message.payload) for message in mes.messages("/status") if message.payload]


def alarms(sender: Sender) -> set[str]:
    return {alarm.code for alarm in sender.alarms.current}


async def test_the_status_says_who_is_online_and_how_far_the_journal_is(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes:
        async with a_sender(tmp_path, broker.port) as sender:
            await sender.journal.commit(facts(1, 3), 1.0)
            await mes.has(range(1, 4))
            [status] = statuses(mes)
            instance = sender.overview.instance
            who = {"online": True, "agent_id": "edge-1", "area": "hall-1", "instance": instance}
            assert status == {**status, **who, "session": 1, "epoch": "e1"}
        async with a_sender(tmp_path, broker.port) as sender:
            await sender.until(lambda: any(one["instance"] != instance for one in statuses(mes)), "the next run")
            assert [(one["online"], one["session"]) for one in statuses(mes)][1] == (False, 1), "it said goodbye"
            assert (statuses(mes)[-1]["online"], statuses(mes)[-1]["session"]) == (True, 2)


async def test_the_status_follows_the_journal(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "STATUS_EVERY_S", 0.1)
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.until(lambda: any(one["last_seq"] == 3 for one in statuses(mes)), "the new end is told")


async def test_where_another_agent_is_online_nothing_connects_and_an_alarm_is_raised(
    broker: Broker, tmp_path: Path
) -> None:
    async with a_mes(broker) as mes:
        retain(mes, said(online=True))
        await mes_hears(mes, 1)
        async with a_sender(tmp_path, broker.port) as sender:
            await sender.journal.commit(facts(1, 3), 1.0)
            await sender.until(lambda: "identity_taken" in alarms(sender), "the alarm")
            assert "lineside recover --adopt stranger" in sender.alarms.current[0].text
            await asyncio.sleep(1.5)
            assert (len(statuses(mes)), mes.events(), sender.uplink.online) == (1, [], False)
            assert sender.journal.marks.epoch == "e1"
            await sender.journal.sessions.adopt("stranger")
            await mes.has(range(1, 4))
            assert alarms(sender) == set()


async def test_where_a_forgotten_run_was_online_a_new_epoch_begins_before_anything_is_sent(
    broker: Broker, tmp_path: Path
) -> None:
    async with open_journal(tmp_path / "journal", "e1", time.time()) as journal:
        await journal.commit(facts(1, 5), 1.0)
    async with a_mes(broker) as mes:
        retain(mes, said(online=False))
        async with a_sender(tmp_path, broker.port, epoch="unused") as sender:
            await sender.journal.commit(facts(6, 8), 1.0)
            await asyncio.wait_for(sender.journal.done_with, 5)
            marks = sender.journal.marks
            assert [(epoch.name, epoch.first_position) for epoch in marks.epochs[:-1]] == [("e1", 1)]
            assert (marks.current.first_position, marks.last_sequence) == (6, 3)
            [(_, discrepancy)] = await sender.journal.notices()
            assert discrepancy.evidence == {"epoch": "e1", "forgotten_to": "7", "instance": "stranger"}
            assert mes.events() == []
        async with a_sender(tmp_path, broker.port, epoch="unused") as sender:
            await sender.until(lambda: len(mes.sequences()) == 8, "all is sent")
            sent = [(event["source"].rpartition(":")[2], int(event["sequence"])) for event in mes.events()]
            new = sender.journal.marks.epoch
            assert sent == [("e1", number) for number in range(1, 6)] + [(new, number) for number in range(1, 4)]


async def test_a_journal_that_is_new_says_so_and_goes_on_in_its_epoch(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes:
        retain(mes, said(online=False))
        async with a_sender(tmp_path, broker.port) as sender:
            await sender.journal.commit(facts(1, 2), 1.0)
            await mes.has(range(1, 3))
            [(_, discrepancy)] = await sender.journal.notices()
            assert discrepancy.code == "journal_rewound"
            assert not sender.journal.done_with.done()


async def test_a_run_killed_a_moment_ago_keeps_nobody_out(broker: Broker, tmp_path: Path) -> None:
    """Its status says online until its Will comes, 15 seconds later."""
    async with open_journal(tmp_path / "journal", "e1", time.time()) as journal:
        await journal.sessions.begin("killed")
    async with a_mes(broker) as mes:
        retain(mes, said(online=True, instance="killed", session=1))
        async with a_sender(tmp_path, broker.port, epoch="unused") as sender:
            await sender.journal.commit(facts(1, 2), 1.0)
            await mes.has(range(1, 3), within=3)
            assert alarms(sender) == set()


@pytest.mark.parametrize("instance", ["killed", "stranger"])
async def test_a_late_will_is_put_right(broker: Broker, tmp_path: Path, instance: str) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.sessions.adopt("killed")
        retain(mes, said(online=False, instance=instance, session=0))
        await sender.until(lambda: [one["online"] for one in statuses(mes)][-2:] == [False, True], "put right")
        assert statuses(mes)[-1]["instance"] == sender.overview.instance
        assert sender.uplink.online


async def test_another_agent_that_comes_online_ends_ours(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        retain(mes, said(online=True))
        await sender.until(lambda: "identity_taken" in alarms(sender) and not sender.uplink.online, "the alarm")
        retain(mes, None)
        await sender.online()


async def test_a_session_that_was_taken_over_pauses_and_raises_an_alarm(tmp_path: Path) -> None:
    stub = MoodyBroker(confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.05) as sender:
        await sender.online()
        connects = stub.connects
        stub.disconnect(0x8E)
        await sender.until(lambda: "identity_taken" in alarms(sender), "the alarm")
        await sender.journal.commit(facts(1, 1), 1.0)
        await asyncio.sleep(0.7)
        assert stub.connects == connects, "it pauses"
        await sender.confirmed(1)
        assert alarms(sender) == set()


@pytest.mark.parametrize("code", [0x85, 0x86, 0x87, 0x8A, 0x8C])
async def test_a_broker_that_refuses_us_is_asked_rarely_and_an_alarm_is_raised(tmp_path: Path, code: int) -> None:
    stub = MoodyBroker(refusal=code, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.05) as sender:
        await sender.until(lambda: "broker_refuses_us" in alarms(sender), "the alarm")
        await asyncio.sleep(0.7)
        assert stub.connects == 1
        stub.refusal = 0
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.confirmed(1)
        assert alarms(sender) == set()


@pytest.mark.parametrize("code", [0x88, 0x89, 0x97, 0x9F])
async def test_a_busy_broker_is_tried_again_without_an_alarm(tmp_path: Path, code: int) -> None:
    stub = MoodyBroker(refusal=code, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.1) as sender:
        await sender.until(lambda: stub.connects >= 4, "tried again")
        assert alarms(sender) == set()
        stub.refusal = 0
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.confirmed(1)


@pytest.mark.parametrize("limits", [{"retain": False}, {"max_qos": 0}, {"retain": False, "max_qos": 0}])
async def test_a_broker_without_retain_or_qos_1_is_got_on_with(tmp_path: Path, limits: dict[str, Any]) -> None:
    stub = MoodyBroker(**limits)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.1) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 1), 1.0)
        retained = {0} if "retain" in limits else {0, 1}
        await sender.until(lambda: len(stub.heads) > 2 and {head & 0x01 for head in stub.heads} == retained, "it sends")
        assert {(head >> 1) & 0x03 for head in stub.heads} == ({0} if "max_qos" in limits else {1})


async def test_a_disk_that_takes_no_session_number_lets_nothing_connect_until_it_does(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        sender.journal._threads.write.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        )
        await broker.kill()
        await broker.start()
        await sender.until(lambda: "the connection is tried again" in caplog.text, "it is told")
        assert not sender.uplink.online
        sender.journal._threads.write.execute("DROP TRIGGER full")
        await sender.online()


async def test_it_stops_though_its_session_fails_at_that_very_moment(broker: Broker, tmp_path: Path) -> None:
    async with a_sender(tmp_path, broker.port) as sender:
        up = asyncio.Event()

        async def fails_when_told_to_stop(_: Session) -> None:
            up.set()
            try:
                await asyncio.Event().wait()
            finally:
                raise UplinkError("the connection is lost just now")

        await sender.online()
        sender.sending.cancel()
        await asyncio.wait([sender.sending])
        running = asyncio.create_task(
            sender.uplink.run(sender.presence, lambda _: None, (fails_when_told_to_stop,), lambda _: None)
        )
        await asyncio.wait_for(up.wait(), 5)
        sender.uplink.stop()
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=5)
        assert done


async def mes_hears(mes: Mes, number: int) -> None:
    async with asyncio.timeout(5):
        while len(statuses(mes)) < number:  # noqa: ASYNC110 - the peer tells no event
            await asyncio.sleep(0.01)


async def test_a_broker_whose_word_proves_nothing_is_not_believed_where_it_alone_would_count(tmp_path: Path) -> None:
    stub = MoodyBroker(max_qos=0)
    async with stub.serving(), a_sender(tmp_path, stub.port, confirm="broker", reconnect_max_s=0.1) as sender:
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.until(lambda: "broker_refuses_us" in alarms(sender), "the alarm")
        assert "QoS 0 only" in sender.alarms.current[0].text
        assert sender.journal.waiting == 3
