"""An agent on a line PC, from the stick to its removal, in short; `make soak-pc` tells it in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging import bundle
from tests.plant_pc.plant import Plant
from tests.plant_pc.plant_pc import a_pc
from tests.plant_pc.story import BROKEN, Story

WATCHDOG_S = 6.0
"""In place of the unit's thirty."""


@pytest.mark.timeout(900)
def test_an_agent_lives_on_a_line_pc_from_the_stick_to_its_removal(tmp_path: Path) -> None:
    stick = bundle.build()
    with a_pc(tmp_path) as pc:
        story = Story(pc, Plant(pc))
        story.install(stick)
        story.commission()
        story.reload()
        story.hang(WATCHDOG_S)
        story.lose_power()
        story.upgrade(story.copy("0.2.0"))
        story.fail_to_upgrade(story.copy("0.3.0", BROKEN))
        story.remove()
        story.install_again()
        story.purge()
