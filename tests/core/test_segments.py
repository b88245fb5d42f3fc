"""What a stop is cut into: planned windows, shifts, orders (R7, R8, R9)."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.facts import ConditionChanged, OutputRecorded, ShiftSummary, StopClosed, StopReasonSet, StopSegmented
from agent.core.machine_settings import Role
from agent.core.observations import Image
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.station import StationObservation
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
    WC,
    Story,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    alive,
    an_order,
    by_supervisor,
    down,
    entry,
    instant,
    quiet,
    read,
    scan,
    signal,
    started,
    tick,
    up,
    wall,
    watched,
)
from tests.core.folding import Told, the_stop, the_stops

DAY = a_pattern(a_shift("day", "05:00", "06:00", ("05:20", "05:30"), crew="A"), a_shift("late", "06:00", "05:00"))
PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), reasons=["JAM", "AIR"])
HOURS = a_pattern(*(a_shift(f"h{hour:02}", f"{hour:02}:00", f"{(hour + 1) % 24:02}:00") for hour in range(24)))


def a_day(
    pattern: CalendarSettings = DAY,
    start: float = 0.0,
    **tables: Any,  # noqa: ANN401 - tables of the settings
) -> Story:
    """Runs, its counter at 100."""
    story = Story(a_station(pattern=pattern, **tables), PLAN)
    story.hear(*watched(start, packml_state=EXECUTE, total=100))
    return story


def halts(story: Story, since: float, told: float) -> None:
    """It stands since then, and is watched up to another instant."""
    story.hear(*quiet(since - 30.0, since), read(since, packml_state=IDLE), *quiet(since, told))


def goes_on(story: Story, at: float, total: int = 101) -> Told:
    """It runs again and makes a part; the last stop, closed."""
    story.hear(*quiet(at - 5.0, at), read(at, packml_state=EXECUTE), read(at + 1.0, total=total))
    story.hear(*alive(at + 1.0, at + 5.0))
    stop = the_stops(story)[-1]
    assert stop.end is not None
    return stop


# R7: planned windows.


def test_a_stop_within_a_break_is_planned_and_needs_no_reason() -> None:
    story = a_day()
    halts(story, wall("05:21"), wall("05:28"))
    stop = goes_on(story, wall("05:29"))
    assert (stop.spans, stop.codes, stop.stop_class) == (
        [("planned", wall("05:21"), wall("05:29"))],
        ["BREAK"],
        "planned",
    )
    assert stop.segments[0].rule_id == "R7"


def test_a_stop_that_begins_exactly_with_the_break_has_no_part_before_it() -> None:
    story = a_day()
    halts(story, wall("05:20"), wall("05:28"))
    assert goes_on(story, wall("05:30")).spans == [("planned", wall("05:20"), wall("05:30"))]


@pytest.mark.parametrize("late", [0.0, 1.0, 119.0, 120.0])
def test_an_overrun_within_the_grace_belongs_to_the_break(late: float) -> None:
    story = a_day()
    halts(story, wall("05:21"), wall("05:29"))
    end = wall("05:30") + late
    assert goes_on(story, end).spans == [("planned", wall("05:21"), end)]


@pytest.mark.parametrize("late", [120.5, 121.0, 600.0])
def test_an_overrun_beyond_the_grace_is_a_late_return_that_waits_for_a_reason(late: float) -> None:
    story = a_day()
    halts(story, wall("05:21"), wall("05:29"))
    end = wall("05:30") + late
    stop = goes_on(story, end)
    assert stop.spans == [("planned", wall("05:21"), wall("05:30")), ("down", wall("05:30"), end)]
    assert stop.codes == ["BREAK", "UNCODED"]


def test_a_reason_given_before_a_break_goes_on_behind_it_until_somebody_says_otherwise() -> None:
    story = a_day()
    halts(story, wall("05:10"), wall("05:15"))
    story.hear(entry(wall("05:15"), "set_reason", code="JAM"), *quiet(wall("05:15"), wall("05:40")))
    stop = goes_on(story, wall("05:45"))
    assert stop.codes == ["JAM", "BREAK", "JAM"]
    assert [part.inherited for part in stop.segments] == [None, None, "break"]


def test_what_runs_in_a_break_runs_outside_the_plan_and_is_flagged() -> None:
    story = a_day()
    story.hear(*quiet(0.0, wall("05:21")), read(wall("05:21"), total=110), *quiet(wall("05:21"), wall("06:01")))
    counted = [data.shift.planned for data in story.of(OutputRecorded) if data.shift is not None]
    (summary,) = story.of(ShiftSummary)
    assert isinstance(summary, ShiftSummary)
    assert (the_stops(story), counted) == ([], ["break"])
    assert (float(summary.elements.planned_s), float(summary.elements.outside_plan_s)) == (600.0, 600.0)


def test_outside_every_shift_nothing_is_counted_as_unplanned() -> None:
    story = a_day(a_pattern(a_shift("day", "05:00", "06:00")))
    halts(story, wall("05:50"), wall("06:30"))
    stop = goes_on(story, wall("06:40"))
    assert stop.spans == [("down", wall("05:50"), wall("06:00")), ("planned", wall("06:00"), wall("06:40"))]
    assert stop.codes == ["UNCODED", "NO_SHIFT"]


def test_planned_maintenance_is_a_part_of_its_own_and_goes_before_a_break() -> None:
    pattern = a_pattern(
        a_shift("day", "05:00", "06:00", ("05:20", "05:30")), planned=[("maintenance", "05:25", "05:40")]
    )
    story = a_day(pattern)
    halts(story, wall("05:15"), wall("05:40"))
    stop = goes_on(story, wall("05:50"))
    assert [end for _, _, end in stop.spans] == [wall("05:20"), wall("05:25"), wall("05:40"), wall("05:50")]
    assert stop.codes == ["UNCODED", "BREAK", "MAINTENANCE", "UNCODED"]


def test_a_short_stop_on_both_sides_of_a_break_adds_up_to_a_downtime() -> None:  # R5, R7
    story = a_day()
    halts(story, wall("05:19"), wall("05:30"))
    stop = goes_on(story, wall("05:33"))
    assert [kind for kind, _, _ in stop.spans] == ["down", "planned", "down"]


def test_time_in_a_break_does_not_make_a_minor_stop_a_downtime() -> None:  # R5, R7
    story = a_day()
    halts(story, wall("05:19"), wall("05:29"))
    assert [kind for kind, _, _ in goes_on(story, wall("05:29:30")).spans] == ["minor", "planned"]


# R8: shifts.


def test_a_reason_is_carried_to_the_next_shift_and_says_so() -> None:
    story = a_day()
    halts(story, wall("05:50"), wall("05:55"))
    story.hear(entry(wall("05:55"), "set_reason", code="JAM"), *quiet(wall("05:55"), wall("06:10")))
    stop = the_stop(story)
    assert (stop.codes, [part.inherited for part in stop.segments]) == (["JAM", "JAM"], [None, "shift"])


def test_the_new_crew_confirms_a_carried_reason() -> None:
    story = a_day()
    halts(story, wall("05:50"), wall("05:55"))
    story.hear(entry(wall("05:55"), "set_reason", code="JAM"), *quiet(wall("05:55"), wall("06:10")))
    story.hear(entry(wall("06:10"), "set_reason", code="JAM"))
    stop = goes_on(story, wall("06:20"))
    assert (stop.codes, [part.inherited for part in stop.segments]) == (["JAM", "JAM"], [None, None])
    assert len(story.of(StopReasonSet)) == 2


def test_the_new_crew_changes_a_carried_reason_for_its_own_part_only() -> None:
    story = a_day()
    halts(story, wall("05:50"), wall("05:55"))
    story.hear(entry(wall("05:55"), "set_reason", code="JAM"), *quiet(wall("05:55"), wall("06:10")))
    story.hear(entry(wall("06:10"), "set_reason", code="AIR"))
    assert goes_on(story, wall("06:20")).codes == ["JAM", "AIR"]


@pytest.mark.parametrize(("carry_max_s", "code"), [(3600.0, "JAM"), (3599.0, "UNCODED")])
def test_a_reason_is_carried_over_no_more_time_without_a_shift_than_carry_max_s(carry_max_s: float, code: str) -> None:
    pattern = a_pattern(a_shift("day", "05:00", "06:00"), a_shift("next", "07:00", "08:00"))
    story = a_day(pattern, stop={"carry_max_s": carry_max_s})
    halts(story, wall("05:50"), wall("05:55"))
    story.hear(entry(wall("05:55"), "set_reason", code="JAM"), *quiet(wall("05:55"), wall("07:10")))
    stop = goes_on(story, wall("07:20"))
    assert (stop.shifts, stop.codes) == (["day", None, "next"], ["JAM", "NO_SHIFT", code])


def test_a_break_at_the_end_of_a_shift_does_not_reach_into_the_next_one() -> None:
    pattern = a_pattern(a_shift("day", "05:00", "06:00", ("05:50", "06:00")), a_shift("late", "06:00", "05:00"))
    story = a_day(pattern)
    halts(story, wall("05:51"), wall("06:00"))
    stop = goes_on(story, wall("06:01"))
    assert stop.spans == [("planned", wall("05:51"), wall("06:00")), ("minor", wall("06:00"), wall("06:01"))]
    assert stop.shifts == ["day", "late"]


def test_shift_end_break_end_and_order_change_at_one_instant_are_one_cut() -> None:
    pattern = a_pattern(a_shift("day", "05:00", "06:00", ("05:50", "06:00")), a_shift("late", "06:00", "05:00"))
    story = a_day(pattern, orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:40"), wall("06:00"))
    story.hear(entry(wall("06:00"), "complete_operation"), scan(wall("06:00"), "ORD:PO-2"))
    story.hear(*quiet(wall("06:00"), wall("06:05")))
    stop = goes_on(story, wall("06:10"))
    assert [end for _, _, end in stop.spans] == [wall("05:50"), wall("06:00"), wall("06:10")]
    assert (stop.orders, stop.shifts) == (["PO-1", "PO-1", "PO-2"], ["day", "day", "late"])


def test_an_order_change_just_behind_a_shift_change_leaves_each_part_in_its_own_shift() -> None:
    story = a_day(orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:50"), wall("05:59:58"))
    story.hear(entry(wall("06:00:02"), "complete_operation"), *quiet(wall("06:00:02"), wall("06:05")))
    stop = goes_on(story, wall("06:10"))
    assert stop.shifts == ["day", "late", "late"]
    assert [end for _, _, end in stop.spans] == [wall("06:00"), wall("06:00:02"), wall("06:10")]


def test_an_order_change_within_the_grace_behind_a_break_ends_what_belongs_to_the_break() -> None:
    story = a_day(orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:21"), wall("05:31"))
    story.hear(entry(wall("05:31"), "complete_operation"), *quiet(wall("05:31"), wall("05:40")))
    stop = goes_on(story, wall("05:45"))
    assert [(kind, end) for kind, _, end in stop.spans] == [
        ("planned", wall("05:30")),
        ("down", wall("05:31")),
        ("down", wall("05:45")),
    ]


def test_words_of_the_machine_and_lost_links_within_the_grace_do_not_cut_an_overrun() -> None:
    story = a_day()
    halts(story, wall("05:21"), wall("05:31"))
    story.hear(read(wall("05:31"), packml_state=ABORTED), down(wall("05:31:01")))
    story.hear(read(wall("05:31:20"), packml_state=ABORTED, total=100), up(wall("05:31:20")))
    assert goes_on(story, wall("05:32")).spans == [("planned", wall("05:21"), wall("05:32"))]


def test_a_mode_that_is_heard_of_late_makes_no_part_of_negative_length() -> None:
    roles = (Role.PACKML_STATE, Role.TOTAL, Role.MODE)
    station = a_station(*roles, pattern=DAY, condition={"setup_modes": [4]})
    story = Story(station, PLAN)
    story.hear(*watched(packml_state=EXECUTE, total=100, mode=1))
    halts(story, wall("05:50"), wall("06:00:02"))
    story.hear(Image(WC, (signal("mode", 4, wall("05:59:58"), seen=wall("06:00:02")),), instant(wall("06:00:02"))))
    story.hear(*quiet(wall("06:00:02"), wall("06:05")))
    assert [(kind, start) for kind, start, _ in the_stop(story).spans] == [
        ("down", wall("05:50")),
        ("setup", wall("06:00")),
    ]


def slowly(since: float, until: float, every: float) -> list[StationObservation]:
    count = int((until - since) // every)
    return [seen for number in range(1, count + 1) for at in [since + every * number] for seen in (up(at), tick(at))]


def test_a_stop_over_two_hundred_shift_changes_is_one_stop_and_the_snapshot_stays_small() -> None:
    story = a_day(HOURS, stop={"comm_timeout_s": 4000.0})
    story.hear(read(10.0, packml_state=IDLE), *slowly(10.0, 600.0, 5.0))
    story.hear(entry(600.0, "set_reason", code="JAM", comment="x" * 200))
    for hour in range(200):
        at = 600.0 + 3600.0 * hour
        story.hear(*slowly(at, at + 3600.0, 1200.0), entry(at + 3600.0, "set_reason", code="JAM", comment="Ж" * 200))
        assert len(story.station.snapshot()) <= 16_384
    stop = the_stop(story)
    assert len(stop.spans) == 201
    assert set(stop.codes) == {"JAM"}
    end = 600.0 + 3600.0 * 200
    story.hear(read(end, packml_state=EXECUTE), read(end + 1.0, total=101), *alive(end + 1.0, end + 5.0))
    assert the_stop(story).spans[-1][2] == end
    assert len(story.station.snapshot()) <= 16_384


def test_two_stops_of_very_many_parts_one_after_the_other_keep_the_snapshot_small() -> None:
    story = a_day(HOURS, stop={"comm_timeout_s": 4000.0})
    total = 100
    for begin in (10.0, 30 * 3600.0 + 10.0):
        story.hear(
            *slowly(begin - 10.0, begin, 5.0), read(begin, packml_state=IDLE), *slowly(begin, begin + 600.0, 5.0)
        )
        for hour in range(28):
            at = begin + 600.0 + 3600.0 * hour
            story.hear(*slowly(at, at + 3600.0, 1200.0))
            story.hear(entry(at + 3600.0, "set_reason", code="JAM", comment="Ж" * 200))
            assert len(story.station.snapshot()) <= 16_384
        end = begin + 600.0 + 3600.0 * 28
        total += 1
        story.hear(read(end, packml_state=EXECUTE), read(end + 1.0, total=total), *alive(end + 1.0, end + 5.0))
    assert len(the_stops(story)) == 2


# R8 with R15: shifts change while nobody watches.


def test_a_gap_over_several_shift_changes_that_is_bridged_leaves_a_part_for_each_shift() -> None:
    story = a_day(HOURS)
    halts(story, wall("05:50"), wall("05:55"))
    story.hear(down(wall("05:55:01")), *slowly(wall("05:55"), wall("08:55"), 60.0))
    at = wall("08:56")
    story.hear(read(at, packml_state=IDLE, total=100), up(at), *quiet(at, at + 60.0))
    stop = goes_on(story, wall("08:58"))
    assert stop.shifts == ["h05", "h06", "h07", "h08"]
    assert [end for _, _, end in stop.spans] == [wall("06:00"), wall("07:00"), wall("08:00"), wall("08:58")]
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert closed.bridged


def test_orders_that_change_while_nobody_watches_do_not_make_unknown_time_a_stop() -> None:  # R15
    story = a_day(HOURS, orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:40"), wall("05:50"))
    story.hear(down(wall("05:50:01")), entry(wall("05:52"), "complete_operation"), scan(wall("05:53"), "ORD:PO-2"))
    story.hear(tick(wall("05:54")), read(wall("05:55"), packml_state=EXECUTE, total=101), up(wall("05:55")))
    story.hear(*quiet(wall("05:55"), wall("06:00:05")))
    first, unknown = the_stops(story)
    assert first.spans == [("down", wall("05:40"), wall("05:50"))]
    assert [(kind, end) for kind, _, end in unknown.spans] == [
        ("unknown", wall("05:52")),
        ("unknown", wall("05:53")),
        ("unknown", wall("05:54:59")),
    ]
    (summary,) = story.of(ShiftSummary)
    assert isinstance(summary, ShiftSummary)
    assert (float(summary.elements.unknown_s), float(summary.elements.adet_s)) == (299.0, 600.0)


def test_orders_that_change_in_a_bridged_gap_cut_the_stop_where_they_changed() -> None:
    story = a_day(HOURS, orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:40"), wall("05:50"))
    story.hear(down(wall("05:50:01")), entry(wall("05:52"), "complete_operation"), scan(wall("05:53"), "ORD:PO-2"))
    story.hear(read(wall("05:55"), packml_state=IDLE, total=100), up(wall("05:55")))
    stop = goes_on(story, wall("05:58"))
    assert stop.orders == ["PO-1", None, "PO-2"]
    assert [end for _, _, end in stop.spans] == [wall("05:52"), wall("05:53"), wall("05:58")]


def test_a_setup_that_a_person_starts_while_nobody_watches_is_one_once_the_machine_is_seen_standing() -> None:
    story = a_day(HOURS)
    halts(story, wall("05:40"), wall("05:50"))
    story.hear(down(wall("05:50:01")), entry(wall("05:52"), "start_setup"))
    story.hear(read(wall("05:55"), packml_state=IDLE, total=100), up(wall("05:55")), entry(wall("05:56"), "end_setup"))
    stop = goes_on(story, wall("05:58"))
    assert [kind for kind, _, _ in stop.spans[-2:]] == ["setup", "down"]


def test_an_agent_that_was_down_over_a_shift_change_cuts_its_open_stop_there() -> None:  # R17
    story = a_day()
    halts(story, wall("05:50"), wall("05:55"))
    story.station = a_station(pattern=DAY).restored(story.station.snapshot())
    at = wall("06:05")
    story.hear(started(at, wall("05:55")), read(at + 1.0, packml_state=IDLE, total=100), up(at + 1.0))
    stop = goes_on(story, wall("06:10"))
    assert [(kind, end) for kind, _, end in stop.spans] == [("down", wall("06:00")), ("down", wall("06:10"))]
    assert stop.shifts == ["day", "late"]


@pytest.mark.parametrize("days", [3, 30])
def test_an_agent_that_was_down_for_very_many_shifts_leaves_small_facts_and_a_small_snapshot(days: int) -> None:  # R15
    story = a_day(HOURS)
    story.hear(*alive(0.0, 10.0))
    story.station = a_station(pattern=HOURS).restored(story.station.snapshot())
    back = 10.0 + 86_400.0 * days
    facts = story.hear(started(back, 10.0), read(back, packml_state=EXECUTE, total=100), up(back))
    stops = the_stops(story)
    assert (stops[0].spans[0][1], stops[-1].spans[-1][2]) == (10.0, back)
    assert sum(len(stop.spans) for stop in stops) == days * 24 + 1
    assert max(len(fact.data.model_dump_json()) for fact in facts) <= 32_768
    assert len(story.station.snapshot()) <= 16_384
    assert len(story.of(ShiftSummary)) == days * 24
    assert len({fact.id for fact in story.facts}) == len(story.facts)


# R9: orders.


def test_a_setup_goes_on_with_the_next_order() -> None:
    story = a_day(orders=True)
    story.hear(scan(1.0, "ORD:PO-1"), read(2.0, total=101), *alive(2.0, 9.0))
    halts(story, 100.0, 110.0)
    story.hear(entry(110.0, "start_setup"), *quiet(110.0, 200.0), entry(200.0, "set_reason", code="AIR"))
    story.hear(entry(210.0, "complete_operation"), scan(210.0, "ORD:PO-2"), *quiet(210.0, 300.0))
    stop = the_stop(story)
    assert (stop.orders, [kind for kind, _, _ in stop.spans]) == (["PO-1", "PO-1", "PO-2"], ["minor", "setup", "setup"])


def test_an_order_change_tells_why_the_stop_is_cut() -> None:
    story = a_day(orders=True, setup={"on_order_change": False})
    story.hear(scan(1.0, "ORD:PO-1"))
    halts(story, wall("05:10"), wall("05:25"))
    story.hear(entry(wall("05:35"), "complete_operation"), *quiet(wall("05:35"), wall("06:05")))
    causes = [data.cause for data in story.of(StopSegmented) if isinstance(data, StopSegmented)]
    assert causes == ["planned", "planned", "order", "shift"]


def test_a_stop_without_an_order_behind_one_with_a_reason_takes_no_reason_of_the_order() -> None:  # R9, R18
    story = a_day(orders=True)
    story.hear(scan(1.0, "ORD:PO-1"), read(2.0, total=101), *alive(2.0, 9.0))
    halts(story, wall("05:05"), wall("05:06"))
    story.hear(entry(wall("05:06"), "set_reason", code="JAM"), entry(wall("05:07"), "complete_operation"))
    story.hear(*quiet(wall("05:07"), wall("05:15")))
    assert the_stop(story).codes == ["JAM", "NO_ORDER"]


def test_every_change_of_condition_and_every_stop_names_its_shift() -> None:
    story = a_day()
    halts(story, wall("05:50"), wall("06:10"))
    changes = [data.shift for data in story.of(ConditionChanged)]
    assert [shift.shift_id for shift in changes if shift is not None] == ["day", "day"]


def test_a_supervisor_edits_an_open_stop() -> None:  # R20, R21
    story = a_day()
    halts(story, wall("05:10"), wall("05:18"))
    stop_id = the_stop(story).segments[0].segment_id.rpartition(".")[0]
    tap = entry(wall("05:18"), "split_stop", segment_id=f"{stop_id}.1", at="2026-03-04T05:14:00Z")
    reply = story.observe(by_supervisor(tap)).reply
    assert reply is not None
    assert reply.accepted
    story.hear(entry(wall("05:18:30"), "set_reason", segment_id=f"{stop_id}.1", code="JAM"))
    stop = goes_on(story, wall("05:35"))
    assert [end for _, _, end in stop.spans] == [wall("05:14"), wall("05:20"), wall("05:30"), wall("05:35")]
    assert stop.codes == ["JAM", "UNCODED", "BREAK", "UNCODED"]
