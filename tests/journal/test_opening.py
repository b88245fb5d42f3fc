"""The journal's file is opened whatever state it was left in; numbers that cannot be trusted begin anew."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.directories.copies import Kept
from agent.core.errors import JournalError
from agent.journal import schema, store, witness
from agent.journal.inspection import Place
from agent.journal.journal import Journal, open_journal
from agent.journal.marks import Epoch
from agent.journal.opening import FILE_NAME
from agent.journal.rescue import DAMAGED, FRESH, MAKING, MOST_KEPT_ASIDE, SUSPECT
from agent.journal.store import Commit
from agent.journal.witness import FILE_NAME as WITNESS
from agent.journal.witness import Witness
from tests.agent.happenings import fact, facts

STATE = Commit(
    facts=[fact(number) for number in range(1, 4)],
    snapshots=[("FILL-1", b'{"count":3}')],
    claims=[("serial:FILL-1:S1", "PO-1/10")],
    directories=[Kept(None, "reasons", b"{}")],
)


async def a_past(folder: Path, through: int = 2) -> None:
    """Epoch e1 with three facts, some confirmed."""
    async with open_journal(folder, "e1", 1.0) as journal:
        await journal.commit(STATE, 2.0)
        await journal.confirm("e1", through, 3.0)


def changed(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def overwritten(path: Path, position: int, octets: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        file.write(octets)


def found_like(folder: Path, name: str) -> list[Path]:
    return sorted(folder.glob(f"{name}*.sqlite"))


def aside(folder: Path) -> list[Path]:
    return found_like(folder, DAMAGED)


async def places(journal: Journal) -> list[tuple[str, int, str]]:
    return [(row.epoch, row.sequence, row.dedupkey) for row in await journal.latest(100)]


OURS = [("e1", 1, "test:1"), ("e1", 2, "test:2"), ("e1", 3, "test:3")]


async def assert_salvaged(folder: Path, epoch: str, why: str) -> None:
    """Everything was taken over, a new epoch has begun, and it is said once."""
    async with open_journal(folder, epoch, 10.0) as journal:
        assert await places(journal) == OURS
        assert [(known.name, known.confirmed_through) for known in journal.marks.epochs] == [("e1", 2), (epoch, 0)]
        assert (journal.waiting, journal.marks.last_sequence) == (1, 0)
        assert journal.restored.snapshots == {"FILL-1": b'{"count":3}'}
        assert journal.restored.directories == (Kept(None, "reasons", b"{}"),)
        assert await journal.taken(["serial:FILL-1:S1"]) == {"serial:FILL-1:S1": "PO-1/10"}
        [(key, found)] = await journal.notices()
        assert (key, found.code) == (f"epoch-{epoch}", "journal_damaged")
        assert why in found.evidence["why"]
        assert (found.evidence["facts_kept"], found.evidence["missing"]) == ("3", "nothing")
        assert [found.evidence["kept_aside"]] == [str(path) for path in aside(folder)]
        await journal.commit(facts(4, 4), 11.0)
        assert (await places(journal))[3:] == [(epoch, 1, "test:4")]
    assert not (folder / SUSPECT).exists()
    assert not (folder / MAKING).exists()
    assert found_like(folder, FRESH) == []
    async with open_journal(folder, "later", 20.0) as journal:
        assert journal.marks.epoch == epoch, "once is enough"
        assert len(await journal.notices()) == 1


async def inspected(journal: Journal) -> None:
    place: Place | None = Place()
    while place is not None:
        place = (await journal.inspect(place)).following


def name_broken(path: Path) -> None:
    """A table's name is no text any more, and SQLite's own message quotes it."""
    octets = path.read_bytes()
    overwritten(path, octets.index(b"snapshotssnapshots") + 1, b"\xc7\xff")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "name": name_broken,
    "header": lambda path: overwritten(path, 0, b"garbage!"),
    "schema": lambda path: overwritten(path, 100, bytes(200)),
    "version": lambda path: overwritten(path, 60, b"\0\0\0\x07"),
    "version zero": lambda path: overwritten(path, 60, bytes(4)),
}


@pytest.mark.parametrize("what", DAMAGES)
async def test_a_damaged_file_is_salvaged_and_kept_aside(tmp_path: Path, what: str) -> None:
    await a_past(tmp_path)
    DAMAGES[what](tmp_path / FILE_NAME)
    damaged = (tmp_path / FILE_NAME).read_bytes()
    await assert_salvaged(tmp_path, "e2", "")
    assert [path.read_bytes() for path in aside(tmp_path)] == [damaged]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER facts_are_never_edited",
        "DROP TABLE notices",
        "CREATE TABLE facts_2 (a)",
    ],
)
async def test_tables_that_are_not_ours_are_damage(tmp_path: Path, statement: str) -> None:
    await a_past(tmp_path)
    changed(tmp_path, statement)
    await assert_salvaged(tmp_path, "e2", "tables are not those that were made")


async def test_a_last_fact_that_is_damaged_is_damage_as_the_next_sequence_follows_it(tmp_path: Path) -> None:
    await a_past(tmp_path)
    content = (tmp_path / FILE_NAME).read_bytes()
    overwritten(tmp_path / FILE_NAME, content.index(b"test:3"), b"tost:3")
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert await places(journal) == OURS[:2]
        assert journal.marks.epoch == "e2"
        [(_, found)] = await journal.notices()
        assert "the last fact of the journal is not what was written" in found.evidence["why"]
        assert (found.evidence["forgotten_from"], found.evidence["forgotten_to"]) == ("3", "3")


async def worked_with(folder: Path, epoch: str) -> str | None:
    """Read all, look at all, write one more; why it is to be opened anew, None where it is not."""
    async with open_journal(folder, epoch, 10.0) as journal:
        after = 0
        with suppress(JournalError):
            while after < journal.marks.last_position:
                for row in (await journal.read(after, 50)).rows:
                    after += 1
                    assert row.position == after
                    assert row.type == "fact.withheld" or row.dedupkey in (f"test:{after}", "test:1000")
            await inspected(journal)
            await journal.commit(facts(1000, 1000), 11.0)
            return None
        return await journal.done_with


@pytest.mark.parametrize("seed", range(24))
async def test_whatever_is_damaged_the_second_opening_works(tmp_path: Path, seed: int) -> None:
    async with open_journal(tmp_path, "e1", 1.0) as journal:
        for number in range(1, 80):
            await journal.commit(replace(STATE, facts=[fact(number, text="x" * 300)]), 2.0)
    dice = random.Random(seed)
    size = (tmp_path / FILE_NAME).stat().st_size
    length = dice.choice((1, 16, 512, 4096))
    position = dice.randrange(dice.choice((200, size))) // min(length, 512) * min(length, 512)
    overwritten(tmp_path / FILE_NAME, position, dice.choice((bytes(length), dice.randbytes(length))))
    again = await worked_with(tmp_path, "e2")
    assert again is None or await worked_with(tmp_path, "e3") is None


async def test_damaged_epochs_are_damage(tmp_path: Path) -> None:
    await a_past(tmp_path)
    changed(tmp_path, "UPDATE epochs SET confirmed_through = 3")
    await assert_salvaged(tmp_path, "e2", "epochs are not what was written")


async def test_what_a_run_met_makes_the_next_one_salvage(tmp_path: Path) -> None:
    await a_past(tmp_path)
    (tmp_path / SUSPECT).touch()
    await assert_salvaged(tmp_path, "e2", "an earlier run met damage")


async def test_a_suspicion_of_a_file_that_is_gone_is_dropped(tmp_path: Path) -> None:
    await a_past(tmp_path)
    (tmp_path / SUSPECT).touch()
    (tmp_path / FILE_NAME).unlink()
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert [found.code for _, found in await journal.notices()] == ["journal_rewound"]
    assert not (tmp_path / SUSPECT).exists()


async def test_a_run_that_meets_damage_says_so_and_the_next_start_salvages(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 1.0) as journal:
        for number in range(1, 400):
            await journal.commit(facts(number, number, text="x" * 500), 2.0)
    pages = (tmp_path / FILE_NAME).stat().st_size // 4096
    overwritten(tmp_path / FILE_NAME, pages // 2 * 4096, bytes(4096))
    async with open_journal(tmp_path, "e2", 3.0) as journal:
        assert journal.marks.epoch == "e1"
        with pytest.raises(JournalError, match="the journal cannot be read"):
            await inspected(journal)
        assert "malformed" in await journal.done_with
    async with open_journal(tmp_path, "e3", 4.0) as journal:
        assert journal.marks.epoch == "e3"
        [(_, found)] = await journal.notices()
        assert "of epoch e1" in found.evidence["missing"]
        assert 300 < int(found.evidence["facts_kept"]) < 399
        page = await journal.read(0, 1000)
        assert [row.sequence for row in page.rows] == list(range(1, 400))
        withheld = [row for row in page.rows if row.type == "fact.withheld"]
        assert len(withheld) == 399 - int(found.evidence["facts_kept"])


async def test_a_file_without_one_readable_row_goes_on_where_the_witness_was(tmp_path: Path) -> None:
    await a_past(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert (journal.waiting, await places(journal)) == (0, [])
        assert [epoch.name for epoch in journal.marks.epochs] == ["e1", "e2"]
        [(_, found)] = await journal.notices()
        assert (found.code, found.evidence["forgotten_to"]) == ("journal_damaged", "3")
        await journal.commit(facts(4, 4), 11.0)
        assert await places(journal) == [("e2", 1, "test:4")]


async def test_epochs_whose_page_is_damaged_keep_their_names_and_doubles_nothing(tmp_path: Path) -> None:
    await a_past(tmp_path)
    changed(tmp_path, "UPDATE epochs SET checksum = 0")
    (tmp_path / WITNESS).unlink()
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        rows = (await journal.read(0, 10)).rows
        assert [(row.epoch, row.sequence) for row in rows] == [("e1", number) for number in (1, 2, 3)]
        assert (journal.marks.epoch, journal.waiting) == ("e2", 3)


async def test_facts_whose_epoch_nobody_knows_are_sent_again(tmp_path: Path) -> None:
    await a_past(tmp_path)
    changed(tmp_path, "UPDATE epochs SET checksum = 0")
    changed(tmp_path, "DELETE FROM claims")
    (tmp_path / WITNESS).unlink()
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert [(row.epoch, row.sequence) for row in (await journal.read(0, 10)).rows] == [
            ("e2-before", number) for number in (1, 2, 3)
        ]
        assert (journal.marks.epoch, journal.waiting) == ("e2", 3)
    async with open_journal(tmp_path, "e3", 20.0) as journal:
        assert (journal.marks.epoch, journal.waiting) == ("e2", 3)


async def test_only_the_newest_damaged_files_are_kept(tmp_path: Path) -> None:
    await a_past(tmp_path)
    for number in range(MOST_KEPT_ASIDE + 2):
        (tmp_path / SUSPECT).touch()
        async with open_journal(tmp_path, f"n{number}", 10.0 + number) as journal:
            await journal.commit(facts(10 + number, 10 + number), 10.0)
    assert len(aside(tmp_path)) == MOST_KEPT_ASIDE
    assert aside(tmp_path)[-1].name == f"{DAMAGED}1970-01-01T000014000Z.sqlite"


@pytest.mark.parametrize("step", ["made", "half made", "log moved", "moved"])
async def test_a_rescue_that_was_interrupted_is_finished(tmp_path: Path, step: str) -> None:
    """The states between its steps, made of a rescue that was not interrupted."""
    await a_past(tmp_path)
    damaged = tmp_path / "damaged"
    shutil.copytree(tmp_path, damaged, ignore=shutil.ignore_patterns("damaged"))
    (damaged / SUSPECT).touch()
    path = damaged / FILE_NAME
    path.with_name(f"{FILE_NAME}-wal").write_bytes(b"a log")
    rescued = tmp_path / "rescued"
    shutil.copytree(damaged, rescued)
    async with open_journal(rescued, "e2", 10.0):
        pass
    [kept] = aside(rescued)
    match step:
        case "half made":
            (damaged / MAKING).write_bytes(b"half a file")
            (damaged / f"{MAKING}-wal").write_bytes(b"and half a log")
        case "made" | "log moved" | "moved":
            shutil.copy(rescued / FILE_NAME, damaged / kept.name.replace(DAMAGED, FRESH))
    if step in ("log moved", "moved"):
        path.with_name(f"{FILE_NAME}-wal").replace(damaged / f"{kept.name}-wal")
    if step == "moved":
        path.replace(damaged / kept.name)
    shutil.copy(tmp_path / WITNESS, damaged / WITNESS)
    async with open_journal(damaged, "e3", 10.0) as journal:
        assert journal.marks.epoch == ("e3" if step == "half made" else "e2")
        assert (await places(journal))[:3] == OURS
        assert [found.code for _, found in await journal.notices()] == ["journal_damaged"]
    assert (damaged / f"{kept.name}-wal").read_bytes() == b"a log"
    assert aside(damaged) == [damaged / kept.name]
    assert not (damaged / SUSPECT).exists()


async def test_a_restored_backup_is_noticed_and_gives_no_sequence_twice(tmp_path: Path) -> None:
    await a_past(tmp_path)
    backup = (tmp_path / FILE_NAME).read_bytes()
    async with open_journal(tmp_path, "e2", 4.0) as journal:
        await journal.commit(facts(4, 6), 5.0)
    (tmp_path / FILE_NAME).write_bytes(backup)
    async with open_journal(tmp_path, "e3", 10.0) as journal:
        assert (journal.marks.epoch, journal.marks.last_sequence, journal.is_new) == ("e3", 0, True)
        [(_, found)] = await journal.notices()
        assert (found.code, found.evidence) == (
            "journal_rewound",
            {"epoch": "e1", "forgotten_from": "4", "forgotten_to": "6"},
        )
        await journal.commit(facts(7, 7), 11.0)
        assert (await places(journal))[3:] == [("e3", 1, "test:7")]
    async with open_journal(tmp_path, "e4", 20.0) as journal:
        assert journal.marks.epoch == "e3", "once is enough"


async def test_a_journal_that_is_gone_is_noticed(tmp_path: Path) -> None:
    await a_past(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert journal.marks.epoch == "e2"
        [(_, found)] = await journal.notices()
        assert found.evidence == {"epoch": "e1", "forgotten_from": "1", "forgotten_to": "3"}


async def test_a_witness_that_lags_is_no_doubt(tmp_path: Path) -> None:
    await a_past(tmp_path)
    Witness(tmp_path).write(witness.Testimony("e1", 1, 1, 0))
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert (journal.marks.epoch, await journal.notices()) == ("e1", [])


@pytest.mark.parametrize("content", [b"", b"garbage" * 100, bytes(512), b"00000000 \n"])
async def test_a_witness_that_cannot_be_believed_says_nothing(tmp_path: Path, content: bytes) -> None:
    await a_past(tmp_path)
    (tmp_path / WITNESS).write_bytes(content)
    assert Witness(tmp_path).said is None
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert (journal.marks.epoch, await journal.notices()) == ("e1", [])


def test_half_a_testimony_leaves_the_one_before(tmp_path: Path) -> None:
    first, second = witness.Testimony("e1", 1, 10, 4), witness.Testimony("e1", 1, 11, 5)
    beside = Witness(tmp_path)
    beside.write(first)
    beside.write(second)
    assert Witness(tmp_path).said == second
    content = (tmp_path / WITNESS).read_bytes()
    for place in range(0, 512, 7):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        (tmp_path / WITNESS).write_bytes(damaged)
        assert Witness(tmp_path).said in (first, second)


async def test_a_damaged_snapshot_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    await a_past(tmp_path)
    changed(tmp_path, "INSERT INTO snapshots VALUES ('PRESS-1', X'00', 1.0, 7)")
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert journal.restored.snapshots == {"FILL-1": b'{"count":3}'}
        [(_, found)] = await journal.notices()
        assert (found.code, found.evidence) == ("journal_damaged", {"snapshot": "PRESS-1"})


async def test_an_empty_epoch_gives_way(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 1.0):
        pass
    (tmp_path / SUSPECT).touch()
    for epoch in ("e2", "e3"):
        async with open_journal(tmp_path, epoch, 10.0) as journal:
            assert [known.name for known in journal.marks.epochs] == ["e2"]


async def test_epochs_that_were_dropped_do_not_come_back(tmp_path: Path) -> None:
    await a_past(tmp_path)
    with closing(store.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute(schema.DROP_EPOCHS, (0,))
        for epoch in (Epoch("old", 1, 3, "2026-01-01T00:00:00.000Z"), Epoch("e1", 1, 2, "2026-01-02T00:00:00.000Z")):
            store.put_epoch(connection, epoch)
    async with open_journal(tmp_path, "e2", 10.0) as journal:
        assert [(known.name, known.first_position) for known in journal.marks.epochs] == [("e1", 1), ("e2", 4)]
        assert journal.waiting == 1


async def test_damage_that_cannot_be_taken_over_changes_nothing(tmp_path: Path) -> None:
    await a_past(tmp_path)
    overwritten(tmp_path / FILE_NAME, 0, b"garbage!")
    before = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / MAKING).mkdir()
    with pytest.raises(JournalError, match="cannot be used"):
        async with open_journal(tmp_path, "e2", 10.0):
            pass
    assert (tmp_path / FILE_NAME).read_bytes() == before
    (tmp_path / MAKING).rmdir()
    await assert_salvaged(tmp_path, "e3", "not a database")
