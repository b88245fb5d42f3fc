"""Which stops people are shown, and what of them (domain.md R19 to R21, E2-4)."""

from __future__ import annotations

from agent.core.station_view import view
from agent.core.stops.closed_stops import LAST_STOPS, MOST_UNEXPLAINED
from agent.core.stops.stop_view import ClosedStopView, StopView
from agent.core.work_center_view import WorkCenterView
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    alive,
    clock,
    entry,
    quiet,
    read,
    watched,
)
from tests.core.test_stop_entries import stood

DAY = a_pattern(a_shift("day", "05:00", "06:00"), a_shift("late", "06:00", "05:00"))
PLAN = a_plan(reasons=["JAM", "AIR"])


def a_press() -> Story:
    story = Story(a_station(pattern=DAY), PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=0))
    return story


def shown(story: Story, at: float) -> tuple[ClosedStopView, ...]:
    return _view(story, at).closed_stops


def open_stop(story: Story, at: float) -> StopView:
    stop = _view(story, at).stop
    assert stop is not None
    return stop


def to_explain(story: Story, at: float) -> list[str]:
    return [stop.stop_id for stop in shown(story, at) if stop.unexplained is not None]


def _view(story: Story, at: float) -> WorkCenterView:
    return view(story.station, story.plan, T0 + at)


def test_short_stops_do_not_crowd_out_what_nobody_has_explained() -> None:
    story = a_press()
    first = stood(story, 20.0, 170.0, total=1)
    for number in range(LAST_STOPS + 1):
        begin = 200.0 + number * 60
        stood(story, begin, begin + 10.0, total=2 + number)
    assert to_explain(story, 1000.0) == [first]
    assert len(shown(story, 1000.0)) == LAST_STOPS + 1
    story.hear(entry(1001.0, "set_reason", code="JAM", stop_id=first))
    assert to_explain(story, 1002.0) == []
    assert len(shown(story, 1002.0)) == LAST_STOPS


def test_so_many_unexplained_ones_are_remembered_the_newest_first() -> None:
    story = a_press()
    ids = [stood(story, 20.0 + 200 * n, 170.0 + 200 * n, total=1 + n) for n in range(LAST_STOPS + MOST_UNEXPLAINED + 2)]
    assert to_explain(story, 9000.0) == ids[::-1][: LAST_STOPS + MOST_UNEXPLAINED]


def test_a_closed_stop_shows_the_part_that_is_asked_about() -> None:
    story = a_press()
    stop_id = stood(story, 20.0, 420.0, total=1)
    story.hear(entry(430.0, "split_stop", segment_id=f"{stop_id}.1", at=clock(120.0)))
    (stop,) = shown(story, 440.0)
    assert (stop.unexplained, stop.segment_id) == (f"{stop_id}.1", f"{stop_id}.1")
    assert (stop.since, stop.until, stop.late) == (clock(20.0), clock(120.0), False)
    story.hear(entry(441.0, "set_reason", code="JAM", segment_id=f"{stop_id}.1"))
    (stop,) = shown(story, 450.0)
    assert (stop.unexplained, stop.since, stop.until) == (f"{stop_id}.2", clock(120.0), clock(420.0))
    story.hear(entry(451.0, "set_reason", code="AIR", segment_id=f"{stop_id}.2"))
    (stop,) = shown(story, 460.0)
    assert (stop.unexplained, stop.segment_id, stop.since) == (None, f"{stop_id}.2", clock(120.0))


def test_a_reason_counts_as_late_once_the_shift_of_the_stop_is_over() -> None:
    story = a_press()
    stood(story, 20.0, 170.0, total=1)
    assert [stop.late for stop in shown(story, 3600.0)] == [False]
    assert [stop.late for stop in shown(story, 3601.0)] == [True]


def test_the_open_stop_shows_its_parts_with_reason_and_comment() -> None:
    story = a_press()
    story.hear(read(20.0, packml_state=IDLE), *quiet(20.0, 300.0))
    stop_id = open_stop(story, 300.0).stop_id
    story.hear(entry(301.0, "set_reason", code="JAM", comment="the third today"))
    story.hear(entry(302.0, "split_stop", segment_id=f"{stop_id}.1", at=clock(200.0)))
    stop = open_stop(story, 303.0)
    assert [(part.segment_id, part.reason_code, part.comment) for part in stop.parts] == [
        (f"{stop_id}.1", "JAM", "the third today"),
        (f"{stop_id}.2", None, ""),
    ]
    assert [(part.since, part.until) for part in stop.parts] == [(clock(20.0), clock(200.0)), (clock(200.0), None)]
    assert (stop.segment_id, stop.reason_wanted, stop.manual) == (f"{stop_id}.2", True, False)


def test_a_work_center_without_a_machine_says_so_and_its_stop_keeps_the_comment_of_its_beginning() -> None:
    story = Story(a_manual_station(), a_plan(reasons=["JAM"]))
    story.hear(*alive(0.0, 5.0), entry(6.0, "start_stop", code="JAM", comment="belt off"))
    assert _view(story, 7.0).manual
    stop = open_stop(story, 7.0)
    assert (stop.manual, [part.comment for part in stop.parts]) == (True, ["belt off"])
