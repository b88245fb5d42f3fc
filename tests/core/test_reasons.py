"""Reasons that rules give, and never over a person's word (R5, R10 to R14, R18, R19)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.core.directories import AlarmReasons, Directories
from agent.core.facts import (
    DiscrepancyRaised,
    Reason,
    StopClosed,
    StopOpened,
    StopReasonSet,
    StopUpgraded,
)
from agent.core.machine_settings import Role
from agent.core.observations import SignalValue
from agent.core.station import StationObservation
from tests.core.build import (
    ABORTED,
    EXECUTE,
    IDLE,
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
    down,
    entry,
    read,
    scan,
    signal,
    up,
    wall,
    watched,
)
from tests.core.build import image as an_image
from tests.core.folding import the_stop, the_stops
from tests.core.histories import a_stopped_machine

ROLES = (Role.PACKML_STATE, Role.TOTAL, Role.STARVED, Role.BLOCKED, Role.ALARM)
CODES = ("JAM", "AIR", "BREAKDOWN", "OTHER")


def known(alarms: AlarmReasons | None = None) -> Directories:
    return a_plan(
        an_order("PO-1"), an_order("PO-2"), reasons=CODES, sticky=["BREAKDOWN"], generic=["OTHER"], alarms=alarms
    )


def runs(alarms: AlarmReasons | None = None, **tables: Any) -> Story:  # noqa: ANN401 - tables of the settings
    """A machine with all its words, running, its counter at 100, watched up to 9."""
    story = Story(a_station(*ROLES, **tables), known(alarms))
    story.hear(*watched(packml_state=EXECUTE, total=100, starved=False, blocked=False, alarm=0), *alive(0.0, 9.0))
    return story


def halts(story: Story, since: float, **words: SignalValue) -> None:
    """It stands since then, for long enough to be a stop."""
    said: dict[str, SignalValue] = {"packml_state": IDLE, **words}
    story.hear(read(since, **said), *alive(since, since + 10.0))


def goes_on(story: Story, at: float, total: int) -> None:
    story.hear(read(at, packml_state=EXECUTE, starved=False, blocked=False), read(at + 1.0, total=total))
    story.hear(*alive(at + 1.0, at + 5.0))


def code(reason: Reason | None) -> str | None:
    return None if reason is None else reason.code


def accepted(story: Story, *entered: StationObservation) -> list[str]:
    """The code of each reply."""
    replies = [story.observe(one).reply for one in entered]
    return [reply.code for reply in replies if reply is not None]


# R11: blocked and starved.


@pytest.mark.parametrize(("word", "reason"), [("starved", "WAITING_UPSTREAM"), ("blocked", "WAITING_DOWNSTREAM")])
def test_a_machine_that_waits_for_its_neighbours_has_an_external_stop_with_a_reason(word: str, reason: str) -> None:
    story = runs()
    halts(story, 10.0, **{word: True})
    goes_on(story, 200.0, 101)
    stop = the_stop(story)
    assert (stop.spans, stop.codes) == ([("external", 10.0, 200.0)], [reason])
    assert stop.segments[0].rule_id == "R11"
    assert story.of(StopUpgraded) == []


def test_an_operator_refines_what_an_external_stop_waits_for() -> None:
    story = runs()
    halts(story, 10.0, starved=True)
    story.hear(entry(20.0, "set_reason", code="AIR"))
    goes_on(story, 60.0, 101)
    assert (the_stop(story).codes, the_stop(story).stop_class) == (["AIR"], "external")


def test_an_alarm_takes_no_external_stop_for_a_fault_of_this_machine() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM")))
    story.hear(read(9.5, alarm="E1"))
    halts(story, 10.0, starved=True)
    assert (the_stop(story).codes, the_stop(story).stop_class) == (["WAITING_UPSTREAM"], "external")


# R12: alarms.


@pytest.mark.parametrize(
    ("raised", "expected"), [(-0.1, None), (0.0, "JAM"), (10.0, "JAM"), (14.9, "JAM"), (15.0, "JAM"), (15.1, None)]
)
def test_only_an_alarm_from_alarm_pre_s_before_to_alarm_post_s_after_the_start_explains(
    raised: float, expected: str | None
) -> None:
    story = Story(a_station(*ROLES), known(alarm_table(a_rule("E1", "JAM"))))
    begin = -20.0
    story.hear(*watched(begin, packml_state=EXECUTE, total=100, starved=False, blocked=False, alarm=0))
    events: list[tuple[float, dict[str, SignalValue]]] = [(raised, {"alarm": "E1"}), (10.0, {"packml_state": ABORTED})]
    at = begin
    for moment, said in sorted(events, key=lambda item: item[0]):
        story.hear(*alive(at, moment), read(moment, **said))
        at = moment
    story.hear(*alive(at, 20.0))
    assert the_stop(story).codes == [expected]


def test_an_alarm_that_comes_after_the_stop_was_told_is_told_as_the_reason_by_its_rule() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM")), stop={"stop_confirm_s": 2.0})
    story.hear(read(10.0, packml_state=ABORTED), *alive(10.0, 13.0), read(13.5, alarm="E1"), *alive(13.5, 20.0))
    (told,) = story.of(StopReasonSet)
    assert isinstance(told, StopReasonSet)
    assert (told.reason.code, told.rule_id, told.actor, told.prev_reason) == ("JAM", "R12:3:E1", None, None)
    assert the_stop(story).codes == ["JAM"]


def test_an_alarm_that_only_suggests_sets_no_reason() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM", "suggest")))
    story.hear(read(9.5, alarm="E1"))
    halts(story, 10.0)
    assert the_stop(story).codes == [None]


def test_a_suggestion_that_came_first_is_not_passed_over_for_a_certain_alarm_that_follows_from_it() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM", "suggest"), a_rule("E2", "AIR")))
    story.hear(read(9.5, alarm="E1"), read(9.7, alarm="E2"))
    halts(story, 10.0)
    assert the_stop(story).codes == [None]


def test_of_alarms_of_one_instant_the_highest_priority_counts() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM", priority=1), a_rule("E2", "AIR", priority=2)))
    story.hear(an_image(9.5, signal("alarm", "E1", 9.5)), an_image(9.5, signal("alarm", "E2", 9.5)))
    halts(story, 10.0)
    assert the_stop(story).codes == ["AIR"]


def test_an_ignored_alarm_is_word_for_word_with_the_stop_but_never_its_cause() -> None:
    story = runs(alarm_table(a_rule("E0", "AIR"), a_rule("E1", "JAM"), ignored=["E0"]))
    story.hear(read(9.3, alarm="E0"), read(9.5, alarm="E1"))
    halts(story, 10.0)
    (opened,) = story.of(StopOpened)
    assert isinstance(opened, StopOpened)
    assert (opened.machine_reasons, code(opened.reason)) == (("E0", "E1"), "JAM")


def test_the_operators_choice_goes_over_the_alarms_and_the_rules_word_stays_in_the_facts() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM")))
    story.hear(read(9.5, alarm="E1"))
    halts(story, 10.0)
    story.hear(entry(21.0, "set_reason", code="AIR"))
    (told,) = story.of(StopReasonSet)
    assert isinstance(told, StopReasonSet)
    assert (code(told.prev_reason), the_stop(story).codes, told.rule_id) == ("JAM", ["AIR"], None)


def test_an_alarm_never_goes_over_a_persons_word() -> None:
    story = runs(alarm_table(a_rule("E1", "JAM")), stop={"stop_confirm_s": 2.0})
    story.hear(read(10.0, packml_state=ABORTED), *alive(10.0, 13.0), entry(13.2, "set_reason", code="AIR"))
    story.hear(read(13.5, alarm="E1"), *alive(13.5, 20.0))
    assert the_stop(story).codes == ["AIR"]


# R13: sticky reasons.


def test_a_stop_with_a_sticky_reason_outlasts_shorter_runs_and_says_how_long_they_were() -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="BREAKDOWN"))
    story.hear(read(30.0, packml_state=EXECUTE), read(31.0, total=101), read(32.0, total=102), *alive(32.0, 60.0))
    story.hear(read(60.0, packml_state=IDLE), *alive(60.0, 70.0), read(70.0, packml_state=EXECUTE))
    story.hear(read(71.0, total=103), read(72.0, total=104), read(73.0, total=105), *alive(73.0, 77.0))
    (closed,) = story.of(StopClosed)
    assert isinstance(closed, StopClosed)
    assert (the_stop(story).spans, closed.test_run_s) == ([("minor", 10.0, 70.0)], Decimal("30.000"))


def test_a_person_ends_a_sticky_stop_where_the_run_began() -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="BREAKDOWN"), read(30.0, packml_state=EXECUTE), *alive(30.0, 40.0))
    assert accepted(story, entry(41.0, "end_stop")) == ["ok"]
    assert the_stop(story).spans == [("minor", 10.0, 30.0)]


def test_nobody_ends_the_stop_of_a_machine_that_stands() -> None:
    story = runs()
    halts(story, 10.0)
    assert accepted(story, entry(21.0, "end_stop")) == ["MACHINE_STANDS"]


def test_another_reason_takes_the_stickiness_away() -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="BREAKDOWN"), entry(21.0, "set_reason", code="AIR"))
    goes_on(story, 30.0, 101)
    assert the_stop(story).spans == [("minor", 10.0, 30.0)]


def test_a_sticky_reason_set_during_a_run_that_is_not_confirmed_keeps_the_stop_open() -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(
        read(30.0, packml_state=EXECUTE), read(30.5, total=101), up(31.0), entry(31.0, "set_reason", code="BREAKDOWN")
    )
    story.hear(*alive(31.0, 40.0), read(40.0, packml_state=IDLE), *alive(40.0, 50.0))
    assert the_stop(story).spans == [("minor", 10.0, None)]


def test_a_sticky_reason_goes_on_over_a_shift_change() -> None:
    pattern = a_pattern(a_shift("day", "05:00", "06:00"), a_shift("late", "06:00", "05:00"))
    story = Story(a_station(pattern=pattern), known())
    begin = wall("05:59")
    story.hear(*watched(begin - 10.0, packml_state=EXECUTE, total=100), *alive(begin - 10.0, begin))
    story.hear(read(begin, packml_state=IDLE), *alive(begin, begin + 20.0))
    story.hear(entry(begin + 20.0, "set_reason", code="BREAKDOWN"), *alive(begin + 20.0, begin + 90.0))
    story.hear(
        read(begin + 90.0, packml_state=EXECUTE), read(begin + 91.0, total=101), *alive(begin + 91.0, begin + 99.0)
    )
    assert the_stop(story).codes == ["BREAKDOWN", "BREAKDOWN"]
    assert the_stop(story).end is None


# R14: inherited.


@pytest.mark.parametrize(("apart", "expected"), [(59.0, "JAM"), (60.0, "JAM"), (60.5, "MINOR_STOP")])
def test_a_stop_within_inherit_s_of_the_one_before_has_its_reason_for_now(apart: float, expected: str) -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="JAM"))
    goes_on(story, 30.0, 101)
    story.hear(*alive(35.0, 30.0 + apart))
    halts(story, 30.0 + apart)
    goes_on(story, 110.0, 102)
    first, second = the_stops(story)
    assert (first.codes, second.codes) == (["JAM"], [expected])
    assert second.segments[0].inherited == ("recent" if expected == "JAM" else None)


def test_a_stop_with_another_first_alarm_inherits_nothing() -> None:
    story = runs()
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="JAM"))
    goes_on(story, 30.0, 101)
    story.hear(read(49.5, alarm="E9"))
    halts(story, 50.0)
    assert the_stops(story)[1].codes == [None]


def test_a_stop_just_behind_a_break_does_not_inherit_the_break() -> None:  # R14, R7
    pattern = a_pattern(a_shift("day", "05:00", "06:00", ("05:01", "05:02")))
    story = Story(a_station(pattern=pattern), known())
    story.hear(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 70.0), read(70.0, packml_state=IDLE))
    story.hear(*alive(70.0, 122.0), read(122.0, packml_state=EXECUTE), read(123.0, total=101), *alive(123.0, 140.0))
    story.hear(read(140.0, packml_state=IDLE), *alive(140.0, 150.0))
    assert [stop.codes for stop in the_stops(story)] == [["BREAK"], [None]]


def test_what_a_rule_said_of_itself_is_not_inherited() -> None:
    story = runs()
    halts(story, 10.0)
    goes_on(story, 30.0, 101)
    halts(story, 40.0)
    assert the_stops(story)[1].codes == [None]


def test_a_stop_of_the_next_order_inherits_nothing() -> None:  # R9, R14
    story = runs(orders=True, setup={"on_order_change": False})
    story.hear(scan(9.1, "ORD:PO-1"))
    halts(story, 10.0)
    story.hear(entry(20.0, "set_reason", code="JAM"))
    goes_on(story, 30.0, 101)
    story.hear(entry(36.0, "complete_operation"), scan(36.0, "ORD:PO-2"))
    halts(story, 40.0)
    assert the_stops(story)[1].codes == [None]


# R18: no order.


def test_a_stop_without_an_order_has_the_reason_no_order() -> None:
    story = runs(orders=True)
    halts(story, 10.0)
    assert (the_stop(story).codes, the_stop(story).segments[0].rule_id) == (["NO_ORDER"], "R18")


def test_where_no_work_is_done_to_orders_a_stop_without_one_awaits_a_reason() -> None:
    story = runs()
    halts(story, 10.0)
    assert the_stop(story).codes == [None]


@pytest.mark.parametrize(("until", "times"), [(60.0, 0), (61.0, 1), (600.0, 1)])
def test_running_without_an_order_beyond_the_grace_is_a_discrepancy_once(until: float, times: int) -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, until), station=a_station(orders=True))
    told = [data.code for data in story.of(DiscrepancyRaised) if isinstance(data, DiscrepancyRaised)]
    assert told == ["no_order_running"] * times


def test_a_stop_in_between_does_not_raise_the_discrepancy_again_but_another_order_does() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 70.0), station=a_station(orders=True))
    story.plan = known()
    halts(story, 70.0)
    goes_on(story, 85.0, 101)
    story.hear(*alive(90.0, 200.0))
    assert len(story.of(DiscrepancyRaised)) == 1
    story.hear(scan(200.0, "ORD:PO-1"), *alive(200.0, 210.0), entry(210.0, "complete_operation"), *alive(210.0, 280.0))
    assert len(story.of(DiscrepancyRaised)) == 2


def test_time_that_nobody_watched_is_no_running_without_an_order() -> None:
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 5.0), station=a_station(orders=True))
    story.hear(down(6.0), read(300.0, packml_state=EXECUTE, total=100), up(300.0), *alive(300.0, 350.0))
    assert story.of(DiscrepancyRaised) == []


# R19: unexplained.


def test_a_downtime_that_nobody_explained_says_so_when_it_closes_and_a_minor_stop_is_coded_by_itself() -> None:
    story = runs()
    halts(story, 10.0)
    goes_on(story, 50.0, 101)
    halts(story, 200.0)
    goes_on(story, 400.0, 102)
    assert [(stop.stop_class, stop.codes) for stop in the_stops(story)] == [
        ("minor", ["MINOR_STOP"]),
        ("down", ["UNCODED"]),
    ]


def test_a_generic_code_needs_a_comment() -> None:
    story = runs()
    halts(story, 10.0)
    taps = (
        entry(21.0, "set_reason", code="OTHER"),
        entry(22.0, "set_reason", code="OTHER", comment="   "),
        entry(23.0, "set_reason", code="OTHER", comment="forklift in the way"),
    )
    assert accepted(story, *taps) == ["COMMENT_NEEDED", "COMMENT_NEEDED", "ok"]
    assert the_stop(story).segments[0].comment == "forklift in the way"


def test_a_code_that_the_directory_does_not_have_is_refused() -> None:
    story = runs()
    halts(story, 10.0)
    assert accepted(story, entry(21.0, "set_reason", code="NOPE"), entry(21.0, "set_reason")) == [
        "UNKNOWN_REASON",
        "MISSING_ARGUMENT",
    ]


def test_a_code_too_long_for_a_name_is_refused_where_no_directory_is_known_either() -> None:
    story = runs()
    story.plan = Directories()
    halts(story, 10.0)
    assert accepted(story, entry(21.0, "set_reason", code="J" * 1_000_000)) == ["TOO_LONG"]
    assert len(story.station.snapshot()) <= 16_384


def test_a_huge_comment_is_cut_and_harms_nothing() -> None:
    story = runs()
    halts(story, 10.0)
    assert accepted(story, entry(21.0, "set_reason", code="JAM", comment="\x00\ud800\U0001f600" * 100_000)) == ["ok"]
    assert len(the_stop(story).segments[0].comment.encode()) <= 200
    assert len(story.station.snapshot()) <= 16_384


def test_an_explanation_of_an_open_stop_takes_no_unexplained_stop_off_the_count() -> None:
    pattern = a_pattern(a_shift("day", "05:00", "04:59"))
    story = Story(a_station(pattern=pattern), known())
    story.hear(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 10.0))
    halts(story, 10.0)
    story.hear(*alive(20.0, 200.0))
    story.hear(read(200.0, packml_state=EXECUTE), read(201.0, total=101), *alive(201.0, 300.0))
    story.hear(read(300.0, packml_state=IDLE), *alive(300.0, 500.0), entry(500.0, "set_reason", code="JAM"))
    (account,) = story.station.figures(wall("05:09")).shifts
    assert (account.uncoded, account.uncoded_s) == (1, 190.0)


def test_a_reason_given_in_the_first_seconds_of_a_standstill_is_of_that_stop_and_not_of_the_one_before() -> None:
    story = a_stopped_machine()  # R12: the operator's word, and C4: reason set
    story.hear(read(21.0, packml_state=EXECUTE), read(22.0, total=101), *alive(22.0, 100.0))
    story.hear(read(100.0, packml_state=IDLE), entry(102.0, "set_reason", code="JAM"))
    before, now = the_stops(story)
    assert (before.codes, now.codes) == (["MINOR_STOP"], ["JAM"])
    assert now.spans == [("minor", 100.0, None)]
    story.hear(read(103.0, packml_state=EXECUTE), read(103.5, total=102), *alive(103.5, 110.0))
    assert the_stops(story)[-1].spans == [("minor", 100.0, 103.0)]
