"""From standing to stops: R3, R5, R12, R15."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.core.machine.conditions import Condition, Mode
from agent.core.stops.reasons import MINOR_STOP, UNCODED, WAITING_DOWNSTREAM, WAITING_UPSTREAM, Circumstances, classify
from agent.core.stops.resuming import Resumption, resumed
from agent.core.stops.segments import Ground, Segment, Stop
from agent.core.stops.stop_settings import StopSettings
from agent.core.stops.stops import (
    MAX_ALARMS,
    StopChange,
    StopRules,
    StopWatch,
    advance,
    alarmed,
    changed,
    counted,
)

PRODUCTION = Mode.PRODUCTION


def everywhere(start: float, end: float) -> Iterator[Ground]:
    yield Ground(start, end, None, None, None)


RULES = StopRules(StopSettings(), cycle_s=1.0, counts=True, grounds=everywhere, orders=False)


def standing(since: float, condition: Condition = Condition.IDLE) -> StopWatch:
    return changed(changed(StopWatch(), Condition.RUNNING, PRODUCTION, 0.0), condition, PRODUCTION, since)


def stopped(since: float = 10.0, condition: Condition = Condition.IDLE) -> StopWatch:
    return advance(standing(since, condition), since + 5.0, RULES, "s1")[0]


def unknown() -> str:
    return "u1"


def a_stop(start: float = 10.0, condition: Condition = Condition.IDLE) -> Stop:
    kind = classify(next(everywhere(0.0, 0.0)), Circumstances(condition, PRODUCTION, setting_up=False, orders=False))
    segment = Segment(1, kind, start, None, None, None, None)
    if kind == "external":
        reason = WAITING_UPSTREAM if condition is Condition.STARVED else WAITING_DOWNSTREAM
        segment = segment.explained_by(reason, rule_id="R11")
    return Stop("s1", kind, condition, PRODUCTION, start, (), (segment,))


def opened(stop: Stop) -> StopChange:
    return StopChange("opened", stop, stop.start, stop.segments)


def upgraded(stop: Stop, at: float) -> StopChange:
    return StopChange("upgraded", stop, at, stop.segments)


def over(stop: Stop, end: float, *, uncertain: bool = False) -> StopChange:
    last = stop.last
    if last.reason is None:
        minor = last.segment_class == "minor"
        last = last.explained_by(MINOR_STOP if minor else UNCODED, rule_id="R5" if minor else "R19")
    ended = replace(stop.with_last(last), end=end, end_uncertain=uncertain)
    ended = ended.with_last(replace(last, end=end))
    return StopChange("closed", ended, end, ended.segments)


def a_downtime(start: float = 10.0) -> Stop:
    stop = a_stop(start)
    return replace(stop.with_last(replace(stop.last, segment_class="down")), stop_class="down", upgraded=True)


def running(watch: StopWatch, at: float, parts: int) -> StopWatch:
    return counted(changed(watch, Condition.RUNNING, PRODUCTION, at), parts, at)


@pytest.mark.parametrize(("lasted", "opens"), [(4.999, False), (5.0, True), (5.001, True)])
def test_a_standstill_is_a_stop_once_it_lasted_stop_confirm_s(lasted: float, opens: bool) -> None:  # noqa: FBT001 - a case
    _, changes = advance(standing(10.0), 10.0 + lasted, RULES, "s1")  # R3
    assert changes == ((opened(a_stop()),) if opens else ())


def test_a_short_standstill_is_no_stop_and_does_not_add_to_the_next() -> None:  # R3
    watch = changed(standing(10.0), Condition.RUNNING, PRODUCTION, 14.0)
    watch = changed(watch, Condition.IDLE, PRODUCTION, 15.0)
    assert advance(watch, 19.9, RULES, "s1")[1] == ()
    assert advance(watch, 20.0, RULES, "s1")[1] == (opened(a_stop(15.0)),)


def test_a_stop_keeps_the_condition_that_its_standstill_began_with() -> None:
    watch = changed(standing(10.0, Condition.BLOCKED), Condition.FAULTED, PRODUCTION, 12.0)
    assert advance(watch, 15.0, RULES, "s1")[1] == (opened(a_stop(10.0, Condition.BLOCKED)),)


def test_a_stop_ends_where_the_run_began_once_it_is_confirmed() -> None:  # R3
    watch = running(stopped(), 40.0, parts=1)
    assert advance(watch, 42.9, RULES, "s2")[1] == ()
    after, changes = advance(watch, 43.0, RULES, "s2")
    assert changes == (over(a_stop(), 40.0),)
    assert (after.open, after.running_since) == (None, None)


def test_a_run_without_a_part_does_not_end_a_stop_until_six_cycles() -> None:  # R3, R2
    watch = running(stopped(), 40.0, parts=0)
    assert advance(watch, 45.9, RULES, "s2")[1] == ()
    assert advance(watch, 46.0, RULES, "s2")[1] == (over(a_stop(), 40.0),)


def test_a_machine_without_a_counter_ends_its_stop_by_time_alone() -> None:
    rules = replace(RULES, counts=False)
    assert advance(running(stopped(), 40.0, parts=0), 43.0, rules, "s2")[1] != ()


def test_a_short_run_within_a_stop_does_not_end_it_nor_begin_another() -> None:  # R3
    watch = changed(running(stopped(), 40.0, parts=1), Condition.IDLE, PRODUCTION, 42.0)
    watch, changes = advance(watch, 60.0, RULES, "s2")
    assert (watch.open, changes) == (replace(a_stop(), test_run_s=2.0), ())


def test_parts_counted_while_standing_do_not_confirm_a_later_run() -> None:
    watch = running(counted(stopped(), 5, 20.0), 40.0, parts=0)
    assert advance(watch, 43.0, RULES, "s2")[1] == ()


@pytest.mark.parametrize(("until", "upgrades"), [(129.9, False), (130.0, False), (130.1, True)])
def test_only_beyond_the_longest_minor_stop_is_it_a_downtime(until: float, upgrades: bool) -> None:  # noqa: FBT001 - a case
    # R5: a stop of exactly minor_stop_max_s is still minor.
    watch, changes = advance(stopped(), until, RULES, "s2")
    down = a_downtime()
    assert changes == ((upgraded(down, 130.0),) if upgrades else ())
    assert watch.open == (down if upgrades else a_stop())


def test_a_stop_is_upgraded_once_and_keeps_its_id() -> None:  # R5
    watch, _ = advance(stopped(), 131.0, RULES, "s2")
    assert advance(watch, 500.0, RULES, "s3")[1] == ()
    assert watch.open is not None
    assert watch.open.stop_id == "s1"


def test_the_time_of_a_run_not_yet_confirmed_does_not_make_a_minor_stop_longer() -> None:
    watch = running(stopped(), 129.0, parts=1)
    assert advance(watch, 132.0, RULES, "s2")[1] == (over(a_stop(), 129.0),)


def test_a_stop_found_late_is_opened_and_upgraded_at_once_in_this_order() -> None:
    changes = advance(standing(10.0), 300.0, RULES, "s1")[1]
    assert [(change.change, change.stop.stop_id, change.at) for change in changes] == [
        ("opened", "s1", 10.0),
        ("upgraded", "s1", 130.0),
    ]


@pytest.mark.parametrize(
    ("condition", "mode", "expected"),
    [
        (Condition.IDLE, PRODUCTION, "minor"),
        (Condition.FAULTED, PRODUCTION, "minor"),
        (Condition.STARVED, PRODUCTION, "external"),
        (Condition.BLOCKED, PRODUCTION, "external"),
        (Condition.STARVED, Mode.SETUP, "setup"),
        (Condition.IDLE, Mode.SETUP, "setup"),
    ],
)
def test_blocked_and_starved_are_external_and_setup_goes_first(  # R10, R11
    condition: Condition, mode: Mode, expected: str
) -> None:
    around = Circumstances(condition, mode, setting_up=False, orders=False)
    assert classify(next(everywhere(0.0, 0.0)), around) == expected


def test_an_external_stop_is_never_upgraded_to_downtime() -> None:  # R11
    assert advance(stopped(condition=Condition.STARVED), 1000.0, RULES, "s2")[1] == ()


def test_alarms_from_ten_seconds_before_a_standstill_belong_to_its_stop_first_out_first() -> None:  # R12
    watch = standing(100.0)
    for code, at in (("OLD", 89.9), ("E1", 90.0), ("E2", 100.0), ("E1", 101.0), ("E3", 104.0)):
        watch = alarmed(watch, code, at, 10.0)
    (opened,) = advance(watch, 105.0, RULES, "s1")[1]
    assert opened.stop.machine_reasons == ("E1", "E2", "E3")


def test_an_alarm_during_a_stop_is_added_to_it_once() -> None:
    watch = alarmed(alarmed(stopped(), "E9", 20.0, 10.0), "E9", 21.0, 10.0)
    assert watch.open == replace(a_stop(), machine_reasons=("E9",))


def test_alarms_without_end_are_kept_to_a_few() -> None:
    watch = stopped()
    for number in range(100):
        watch = alarmed(watch, f"E{number}", 20.0 + number, 10.0)
    assert watch.open is not None
    assert watch.open.machine_reasons == tuple(f"E{number}" for number in range(MAX_ALARMS))
    assert len(watch.alarms) == MAX_ALARMS


def gap(parts: int = 0, *, counts: bool = True) -> Resumption:
    return Resumption(20.0, 80.0, parts, counts)


def test_a_stop_goes_on_through_a_gap_after_which_nothing_was_made() -> None:  # R15
    watch, changes = resumed(stopped(), gap(), Condition.IDLE, PRODUCTION, RULES, unknown)
    assert (watch.open, changes) == (replace(a_stop(), bridged=True), ())


def test_a_standstill_not_yet_confirmed_goes_on_through_a_gap_and_says_so() -> None:  # R15
    watch, _ = resumed(standing(18.0), gap(), Condition.FAULTED, PRODUCTION, RULES, unknown)
    assert advance(watch, 80.0, RULES, "s1")[1] == (opened(replace(a_stop(18.0), bridged=True)),)


def test_parts_made_in_a_gap_end_the_stop_before_it_and_the_standing_after_it_is_another() -> None:  # R15
    watch, changes = resumed(stopped(), gap(parts=3), Condition.IDLE, PRODUCTION, RULES, unknown)
    assert changes == (over(a_stop(), 20.0, uncertain=True),)
    assert (watch.open, watch.standing_since) == (None, 80.0)


def test_a_stop_whose_end_nobody_saw_ends_when_it_was_last_seen() -> None:  # R15
    watch, changes = resumed(stopped(), gap(), Condition.RUNNING, PRODUCTION, RULES, unknown)
    assert changes == (over(a_stop(), 20.0, uncertain=True),)
    assert (watch.open, watch.standing_since) == (None, None)


def test_a_run_seen_to_begin_before_the_gap_ends_the_stop_there() -> None:
    watch = running(stopped(), 19.0, parts=0)
    changes = resumed(watch, gap(parts=2), Condition.RUNNING, PRODUCTION, RULES, unknown)[1]
    assert changes == (over(a_stop(), 19.0),)


def test_without_a_counter_another_standing_after_the_gap_is_another_stop() -> None:
    watch, changes = resumed(stopped(), gap(counts=False), Condition.FAULTED, PRODUCTION, RULES, unknown)
    assert [change.change for change in changes] == ["closed"]
    assert (watch.standing_since, watch.standing_as) == (80.0, (Condition.FAULTED, PRODUCTION))


def test_a_machine_that_ran_before_the_gap_begins_to_stand_after_it() -> None:
    watch = changed(StopWatch(), Condition.RUNNING, PRODUCTION, 0.0)
    after, changes = resumed(watch, gap(), Condition.IDLE, PRODUCTION, RULES, unknown)
    assert (after.standing_since, after.bridged, changes) == (80.0, False, ())


def test_a_part_that_is_heard_of_before_its_run_belongs_to_it() -> None:  # R3: samples within reorder_s
    watch = changed(counted(stopped(), 1, 40.1), Condition.RUNNING, PRODUCTION, 40.0)
    assert watch.parts == 1
    assert changed(counted(stopped(), 1, 39.9), Condition.RUNNING, PRODUCTION, 40.0).parts == 0
    assert counted(watch, 1, 39.9).parts == 1
