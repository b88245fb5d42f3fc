"""Who works, on what and how long: told whole, once, beside the machine's time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agent.core.codes.badges import digest
from agent.core.directories import Directories, Operators
from agent.core.facts import (
    DiscrepancyRaised,
    LaborRecorded,
    LaborSignedOff,
    LaborSignedOn,
    OperationCompleted,
    OperationStarted,
    ScanAccepted,
    ScanRefused,
    ShiftSummary,
)
from agent.core.observations import ClockStep
from agent.core.people.crew import Crew
from agent.core.station import Station
from agent.core.station_view import view
from agent.core.times import epoch
from tests.core.build import (
    SITE_KEY,
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_story,
    an_order,
    badge,
    clock,
    entry,
    instant,
    started,
    tick,
    types,
)

HOUR = 3600.0


def a_badge(text: str) -> str:
    return digest(SITE_KEY, text)


PEOPLE = Operators.model_validate(
    {
        "rev": "1",
        "operators": [
            {"operator_id": "OP-1", "name": "Anna", "crew_id": "A", "badge_hmac": a_badge("4711")},
            {"operator_id": "OP-2", "name": "Bek", "roles": ["supervisor", "operator"]},
        ],
    }
)
SHIFTS = a_pattern(a_shift("early", "05:00", "07:00", crew="E"), a_shift("late", "07:00", "15:00", crew="L"))


def a_crew(*, people: Operators | None = PEOPLE, **settings: object) -> Story:
    station = a_manual_station(SHIFTS, orders=True, people=settings)
    plan = replace(a_plan(an_order("PO-1"), an_order("PO-2")), operators=people)
    return a_story(started(0.0), station=station, plan=plan)


def on(at: float, operator_id: str, **more: str) -> object:
    return entry(at, "sign_on", operator_id=operator_id, **more)


def worked(story: Story) -> list[tuple[str, float, float, str | None]]:
    """Who, from, to, and on which order."""
    told = story.of(LaborRecorded)
    return [(one.operator_id, epoch(one.start) - T0, epoch(one.end) - T0, one.keys.order_id) for one in told]


def refusal(story: Story, at: float, action: str, /, **arguments: str) -> str:
    reply = story.observe(entry(at, action, **arguments)).reply
    assert reply is not None
    assert not reply.accepted
    return reply.code


def test_work_is_told_for_each_person_at_every_boundary_and_adds_up() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), entry(600.0, "start_operation", order_id="PO-1"))
    story.hear(entry(1200.0, "sign_on", operator_id="OP-2"), tick(2 * HOUR + 1), entry(8000.0, "complete_operation"))
    story.hear(entry(8060.0, "sign_off", operator_id="OP-2"), entry(9000.0, "sign_off", operator_id="OP-1"))
    assert worked(story) == [
        ("OP-1", 0.0, 600.0, None),
        ("OP-1", 600.0, 7200.0, "PO-1"),
        ("OP-2", 1200.0, 7200.0, "PO-1"),
        ("OP-1", 7200.0, 8000.0, "PO-1"),
        ("OP-2", 7200.0, 8000.0, "PO-1"),
        ("OP-2", 8000.0, 8060.0, None),
        ("OP-1", 8000.0, 9000.0, None),
    ]
    first, second = story.of(LaborSignedOff)
    assert (first.operator_id, first.duration_s, first.since) == ("OP-2", Decimal("6860.000"), clock(1200.0))
    assert (second.operator_id, second.duration_s, second.cause) == ("OP-1", Decimal("9000.000"), "operator")


def test_work_names_the_execution_the_shift_and_the_crew_of_the_directory_else_of_the_shift() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), entry(0.0, "sign_on", operator_id="OP-2"))
    facts = story.hear(entry(10.0, "start_operation", order_id="PO-1"), entry(20.0, "sign_off_crew"))
    one, other = [fact.data for fact in facts if isinstance(fact.data, LaborRecorded) and fact.data.op_execution_id]
    (begun,) = story.of(OperationStarted)
    assert isinstance(one, LaborRecorded)
    assert isinstance(other, LaborRecorded)
    assert isinstance(begun, OperationStarted)
    assert one.op_execution_id == begun.op_execution_id
    assert (one.crew_id, other.crew_id) == ("A", "E")
    assert one.shift is not None
    assert one.shift.shift_id == "early"
    assert [data.cause for data in story.of(LaborSignedOff) if isinstance(data, LaborSignedOff)] == ["crew", "crew"]


def test_indirect_work_is_on_no_order() -> None:
    story = a_crew()
    story.hear(entry(0.0, "start_operation", order_id="PO-1"), entry(0.0, "sign_on", operator_id="OP-1"))
    story.hear(entry(60.0, "sign_on", operator_id="OP-1", activity="indirect"))
    story.hear(entry(90.0, "sign_off", operator_id="OP-1"))
    assert worked(story) == [("OP-1", 0.0, 60.0, "PO-1"), ("OP-1", 60.0, 90.0, None)]


def test_the_shift_is_summed_up_with_its_labor_by_order() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), entry(1200.0, "start_operation", order_id="PO-1"))
    story.hear(entry(1200.0, "sign_on", operator_id="OP-2"), tick(2 * HOUR + 5))
    (summary,) = story.of(ShiftSummary)
    assert isinstance(summary, ShiftSummary)
    assert summary.labor_s == 13_200
    assert {one.order_id: one.labor_s for one in summary.orders} == {None: 1200, "PO-1": 12_000}


def test_whoever_forgot_to_sign_off_is_taken_to_have_gone_after_the_longest_work() -> None:
    story = a_crew(longest_work_h=1.5)
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"))
    facts = story.hear(tick(1.5 * HOUR + 60.0))
    assert types(facts) == ["labor.recorded", "labor.signed_off"]
    (gone,) = story.of(LaborSignedOff)
    assert isinstance(gone, LaborSignedOff)
    assert (gone.cause, gone.duration_s, facts[-1].time - T0) == ("forgotten", Decimal(5400), 5400.0)
    assert refusal(story, 6000.0, "sign_off", operator_id="OP-1") == "NOT_SIGNED_ON"


def test_an_agent_that_was_off_for_days_ends_forgotten_work_in_its_own_shift() -> None:
    story = a_crew(longest_work_h=3)
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), started(60 * HOUR), tick(60 * HOUR + 1))
    assert worked(story) == [("OP-1", 0.0, 2 * HOUR, None), ("OP-1", 2 * HOUR, 3 * HOUR, None)]


def test_work_goes_on_over_a_restart_and_a_clock_that_is_set() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), tick(100.0))
    story.station = a_manual_station(SHIFTS, orders=True).restored(story.station.snapshot())
    story.hear(started(200.0), ClockStep(WC, 1000.0, instant(1200.0)), entry(1300.0, "sign_off", operator_id="OP-1"))
    (gone,) = story.of(LaborSignedOff)
    assert isinstance(gone, LaborSignedOff)
    assert gone.duration_s == 300


def test_an_unknown_person_is_refused_where_the_directory_is_known_and_flagged_where_allowed() -> None:
    assert refusal(a_crew(), 0.0, "sign_on", operator_id="OP-9") == "UNKNOWN_OPERATOR"
    assert refusal(a_crew(), 0.0, "sign_on", operator_id="X" * 80) == "TOO_LONG"
    allowed = a_crew(unknown="allow")
    allowed.hear(entry(0.0, "sign_on", operator_id="OP-9"))
    (raised,) = allowed.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.evidence) == ("directory_code_unknown", {"directory": "operators", "code": "OP-9"})
    assert types(a_crew(people=None).hear(entry(0.0, "sign_on", operator_id="OP-9"))) == ["labor.signed_on"]


def test_who_is_signed_on_is_not_signed_on_twice_nor_is_anybody_without_end() -> None:
    story = a_crew(people=None)
    story.hear(*(entry(float(number), "sign_on", operator_id=f"OP-{number}") for number in range(12)))
    assert refusal(story, 20.0, "sign_on", operator_id="OP-3") == "ALREADY_SIGNED_ON"
    assert refusal(story, 20.0, "sign_on", operator_id="OP-99") == "TOO_MANY_PEOPLE"
    assert refusal(story, 20.0, "sign_on", operator_id="OP-3", activity="asleep") == "UNKNOWN_WORD"
    assert refusal(a_crew(), 20.0, "sign_off_crew") == "NOT_SIGNED_ON"


def test_a_badge_signs_on_and_off_and_its_text_is_nowhere() -> None:
    story = a_crew()
    facts = story.hear(badge(0.0, "4711"), badge(0.5, "4711"), badge(60.0, "4711"), badge(70.0, "666"))
    assert types(facts) == [
        "scan.accepted",
        "labor.signed_on",
        "scan.accepted",
        "labor.recorded",
        "labor.signed_off",
        "scan.refused",
    ]
    read, signed_on, refused = facts[0].data, facts[1].data, facts[-1].data
    assert isinstance(read, ScanAccepted)
    assert isinstance(signed_on, LaborSignedOn)
    assert isinstance(refused, ScanRefused)
    assert (read.text, read.meaning, signed_on.operator_id, signed_on.auth) == ("(badge)", "badge", "OP-1", "badge")
    assert refused.refusal_code == "UNKNOWN_OPERATOR"
    shown = view(story.station, story.plan, T0 + 70.0).model_dump_json()
    written = " ".join(fact.data.model_dump_json() for fact in facts) + str(story.station.state)
    assert "4711" not in shown + written
    assert "666" not in shown + written.replace("4666", "")


def test_two_badges_within_the_time_of_an_echo_are_two_people() -> None:
    story = a_crew(people=None)
    assert types(story.hear(badge(0.0, "1"), badge(0.1, "2"))).count("labor.signed_on") == 2


def test_the_view_shows_who_works_since_when() -> None:
    story = a_crew()
    story.hear(badge(5.0, "4711"))
    (shown,) = view(story.station, story.plan, T0 + 10.0).crew
    assert (shown.operator_id, shown.name, shown.activity, shown.since) == ("OP-1", "Anna", "direct", clock(5.0))
    assert (shown.roles, shown.language) == (("operator",), None)


def test_a_full_crew_fits_a_small_snapshot() -> None:
    story = a_crew(people=None)
    story.hear(*(entry(float(number), "sign_on", operator_id=f"{number:02}" + "Ж" * 5) for number in range(12)))
    assert len(story.station.snapshot()) < 1500


def test_completing_leaves_nobody_signed_off() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), entry(1.0, "start_operation", order_id="PO-1"))
    story.hear(entry(2.0, "complete_operation"))
    assert story.of(OperationCompleted)
    assert isinstance(story.station, Station)
    assert isinstance(story.station.state.crew, Crew)
    assert [one.operator_id for one in story.station.state.crew.people] == ["OP-1"]


@pytest.mark.parametrize("directories", [Directories(), replace(Directories(), operators=PEOPLE)])
def test_anybody_known_may_sign_on(directories: Directories) -> None:
    story = a_story(started(0.0), station=a_manual_station(), plan=directories)
    assert types(story.hear(entry(0.0, "sign_on", operator_id="OP-1"))) == ["labor.signed_on"]


def test_time_in_a_pause_is_on_no_order_and_what_is_gone_on_with_goes_on_with_its_labor() -> None:
    story = a_crew()
    story.hear(entry(0.0, "sign_on", operator_id="OP-1"), entry(0.0, "start_operation", order_id="PO-1"))
    story.hear(entry(100.0, "pause_operation", reason="LUNCH"), entry(160.0, "resume_operation"))
    story.hear(entry(200.0, "stop_operation", reason="RUSH"), entry(200.0, "start_operation", order_id="PO-2"))
    story.hear(entry(230.0, "complete_operation"), entry(240.0, "resume_operation", order_id="PO-1"))
    story.hear(entry(250.0, "complete_operation"))
    assert worked(story) == [
        ("OP-1", 0.0, 100.0, "PO-1"),
        ("OP-1", 100.0, 160.0, None),
        ("OP-1", 160.0, 200.0, "PO-1"),
        ("OP-1", 200.0, 230.0, "PO-2"),
        ("OP-1", 230.0, 240.0, None),
        ("OP-1", 240.0, 250.0, "PO-1"),
    ]
    labor = [
        data.times.labor_s
        for data in story.of(OperationCompleted)
        if isinstance(data, OperationCompleted) and data.times
    ]
    assert labor == [30, 150]
    (first, *_) = story.of(OperationStarted)
    assert isinstance(first, OperationStarted)
    assert (first.performers, first.actor) == (("OP-1",), "anna")
