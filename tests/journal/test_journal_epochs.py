"""Epochs: positions count through the file, sequences through one incarnation of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.journal.journal import Journal, open_journal
from agent.journal.marks import Epoch, Watermarks
from tests.agent.happenings import facts

WHY = Discrepancy("journal_rewound", 1.0, 1.0, {"epoch": "e1"})


@st.composite
def watermarks(draw: st.DrawFn) -> Watermarks:
    """Any journal that can be: epochs side by side, each confirmed up to somewhere within it; the last may be empty."""
    lengths = [*draw(st.lists(st.integers(1, 20), max_size=3)), draw(st.integers(0, 20))]
    epochs, first = [], 1
    for number, length in enumerate(lengths):
        epochs.append(Epoch(f"e{number}", first, draw(st.integers(0, length)), ""))
        first += length
    return Watermarks(tuple(epochs), first - 1)


@given(watermarks())
def test_every_position_has_one_place(marks: Watermarks) -> None:
    places = []
    for position in range(1, marks.last_position + 1):
        epoch = marks.at(position)
        assert epoch.first_position <= position <= marks.end(epoch)
        places.append((epoch.name, epoch.sequence(position)))
    assert len(set(places)) == len(places)
    assert all(sequence >= 1 for _, sequence in places)


@given(watermarks())
def test_what_waits_is_what_is_above_the_confirmations(marks: Watermarks) -> None:
    waiting = [
        position for position in range(1, marks.last_position + 1) if position > marks.at(position).confirmed_position
    ]
    assert marks.waiting == len(waiting)
    assert marks.confirmed_position == (waiting[0] - 1 if waiting else marks.last_position)


async def places(journal: Journal, after: int, limit: int = 100) -> list[tuple[int, str, int]]:
    return [(row.position, row.epoch, row.sequence) for row in (await journal.read(after, limit)).rows]


async def test_a_new_epoch_counts_from_one_and_the_file_is_to_be_opened_anew(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        assert journal.is_new
        await journal.renew("e2", 4, 2.0, WHY)
        assert "a new epoch begins" in await journal.done_with
    async with open_journal(tmp_path, "e3", 3.0) as journal:
        assert [epoch.name for epoch in journal.marks.epochs] == ["e1", "e2"]
        assert not journal.is_new
        assert await journal.notices() == [("epoch-e2", WHY)]
        await journal.commit(facts(4, 5), 4.0)
        assert await places(journal, 0) == [(1, "e1", 1), (2, "e1", 2), (3, "e1", 3)], "a page is of one epoch"
        assert await places(journal, 3) == [(4, "e2", 1), (5, "e2", 2)]
        assert [(row.epoch, row.sequence) for row in await journal.latest(3)] == [("e1", 3), ("e2", 1), ("e2", 2)]


async def test_facts_that_were_never_sent_get_the_sequences_of_the_new_epoch(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 5), 1.0)
        await journal.confirm("e1", 2, 1.0)
        await journal.renew("e2", 4, 2.0, WHY)
        assert journal.waiting == 3
    async with open_journal(tmp_path, "e3", 3.0) as journal:
        assert await places(journal, 2) == [(3, "e1", 3)]
        assert await places(journal, 3) == [(4, "e2", 1), (5, "e2", 2)]
        assert (journal.marks.epoch, journal.waiting) == ("e2", 3)


async def test_an_epoch_of_which_nothing_was_sent_can_be_replaced_whole(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 2), 1.0)
        await journal.renew("e2", 1, 2.0, WHY)
    async with open_journal(tmp_path, "e3", 3.0) as journal:
        assert [epoch.name for epoch in journal.marks.epochs] == ["e2"]
        assert await places(journal, 0) == [(1, "e2", 1), (2, "e2", 2)]


async def test_each_epoch_is_confirmed_by_itself(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        await journal.renew("e2", 4, 2.0, WHY)
    async with open_journal(tmp_path, "e3", 3.0) as journal:
        await journal.commit(facts(4, 6), 4.0)
        await journal.confirm("e2", 2, 5.0)
        assert (journal.waiting, journal.marks.confirmed_position) == (4, 0)
        await journal.confirm("e1", 3, 5.0)
        assert (journal.waiting, journal.marks.confirmed_position) == (1, 5)
        await journal.confirm("e9", 6, 5.0)
        assert journal.waiting == 1
    async with open_journal(tmp_path, "e3", 6.0) as journal:
        assert [epoch.confirmed_through for epoch in journal.marks.epochs] == [3, 2]
        assert await journal.oldest_waiting() == "1970-01-01T00:00:04.000Z"


async def test_a_restored_mes_gets_everything_again_from_where_it_stands(tmp_path: Path) -> None:
    restored = Discrepancy("mes_restored", 1.0, 1.0, {"through": "2"})
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        await journal.commit(facts(1, 5), 1.0)
        await journal.confirm("e1", 5, 1.0)
        assert journal.delivered.is_set()
        await journal.lower("e1", 7, 2.0, restored)
        assert (journal.waiting, await journal.notices()) == (0, [])
        await journal.lower("e1", 2, 2.0, restored)
        assert (journal.waiting, journal.delivered.is_set()) == (3, False)
        assert [found for _, found in await journal.notices()] == [restored]
    async with open_journal(tmp_path, "e2", 3.0) as journal:
        assert (journal.marks.epoch, journal.waiting) == ("e1", 3)


async def test_sessions_only_grow_and_know_who_used_the_journal(tmp_path: Path) -> None:
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert not await journal.sessions.knows("one")
        assert [await journal.sessions.begin("one"), await journal.sessions.begin("one")] == [1, 2]
    async with open_journal(tmp_path, "e1", 0.0) as journal:
        assert await journal.sessions.begin("two") == 3
        await journal.sessions.adopt("three")
        assert [await journal.sessions.knows(name) for name in ("one", "two", "three", "four")] == [True] * 3 + [False]
