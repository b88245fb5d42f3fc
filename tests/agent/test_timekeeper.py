"""Somebody sets the system's clock while the agent runs: in the same process, and under a real one."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock
from agent.core.state import StationState
from agent.core.times import epoch
from agent.journal.opening import FILE_NAME
from agent.timekeeper import STEP_S, Timekeeper
from simulators.broker import Broker
from tests.agent.parts import CLOCK, Running, an_intake, eventually, reading, watched
from tests.agent.processes import a_line, an_agent, configuration

HOUR_S = 3600.0
LONGEST_STOP_S = 1200.0
"""Plant seconds; no stop of the line is longer in its first quarter of an hour, and each step is ten hours and more."""


def test_the_clock_goes_on_as_before_until_it_is_told_to_follow() -> None:
    clock = Clock()
    clock.follow(-HOUR_S)
    assert clock.behind() == pytest.approx(HOUR_S, abs=0.1)
    assert clock.now().wall == pytest.approx(time.time() - HOUR_S, abs=0.1)
    clock.follow(clock.behind())
    assert clock.now().wall == pytest.approx(time.time(), abs=0.1)


def test_on_a_fast_line_an_hour_of_the_plant_is_a_minute() -> None:
    clock = Clock(speed=60.0, real_start=time.time(), plant_start=0.0)
    clock.follow(-HOUR_S)
    assert clock.real(clock.behind()) == pytest.approx(60.0, abs=0.1)


def press(running: Running) -> StationState:
    return running.intake.present.stations["PRESS-1"].state


async def types(running: Running) -> list[str]:
    return [row.type for row in await running.journal.latest(100)]


async def test_less_than_two_seconds_are_followed_without_a_word(tmp_path: Path) -> None:
    async with an_intake(tmp_path) as running:
        CLOCK.follow(-STEP_S / 2)
        await Timekeeper(CLOCK, running.intake, running.journal).look()
        assert CLOCK.behind() == pytest.approx(0.0, abs=0.1)
        await watched(running)
        assert "clock.stepped" not in await types(running)


@pytest.mark.parametrize("by", [HOUR_S, -HOUR_S])
async def test_what_was_noticed_before_a_step_and_comes_after_it_is_carried_over(tmp_path: Path, by: float) -> None:
    CLOCK.follow(-by)
    async with an_intake(tmp_path) as running:
        await watched(running)
        late = reading(1)
        await Timekeeper(CLOCK, running.intake, running.journal).look()
        await running.intake.take([late])
        await eventually(lambda: press(running).output.cum_good == 1, "counted")
        watch = press(running).watch
        assert watch.last_good == pytest.approx(time.time(), abs=5.0)
        assert watch.gap is None
        assert (await types(running)).count("clock.stepped") == 1


def compiled(folder: Path) -> Path:
    library = folder / "clock_set.so"
    compiler = shutil.which("cc")
    assert compiler is not None, "a C compiler is needed: apt-get install gcc"
    source = Path(__file__).with_name("clock_set.c")
    subprocess.run((compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"), check=True)
    return library


def facts(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    with closing(sqlite3.connect(f"file:{folder / 'journal' / FILE_NAME}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT type, data FROM facts ORDER BY position").fetchall()
    return [(type_name, json.loads(data)) for type_name, data in rows]


async def test_a_clock_that_is_set_under_a_working_agent_is_in_no_stop_and_no_count(
    broker: Broker, tmp_path: Path
) -> None:
    by = tmp_path / "by"
    by.write_text("0")
    shown = {"LD_PRELOAD": str(compiled(tmp_path)), "CLOCK_SET_BY": str(by)}
    with a_line(tmp_path) as line:
        async with an_agent(tmp_path, configuration(tmp_path, line, broker.port), environment=shown) as agent:
            await agent.manager.hears("READY=1")
            for number, seconds in enumerate((600, -1200, 0), 1):
                await asyncio.sleep(3.0)
                by.write_text(str(seconds))
                steps = number
                await eventually(lambda: agent.log.count("clock was set by") == steps, "the step is noticed", 5)  # noqa: B023
            await asyncio.sleep(3.0)
            status, _ = await agent.stopped()
            assert status == 0
    told = facts(tmp_path)
    offsets = [float(data["offset_s"]) for type_name, data in told if type_name == "clock.stepped"]
    assert [round(offset / 60) for offset in offsets] == [600, -1800, 1200], "each real second is a minute of the plant"
    watching = [data["to_condition"] for type_name, data in told if type_name == "machine.condition_changed"]
    assert "UNKNOWN" not in watching[2:], "nobody lost sight of a machine"
    lasted = [float(data["duration_s"]) for type_name, data in told if type_name == "stop.closed"]
    assert all(0 <= one < LONGEST_STOP_S for one in lasted)
    spans = [data["interval"] for type_name, data in told if type_name == "output.recorded"]
    assert spans
    assert all(0 <= epoch(span["end"]) - epoch(span["start"]) < LONGEST_STOP_S for span in spans)
    counters = [(data["keys"]["wc_id"], data["counter"]) for type_name, data in told if type_name == "output.recorded"]
    for wc_id in ("FILL-1", "PRESS-1"):
        mine = [counter for one, counter in counters if one == wc_id]
        assert all(two["raw_from"] == one["raw_to"] for one, two in pairwise(mine)), "no part is lost or doubled"
