"""The ten most frequent tasks take as many keys or scans as the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.operating import operating
from tests.tui.real_agent import a_real_agent
from tests.tui.terminal_keys import PAGE, TASKS, Scanned, Task, table


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
async def test_a_task_takes_these_keys_and_scans_and_no_more(task: Task, tmp_path: Path) -> None:
    async with a_real_agent(tmp_path) as agent, operating(agent.socket) as operator:
        await task.prepare(agent)
        await operator.sees(task.shows)
        before = len(await agent.facts(task.fact))
        for stroke in task.strokes:
            assert len(await agent.facts(task.fact)) == before, f"{stroke} is too much"
            if isinstance(stroke, Scanned):
                operator.scan(stroke.code)
            else:
                await operator.enter(stroke)
        await agent.facts_of(task.fact, before + task.facts)


def test_the_page_shows_this_table() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index(table()[0])
    assert lines[begin : begin + len(table()) + 1] == [*table(), ""]
