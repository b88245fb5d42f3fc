"""Entries: every action stands in the documentation, and no other one."""

from __future__ import annotations

import re
from pathlib import Path

from agent.core.entries import ACTIONS

PAGE = Path(__file__).parents[2] / "docs" / "entries.md"


def test_the_page_of_entries_lists_every_action_and_no_other() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])]
    assert sorted(listed) == sorted(ACTIONS)
