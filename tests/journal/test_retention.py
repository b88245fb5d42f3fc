"""Facts stay until they are confirmed, past their retention and unparked; then they go in small steps."""

from __future__ import annotations

import json
from pathlib import Path

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.journal.journal import Journal, open_journal
from agent.journal.retention import STEP
from agent.journal.standins import Parked
from tests.agent.happenings import facts

HOUR = 3600.0
DAY = 24 * HOUR
KEEP_S = 30 * DAY
LONG_AGO = 1e9
NOW = LONG_AGO + 40 * DAY
RESTORED = Discrepancy("mes_restored", 0.0, 0.0, {})


async def kept(journal: Journal) -> list[int]:
    return [row.position for row in await journal.latest(10_000)]


async def committed(journal: Journal, first: int, last: int, at: float = LONG_AGO) -> None:
    await journal.commit(facts(first, last), at)


async def test_a_fact_stays_for_its_retention_and_then_goes(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 3, LONG_AGO)
        await committed(journal, 4, 6, LONG_AGO + DAY)
        await journal.confirm("e1", 6, LONG_AGO + DAY)
        assert await journal.retire(LONG_AGO + KEEP_S, KEEP_S) == 0
        assert await journal.retire(LONG_AGO + KEEP_S + 1, KEEP_S) == 3
        assert await kept(journal) == [4, 5, 6]
        assert await journal.first_position() == 4


async def test_however_old_a_fact_stays_for_a_day_after_its_confirmation(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 3)
        await journal.confirm("e1", 2, NOW)
        assert await journal.retire(NOW + DAY - 1, KEEP_S) == 0
        assert await journal.retire(NOW + DAY, KEEP_S) == 2
        assert await journal.retire(NOW + 400 * DAY, KEEP_S) == 0, "nobody has confirmed it"
        assert await kept(journal) == [3]


async def test_it_goes_in_steps(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, STEP + 11)
        await journal.confirm("e1", STEP + 11, NOW)
        assert await journal.retire(NOW + DAY, KEEP_S) == STEP
        assert await journal.retire(NOW + DAY, KEEP_S) == 10
        assert await journal.retire(NOW + DAY, KEEP_S) == 0


async def test_the_last_fact_stays_so_that_no_sequence_is_given_twice(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 3)
        await journal.confirm("e1", 3, NOW)
        assert await journal.retire(NOW + DAY, KEEP_S) == 2
    async with open_journal(tmp_path, "e2", NOW + DAY) as journal:
        assert (journal.marks.epoch, journal.marks.last_sequence, journal.waiting) == ("e1", 3, 0)
        assert await journal.notices() == []
        await committed(journal, 4, 4)
        assert [row.sequence for row in (await journal.read(3, 10)).rows] == [4]


async def test_a_parked_fact_stays_until_it_is_not_parked_any_more(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 4)
        await journal.parking.put(Parked(2, "rejected", "", "", withheld=False, retry_at=None), "key", RESTORED)
        await journal.confirm("e1", 4, NOW)
        assert await journal.retire(NOW + DAY, KEEP_S) == 2
        assert await kept(journal) == [2, 4]
        await journal.parking.remove(2)
        assert await journal.retire(NOW + DAY, KEEP_S) == 1


async def test_what_is_confirmed_later_is_noted_about_once_an_hour(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 101)
        for number in range(100):
            await journal.confirm("e1", number + 1, NOW + number * HOUR / 10)
        notes = await journal.reading(lambda connection: connection.execute("SELECT count(*) FROM confirmations"))
        assert 9 <= notes.fetchone()[0] <= 11
        assert await journal.retire(NOW + DAY + 2 * HOUR, KEEP_S) in range(10, 22)


async def test_a_confirmation_that_the_mes_took_back_counts_for_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 9)
        await journal.confirm("e1", 8, NOW)
        await journal.lower("e1", 3, NOW + HOUR, RESTORED)
        again = NOW + 2 * DAY
        await journal.confirm("e1", 8, again)
        assert await journal.retire(again + 1, KEEP_S) == 3
        assert await journal.retire(again + DAY, KEEP_S) == 5


async def test_a_clock_that_ran_ahead_lets_nothing_go_early(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 9)
        await journal.confirm("e1", 3, NOW + 1000 * DAY)
        await journal.confirm("e1", 4, NOW)
        assert await journal.retire(NOW + DAY - 1, KEEP_S) == 0
        assert await journal.retire(NOW + DAY, KEEP_S) == 4


async def test_what_retention_removed_has_a_stand_in_when_the_mes_wants_it_again(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 4)
        await journal.confirm("e1", 4, NOW)
        await journal.retire(NOW + DAY, KEEP_S)
        await journal.lower("e1", 1, NOW + DAY, RESTORED)
        assert journal.waiting == 3
        page = await journal.read(1, 10)
        assert [(row.sequence, row.type) for row in page.rows] == [
            (2, "fact.withheld"),
            (3, "fact.withheld"),
            (4, "agent.stopping"),
        ]
        assert json.loads(page.rows[0].data)["reason"] == "retired"
        assert page.damaged == ()


async def test_a_clock_that_is_set_forward_lets_nothing_go_before_its_day(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await committed(journal, 1, 3, NOW)
        await journal.confirm("e1", 3, NOW)
        await journal.carry_over(400 * DAY)
        assert await journal.retire(NOW + 400 * DAY + 60, KEEP_S) == 0
        assert await journal.retire(NOW + 401 * DAY, KEEP_S) == 2
