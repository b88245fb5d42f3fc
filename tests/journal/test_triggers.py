"""What the file itself refuses, whoever holds the pen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.journal import schema, store
from agent.journal.marks import Epoch
from agent.journal.migrations import migrate
from agent.journal.standins import Parked
from tests.agent.happenings import facts

CONFIRMED = 6
REMOVABLE = 4
PARKED = 2
REFUSAL = "only when confirmed, not parked and past its retention"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Ten facts: 1 to 6 confirmed, 1 to 4 past their retention, 2 parked."""
    path = tmp_path / "journal.sqlite"
    with closing(store.connect(path)) as connection:
        migrate(connection, path)
        store.put_epoch(connection, Epoch("e1", 1, CONFIRMED, "1970-01-01T00:00:00.000Z"))
        store.append(connection, facts(1, 10), 1, 0.0)
        connection.execute(schema.SET_REMOVABLE, (REMOVABLE,))
        store.park(connection, Parked(PARKED, "rejected", "", "", withheld=False, retry_at=None))
        yield connection


def kept(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT position FROM facts ORDER BY position")]


@pytest.mark.parametrize("change", ["position = position + 20", "type = 'x'", "data = data", "checksum = 0"])
@pytest.mark.parametrize("position", [1, CONFIRMED, 10])
def test_no_fact_is_ever_edited(connection: sqlite3.Connection, change: str, position: int) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="a fact is never edited"):
        connection.execute(f"UPDATE facts SET {change} WHERE position = ?", (position,))  # noqa: S608 - ours


@pytest.mark.parametrize("position", [1, 3, 4])
def test_a_fact_goes_when_it_is_confirmed_past_its_retention_and_not_parked(
    connection: sqlite3.Connection, position: int
) -> None:
    connection.execute("DELETE FROM facts WHERE position = ?", (position,))
    assert kept(connection) == [number for number in range(1, 11) if number != position]


@pytest.mark.parametrize("position", [PARKED, REMOVABLE + 1, CONFIRMED, CONFIRMED + 1, 10])
def test_any_other_fact_stays(connection: sqlite3.Connection, position: int) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        connection.execute("DELETE FROM facts WHERE position = ?", (position,))


def test_a_fact_that_nobody_confirmed_stays_whatever_retention_says(connection: sqlite3.Connection) -> None:
    connection.execute(schema.SET_REMOVABLE, (10,))
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        connection.execute("DELETE FROM facts WHERE position = ?", (CONFIRMED + 1,))


def test_each_epoch_is_confirmed_by_itself(connection: sqlite3.Connection) -> None:
    store.put_epoch(connection, Epoch("e2", 4, 0, "1970-01-01T00:00:00.000Z"))
    connection.execute("DELETE FROM facts WHERE position = 3")
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        connection.execute("DELETE FROM facts WHERE position = 4")


@pytest.mark.parametrize("loss", ["DELETE FROM retention", "DELETE FROM epochs"])
def test_where_nobody_knows_what_may_go_everything_stays(connection: sqlite3.Connection, loss: str) -> None:
    connection.execute(loss)
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        connection.execute("DELETE FROM facts WHERE position = 1")


def test_one_that_may_not_go_keeps_the_others_too(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
        connection.execute("DELETE FROM facts")
    assert kept(connection) == list(range(1, 11))


@pytest.mark.parametrize("statement", ["INSERT INTO facts", "INSERT OR REPLACE INTO facts"])
@pytest.mark.parametrize("position", [PARKED, CONFIRMED, 10])
def test_no_fact_is_written_over(connection: sqlite3.Connection, statement: str, position: int) -> None:
    before = connection.execute("SELECT * FROM facts").fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(
            f"{statement} SELECT position, id, 'other', subject, time, observedtime, recordedtime, "  # noqa: S608 - ours
            "dedupkey, correlationid, causationid, data, checksum FROM facts WHERE position = ?",
            (position,),
        )
    assert connection.execute("SELECT * FROM facts").fetchall() == before
