"""The product among running machines: one line first, small steps that break nothing, ways back, a terminal."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from simulators.day import Day
from simulators.truth import read_truth
from tests.floor.plant import Floor, Made, a_floor
from tests.floor.scenes import a_script, an_order
from tests.tui.test_real_terminal import tmux_with_a_terminal

WC, OTHER, BENCH = "PACK-1", "PACK-2", "BENCH-1"
SCRIPT = a_script(WC, cycle_s=2.0, length_s=1e6)
NEIGHBOR = a_script(OTHER, cycle_s=2.0, length_s=1e6)
APPLIED = "agent.directory_applied"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Two lines run since long before anybody looks; the configuration knows one of them."""
    made = Made(scripts=(SCRIPT,), unwatched=(NEIGHBOR,), speed=10.0)
    with a_floor(made, tmp_path_factory.mktemp("operating")) as floor:
        floor.publish("orders/PO-1", an_order("PO-1", qty_planned="100000"), wc=WC)
        floor.enter(WC, "start_operation", order_id="PO-1")
        yield floor


def readings(line: Floor) -> list[tuple[int, int]]:
    """Raw counters from and to, of each output told."""
    told = [one["counter"] for one in line.mes("output.recorded", wc_id=WC)]
    return [(one["raw_from"], one["raw_to"]) for one in told if one is not None]


def execution(line: Floor) -> str:
    """The execution in progress."""
    order = line.until_center(WC, lambda one: one["order"] is not None, "an order is in progress")["order"]
    assert (order["order_id"], order["status"]) == ("PO-1", "in_progress")
    return str(order["op_execution_id"])


def makes_parts(line: Floor) -> None:
    """Wait for parts made from now on."""
    before = int(line.center(WC)["qty_good"])
    line.until_center(WC, lambda one: int(one["qty_good"]) > before + 1, "parts are counted")


@pytest.mark.requirement(105)
def test_a_pilot_on_one_line_stops_neither_it_nor_the_one_beside_it(line: Floor) -> None:
    makes_parts(line)
    line.kill_agent()
    line.start_agent()
    makes_parts(line)
    line.delivered()
    happened = list(read_truth(line.folder / "truth.jsonl"))
    assert "client" in {one.event for one in happened}, "the log is that of the server we read"
    assert [one for one in happened if one.event == "write_attempt"] == []
    assert line.mes("stop.opened", wc_id=WC) == []
    # The counter stands where an undisturbed machine's does, and every part of it was told once.
    told = readings(line)
    assert all(before[1] == after[0] for before, after in pairwise(told))
    undisturbed = Day(SCRIPT).at(line.clock.elapsed()).total
    assert 0 <= undisturbed - told[-1][1] < 30
    assert line.mes(wc_id=OTHER) == []


@pytest.mark.requirement(106)
def test_what_is_added_step_by_step_breaks_no_work_in_progress(line: Floor) -> None:
    at_work = execution(line)
    makes_parts(line)
    line.reconfigure(machines=({"work_center": BENCH, "manual": True},))
    assert execution(line) == at_work
    line.publish("orders/PO-106", an_order("PO-106"), wc=BENCH)
    line.enter(BENCH, "start_operation", order_id="PO-106")
    line.enter(BENCH, "report_good", qty="3")
    makes_parts(line)
    line.enter(BENCH, "complete_operation")
    # The step is taken back again.
    line.reconfigure(machines=())
    assert execution(line) == at_work
    makes_parts(line)
    assert line.one("operation.completed", order_id="PO-106")["qty_good"] == "3"
    told = readings(line)
    assert all(before[1] == after[0] for before, after in pairwise(told)), "no part was lost or doubled in any step"
    assert len(line.mes("operation.started", order_id="PO-1")) == 1


@pytest.mark.requirement(103)
def test_new_fields_are_borne_new_statuses_are_refused_and_told_and_the_former_revision_can_come_back(
    line: Floor,
) -> None:
    known = an_order("PO-103", rev="1", color="blue", packing={"film": "PE"})
    line.publish("orders/PO-103", known, wc=WC)
    line.publish("orders/PO-103", {**known, "rev": "2", "release_status": "frozen"}, wc=WC)
    line.publish("orders/PO-103", {**known, "rev": "3", "qty_planned": "7"}, wc=WC)
    line.publish("orders/PO-103", known, wc=WC)
    told = [one for one in line.mes(APPLIED) if one["name"] == "orders/PO-103"]
    assert [(one["outcome"], one["rev"]) for one in told] == [
        *(("applied", "1"), ("refused", None)),
        *(("applied", "3"), ("applied", "1")),
    ]
    assert "release_status" in told[1]["detail"]
    (shown,) = [one for one in line.center(WC)["orders"] if one["order_id"] == "PO-103"]
    assert shown["qty_planned"] == "100"
    versioned = {event["type"].rpartition(".")[2] for event in line.events()}
    assert versioned == {"v1"}


@pytest.mark.requirement(103)
def test_a_wrong_configuration_is_refused_in_a_sentence_and_the_former_one_goes_on_where_it_was(line: Floor) -> None:
    at_work, right = execution(line), line.config.read_text(encoding="utf-8")
    line.config.write_text(right + "\n[typo]\nkey = 1\n", encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-m", "agent", "check", "-c", str(line.config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert (said.returncode, "typo" in said.stderr) == (2, True)
    makes_parts(line)  # Who runs does not mind.
    line.config.write_text(right, encoding="utf-8")
    line.stop_agent()
    line.start_agent()
    assert execution(line) == at_work
    makes_parts(line)


@pytest.mark.requirement(107)
def test_the_terminal_at_the_line_shows_the_work_and_takes_its_scans(line: Floor) -> None:
    with_label = "LOT:L-107:FILM"

    async def at_the_terminal() -> None:
        async with tmux_with_a_terminal(line.folder, line.folder / "agent.sock") as tmux:
            await tmux.sees("PO-1")
            await tmux.type_as_a_scanner(with_label)
            await tmux.sees("√ ҚАБЫЛДАНДЫ")

    asyncio.run(at_the_terminal())
    loaded = line.one("lot.loaded", lot_id="L-107")
    assert (loaded["scan_text"], loaded["keys"]["wc_id"], loaded["keys"]["order_id"]) == (with_label, WC, "PO-1")
