"""Corrections on a real journal: the target is read at its place, for people and for the MES, and is recorded."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agent.core.contract.envelope import Row
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalError
from agent.core.observations import Directive, Entry
from agent.core.views import Reply
from simulators.broker import Broker
from tests.agent.disks import broken, mended
from tests.agent.mes_peer import a_mes, a_sender
from tests.agent.parts import Running, an_intake, eventually, now, scan
from tests.agent.recordings import a_wish, replayed, said, start, stop

ALLOWED: dict[str, Any] = {"commands": ["replay", "message", "correct"]}


async def loaded(running: Running) -> Row:
    """The fact that a lot was loaded."""
    await running.intake.submit(scan("LOT:P-1:BOARD"))
    return next(row for row in await running.journal.latest(100) if row.type == "lot.loaded")


def void(row: Row, client_id: str, **changed: str) -> Entry:
    target = {"target_id": str(UUID(bytes=row.id)), "target_sequence": str(row.sequence), "reason": "TYPO"}
    return Entry("PRESS-1", "void_fact", {**target, **changed}, now(), client_id, "anna")


def command(row: Row, action: str = "void", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    said = {
        "command_id": "cor-000001",
        "issued_at": datetime.now(UTC).isoformat(),
        "actor": "planner",
        "reason": "TYPO",
        "epoch": row.epoch,
        "target_id": str(UUID(bytes=row.id)),
        "target_sequence": row.sequence,
        "action": action,
    }
    return {**said, **changed}


def directive(document: dict[str, Any]) -> Directive:
    return Directive(None, "cmd/correct", json.dumps(document).encode(), now(), f"cmd-{document['command_id']}")


async def corrected(running: Running) -> list[dict[str, Any]]:
    rows = await running.journal.latest(1000)
    return [json.loads(row.data) for row in rows if row.type == "fact.corrected"]


async def ask(running: Running, observation: Entry | Directive) -> Reply:
    reply = await running.intake.submit(observation)
    assert reply is not None
    return reply


async def test_a_fact_of_the_journal_is_corrected_and_stays_as_it_was(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        row = await loaded(running)
        assert (await ask(running, void(row, "client-0001"))).accepted
        (correction,) = await corrected(running)
        assert (correction["target_sequence"], correction["target_epoch"]) == (row.sequence, "e1")
        assert row in await running.journal.latest(100)
        assert (await ask(running, void(row, "client-0002"))).code == "VOID_FACT"
    async with an_intake(tmp_path) as running:
        assert (await ask(running, void(row, "client-0003"))).code == "VOID_FACT"


async def test_the_place_and_the_id_of_a_target_must_agree(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        row = await loaded(running)
        for number, wrong in enumerate(
            (
                {"target_sequence": str(row.sequence + 1)},
                {"target_sequence": "999999999999999999"},
                {"target_sequence": "0"},
                {"target_id": str(UUID(int=1))},
                {"epoch": "e0"},
            )
        ):
            assert (await ask(running, void(row, f"client-1{number:03}", **wrong))).code == "UNKNOWN_FACT"
        assert await corrected(running) == []


async def test_an_entry_is_taken_back_after_many_others(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await loaded(running)
        undo = Entry("PRESS-1", "undo_last", {}, now(), "client-0001", "anna")
        assert (await ask(running, undo)).accepted
        (correction,) = await corrected(running)
        assert correction["target_type"] == "lot.loaded"


async def test_a_correction_whose_commit_fails_is_made_again_the_same(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        row = await loaded(running)
        broken(running.journal)
        asked = asyncio.create_task(ask(running, void(row, "client-0001")))
        await eventually(lambda: running.intake.failing, "the disk takes nothing")
        mended(running.journal)
        assert (await asked).accepted
        assert [one["correction_no"] for one in await corrected(running)] == [1]


async def test_two_corrections_at_once_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        taking = asyncio.create_task(running.intake.submit(scan("LOT:P-1:BOARD")))
        await eventually(lambda: bool(running.intake._batch.pending), "scanned")
        await running.intake.write_once()
        await taking
        row = next(row for row in await running.journal.latest(100) if row.type == "lot.loaded")
        entries = [
            Entry("PRESS-1", "replace_fact", {**void(row, "x").arguments, "set": fields}, now(), client_id, "anna")
            for client_id, fields in (("client-0001", '{"place": "A"}'), ("client-0002", '{"place": "B"}'))
        ]
        asked = [asyncio.create_task(ask(running, entry)) for entry in entries]
        await eventually(lambda: len(running.intake._batch.pending) == 2, "both taken")
        await running.intake.write_once()
        assert all([(await one).accepted for one in asked])
        assert [one["correction_no"] for one in await corrected(running)] == [1, 2]


async def test_a_recording_keeps_the_target(tmp_path: Path) -> None:
    wish = a_wish(tmp_path)
    async with an_intake(tmp_path) as running:
        await start(running)
        row = await loaded(running)
        known = running.journal.marks.last_position
    async with an_intake(tmp_path, wish=wish, instance="i2") as running:
        await start(running, "i2", 100)
        assert (await ask(running, void(row, "client-0001"))).accepted
        await stop(running, 10**9)
        rows = (await running.journal.latest(1000))[known:]
    assert said(replayed(wish.folder)[0]) == said(rows)
    assert "fact.corrected" in {one.type for one in rows}


async def test_the_mes_corrects_by_command_whatever_is_closed(tmp_path: Path) -> None:
    async with an_intake(tmp_path, **ALLOWED) as running:
        row = await loaded(running)
        assert (await ask(running, directive(command(row, "replace", set={"place": "RACK-1"})))).accepted
        (correction,) = await corrected(running)
        assert (correction["initiator"], correction["actor"], correction["after"]) == (
            "mes",
            "planner",
            {"place": "RACK-1"},
        )
        assert correction["quality"]["origin"] == "mes"
        last = (await running.journal.latest(1))[0]
        assert last.type == "agent.command_run"
        assert json.loads(last.data)["outcome"] == "done"


async def test_a_command_is_refused_with_what_was_found(tmp_path: Path) -> None:
    async with an_intake(tmp_path, **ALLOWED) as running:
        row = await loaded(running)
        unknown = await ask(running, directive(command(row, target_sequence=77)))
        assert (unknown.accepted, unknown.code) == (False, "UNKNOWN_FACT")
        assert "sequence 77 of epoch e1" in unknown.message
        again = await ask(running, directive(command(row, "amend", command_id="cor-000002", set={"qty_scrap": "1"})))
        assert (again.accepted, again.code) == (False, "NOT_CORRECTABLE")
        assert await corrected(running) == []
        told = [json.loads(row.data) for row in await running.journal.latest(10) if row.type == "agent.command_run"]
        assert [(one["outcome"], one["command_id"]) for one in told] == [
            ("refused", "cor-000001"),
            ("refused", "cor-000002"),
        ]


async def test_a_command_that_is_not_allowed_changes_nothing(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        row = await loaded(running)
        assert not (await ask(running, directive(command(row)))).accepted
        assert await corrected(running) == []


async def test_the_mes_names_a_fact_of_a_former_epoch_of_the_same_file(tmp_path: Path) -> None:
    async with an_intake(tmp_path, **ALLOWED) as running:
        row = await loaded(running)
        journal = running.journal
        await journal.renew("e2", journal.marks.last_position + 1, now().wall, Discrepancy("journal_rewound", 0, 0, {}))
    async with an_intake(tmp_path, "e3", **ALLOWED) as running:
        assert running.journal.marks.epoch == "e2"
        assert (await ask(running, void(row, "client-0001"))).code == "UNKNOWN_FACT"
        assert (await ask(running, directive(command(row)))).accepted
        (correction,) = await corrected(running)
        assert (correction["target_epoch"], correction["target_sequence"]) == ("e1", row.sequence)


async def test_the_answer_to_a_correction_goes_to_the_mes_once(broker: Broker, tmp_path: Path) -> None:
    async with a_mes(broker) as mes, a_sender(tmp_path, broker.port, **ALLOWED) as sender:
        await sender.online()
        row = await loaded(sender.running)
        mes.say("cmd/correct", command(row))
        mes.say("cmd/correct", command(row))
        await sender.until(lambda: len(mes.answers()) == 2, "two answers")
        assert {answer["outcome"] for answer in mes.answers()} == {"done"}
        assert len(await corrected(sender.running)) == 1
        await eventually(lambda: bool(mes.messages("PRESS-1/evt/lot")), "the lot's family is heard")
        families = {message.topic.rpartition("/")[2] for message in mes.messages("PRESS-1/evt/")}
        assert "fact" not in families


async def test_a_journal_that_cannot_be_read_refuses_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with an_intake(tmp_path) as running:
        row = await loaded(running)

        async def unreadable(_: object) -> None:
            raise JournalError("the disk does not answer")

        monkeypatch.setattr(running.journal, "original", unreadable)
        assert (await ask(running, void(row, "client-0001"))).code == "STORAGE_FULL"
