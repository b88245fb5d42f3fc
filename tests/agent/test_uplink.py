"""What the MES says: acknowledgements, and commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agent.forwarder import LIVE_ROWS
from simulators.broker import Broker
from tests.agent.happenings import facts
from tests.agent.mes_peer import a_mes, a_sender, replay
from tests.agent.parts import AGENT


@pytest.mark.parametrize(
    "said",
    [
        {"epoch": "other", "through": 1, "rejected": []},
        {"epoch": "e1", "through": 4, "rejected": []},
        {"epoch": "e1", "through": -1, "rejected": []},
        {"epoch": "e1", "through": 10**30, "rejected": []},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 0}]},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 10**30, "reason": "x"}]},
        {"epoch": "e1", "through": 1, "rejected": [{"sequence": 4, "reason": "never existed"}]},
        {"epoch": "e1"},
        b"",
        b"\xff\xfe",
        b"[1, 2]",
    ],
)
async def test_a_senseless_ack_changes_nothing(
    broker: Broker, tmp_path: Path, said: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        await mes.has(range(1, 4))
        mes.say("ack", json.dumps(said).encode() if isinstance(said, dict) else said)
        await sender.until(lambda: f"a message on {AGENT}/ack changed nothing" in caplog.text, "it is told")
        assert sender.journal.marks.current.confirmed_through == 0
        assert len(await sender.journal.parking.rows()) == 0
        mes.ack(3)
        await sender.confirmed(3)


async def test_an_ack_that_goes_back_changes_nothing(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        mes.ack(3)
        await sender.confirmed(3)
        mes.ack(1)
        mes.ack(2)
        await sender.journal.commit(facts(4, 4), 1.0)
        await mes.has(range(4, 5))
        assert sender.journal.marks.current.confirmed_through == 3


async def test_what_the_mes_rejects_is_parked_and_the_rest_goes_on(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        mes.ack(3, rejected=[{"sequence": 2, "id": "x", "reason": "no such order", "retryable": False}])
        await sender.confirmed(3)
        assert len(await sender.journal.parking.rows()) == 1
        await sender.journal.commit(facts(4, 4), 1.0)
        await mes.has(range(4, 5))


async def test_a_range_is_sent_again_when_the_mes_asks(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, LIVE_ROWS), 1.0)
        await mes.has(range(1, LIVE_ROWS + 1))
        mes.ack(LIVE_ROWS)
        await sender.confirmed(LIVE_ROWS)
        mes.heard.clear()
        command = replay(2, 5)
        mes.say("cmd/replay", command)
        await sender.until(lambda: bool(mes.answers()), "an answer")
        assert mes.answers() == [{"command_id": command["command_id"], "outcome": "done", "detail": "gap"}]
        assert [(event["sequence"], event["id"]) for event in mes.events() if event["sequence"] <= f"{5:020}"] == [
            (f"{number:020}", str(UUID(int=number))) for number in range(2, 6)
        ]


@pytest.mark.parametrize(
    "changed", [{"epoch": "other"}, {"from": 3, "to": 2}, {"from": 1, "to": 10**9}, {"from": 0}, {"actor": ""}]
)
async def test_a_senseless_replay_is_refused_with_an_answer(
    broker: Broker, tmp_path: Path, changed: dict[str, Any]
) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port) as sender:
        await sender.online()
        await sender.journal.commit(facts(1, 3), 1.0)
        mes.say("cmd/replay", replay(1, 2, **changed))
        await sender.until(lambda: bool(mes.answers()), "an answer")
        assert mes.answers()[0]["outcome"] == "refused"


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
