"""A whole plant whose agent has a small disk: it fills up in the middle of production, and is freed again."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from simulators.demo.configuration import FILL, PRESS
from simulators.demo.plant import JOURNAL, Choice, Plant
from simulators.demo.play import run
from simulators.demo.present import View, center
from simulators.demo.progress import Progress
from simulators.demo.scenario import Scenario, Step
from tests.agent.disks import small_disk

DISK_MB = 900
"""So that the agent, configured as shipped, is well off at first and then meets each of its thresholds."""
REFUSED = "STORAGE_FULL"
FULL_S = 2.0
"""Real seconds that nothing can be written at all; what SQLite has of the disk already lasts for a while."""

WORK: dict[str, Iterable[Step]] = {
    FILL: (
        Step(-1.0, "start", "PO-1001"),
        Step(0.4, "scan", "LOT:PF-7781:PREFORM-05"),
        *(Step(number / 2, "scan", f"SN:D{number:05}") for number in range(2, 32)),
    ),
    PRESS: (Step(-1.0, "start", "PO-2001"), Step(4.0, "explain", "CHANGEOVER"), Step(9.0, "explain", "TOOL")),
}


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 4096):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


def _scan_is(view: View, code: str) -> bool:
    last = center(view, FILL)["last_scan"]
    return last is not None and last["code"] == code


async def _fill_up(plant: Plant) -> None:
    await plant.clock.sleep_until(plant.clock.plant(3.0 * 60))
    ballast = plant.journal / "ballast"
    await asyncio.to_thread(_fill, ballast)
    plant.progress.say("the disk is full")
    await plant.present.until(lambda view: _scan_is(view, REFUSED))
    await plant.present.until(lambda view: any(alarm["code"] == "journal_not_written" for alarm in view["alarms"]))
    await asyncio.sleep(FULL_S)
    await asyncio.to_thread(ballast.unlink)
    plant.progress.say("there is space again")
    await plant.present.until(lambda view: _scan_is(view, "ok"))


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted for it, which only root may do")
@pytest.mark.timeout(180)
async def test_a_disk_that_fills_up_in_production_costs_nothing_accepted_and_no_restart(tmp_path: Path) -> None:
    said = io.StringIO()
    scenario = Scenario(speed=30.0, minutes=16.0, work=WORK, beside=_fill_up)
    with small_disk(tmp_path / JOURNAL, DISK_MB) as disk:
        assert disk.mounted
        evidence, checks = await run(scenario, Choice(tmp_path, 30.0, "mosquitto", leads_s=(10.0,)), Progress(said))
    refused = [act for act in evidence.operators.acts if act.code == REFUSED]
    assert refused, "people were told"
    assert [check for check in checks if not check.ok and check.name != "acts refused"] == [], said.getvalue()
    [told] = [check for check in checks if check.name == "acts refused"]
    assert told.found == str(len(refused)), "for want of space, and for nothing else"
    log = (tmp_path / "agent.log").read_text()
    assert "space for facts is reserve" in log
    assert evidence.report.facts["storage.low"] >= 2
