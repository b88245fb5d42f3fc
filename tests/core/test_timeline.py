"""What state machines found out about time: boundaries, set clocks, long outages. Each case by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from agent.core.codes.code_settings import CodeSettings
from agent.core.facts import (
    ConditionChanged,
    ShiftSummary,
    StopClosed,
    StopMerged,
    StopOpened,
    StopReasonSet,
    StopSegmented,
    StopUpgraded,
)
from agent.core.machine_settings import MachineSettings, Role
from agent.core.observations import ClockStep
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.station import Station
from agent.core.stops.reasons import UNCODED
from agent.core.stops.segments import MOST_SEGMENTS
from agent.core.times import epoch, iso
from tests.core.build import (
    EXECUTE,
    IDLE,
    PROVENANCE,
    T0,
    WC,
    Story,
    a_machine,
    alive,
    clock,
    entry,
    instant,
    read,
    started,
    tick,
    up,
    watched,
)
from tests.core.test_timeline_properties import Line

ZONE = ZoneInfo("UTC")
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TWO_SHIFTS = CalendarSettings.model_validate(
    {
        "shift": [
            {"id": "night", "start": "04:00", "end": "05:10", "days": DAYS},
            {"id": "day", "start": "05:10", "end": "15:00", "days": DAYS},
            {
                "id": "late",
                "start": "15:00",
                "end": "23:00",
                "days": DAYS,
                "break": [{"name": "tea", "start": "18:00", "end": "18:15"}],
            },
        ]
    }
)
BOUNDARY = 600.0
"""Of night and day."""
BY_HAND = MachineSettings.model_validate({"work_center": WC, "manual": True, "orders": False})


def a_shop(machine: MachineSettings | None = None) -> Story:
    machine = machine or a_machine(Role.PACKML_STATE, Role.TOTAL)
    return Story(Station.new(machine, CodeSettings(), PROVENANCE, TWO_SHIFTS, ZONE))


def shift_of(story: Story) -> str | None:
    shift = story.station.state.schedule.shift
    return None if shift is None else shift.shift_id


def test_a_clock_set_back_over_the_start_of_a_shift_brings_the_former_shift_back() -> None:  # R24, R8
    story = a_shop()
    story.hear(*watched(590.0, packml_state=EXECUTE, total=0), *alive(590.0, 620.0))
    assert shift_of(story) == "day"
    story.hear(ClockStep(WC, -60.0, instant(560.0)))
    assert shift_of(story) == "night"
    story.hear(*alive(560.0, 620.0))
    summaries = [fact for fact in story.facts if isinstance(fact.data, ShiftSummary)]
    assert len({fact.natural_key for fact in summaries}) == 3
    lengths = [
        epoch(fact.data.end) - epoch(fact.data.start) for fact in summaries if isinstance(fact.data, ShiftSummary)
    ]
    seen = [fact.data.elements.no_order_run_s for fact in summaries if isinstance(fact.data, ShiftSummary)]
    assert [float(one) for one in seen] == pytest.approx(lengths, abs=0.002)


def test_a_manual_station_whose_clock_was_set_back_while_the_agent_was_down_has_no_future() -> None:  # R22, R24
    story = a_shop(BY_HAND)
    story.hear(started(0.0), tick(1.0), entry(50.0, "start_stop"), tick(100.0))
    story.hear(started(20.0, 100.0), entry(30.0, "end_stop"))
    [closed] = [fact.data for fact in story.facts if isinstance(fact.data, StopClosed)]
    assert closed.duration_s == Decimal("60.000")
    times = [fact.time - T0 for fact in story.facts if isinstance(fact.data, ConditionChanged)]
    assert times == [0.0, 50.0, 30.0]


def test_an_outage_of_days_fits_into_a_snapshot_and_its_facts_are_small() -> None:  # R15, R17
    story = a_shop()
    story.hear(*watched(packml_state=EXECUTE, total=0), *alive(0.0, 10.0))
    end = 20 * 86_400.0
    story.hear(started(end, 10.0), read(end, packml_state=EXECUTE, total=0), up(end))
    assert len(story.station.snapshot()) <= 16_384
    stops = [fact.data for fact in story.facts if isinstance(fact.data, StopOpened | StopSegmented | StopClosed)]
    assert all(len(stop.segments) <= MOST_SEGMENTS for stop in stops)
    told = {segment.segment_id: segment for stop in stops for segment in stop.segments}
    bounds = sorted((segment.start, segment.end) for segment in told.values())
    assert len(bounds) > MOST_SEGMENTS
    assert [one[1] for one in bounds[:-1]] == [one[0] for one in bounds[1:]]
    assert (bounds[0][0], bounds[-1][1]) == (clock(10.0), clock(end))
    assert all(segment.reason is not None for segment in told.values())


def test_what_is_cut_behind_the_end_of_a_stop_is_not_told_at_its_end() -> None:  # R9, R15
    story = a_shop()
    story.hear(*watched(packml_state=IDLE, total=0), *alive(0.0, 20.0), entry(25.0, "start_operation", order_id="PO-1"))
    story.hear(*(tick(float(at)) for at in range(26, 60)))
    story.hear(read(60.0, packml_state=EXECUTE, total=9), up(60.0))
    [closed] = [fact.data for fact in story.facts if isinstance(fact.data, StopClosed)]
    assert closed.end == clock(20.0)
    assert [(one.start, one.end) for one in closed.segments] == [(clock(0.0), clock(20.0))]


def test_stops_are_merged_with_a_cut_where_a_shift_begins_between_them() -> None:  # R8, R20
    story = a_shop(BY_HAND)
    story.hear(started(0.0), entry(500.0, "start_stop"), entry(590.0, "end_stop"), tick(595.0))
    story.hear(tick(610.0), entry(620.0, "start_stop"), entry(650.0, "end_stop"))
    ids = [fact.data.stop_id for fact in story.facts if isinstance(fact.data, StopOpened)]
    merge = replace(entry(660.0, "merge_stops", stop_id=ids[0], other_stop_id=ids[1]), role="supervisor")
    story.hear(merge)
    [merged] = [fact.data for fact in story.facts if isinstance(fact.data, StopMerged)]
    assert [(one.start, one.end, one.shift and one.shift.shift_id) for one in merged.segments] == [
        (clock(500.0), clock(BOUNDARY), "night"),
        (clock(BOUNDARY), clock(650.0), "day"),
    ]


def test_what_is_split_off_a_closed_downtime_is_uncoded_until_somebody_explains_it() -> None:  # R19, R20
    story = a_shop(BY_HAND)
    story.hear(
        started(0.0), entry(10.0, "start_stop"), entry(310.0, "end_stop"), entry(311.0, "set_reason", code="JAM")
    )
    [stop_id] = [fact.data.stop_id for fact in story.facts if isinstance(fact.data, StopOpened)]
    arguments = {"segment_id": f"{stop_id}.1", "at": iso(T0 + 100.0)}
    story.hear(replace(entry(320.0, "split_stop"), arguments=arguments))
    [split] = [fact.data for fact in story.facts if isinstance(fact.data, StopSegmented)]
    assert [one.reason and one.reason.code for one in split.segments] == ["JAM", UNCODED.code]


def test_a_stop_that_was_edited_is_explained_as_it_now_stands() -> None:  # R20, R22
    story = a_shop(BY_HAND)
    story.hear(started(0.0), entry(300.0, "start_stop"), entry(590.0, "end_stop"))
    [stop_id] = [fact.data.stop_id for fact in story.facts if isinstance(fact.data, StopOpened)]
    times = {"start": iso(T0 + 200.0), "end": iso(T0 + 580.0)}
    story.hear(entry(592.0, "edit_stop", stop_id=stop_id, comment="it was so", **times))
    story.hear(entry(593.0, "set_reason", code="JAM"))
    [explained] = [fact.data for fact in story.facts if isinstance(fact.data, StopReasonSet)]
    assert explained.segment_id == f"{stop_id}.2"


def test_a_stop_is_upgraded_once_even_if_its_parts_were_merged() -> None:  # R5, R20
    story = a_shop(BY_HAND)
    story.hear(started(0.0), entry(10.0, "start_setup"), entry(20.0, "start_stop"), entry(100.0, "end_setup"))
    story.hear(*(tick(float(at)) for at in range(110, 400, 10)))
    [stop_id] = [fact.data.stop_id for fact in story.facts if isinstance(fact.data, StopOpened)]
    story.hear(entry(400.0, "merge_segments", segment_id=f"{stop_id}.1"))
    story.hear(*(tick(float(at)) for at in range(410, 900, 10)))
    assert len([fact for fact in story.facts if isinstance(fact.data, StopUpgraded)]) == 1
    last = story.station.state.stops.open
    assert last is not None
    assert last.last.segment_class == "down"


def test_no_summary_ends_before_it_began_whatever_the_clock_is_set_to() -> None:  # R24
    world = Line()
    world.the_agent_finds_it()
    world.a_word_is_bad_for_a_while(key="packml_state", seconds=140.0)
    world.a_reading_comes_twice()
    world.the_clock_is_set(by=-7200.0)
    world.the_mes_sends_a_calendar(kind="shift")
    world.it_makes_parts(parts=1, pace=0.4)
    world.the_clock_is_set(by=-7200.0)
    world.teardown()
    summaries = [fact.data for fact in world.story.facts if isinstance(fact.data, ShiftSummary)]
    assert all(data.start < data.end for data in summaries)
