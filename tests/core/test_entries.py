"""Entries: every action stands in the documentation, and no other one."""

from __future__ import annotations

import re
from pathlib import Path

from agent.core.entries import ACTIONS
from agent.core.facts import OutputRecorded
from tests.core.build import EXECUTE, a_story, alive, entry, read, tick, watched

PAGE = Path(__file__).parents[2] / "docs" / "entries.md"


def test_the_page_of_entries_lists_every_action_and_no_other() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])]
    assert sorted(listed) == sorted(ACTIONS)


def test_what_is_refused_after_counts_were_told_leaves_them_untold() -> None:
    # A correction tells what was counted before it looks at quantities, and may then find that it cannot be.
    story = a_story(*watched(packml_state=EXECUTE, total=0), *alive(0.0, 5.0))
    story.hear(read(5.2, total=1), read(5.4, total=2))
    before = story.station
    outcome = story.observe(entry(5.5, "adjust_quantity", category="good", delta="-9", reason="RECOUNT"))
    assert outcome.reply is not None
    assert (outcome.reply.code, outcome.facts, outcome.claims) == ("BELOW_ZERO", (), ())
    assert outcome.station == before
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [1]
    story.hear(tick(7.0))
    assert [data.qty_good for data in story.of(OutputRecorded) if isinstance(data, OutputRecorded)] == [1, 1]
