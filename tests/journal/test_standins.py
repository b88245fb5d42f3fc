"""What goes out in the place of a fact that cannot."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.errors import JournalDamagedError
from agent.core.facts import WithheldReason
from agent.journal.inspection import Place
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.standins import Parked
from tests.agent.happenings import facts

WHY = Discrepancy("rejected_by_mes", 2.0, 2.0, {})
DAMAGES = {
    "data": "UPDATE facts SET data = CAST(replace(CAST(data AS TEXT), '\"2\"', '\"3\"') AS BLOB) WHERE position = 2",
    "text": "UPDATE facts SET dedupkey = 'x' WHERE position = 2",
    "no text": "UPDATE facts SET subject = CAST(X'FFFE80' AS TEXT) WHERE position = 2",
    "checksum": "UPDATE facts SET checksum = checksum + 1 WHERE position = 2",
}


def damage(folder: Path, statement: str) -> None:
    """What a disk does to a row, without any trigger."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, text in triggers:
            connection.execute(text)


async def test_a_fact_that_cannot_be_found_has_the_file_salvaged_once_and_a_stand_in_from_then_on(
    tmp_path: Path,
) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 5), 1.0)
    damage(tmp_path, "DELETE FROM facts WHERE position = 3")
    async with open_journal(tmp_path, "e2", 2.0) as journal:
        with pytest.raises(JournalDamagedError, match="position 3 is not where it was written"):
            await journal.read(0, 10)
        assert journal.done_with.done()
    for name in ("e3", "e4"):
        async with open_journal(tmp_path, name, 3.0) as journal:
            page = await journal.read(0, 10)
            found = [(row.sequence, row.type) for row in page.rows]
            assert found[2] == (3, "fact.withheld")
            assert [one for one, _ in found] == [1, 2, 3, 4, 5]
            assert journal.marks.epoch == "e3"
            place: Place | None = Place()
            while place is not None:
                place = (await journal.inspect(place)).following


async def park(journal: Journal, position: int, reason: str, *, withheld: bool) -> None:
    parked = Parked(position, reason, "because", "1970-01-01T00:00:02.000Z", withheld, None)
    await journal.parking.put(parked, f"key-{position}", WHY)


@pytest.mark.parametrize("what", DAMAGES)
async def test_a_damaged_fact_is_never_read_and_has_a_stand_in(tmp_path: Path, what: str) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
    damage(tmp_path, DAMAGES[what])
    async with open_journal(tmp_path, "e2", 2.0) as journal:
        page = await journal.read(0, 10)
        assert [(row.position, row.epoch, row.sequence, row.type) for row in page.rows] == [
            (1, "e1", 1, "agent.stopping"),
            (2, "e1", 2, "fact.withheld"),
            (3, "e1", 3, "agent.stopping"),
        ]
        said = json.loads(page.rows[1].data)
        assert (said["sequence"], said["reason"], said["withheld_id"], said["sha256"]) == (2, "damaged", None, None)
        assert (said["withheld_type"], said["withheld_key"]) == (None, None)
        assert page.rows[1].recordedtime == page.rows[0].recordedtime
        assert (await journal.read(1, 1)).rows[0].id == page.rows[1].id, "the same id each time"
        assert [row.sequence for row in await journal.latest(10)] == [1, 3]
        assert await journal.originals([1, 2, 3]) == [page.rows[0], page.rows[2]]


@pytest.mark.parametrize("what", ["data", "no text"])
async def test_damage_is_noticed_once_with_its_sequence(tmp_path: Path, what: str) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
    damage(tmp_path, DAMAGES[what])
    async with open_journal(tmp_path, "e2", 2.0) as journal:
        journal.noticed.clear()
        for _ in range(2):
            await journal.read(0, 10)
        assert journal.noticed.is_set()
        [(key, found)] = await journal.notices()
        assert (key, found.code, found.evidence) == (
            "damaged-e1-2",
            "journal_damaged",
            {"epoch": "e1", "sequence": "2"},
        )
        await journal.told(key)
        assert await journal.notices() == []


@pytest.mark.parametrize("reason", ["too_large", "format", "disconnects"])
async def test_a_parked_fact_has_a_stand_in_that_names_it(tmp_path: Path, reason: WithheldReason) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        [original] = await journal.originals([2])
        await park(journal, 2, reason, withheld=True)
        page = await journal.read(0, 10)
        assert page.damaged == ()
        instead = page.rows[1]
        said = json.loads(instead.data)
        assert (instead.sequence, instead.type, instead.dedupkey) == (2, "fact.withheld", "withheld:e1:2")
        assert (instead.time, instead.recordedtime) == (original.time, original.recordedtime)
        assert said["withheld_id"] == str(UUID(bytes=original.id))
        assert (said["withheld_type"], said["withheld_key"]) == (original.type, original.wc_id)
        assert (said["reason"], said["detail"]) == (reason, "because")
        assert said["sha256"] == sha256(original.data).hexdigest()
        assert await journal.originals([2]) == [original], "a retry sends the fact itself"
        await journal.parking.remove(2)
        assert (await journal.read(1, 1)).rows == [original]


async def test_what_the_mes_itself_refused_has_no_stand_in(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 2), 1.0)
        await park(journal, 2, "rejected", withheld=False)
        assert [row.type for row in (await journal.read(0, 10)).rows] == ["agent.stopping"] * 2


async def test_a_fact_that_is_parked_and_damaged_is_said_to_be_damaged(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        await park(journal, 2, "too_large", withheld=True)
    damage(tmp_path, DAMAGES["data"])
    async with open_journal(tmp_path, "e2", 2.0) as journal:
        said = json.loads((await journal.read(1, 1)).rows[0].data)
        assert (said["reason"], said["withheld_id"]) == ("damaged", None)


async def test_parked_rows_are_asked_for_again_and_survive(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 4), 1.0)
        for position in (3, 2):
            await park(journal, position, "format", withheld=True)
        journal.parking.changed.clear()
        await journal.parking.ask_again([2], 5.0)
        assert journal.parking.changed.is_set()
        rows = await journal.parking.rows()
        assert [(row.position, row.withheld, row.retry_at) for row in rows] == [(2, True, 5.0), (3, True, None)]
        assert [key for key, _ in await journal.notices()] == ["key-2", "key-3"]
    async with open_journal(tmp_path, "e2", 2.0) as journal:
        assert await journal.parking.rows() == rows
