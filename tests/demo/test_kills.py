from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.kills import Campaign, play
from tests.soak.points import POINTS


@pytest.mark.timeout(600)
async def test_sixty_kills_at_every_point_and_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    outcome = await play(Campaign(tmp_path, cycles=60, lines=1, seed=7))
    assert [check for check in outcome.checks if not check.ok] == []
    assert sum(outcome.histogram.values()) >= 60
    assert all(outcome.histogram[point] >= 2 for point in POINTS)
    [(evidence, _)] = outcome.lines
    assert len(evidence.supervisor.broker_outages) >= 3
    # The checks say that nothing of it is lost; how much was done in the time is for the machine.
    told = evidence.report.facts
    assert all(told[fact] for fact in ("lot.loaded", "genealogy.linked", "stop.reason_set"))
