"""What a broker answers to facts, or does instead: nothing of it loses one or holds up the others."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent import forwarder
from agent.core.contract.strikes import STRIKES_TO_PARK
from simulators.broker import Broker, accepts
from tests.agent.happenings import facts
from tests.agent.mes_peer import Sender, a_mes, a_sender
from tests.agent.moody_broker import MoodyBroker, has
from tests.agent.parts import AGENT

KIB = 1024


def alarms(sender: Sender) -> set[str]:
    return {alarm.code for alarm in sender.alarms.current}


async def parked(sender: Sender) -> list[tuple[int, str]]:
    return [(row.position, row.reason) for row in await sender.journal.parking.rows()]


@pytest.mark.parametrize("code", [0x80, 0x83, 0x97])
async def test_what_the_broker_cannot_take_now_is_sent_again_later_with_the_same_ids(tmp_path: Path, code: int) -> None:
    stub = MoodyBroker(code=code, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.until(lambda: "broker_refuses" in alarms(sender), "the alarm")
        assert not sender.forwarder.confirming
        assert stub.stored == {}
        stub.code = 0
        await sender.confirmed(3)
        assert alarms(sender) == set()
        assert await parked(sender) == []


@pytest.mark.parametrize("code", [0x87, 0x90])
async def test_what_the_rules_forbid_is_held_with_an_alarm_and_goes_on_when_they_change(
    tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarder, "PROBE_HELD_S", 0.5)
    stub = MoodyBroker(code=code, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 5, text="x" * 40_000), 1.0)
        await sender.until(lambda: "broker_refuses" in alarms(sender), "the alarm")
        await sender.until(lambda: len(stub.facts()) > 7, "two probes")
        assert min(stub.pauses()[5:]) >= 0.4, "it is probed and not hammered"
        assert (await parked(sender), sender.journal.waiting) == ([], 5)
        stub.code = 0
        await sender.confirmed(5)
        assert alarms(sender) == set()


async def test_a_packet_identifier_in_use_ends_the_connection_and_nothing_is_lost(tmp_path: Path) -> None:
    stub = MoodyBroker(code=0x91, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 2), 1.0)
        await sender.until(lambda: stub.connects >= 4, "a new connection")
        stub.code = 0
        await sender.confirmed(2)
        assert await parked(sender) == []


@pytest.mark.parametrize(("code", "reason"), [(0x99, "format"), (0x95, "disconnects")])
async def test_a_refused_batch_goes_out_one_by_one_and_only_the_poison_is_parked(
    tmp_path: Path, code: int, reason: str
) -> None:
    """MQTT knows no 0x95 in a PUBACK; Mosquitto 2.0.11 sends it all the same, and paho ends the connection over it."""
    stub = MoodyBroker(answers=lambda found: code if has(13)(found) else None, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 30), 1.0)
        await sender.confirmed(30)
        assert stub.withheld() == {13: reason}
        assert await parked(sender) == [(13, reason)]
        [(key, discrepancy)] = await sender.journal.notices()
        assert (key, discrepancy.code) == ("withheld-e1-13", "rejected_by_mes")
        assert json.loads(stub.facts()[-1])["sequence"] == f"{30:020}"


async def test_a_fact_larger_than_the_broker_takes_is_parked_and_the_rest_goes_on(tmp_path: Path) -> None:
    stub = MoodyBroker(max_packet=8 * KIB, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 10), 1.0)
        await sender.journal.commit(facts(11, 11, text="x" * 20 * KIB), 1.0)
        await sender.journal.commit(facts(12, 20), 1.0)
        await sender.confirmed(20)
        assert stub.withheld() == {11: "too_large"}
        assert stub.largest <= stub.max_packet
        withheld = stub.stored[11]["data"]
        assert withheld["withheld_id"] == "00000000-0000-0000-0000-00000000000b"


async def test_mosquitto_that_takes_small_packets_only_gets_all_the_others(tmp_path: Path) -> None:
    async with Broker(folder=tmp_path / "broker", kind="mosquitto") as broker:
        conf = tmp_path / "broker" / "mosquitto.conf"
        await broker.kill()
        conf.write_text(conf.read_text() + "max_packet_size 9000\n")
        process = await asyncio.create_subprocess_exec(broker_binary(), "-c", str(conf))
        try:
            async with asyncio.timeout(10):
                while not await accepts(broker.port):  # noqa: ASYNC110 - a port tells no event
                    await asyncio.sleep(0.01)
            async with a_mes(broker, acking=True) as mes, a_sender(tmp_path, broker.port) as sender:
                await sender.journal.commit(facts(1, 10), 1.0)
                await sender.journal.commit(facts(11, 11, text="x" * 20 * KIB), 1.0)
                await sender.journal.commit(facts(12, 20), 1.0)
                await sender.confirmed(20)
                assert [event["sequence"] for event in mes.events() if event["type"].endswith("withheld.v1")] == [
                    f"{11:020}"
                ]
        finally:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("limits", [{"code": 0x99}, {"max_packet": 700}])
async def test_a_broker_that_takes_nothing_at_all_is_not_hammered(tmp_path: Path, limits: dict[str, int]) -> None:
    stub = MoodyBroker(answers=lambda _: limits.get("code"), max_packet=limits.get("max_packet", 10**6), confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 3), 1.0)
        await sender.until(lambda: "broker_refuses" in alarms(sender), "the alarm")
        sent = len(stub.facts())
        await asyncio.sleep(1.5)
        assert len(stub.facts()) - sent <= 6
        assert await parked(sender) == [(1, "format" if limits.get("code") else "too_large")]
        assert sender.journal.waiting == 3


@pytest.mark.parametrize(("parting", "most_connects"), [(0x95, 8), (None, 30)])
async def test_a_fact_under_which_the_connection_is_lost_again_and_again_is_parked(
    tmp_path: Path, parting: int | None, most_connects: int
) -> None:
    stub = MoodyBroker(hangs_up_on=has(5), parting=parting, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 20), 1.0)
        await sender.confirmed(20, within=40)
        reason = "too_large" if parting else "disconnects"
        assert stub.withheld() == {5: reason}
        assert await parked(sender) == [(5, reason)]
        # Each connection is preceded by a look at who is online.
        assert stub.connects <= most_connects


@pytest.mark.parametrize("parting", [0x8B, 0x96, 0x97, 0x98])
async def test_a_broker_that_says_why_it_goes_parks_nothing_however_often(tmp_path: Path, parting: int) -> None:
    stub = MoodyBroker(hangs_up_on=has(1), parting=parting, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, reconnect_max_s=0.1) as sender:
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.until(lambda: stub.connects > 2 * (STRIKES_TO_PARK + 3), "more losses than would park", 20)
        assert await parked(sender) == []
        stub.hangs_up_on = lambda _: False
        await sender.confirmed(1)
        assert stub.withheld() == {}


async def test_a_broker_killed_five_times_in_a_row_parks_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_sender(tmp_path, broker.port, reconnect_max_s=0.2) as sender:
        for number in range(1, 6):
            await sender.online()
            await sender.journal.commit(facts(100 * number - 99, 100 * number, text="x" * 9000), 1.0)
            await broker.kill()
            await sender.until(lambda: not sender.uplink.online, "the loss is noticed")
            await broker.start()
        async with a_mes(broker, acking=True) as mes:
            await sender.confirmed(500, within=20)
            assert all(len(ids) == 1 for ids in mes.ids().values())
        assert await parked(sender) == []


async def test_a_broker_that_answers_no_message_is_left_and_nothing_is_parked(tmp_path: Path) -> None:
    stub = MoodyBroker(delay_s=1000.0, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port, ack_timeout_s=0.2, reconnect_max_s=0.1) as sender:
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.until(lambda: stub.connects > 2 * (STRIKES_TO_PARK + 3), "connected again and again", 20)
        assert await parked(sender) == []
        stub.delay_s = 0.0
        await sender.confirmed(1)


async def test_a_broker_that_always_says_nobody_listens_is_not_believed_once_the_mes_confirms(tmp_path: Path) -> None:
    """Mosquitto 2.0.19 answers 0x10 to every message, whoever listens."""
    stub = MoodyBroker(code=0x10, confirms=True)
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.confirmed(1)
        for number in range(2, 42):
            await sender.journal.commit(facts(number, number), 1.0)
            await sender.confirmed(number, within=2)
        assert stub.repeated <= 2
        assert alarms(sender) == set()


async def test_what_nobody_hears_is_never_delivered_even_where_the_brokers_word_is_enough(tmp_path: Path) -> None:
    stub = MoodyBroker(code=0x10)
    async with stub.serving(), a_sender(tmp_path, stub.port, confirm="broker") as sender:
        await sender.journal.commit(facts(1, 2), 1.0)
        await sender.until(lambda: "mes_not_listening" in alarms(sender), "the alarm")
        assert sender.journal.waiting == 2
        stub.code = 0
        await sender.confirmed(2)
        assert alarms(sender) == set()


async def test_a_subscription_that_is_refused_raises_an_alarm_until_it_is_granted(tmp_path: Path) -> None:
    stub = MoodyBroker()
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.online()
        stub.subscription = 0x87
        stub.hang_up()
        await sender.until(lambda: "broker_refuses_us" in alarms(sender), "the alarm")
        assert f"{AGENT}/status" in next(a.text for a in sender.alarms.current if a.code == "broker_refuses_us")


def broker_binary() -> str:
    return Broker(folder=Path("/nowhere"), kind="mosquitto")._mosquitto or ""
