"""The copies of the MES's objects and their history, and claims that nobody touches any more: kept and let go."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.core.directories.copies import Kept
from agent.core.times import iso
from agent.journal import schema
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.retention import ANSWERS_FOR_S, GREAT_STEP_S, STEP
from agent.journal.store import Commit

DAY = 86_400.0
LONG_AGO = 1e9
REASONS = (None, "reasons")


def applied(rev: str, **more: object) -> Kept:
    return Kept(None, "reasons", b'{"rev": "%s"}' % rev.encode(), rev=rev, owner="MES", **more)  # type: ignore[arg-type]


def scheduled(rev: str, at: float) -> Kept:
    return Kept(None, "reasons", b'{"rev": "%s"}' % rev.encode(), "scheduled", rev, "MES", at)


async def kept(journal: Journal, *copies: Kept, at: float = LONG_AGO) -> None:
    await journal.commit(Commit(directories=copies), at)


async def told(journal: Journal, name: str = "reasons") -> list[tuple[str, str | None]]:
    return [(one.kept.outcome, one.kept.rev) for one in await journal.copies.history(None, name, 1000)]


async def test_a_copy_in_force_and_those_that_are_scheduled_are_there_after_a_restart(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(journal, applied("1"), scheduled("2", LONG_AGO + 5), scheduled("3", LONG_AGO + 9))
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert [(one.outcome, one.rev, one.effective_from) for one in journal.restored.directories] == [
            ("applied", "1", None),
            ("scheduled", "2", LONG_AGO + 5),
            ("scheduled", "3", LONG_AGO + 9),
        ]


async def test_what_comes_in_force_says_when_it_was_received_and_is_scheduled_no_more(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(journal, scheduled("2", LONG_AGO + 5), scheduled("3", LONG_AGO + 9))
        await kept(journal, applied("2", dropped=(LONG_AGO + 5,)), at=LONG_AGO + 5)
        held = await journal.copies.held()
        assert [(one.kept.outcome, one.kept.rev, one.received) for one in held] == [
            ("applied", "2", iso(LONG_AGO)),
            ("scheduled", "3", iso(LONG_AGO)),
        ]
        assert await told(journal) == [("applied", "2"), ("scheduled", "3"), ("scheduled", "2")]


async def test_a_refused_message_is_kept_for_inspection_and_changes_no_copy(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(journal, applied("1"))
        before = await journal.copies.held()
        await kept(journal, Kept(*REASONS, b"\xff{", "refused", detail="no JSON"))
        assert await journal.copies.held() == before
        [refused, _] = await journal.copies.history(*REASONS, 10)
        assert (refused.kept.payload, refused.kept.detail) == (b"\xff{", "no JSON")


async def test_what_is_withdrawn_keeps_its_history(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(
            journal, applied("1"), scheduled("2", LONG_AGO + 5), Kept(*REASONS, b"", "withdrawn", supersedes="1")
        )
        assert await journal.copies.held() == []
        assert await told(journal) == [("withdrawn", None), ("scheduled", "2"), ("applied", "1")]
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert journal.restored.directories == ()


async def test_a_damaged_entry_of_the_history_is_left_out_and_a_damaged_copy_is_as_if_it_had_never_been(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(journal, applied("1"), applied("2"))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("UPDATE history SET detail = 'x' WHERE number = 1")
        connection.execute("UPDATE directories SET rev = '9'")
        connection.commit()
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert await told(journal) == [("applied", "2")]
        assert journal.restored.directories == ()
        assert "the copy of directory reasons is damaged" in caplog.text


async def trimmed(journal: Journal, now: float, days: float, most: int) -> None:
    after: int | None = 0
    while after is not None:
        after = await journal.retire_copies(now, days * DAY, most, after)


async def test_the_history_of_an_object_is_bounded_by_age_and_by_number(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        for number in range(12):
            await kept(journal, applied(str(number)), at=LONG_AGO + number * DAY)
        await kept(journal, Kept(None, "items/CAP", b"{}"), at=LONG_AGO)
        await trimmed(journal, LONG_AGO + 20 * DAY, 400, 200)
        assert len(await told(journal)) == 12
        await trimmed(journal, LONG_AGO + 20 * DAY, 400, 5)
        assert [rev for _, rev in await told(journal)] == ["11", "10", "9", "8", "7"]
        assert len(await told(journal, "items/CAP")) == 1
        await trimmed(journal, LONG_AGO + 20 * DAY, 10.5, 5)
        assert [rev for _, rev in await told(journal)] == ["11", "10"]
        assert [one.kept.rev for one in await journal.copies.held() if one.kept.name == "reasons"] == ["11"]


async def test_the_history_is_trimmed_in_steps(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await kept(journal, *(Kept(None, f"items/{number}", b"{}") for number in range(STEP + 1)))
        assert await journal.retire_copies(LONG_AGO, DAY, 5, None) == STEP
        assert await journal.retire_copies(LONG_AGO, DAY, 5, STEP) is None


async def claimed(journal: Journal, *keys: str, at: float = LONG_AGO) -> None:
    await journal.commit(Commit(claims=[(key, "x") for key in keys]), at)


async def left(journal: Journal, *keys: str) -> list[str]:
    return sorted(await journal.taken(keys))


async def test_answers_go_after_a_month_and_records_when_nobody_has_touched_them_for_long(tmp_path: Path) -> None:
    keys = ("answer:1", "serial:A", "unit:A", "op:PO-1")
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await claimed(journal, *keys)
        await claimed(journal, "unit:A", at=LONG_AGO + 100 * DAY)
        assert await journal.retire_claims(LONG_AGO + ANSWERS_FOR_S, 400 * DAY) == 0
        assert await journal.retire_claims(LONG_AGO + ANSWERS_FOR_S + 1, 400 * DAY) == 1
        assert await left(journal, *keys) == ["op:PO-1", "serial:A", "unit:A"]
        assert await journal.retire_claims(LONG_AGO + 400 * DAY + 1, 400 * DAY) == 2
        assert await left(journal, *keys) == ["unit:A"]
        assert await journal.retire_claims(LONG_AGO + 501 * DAY, 400 * DAY) == 1


async def test_claims_go_in_steps_and_the_names_of_epochs_never(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await claimed(journal, *(f"serial:{number}" for number in range(STEP + 7)))
        assert await journal.retire_claims(LONG_AGO + 999 * DAY, DAY) == STEP
        assert await journal.retire_claims(LONG_AGO + 999 * DAY, DAY) == 7
        assert await journal.retire_claims(LONG_AGO + 999 * DAY, DAY) == 0
    async with open_journal(tmp_path, "e2", 0.0) as journal:
        assert journal.marks.epoch == "e1"
        assert await left(journal, "epoch:e1") == ["epoch:e1"]


async def test_a_clock_that_is_set_far_lets_no_claim_go_early(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await claimed(journal, "answer:1", "serial:A")
        await journal.carry_over(GREAT_STEP_S * 1000)
        now = LONG_AGO + GREAT_STEP_S * 1000
        assert await journal.retire_claims(now + DAY, 400 * DAY) == 0
        assert await left(journal, "answer:1", "serial:A") == ["answer:1", "serial:A"]
        assert await journal.retire_claims(now + 31 * DAY, 400 * DAY) == 1


@pytest.mark.parametrize("query", ["FORGET_ANSWERS", "FORGET_RECORDS", "TRIM_HISTORY", "HISTORY"])
async def test_what_is_looked_for_in_big_tables_is_found_by_an_index(tmp_path: Path, query: str) -> None:
    async with open_journal(tmp_path, "e1", 0.0):
        await asyncio.sleep(0)
    statement = getattr(schema, query)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * statement.count("?")).fetchall()
    assert not any(row[3].startswith("SCAN") for row in plan), plan
