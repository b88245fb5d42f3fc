from __future__ import annotations

import io
from pathlib import Path

import pytest

from simulators.demo.plant import Choice
from simulators.demo.play import run
from simulators.demo.progress import Progress
from simulators.demo.scenario import kills


@pytest.mark.timeout(400)
async def test_fifty_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    scenario = kills(50, 62.0, speed=20.0, seed=7)
    said = io.StringIO()
    evidence, checks = await run(scenario, Choice(tmp_path, scenario.speed), Progress(said))
    assert [check for check in checks if not check.ok] == [], said.getvalue()
    assert len(evidence.supervisor.kills) == 50
    assert evidence.report.facts["agent.started"] > 40, "most of them died at work, not while starting"
    assert evidence.report.facts["genealogy.linked"] > 50
