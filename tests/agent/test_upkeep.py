"""What looks after the journal beside the work: notices become facts, space is watched, delivered facts go."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from agent import upkeep
from agent.clock import Clock
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import StorageLevel
from agent.core.settings import JournalSettings
from agent.journal.opening import FILE_NAME
from agent.journal.retention import CONFIRMED_FOR_S
from agent.journal.standins import Parked
from agent.storage import StorageWatch
from agent.upkeep import DAMAGED, Upkeep
from tests.agent.disks import broken, mended
from tests.agent.happenings import facts
from tests.agent.parts import CLOCK, Running, an_intake, eventually

BUDGET = JournalSettings(reserve_mb=4, budget_mb=32)


@asynccontextmanager
async def kept_up(running: Running, clock: Clock = CLOCK, keep_days: int = 30) -> AsyncIterator[None]:
    keep = JournalSettings(keep_days=keep_days)
    task = asyncio.create_task(Upkeep(running.journal, running.intake, clock, running.alarms, keep).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def damaged(number: int = 1) -> Discrepancy:
    return Discrepancy("journal_damaged", 1.0, 2.0, {"sequence": str(number)})


async def raised(running: Running) -> list[str]:
    rows = [row for row in await running.journal.latest(1000) if row.type == "discrepancy.raised"]
    return [json.loads(row.data)["evidence"]["sequence"] for row in rows]


async def all_told(running: Running) -> None:
    async with asyncio.timeout(10):
        while await running.journal.notices():  # noqa: ASYNC110 - the journal tells of no notice that is gone
            await asyncio.sleep(0.01)


async def test_a_notice_becomes_one_fact_whoever_repeats_it_and_whenever(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        await running.journal.notice("damaged-e1-1", damaged())
        async with kept_up(running):
            await all_told(running)
            await running.journal.notice("damaged-e1-1", damaged())
            await running.journal.notice("damaged-e1-2", damaged(2))
            await all_told(running)
        assert await raised(running) == ["1", "2"]
        assert [(alarm.code, alarm.text) for alarm in running.alarms.current] == [("journal_damaged", DAMAGED)]
        await running.journal.notice("damaged-e1-1", damaged())
    async with an_intake(tmp_path) as running, kept_up(running):
        await all_told(running)
        assert await raised(running) == ["1", "2"]


async def test_a_notice_outlives_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running, kept_up(running):
        broken(running.journal)
        await running.journal.notice("damaged-e1-1", damaged())
        await eventually(lambda: running.intake.failing, "the disk takes no facts")
        mended(running.journal)
        await all_told(running)
        assert await raised(running) == ["1"]


async def test_what_is_past_its_retention_goes_while_the_rest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "RETENTION_EVERY_S", 0.1)
    async with an_intake(tmp_path) as running:
        long_ago = CLOCK.now().wall - 3 * CONFIRMED_FOR_S
        await running.journal.commit(facts(1, 1200), long_ago)
        await running.journal.confirm("e1", 1000, long_ago + 1)
        async with kept_up(running, keep_days=1):
            async with asyncio.timeout(10):
                while await running.journal.first_position() != 1001:  # noqa: ASYNC110 - nor of a fact that is gone
                    await asyncio.sleep(0.01)
        assert len(await running.journal.latest(5000)) == 200


async def test_the_whole_journal_is_looked_at_and_damage_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "FIRST_INSPECTION_S", 0.0)
    caplog.set_level("INFO")
    async with an_intake(tmp_path) as running:
        await running.journal.commit(facts(1, 500), 1.0)
        with closing(sqlite3.connect(tmp_path / "journal" / FILE_NAME)) as another:
            another.execute("DROP TRIGGER facts_are_never_edited")
            another.execute("UPDATE facts SET data = x'00' WHERE position = 7")
            another.commit()
        async with kept_up(running):
            await eventually(lambda: "inspected: 1 damaged facts" in caplog.text, "inspected")
            await all_told(running)
        assert await raised(running) == ["7"]
        assert [alarm.code for alarm in running.alarms.current] == ["journal_damaged"]


async def test_a_sound_journal_ends_the_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "FIRST_INSPECTION_S", 0.0)
    caplog.set_level("INFO")
    async with an_intake(tmp_path) as running:
        running.alarms.raise_alarm("journal_damaged", DAMAGED)
        async with kept_up(running):
            await eventually(lambda: "inspected: it is sound" in caplog.text, "inspected")
        assert running.alarms.current == ()


class Recorder:
    """Keeps telemetry, as far as it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def shed(self) -> None:
        self.told.append("shed")

    def resume(self) -> None:
        self.told.append("resume")


async def levels(running: Running) -> list[StorageLevel]:
    rows = await running.journal.latest(100_000)
    return [json.loads(row.data)["level"] for row in rows if row.type == "storage.low"]


async def test_a_budget_is_used_up_and_freed_again_by_retention(tmp_path: Path) -> None:
    async with an_intake(tmp_path, writing=False) as running:
        journal, recorder = running.journal, Recorder()
        watch = StorageWatch(journal, running.intake, CLOCK, running.alarms, BUDGET, (recorder,))
        await watch.look_once()
        assert (running.intake.storage, running.alarms.current, recorder.told) == ("ample", (), [])
        seen: list[StorageLevel] = []
        long_ago = CLOCK.now().wall - 100 * CONFIRMED_FOR_S
        for number in range(1, 100_000, 100):
            await journal.commit(facts(number, number + 99, text="x" * 4000), long_ago)
            await watch.look_once()
            await running.intake.write_once()
            if running.intake.storage not in seen:
                seen.append(running.intake.storage)
            if running.intake.storage == "reserve":
                break
        assert seen == ["ample", "low", "scarce", "reserve"]
        assert await levels(running) == seen[1:]
        assert [alarm.code for alarm in running.alarms.current] == ["storage"]
        assert recorder.told == ["shed"]
        await journal.confirm("e1", journal.marks.last_sequence, long_ago + 1)
        while await journal.retire(CLOCK.now().wall, 0.0):
            pass
        await watch.look_once()
        assert running.intake.storage == "ample"
        assert running.alarms.current == ()
        assert recorder.told == ["shed", "resume"]
        await running.intake.write_once()
        assert (await levels(running))[-1] == "ample"


async def test_parked_facts_are_an_alarm_until_they_are_gone(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        watch = StorageWatch(running.journal, running.intake, CLOCK, running.alarms, BUDGET, ())
        await running.journal.commit(facts(1, 2), 1.0)
        parked = Parked(1, "rejected", "no such order", "2026-03-04T05:00:00.000Z", withheld=False, retry_at=None)
        await running.journal.parking.put(parked, "rejected-1", damaged())
        await watch.look_once()
        assert watch.parked == 1
        assert [alarm.code for alarm in running.alarms.current] == ["parked"]
        await running.journal.parking.remove(1)
        await watch.look_once()
        assert (watch.parked, running.alarms.current) == (0, ())


async def test_autonomy_is_known_once_facts_were_made_for_a_while(tmp_path: Path) -> None:
    fast = Clock(speed=1000.0)
    async with an_intake(tmp_path) as running:
        watch = StorageWatch(running.journal, running.intake, fast, running.alarms, BUDGET, ())
        await watch.look_once()
        assert [watch.autonomy_s] == [None]
        number = 0
        async with asyncio.timeout(10):
            while (lasts := watch.autonomy_s) is None:
                number += 1
                await running.journal.commit(facts(number, number), 1.0)
                await watch.look_once()
                await asyncio.sleep(0.01)
        assert 0 < lasts < 3_000_000 * 3600
