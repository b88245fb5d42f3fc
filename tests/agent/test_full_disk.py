"""The agent as a whole on a disk that takes nothing: it starts, it counts on, it tells people, and it stops."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from uuid import UUID

import pytest

from agent.app import LAST_WORDS_S, delivering
from agent.clock import Clock
from agent.core.observations import Link
from agent.core.settings import Settings
from agent.core.views import Reply
from agent.in_force import InForce
from agent.intake import STORAGE_FULL, Intake
from agent.journal.journal import open_journal
from tests.agent.disks import broken, mended, small_disk
from tests.agent.parts import document, eventually, now, order, reading, scan, settings, start_order

PATIENCE_S = 2 * LAST_WORDS_S + 4.0


async def test_a_disk_that_takes_nothing_keeps_the_agent_neither_from_starting_nor_from_stopping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configured = settings(tmp_path)
    async with open_journal(configured.agent.data, "e1", time.time()) as journal:
        broken(journal)
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_S), delivering(InForce.of(configured, tmp_path), journal, Clock(), "i1"):
            assert time.monotonic() - began < PATIENCE_S
        assert "what was seen since and never answered ends with this stop" in caplog.text
        assert journal.marks.last_sequence == 0
        mended(journal)


async def test_a_disk_that_fails_later_loses_no_start_and_takes_everything_once_it_can(tmp_path: Path) -> None:
    configured = settings(tmp_path)
    async with open_journal(configured.agent.data, "e1", time.time()) as journal:
        broken(journal)
        async with delivering(InForce.of(configured, tmp_path), journal, Clock(), "i1"):
            mended(journal)
        assert [row.type for row in await journal.latest(10)] == ["agent.started", "agent.stopping"]


async def test_a_disk_that_fills_up_in_the_middle_of_production_costs_nothing_that_was_accepted(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size_mb=16) as disk:
        configured = Settings.model_validate({**document(disk.folder), "journal": {"reserve_mb": 1}})
        async with (
            open_journal(configured.agent.data, "e1", time.time()) as journal,
            delivering(InForce.of(configured, tmp_path), journal, Clock(), "i1") as delivery,
        ):
            desk = delivery.desk
            await desk.submit(order())
            await desk.submit(start_order())
            await desk.take([reading(0), Link("PRESS-1", "plc", up=True, observed=now())])
            await disk.fill(journal)
            replies = await scans_until(desk, accepted=False)
            assert replies[-1] == STORAGE_FULL
            await desk.take([reading(1), scan("LOT:TAKEN-BY-NOBODY:X")])
            assert desk.refused["PRESS-1"].text == "LOT:TAKEN-BY-NOBODY:X"
            await disk.free(journal)
            replies += await scans_until(desk, accepted=True)
            await eventually(lambda: desk.present.stations["PRESS-1"].state.output.cum_good == 1, "counted on")
            rows = await journal.latest(100_000)
            promised = {identity for reply in replies for identity in reply.fact_ids}
            assert {str(UUID(bytes=row.id)) for row in rows if row.type.startswith(("scan.", "lot."))} == promised
            assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))


async def scans_until(desk: Intake, *, accepted: bool) -> list[Reply]:
    """One scan after the other, each of which fills pages, until one is accepted or refused; all the answers."""
    replies: list[Reply] = []
    async with asyncio.timeout(30):
        while True:
            reply = await desk.submit(scan("LOT:A:X", f"client-{time.monotonic_ns()}{'x' * 3000}"))
            assert reply is not None
            replies.append(reply)
            if reply.accepted == accepted:
                return replies
