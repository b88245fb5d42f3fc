"""Commands of the MES: answered, run once, and taken over a link that proves who speaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from agent.core.views import Reply
from agent.journal.store import Commit
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import a_mes, a_sender, replay
from tests.agent.moody_broker import MoodyBroker
from tests.agent.parts import AGENT


@pytest.mark.parametrize(
    "said", [b"", b"{", {"expires_at": "soon"}, {"expires_at": "2020-01-01T00:00:00"}, {"expires_at": "2020-01-01Z"}]
)
async def test_an_unreadable_or_expired_command_changes_nothing(
    broker: Broker, tmp_path: Path, said: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        mes.say("cmd/replay", replay(1, 1, **said) if isinstance(said, dict) else said)
        await sender.until(lambda: "cmd/replay changed nothing" in caplog.text, "it is told")
        assert mes.answers() == []
        assert sender.journal.marks.last_sequence == 0


async def test_a_command_that_is_repeated_gets_its_answer_again_and_makes_one_fact(
    broker: Broker, tmp_path: Path
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        command = replay(1, 1, text="Fire drill at noon", command_id="message-1")
        mes.say("cmd/message", command)
        mes.say("cmd/message", command)
        await sender.until(lambda: len(mes.answers()) == 2, "two answers")
        assert mes.answers()[0] == mes.answers()[1]
        assert [row.type for row in await sender.journal.latest(10)] == ["agent.command_run"]


async def test_a_replay_that_is_repeated_is_answered_and_not_run_again(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await mes.has(range(1, 4))
        command = replay(1, 2)
        mes.say("cmd/replay", command)
        await sender.until(lambda: len(mes.answers()) == 1, "an answer")
        mes.say("cmd/replay", command)
        await sender.until(lambda: len(mes.answers()) == 2, "two answers")
        assert [sorted(mes.sequences()).count(number) for number in (1, 2, 3)] == [2, 2, 1]


async def test_a_command_over_a_link_that_proves_nobody_is_not_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub = MoodyBroker()
    # Another name of loopback, which the agent cannot know for this PC.
    async with stub.serving(), a_sender(tmp_path, stub.port, host="127.1") as sender:
        await sender.online()
        stub.send(f"{AGENT}/cmd/message", orjson.dumps(replay(1, 1, text="Fire drill", command_id="message-1")))
        await sender.until(lambda: "proves nobody's identity" in caplog.text, "it is told")
        assert sender.journal.marks.last_sequence == 0
        assert not any(topic.endswith("/res") for topic, _ in stub.published)


async def test_what_the_broker_does_not_let_us_read_is_an_alarm(tmp_path: Path) -> None:
    class Half(MoodyBroker):
        """Lets the agent look at its own status and at nothing else."""

        def _take(self, head: int, body: bytes, writer: asyncio.StreamWriter) -> None:
            self.subscription = 0x87 if body.count(b"lineside/v1/") > 1 else 1
            super()._take(head, body, writer)

    stub = Half()
    async with stub.serving(), a_sender(tmp_path, stub.port) as sender:
        await sender.until(lambda: bool(sender.alarms.current), "an alarm")
        [alarm] = sender.alarms.current
        assert alarm.code == "broker_refuses_reading"
        assert f"{AGENT}/ack" in alarm.text
        await sender.journal.commit(facts(1, 1), 1.0)
        await sender.until(lambda: bool(stub.stored), "facts are sent all the same")


async def test_acks_that_could_not_be_kept_do_not_silence_the_mes(broker: Broker, tmp_path: Path) -> None:
    """Mosquitto holds back everything after twenty messages that were not acknowledged to it."""
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await mes.has(range(1, 4))
        write = sender.journal._threads.write
        write.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON epochs BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        for _ in range(30):
            mes.ack(2)
        await asyncio.sleep(0.5)
        write.execute("DROP TRIGGER full")
        mes.ack(3)
        await sender.confirmed(3)


async def test_a_replay_that_a_lost_connection_cut_off_is_run_when_it_comes_again(
    broker: Broker, tmp_path: Path
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await mes.has(range(1, 4))
        command = replay(1, 2)
        reply = Reply(accepted=True, code="ok", message="gap")
        claim = (f"answer:cmd-{command['command_id']}", reply.model_dump_json())
        await sender.journal.commit(Commit(claims=[claim]), 1.0)
        mes.heard.clear()
        mes.say("cmd/replay", command)
        await mes.has(range(1, 3))
        await sender.until(lambda: len(mes.answers()) == 1, "an answer")
