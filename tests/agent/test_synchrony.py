from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from agent.alarms import Alarms
from agent.core.settings import Settings
from agent.synchrony import CODE, PATIENCE_S, Synchrony
from tests.agent.parts import document, settings


class Kernel:
    """What the kernel would say."""

    def __init__(self) -> None:
        self.says: bool | None = True
        self.asked = 0

    def known(self) -> bool | None:
        self.asked += 1
        return self.says


def watched(folder: Path) -> tuple[Kernel, Alarms, Synchrony]:
    kernel, alarms = Kernel(), Alarms(lambda: 0.0)
    return kernel, alarms, Synchrony(alarms, settings(folder), kernel.known)


def codes(alarms: Alarms) -> list[str]:
    return [alarm.code for alarm in alarms.current]


def test_some_minutes_without_a_source_of_time_are_an_alarm_until_there_is_one(tmp_path: Path) -> None:
    kernel, alarms, synchrony = watched(tmp_path)
    kernel.says = False
    synchrony.look(1000.0)
    synchrony.look(1000.0 + PATIENCE_S - 1)
    assert codes(alarms) == []
    synchrony.look(1000.0 + PATIENCE_S)
    assert codes(alarms) == [CODE]
    kernel.says = True
    synchrony.look(5000.0)
    assert codes(alarms) == []


def test_a_source_that_is_lost_for_a_moment_again_and_again_is_none(tmp_path: Path) -> None:
    kernel, alarms, synchrony = watched(tmp_path)
    for minute in range(60):
        kernel.says = minute % 4 == 0
        synchrony.look(minute * 60.0)
    assert codes(alarms) == []


def test_where_nobody_knows_any_more_what_was_found_stays(tmp_path: Path) -> None:
    kernel, alarms, synchrony = watched(tmp_path)
    kernel.says = False
    synchrony.look(0.0)
    synchrony.look(PATIENCE_S)
    kernel.says = None
    synchrony.look(2 * PATIENCE_S)
    assert (codes(alarms), synchrony.present) == ([CODE], None)


async def test_on_a_simulated_line_nobody_minds(tmp_path: Path) -> None:
    simulation: dict[str, Any] = {
        "speed": 60,
        "real_start": "2026-01-01T00:00:00Z",
        "plant_start": "2026-01-01T00:00:00Z",
    }
    simulated = Settings.model_validate({**document(tmp_path), "simulation": simulation})
    kernel = Kernel()
    async with asyncio.timeout(5):
        await Synchrony(Alarms(lambda: 0.0), simulated, kernel.known).run()
    assert kernel.asked == 0
