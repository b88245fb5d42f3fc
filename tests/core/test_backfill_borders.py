"""What a history leaves alone: closed books of stops that reach out of the gap, and cells of which it tells little."""

from __future__ import annotations

import pytest

from agent.core.backfill.reckoning import Spent
from agent.core.directories import PublishedCalendar
from agent.core.facts import StopCorrected
from agent.core.machine.conditions import Condition, Mode
from agent.core.shifts.strip import CELL_S, Strip
from agent.core.shifts.strip_corrected import corrected
from tests.core.backfill_world import Machine, a_recalling_station, past, recall_all, recalled, seen_of, watched_story
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    T0,
    Story,
    a_plan,
    a_story,
    alive,
    clock,
    down,
    published,
    read,
    tick,
    up,
    watched,
)
from tests.core.folding import the_stops


def a_calendar(*, closed: bool, border: float) -> PublishedCalendar:
    shift = {"shift_id": "early", "business_date": "2026-03-04", "start": clock(-3600.0), "end": clock(border)}
    late = {"shift_id": "late", "business_date": "2026-03-04", "start": clock(border), "end": clock(7200.0)}
    return published({**shift, "closed": closed}, {**late, "closed": False})


def a_standstill(border: float) -> Story:
    """From 10 on; nobody watches from 20 to 400, and it runs again at 300."""
    plan = a_plan(calendar=a_calendar(closed=False, border=border))
    story = a_story(*watched(packml_state=EXECUTE, total=100), station=a_recalling_station(), plan=plan)
    story.hear(*alive(0.0, 9.0), read(10.0, packml_state=ABORTED), *alive(10.0, 20.0), down(21.0))
    story.hear(read(400.0, packml_state=EXECUTE, total=120), up(400.0), *alive(400.0, 415.0))
    return story


@pytest.mark.parametrize("closed", [False, True])
def test_a_minor_stop_of_a_closed_shift_is_made_no_downtime_by_what_a_history_says_of_its_end(closed: bool) -> None:  # noqa: FBT001 - a case
    story = a_standstill(border=18.0)
    story.plan = a_plan(calendar=a_calendar(closed=closed, border=18.0))
    story.hear(tick(419.0))
    values = [past(300.0, "packml_state", EXECUTE), past(301.0, "total", 101), past(399.0, "total", 120)]
    facts = story.hear(recalled(story, *values, at=420.0))
    assert bool(facts) is not closed
    assert [one.stop_class for one in story.of(StopCorrected)] == ([] if closed else ["down"])


def test_a_cell_of_which_a_history_tells_little_stays_unknown() -> None:
    strip = Strip(T0, T0 + 2 * CELL_S, cells="UU")
    told = [Spent(Condition.RUNNING, Mode.PRODUCTION, T0 + 0.9 * CELL_S, T0 + 1.6 * CELL_S)]
    after = corrected(strip, told, lambda _start, _end: iter(()))
    assert after is not None
    assert after.cells == "UR"


@pytest.mark.parametrize(("border", "later"), [(300.0, 300.0), (300.0, 100.0), (100.0, 300.0), (5000.0, 200.0)])
def test_no_account_is_told_otherwise_of_time_that_it_does_not_hold(border: float, later: float) -> None:
    plan = a_plan(calendar=a_calendar(closed=False, border=border))
    story = a_story(*watched(packml_state=EXECUTE, total=100), station=a_recalling_station(), plan=plan)
    story.hear(*alive(0.0, 20.0), down(21.0), read(400.0, packml_state=EXECUTE, total=110), up(400.0))
    story.hear(*alive(400.0, 415.0))
    story.plan = a_plan(calendar=a_calendar(closed=False, border=later))
    story.hear(tick(419.0))
    before = [one.total for one in story.station.figures(T0 + 420.0).shifts]
    story.hear(recalled(story, past(21.0, "total", 101), past(399.0, "total", 110), at=420.0))
    after = [one.total for one in story.station.figures(T0 + 420.0).shifts]
    assert [one.unknown + one.free_run for one in after] == [one.unknown + one.free_run for one in before]
    assert min(one.unknown for one in after) >= 0.0


def test_a_stop_that_reaches_back_into_a_shift_that_was_summed_up_leaves_the_sums_of_that_as_they_were() -> None:
    machine = Machine(((EXECUTE, 30.0), (IDLE, 40.0), (ABORTED, 4.0), (ABORTED, 150.0), (EXECUTE, 60.0)))
    story = Story(a_recalling_station())
    story.plan = a_plan(calendar=a_calendar(closed=False, border=136.0))
    story.hear(*seen_of(machine, [(65.25, 260.0)]))
    before = {one.shift_id: one.total for one in story.station.figures(T0 + machine.lasted).shifts}
    recall_all(story, machine)
    after = {one.shift_id: one.total for one in story.station.figures(T0 + machine.lasted).shifts}
    assert after["early"] == before["early"]
    assert (round(before["late"].unknown, 1), round(after["late"].unknown, 1)) == (88.0, 0.0)
    assert round(after["late"].idle + after["late"].delay, 1) == 88.0


def test_a_standstill_that_is_a_stop_only_with_both_its_parts_is_told() -> None:
    machine = Machine(((EXECUTE, 30.0), (ABORTED, 8.0), (EXECUTE, 60.0)))
    whole, story = watched_story(machine), watched_story(machine, [(20.25, 33.75)])
    recall_all(story, machine)
    for one in (story, whole):
        one.hear(up(machine.lasted + 2.0), tick(machine.lasted + 2.0))
    assert (
        [(one.start, one.end) for one in the_stops(story)] == [(one.start, one.end) for one in the_stops(whole)] != []
    )
    mine, its = (one.station.figures(T0 + machine.lasted).shifts[-1].total for one in (story, whole))
    assert (round(mine.idle + mine.delay, 2), round(mine.unknown, 2)) == (round(its.idle + its.delay, 2), 0.0)
    assert round(mine.free_run, 2) == round(its.free_run, 2)
