"""Damaged journals in the agent's hands: a smaller version of `python -m tests.soak.damage`, and the log above all."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from agent.journal.journal import open_journal
from tests.journal.damage import DAMAGES, FRAME, Past, Span, a_past, copied
from tests.soak.damage import both, campaign, worked_with

FACTS, LOGGED, GROUP = 100, 60, 10


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return a_past(tmp_path_factory.mktemp("past"), FACTS, logged=LOGGED, group=GROUP)


def test_wherever_a_journal_is_damaged_nothing_false_is_sent_and_nothing_lost_that_was_not_hit() -> None:
    tallies = campaign(100, 7, both)
    assert sum(tally.damaged for tally in tallies.values()) == 100
    assert sum(tally.failures for tally in tallies.values()) == 0


@pytest.mark.parametrize("transaction", range(-LOGGED // GROUP, -1))
def test_what_follows_a_damaged_frame_of_the_log_is_not_lost(past: Past, tmp_path: Path, transaction: int) -> None:
    path = copied(past.path, tmp_path / "copy")
    hit = DAMAGES["one byte"](path, past.where.transactions[transaction][0], random.Random(1))
    assert worked_with(path, past, [hit]) <= GROUP


async def test_a_log_whose_header_is_damaged_is_taken_over_though_no_witness_knows_of_it(
    past: Past, tmp_path: Path
) -> None:
    path = copied(past.path, tmp_path / "copy")
    DAMAGES["one byte"](path, Span("-wal", 0, 32), random.Random(1))
    async with open_journal(path.parent, "new", 2000.0) as journal:
        assert (journal.marks.epoch, journal.marks.last_position) == ("new", FACTS)
        told = dict(await journal.notices())["epoch-new"]
        assert told.evidence["why"] == f"its log is damaged before fact {FACTS}, and ends for SQLite at fact 40"


async def test_a_transaction_that_a_power_cut_left_half_done_is_no_damage(past: Past, tmp_path: Path) -> None:
    path = copied(past.path, tmp_path / "copy")
    log = path.with_name(f"{path.name}-wal")
    octets = bytearray(log.read_bytes())
    # What was committed after it only notes what is confirmed, and the like.
    first, *_, last = past.where.transactions[-3]
    assert first.end - first.start == FRAME
    octets[first.start + 100] ^= 0xFF
    log.write_bytes(octets[: last.end])
    async with open_journal(path.parent, "new", 2000.0) as journal:
        assert (journal.marks.epoch, journal.marks.last_position) == ("e1", FACTS - GROUP)
        assert "epoch-new" not in dict(await journal.notices())


def test_a_row_with_a_damaged_number_hides_none_of_those_behind_it(tmp_path: Path) -> None:
    """SQLite ends a range at a number beyond it as if nothing followed."""
    past = a_past(tmp_path / "past", 4 * FACTS, logged=0)
    path = copied(past.path, tmp_path / "copy")
    octets = bytearray(path.read_bytes())
    # The row's number, the length of its head, no value for the number itself, a blob of 16 bytes: the id.
    found = re.search(rb"\x32[\x0d-\x12]\x00\x2c", octets)
    assert found is not None
    octets[found.start()] = 0xFF
    path.write_bytes(octets)
    assert worked_with(path, past, [Span("", found.start(), found.start() + 1)]) <= 1
