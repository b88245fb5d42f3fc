"""The tests that a derivation of stops must have (domain.md C4), each named as its sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.core.facts import (
    DiscrepancyRaised,
    OutputRecorded,
    SetupEnded,
    SetupStarted,
    StopClosed,
    StopOpened,
    StopReasonSet,
    StopUpgraded,
)
from agent.core.machine_settings import Role
from agent.core.observations import ClockStep, Image
from agent.core.stops.reasons import MINOR_STOP, UNCODED
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    WC,
    Story,
    a_pattern,
    a_plan,
    a_rule,
    a_shift,
    a_station,
    a_story,
    alarm_table,
    alive,
    an_order,
    clock,
    down,
    entry,
    image,
    instant,
    quiet,
    read,
    scan,
    signal,
    started,
    stop_ids,
    tick,
    types,
    up,
    wall,
    watched,
)
from tests.core.folding import on_clock, the_stop, the_stops
from tests.core.histories import a_running_machine, a_stopped_machine

DAY = a_pattern(a_shift("day", "05:00", "06:00", ("05:20", "05:30"), crew="A"), a_shift("late", "06:00", "05:00"))


def a_day(start: float = 0.0, *, zone: str = "UTC") -> Story:
    """A running machine with a calendar: shift day until 06:00 with a break from 05:20 to 05:30, then late."""
    story = Story(a_station(pattern=DAY, zone=zone))
    story.hear(*watched(start, packml_state=EXECUTE, total=100))
    return story


def stands(story: Story, since: float, until: float) -> None:
    """It stands for a while, then runs on and makes a part."""
    story.hear(*quiet(since - 60.0, since), read(since, packml_state=IDLE), *quiet(since, until))
    story.hear(read(until, packml_state=EXECUTE), read(until + 1.0, total=101), *alive(until + 1.0, until + 5.0))


# Flicker.


def test_flicker_is_no_stop() -> None:
    story = a_running_machine()
    for number in range(15):
        begin = 20.0 + 4.0 * number
        story.hear(read(begin, packml_state=IDLE), *alive(begin, begin + 3.0), read(begin + 3.0, packml_state=EXECUTE))
    assert the_stops(story) == []


def test_flicker_within_a_stop_neither_ends_it_nor_begins_another() -> None:
    story = a_stopped_machine()
    for number in range(10):
        begin = 20.0 + 6.0 * number
        story.hear(read(begin, packml_state=EXECUTE), *alive(begin, begin + 2.0), read(begin + 2.0, packml_state=IDLE))
        story.hear(*alive(begin + 2.0, begin + 6.0))
    assert the_stop(story).spans == [("minor", 10.0, None)]
    story.hear(read(80.0, packml_state=EXECUTE), read(81.0, total=101), *alive(81.0, 84.0))
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert (the_stop(story).spans, closed.test_run_s) == ([("minor", 10.0, 80.0)], Decimal("20.000"))


# A stop exactly at the threshold, one sample to either side.


@pytest.mark.parametrize(("lasted", "stops"), [(4.9, 0), (5.0, 1), (5.1, 1)])
def test_a_standstill_of_exactly_stop_confirm_s_is_a_stop_and_one_sample_less_is_none(
    lasted: float, stops: int
) -> None:
    story = a_running_machine()
    samples = [20.0 + number / 10 for number in range(int(lasted * 10) + 1)]
    for at in samples[:-1]:
        story.hear(read(at, packml_state=IDLE), up(at), tick(at))
    story.hear(read(20.0 + lasted, packml_state=EXECUTE), *alive(20.0 + lasted, 24.0 + lasted))
    assert len(the_stops(story)) == stops


@pytest.mark.parametrize(("lasted", "expected"), [(119.9, "minor"), (120.0, "minor"), (120.1, "down")])
def test_a_stop_of_exactly_minor_stop_max_s_is_minor_and_one_sample_more_is_downtime(
    lasted: float, expected: str
) -> None:
    story = a_running_machine()
    stands(story, 20.0, 20.0 + lasted)
    assert the_stop(story).spans == [(expected, 20.0, 20.0 + lasted)]


@pytest.mark.parametrize(("ran", "closes"), [(2.9, False), (3.0, True), (3.1, True)])
def test_a_run_of_exactly_run_confirm_s_ends_a_stop_and_one_sample_less_does_not(ran: float, closes: bool) -> None:  # noqa: FBT001 - a case
    story = a_stopped_machine()
    story.hear(read(20.0, packml_state=EXECUTE), read(21.0, total=101), up(22.0), tick(22.0))
    story.hear(read(20.0 + ran, packml_state=IDLE), *alive(20.0 + ran, 30.0))
    assert bool(story.of(StopClosed)) is closes


# Upgrade keeps the id.


def test_an_upgrade_keeps_the_id() -> None:
    story = a_running_machine()
    stands(story, 20.0, 200.0)
    assert [kind for kind in types(story.facts) if kind.startswith("stop.")] == [
        "stop.opened",
        "stop.upgraded",
        "stop.closed",
    ]
    assert len(set(stop_ids(story.facts))) == 1
    (upgraded,) = story.of(StopUpgraded)
    assert isinstance(upgraded, StopUpgraded)
    assert upgraded.reason is None
    assert the_stop(story).codes == [UNCODED.code]


# Stops across a break, a shift, midnight and a change of the clock.


def test_a_stop_across_a_break_has_a_planned_part_and_unplanned_parts_around_it() -> None:
    story = a_day()
    stands(story, wall("05:10"), wall("05:40"))
    stop = the_stop(story)
    assert stop.spans == [
        ("down", wall("05:10"), wall("05:20")),
        ("planned", wall("05:20"), wall("05:30")),
        ("down", wall("05:30"), wall("05:40")),
    ]
    assert stop.codes == ["UNCODED", "BREAK", "UNCODED"]


def test_a_stop_across_a_shift_is_one_stop_with_a_part_for_each_shift() -> None:
    story = a_day()
    stands(story, wall("05:50"), wall("06:10"))
    stop = the_stop(story)
    assert stop.spans == [("down", wall("05:50"), wall("06:00")), ("down", wall("06:00"), wall("06:10"))]
    assert stop.shifts == ["day", "late"]
    assert [part.shift.crew_id for part in stop.segments if part.shift is not None] == ["A", None]


def test_a_stop_across_midnight_within_one_shift_is_one_part_of_the_business_date_on_which_the_shift_began() -> None:
    story = a_day(wall("23:50"))
    stands(story, wall("23:55"), wall("24:10"))
    stop = the_stop(story)
    assert stop.spans == [("down", wall("23:55"), wall("24:10"))]
    (shift,) = {part.shift for part in stop.segments if part.shift is not None}
    assert (shift.shift_id, shift.business_date) == ("late", "2026-03-04")


@pytest.mark.parametrize(
    ("night", "hours"),
    [("2026-03-28T21:00:00Z", 7.0), ("2026-10-24T20:00:00Z", 9.0)],
    ids=["the clock goes forward", "the clock goes back"],
)
def test_a_stop_across_a_change_of_the_clock_lasts_as_long_as_it_truly_did(night: str, hours: float) -> None:
    pattern = a_pattern(a_shift("night", "22:00", "06:00"), a_shift("day", "06:00", "22:00"))
    begin = on_clock(night)
    story = Story(a_station(pattern=pattern, zone="Europe/Berlin"))
    story.hear(*watched(begin - 120.0, packml_state=EXECUTE, total=100))
    stands(story, begin - 30.0, begin + 10 * 3600.0)
    assert the_stop(story).spans == [
        ("down", begin - 30.0, begin),
        ("down", begin, begin + hours * 3600.0),
        ("down", begin + hours * 3600.0, begin + 10 * 3600.0),
    ]
    assert the_stop(story).shifts == ["day", "night", "day"]


# Two orders.


def test_a_stop_across_two_orders_has_a_part_for_each_and_the_reason_stays_with_the_first() -> None:
    station = a_station(orders=True, setup={"on_order_change": False})
    story = Story(station, a_plan(an_order("PO-1"), an_order("PO-2"), reasons=["JAM"]))
    story.hear(scan(0.0, "ORD:PO-1"), *watched(1.0, packml_state=EXECUTE, total=0), *alive(1.0, 9.0))
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 20.0), entry(20.0, "set_reason", code="JAM"))
    story.hear(*alive(20.0, 40.0), entry(40.0, "complete_operation"), entry(40.0, "start_operation", order_id="PO-2"))
    story.hear(*alive(40.0, 300.0), read(300.0, packml_state=EXECUTE), read(301.0, total=1), *alive(301.0, 304.0))
    stop = the_stop(story)
    assert (stop.orders, stop.codes) == (["PO-1", "PO-2"], ["JAM", "UNCODED"])
    assert [(start, end) for _, start, end in stop.spans] == [(10.0, 40.0), (40.0, 300.0)]


# Setup with test pieces.


def test_a_setup_declared_by_the_mode_lasts_over_its_test_runs_and_counts_their_pieces() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.MODE, condition={"setup_modes": [4]})
    story = a_story(*watched(packml_state=EXECUTE, total=0, mode=1), *alive(0.0, 9.0), station=station)
    story.hear(read(10.0, packml_state=IDLE, mode=4), *alive(10.0, 60.0))
    for number in (1, 2, 3):
        at = 60.0 + 10.0 * number
        story.hear(read(at, packml_state=EXECUTE), read(at + 1.0, total=number), read(at + 2.0, packml_state=IDLE))
        story.hear(*alive(at + 2.0, at + 10.0))
    story.hear(read(120.0, mode=1), read(121.0, packml_state=EXECUTE), read(122.0, total=4), *alive(122.0, 126.0))
    (ended,) = story.of(SetupEnded)
    assert isinstance(ended, SetupEnded)
    assert (ended.cause, ended.setup_pieces, ended.actual_s) == ("mode", Decimal(3), Decimal("110.000"))


def test_a_setup_after_an_order_change_lasts_over_test_runs_until_enough_good_parts() -> None:
    station = a_station(orders=True, setup={"good_parts": 3})
    story = Story(station, a_plan(an_order("PO-1", norm_setup_s="60")))
    story.hear(*watched(packml_state=IDLE, total=0), scan(1.0, "ORD:PO-1"), *alive(1.0, 60.0))
    story.hear(read(60.0, packml_state=EXECUTE), read(61.0, total=1), read(62.0, packml_state=IDLE), *alive(62.0, 90.0))
    story.hear(read(90.0, packml_state=EXECUTE), read(91.0, total=2), read(92.0, total=3), *alive(92.0, 96.0))
    assert the_stop(story).spans[-1][0] == "setup"
    started_at = list(story.of(SetupStarted))
    (ended,) = story.of(SetupEnded)
    assert len(started_at) == 1
    assert isinstance(ended, SetupEnded)
    assert ended.deviation is not None
    assert (ended.cause, ended.deviation.kind) == ("order", "setup_overrun")


# First-out against consequential alarms.


def test_the_first_alarm_explains_a_stop_and_those_that_follow_from_it_do_not() -> None:
    table = alarm_table(
        a_rule("E1", "JAM"), a_rule("E2", "DOOR", priority=9), a_rule("E3", "AIR", priority=9), ignored=["E0"]
    )
    station = a_station(Role.PACKML_STATE, Role.ALARM)
    story = a_story(*watched(packml_state=EXECUTE), *alive(0.0, 9.0), station=station, plan=a_plan(alarms=table))
    for at, alarm in ((9.2, "E0"), (9.4, "E1"), (9.6, "E2")):
        story.hear(read(at, alarm=alarm))
    story.hear(read(10.0, packml_state=ABORTED), read(10.2, alarm="E3"), *alive(10.2, 17.0))
    (opened,) = story.of(StopOpened)
    assert isinstance(opened, StopOpened)
    assert opened.machine_reasons == ("E0", "E1", "E2", "E3")
    assert (opened.reason.code if opened.reason else None, opened.segments[0].rule_id) == ("JAM", "R12:3:E1")


def test_a_flood_of_consequential_alarms_does_not_wash_away_the_first_one() -> None:
    station = a_station(Role.PACKML_STATE, Role.ALARM)
    plan = a_plan(alarms=alarm_table(a_rule("E1", "JAM")))
    story = a_story(*watched(packml_state=EXECUTE), *alive(0.0, 9.0), station=station, plan=plan)
    story.hear(read(9.9, alarm="E1"), read(10.0, packml_state=ABORTED))
    story.hear(*(read(10.0 + number / 10, alarm=f"F{number}") for number in range(1, 41)), *alive(14.0, 17.0))
    assert the_stop(story).codes == ["JAM"]


# The controller starts anew during a stop.


def test_a_controller_that_starts_anew_during_a_stop_ends_neither_the_stop_nor_the_count() -> None:
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.BOOT)
    story = a_story(*watched(packml_state=EXECUTE, total=100, boot=1), *alive(0.0, 9.0), station=station)
    story.hear(read(10.0, packml_state=ABORTED), *alive(10.0, 20.0), down(20.5))
    story.hear(read(60.0, packml_state=ABORTED, total=0, boot=2), up(60.0), *alive(60.0, 70.0))
    story.hear(read(70.0, packml_state=EXECUTE), read(71.0, total=1), *alive(71.0, 75.0))
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert the_stop(story).spans == [("minor", 10.0, 70.0)]
    assert closed.bridged
    assert [fact.qty_good for fact in story.of(OutputRecorded) if isinstance(fact, OutputRecorded)] == [Decimal(1)]


# The cable is pulled.


def unplugged(story: Story, total: int, state: int) -> Story:
    """The cable is out for five minutes."""
    story.hear(down(21.0), *(tick(21.0 + number) for number in range(299)))
    story.hear(read(320.0, packml_state=state, total=total), up(320.0), *alive(320.0, 326.0))
    return story


def test_a_cable_pulled_during_a_run_is_unknown_and_no_downtime() -> None:
    story = unplugged(a_running_machine(), 100, EXECUTE)
    assert the_stop(story).spans == [("unknown", 20.0, 320.0)]


def test_a_cable_pulled_during_a_run_that_went_on_leaves_unknown_what_the_parts_do_not_explain() -> None:
    story = unplugged(a_running_machine(), 150, EXECUTE)
    assert the_stop(story).spans == [("unknown", 20.0, 270.0)]
    assert [fact.qty_good for fact in story.of(OutputRecorded) if isinstance(fact, OutputRecorded)] == [Decimal(50)]


def test_a_cable_pulled_during_a_stop_without_counter_advance_leaves_one_stop() -> None:
    story = unplugged(a_stopped_machine(), 100, IDLE)
    assert the_stop(story).spans == [("down", 10.0, None)]


def test_a_cable_pulled_during_a_stop_with_counter_advance_ends_the_stop_where_it_was_seen_last() -> None:
    story = unplugged(a_stopped_machine(), 150, IDLE)
    first, unknown, second = the_stops(story)
    assert first.spans == [("minor", 10.0, 20.0)]
    assert unknown.spans == [("unknown", 20.0, 270.0)]
    assert second.spans == [("minor", 320.0, None)]
    assert [data.end_uncertain for data in story.of(StopClosed) if isinstance(data, StopClosed)] == [True, True]


# The agent is killed in an open stop.


def test_an_agent_killed_in_an_open_stop_goes_on_with_the_same_stop() -> None:
    story = a_stopped_machine()
    story.station = a_station().restored(story.station.snapshot())
    story.hear(started(100.0, 20.0), read(101.0, packml_state=IDLE, total=100), up(101.0), *alive(101.0, 160.0))
    story.hear(read(160.0, packml_state=EXECUTE), read(161.0, total=1), *alive(161.0, 165.0))
    assert the_stop(story).spans == [("down", 10.0, 160.0)]
    assert len(story.of(StopOpened)) == 1


# The clock is set by an hour.


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_a_stop_lasts_as_long_as_it_truly_did_though_the_clock_is_set(by: float) -> None:
    story = a_stopped_machine()
    story.hear(ClockStep(WC, by, instant(20.0 + by)), *alive(20.0 + by, 60.0 + by))
    story.hear(read(60.0 + by, packml_state=EXECUTE), read(61.0 + by, total=1), *alive(61.0 + by, 65.0 + by))
    stop = the_stop(story)
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert (stop.spans, closed.duration_s) == ([("minor", 10.0 + by, 60.0 + by)], Decimal("50.000"))


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_a_stop_that_was_cut_before_the_clock_was_set_still_consists_of_its_parts(by: float) -> None:
    story = a_day()
    story.hear(read(wall("05:10"), packml_state=IDLE), *quiet(wall("05:10"), wall("05:40")))
    story.hear(ClockStep(WC, by, instant(wall("05:40") + by)), *quiet(wall("05:40") + by, wall("05:50") + by))
    end = wall("05:50") + by
    story.hear(read(end, packml_state=EXECUTE), read(end + 1.0, total=1), *alive(end + 1.0, end + 5.0))
    stop = the_stop(story)
    assert (on_clock(stop.start), stop.end) == (wall("05:10") + by, clock(end))


# Late samples out of order.


def test_samples_that_come_late_and_out_of_order_make_the_same_stop() -> None:
    story = a_running_machine()
    late = Image(
        WC, (signal("total", 101, 30.1, seen=30.3), signal("packml_state", EXECUTE, 30.0, seen=30.3)), instant(30.3)
    )
    story.hear(image(20.2, signal("packml_state", IDLE, 20.0, seen=20.2)), *alive(20.0, 30.0), late, *alive(30.3, 35.3))
    assert the_stop(story).spans == [("minor", 20.0, 30.0)]


def test_a_run_that_is_heard_of_after_the_shift_change_it_began_before_leaves_nothing_behind_it() -> None:
    story = a_day()
    story.hear(read(wall("05:59"), packml_state=IDLE), *alive(wall("05:59"), wall("06:00:02")))
    run = signal("packml_state", EXECUTE, wall("05:59:58"), seen=wall("06:00:02"))
    story.hear(image(wall("06:00:02"), run), read(wall("06:00:03"), total=1))
    story.hear(*alive(wall("06:00:03"), wall("06:00:10")))
    assert the_stop(story).spans == [("minor", wall("05:59"), wall("05:59:58"))]


# A reason is set after the close.


def test_a_reason_set_after_the_close_explains_the_stop_that_closed_last() -> None:
    story = a_running_machine()
    story.plan = a_plan(reasons=["JAM"])
    stands(story, 20.0, 200.0)
    story.hear(entry(210.0, "set_reason", code="JAM"))
    (told,) = story.of(StopReasonSet)
    assert isinstance(told, StopReasonSet)
    assert (the_stop(story).codes, told.prev_reason, told.actor) == (["JAM"], UNCODED, "anna")


def test_a_reason_set_after_a_minor_stop_takes_the_place_of_the_agents_own() -> None:
    story = a_running_machine()
    story.plan = a_plan(reasons=["JAM"])
    stands(story, 20.0, 60.0)
    story.hear(entry(70.0, "set_reason", code="JAM"))
    (told,) = story.of(StopReasonSet)
    assert isinstance(told, StopReasonSet)
    assert (the_stop(story).codes, told.prev_reason) == (["JAM"], MINOR_STOP)


# Split three times, then reclassify.


def test_a_stop_split_three_times_and_reclassified_sums_exactly_to_what_it_was() -> None:
    story = a_running_machine()
    story.plan = a_plan(reasons=["JAM", "AIR", "TOOL", "WAIT"])
    stands(story, 20.0, 620.123)
    (stop_id,) = set(stop_ids(story.facts))
    for number, at in ((1, 100.0005), (2, 250.0), (3, 400.777)):
        story.hear(entry(630.0, "split_stop", segment_id=f"{stop_id}.{number}", at=clock(at)))
    codes = ["JAM", "AIR", "TOOL", "WAIT"]
    for number, code in enumerate(codes, 1):
        story.hear(entry(640.0, "set_reason", segment_id=f"{stop_id}.{number}", code=code))
    story.hear(entry(650.0, "set_reason", segment_id=f"{stop_id}.2", code="WAIT"))
    stop = the_stop(story)
    assert [end for _, _, end in stop.spans] == [100.0, 250.0, 400.777, 620.123]
    assert stop.codes == ["JAM", "WAIT", "TOOL", "WAIT"]


# Duplicate operator taps.


def test_a_second_tap_on_the_same_reason_says_nothing_new() -> None:
    story = a_stopped_machine()
    story.plan = a_plan(reasons=["JAM"])
    story.hear(*(entry(20.0 + number / 10, "set_reason", code="JAM") for number in range(3)))
    assert len(story.of(StopReasonSet)) == 1


def test_a_second_tap_on_split_is_refused_and_leaves_the_parts_as_they_are() -> None:
    story = a_running_machine()
    stands(story, 20.0, 620.0)
    (stop_id,) = set(stop_ids(story.facts))
    tap = entry(630.0, "split_stop", segment_id=f"{stop_id}.1", at=clock(300.0))
    replies = [story.observe(tap).reply for _ in range(2)]
    assert [reply.accepted for reply in replies if reply is not None] == [True, False]
    assert [end for _, _, end in the_stop(story).spans] == [300.0, 620.0]


def test_a_second_tap_on_start_order_is_refused_and_tells_nothing() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=0), plan=a_plan(an_order("PO-1")))
    story.hear(entry(1.0, "start_operation", order_id="PO-1"))
    assert story.hear(entry(1.1, "start_operation", order_id="PO-1")) == []
    assert story.of(DiscrepancyRaised) == []
