"""What people do with operations: begin, pause, go on, end in part or whole, break off, give up (requirement 14)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agent.core.directories import CodeList, Directories, Norms
from agent.core.facts import (
    DiscrepancyRaised,
    OperationChanged,
    OperationCompleted,
    OperationPartiallyCompleted,
    OperationPaused,
    OperationResumed,
    OperationStarted,
    OperationTimes,
    OutputRecorded,
    Reason,
    ScrapRecorded,
    StopClosed,
)
from agent.core.machine_settings import Role
from agent.core.station import StationObservation
from agent.core.station_view import view
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    T0,
    WC,
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_station,
    a_story,
    alive,
    an_order,
    by_supervisor,
    clock,
    down,
    entry,
    image,
    quiet,
    read,
    scan,
    signal,
    started,
    up,
    wall,
    watched,
)

PLAN = a_plan(an_order("PO-1", norm_cycle_s="2", norm_setup_s="30"), an_order("PO-2"), an_order("PO-3"))


def a_line(plan: Directories = PLAN, **tables: Any) -> Story:  # noqa: ANN401 - fields
    """A running machine, its counters at 0, watched up to 20."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, **tables)
    return a_story(*watched(packml_state=EXECUTE, total=0, scrap=0), *alive(0.0, 20.0), station=station, plan=plan)


def say(story: Story, said: StationObservation) -> Reply:
    reply = story.observe(said).reply
    assert reply is not None
    return reply


def do(story: Story, *said: StationObservation) -> None:
    """All of it is taken."""
    for one in said:
        reply = say(story, one)
        assert reply.accepted, reply


def code(story: Story, said: StationObservation) -> str:
    """The code of a refusal, which changes nothing and makes no fact of it."""
    before, facts = story.station.state, len(story.facts)
    reply = say(story, said)
    assert not reply.accepted
    assert (story.station.state.operations, len(story.facts)) == (before.operations, facts)
    return reply.code


def changes(story: Story) -> list[tuple[str, str | None, int, str, int, int]]:
    """Of each change of status: its type, order, number, new status, good and scrap."""
    return [
        (
            fact.TYPE.partition(".")[2],
            fact.keys.order_id,
            fact.transition_no,
            fact.to_status,
            int(fact.qty_good),
            int(fact.qty_scrap),
        )
        for fact in story.of(OperationChanged)
        if isinstance(fact, OperationChanged)
    ]


def restart(story: Story, at: float, down_since: float) -> None:
    """The agent is started anew out of its snapshot."""
    story.station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP).restored(story.station.snapshot())
    total = story.station.state.counters[Role.TOTAL].raw
    story.hear(started(at, down_since), read(at, packml_state=EXECUTE, total=total, scrap=0), up(at))


def test_sixty_in_one_shift_and_forty_in_the_next_go_on_with_one_execution() -> None:
    # S2, requirement 20
    shifts = a_pattern(a_shift("early", "04:00", "06:00", crew="A"), a_shift("late", "06:00", "14:00", crew="B"))
    story = a_line(pattern=shifts, counter={"max_rate": 100})
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(*alive(20.0, 30.0), read(31.0, total=60), *alive(31.0, 40.0))
    do(story, entry(40.0, "partial_operation", comment="end of the shift"))
    late = wall("06:00")
    story.hear(*quiet(40.0, late + 60.0))
    do(story, scan(late + 60.0, "ORD:PO-1"))
    story.hear(*alive(late + 60.0, late + 70.0), read(late + 71.0, total=100), *alive(late + 71.0, late + 80.0))
    do(story, entry(late + 80.0, "complete_operation"))
    assert changes(story) == [
        ("started", "PO-1", 1, "in_progress", 0, 0),
        ("partially_completed", "PO-1", 2, "partially_completed", 60, 0),
        ("resumed", "PO-1", 3, "in_progress", 60, 0),
        ("completed", "PO-1", 4, "completed", 100, 0),
    ]
    told = [fact for fact in story.of(OutputRecorded) if isinstance(fact, OutputRecorded) and fact.keys.order_id]
    assert [(int(one.qty_good), int(one.cum_good), int(one.cum_good_shift)) for one in told] == [
        (60, 60, 60),
        (40, 100, 40),
    ]
    ids = {fact.correlation_id for fact in story.facts if isinstance(fact.data, OperationChanged)}
    assert len(ids) == 1
    keys = [fact.natural_key for fact in story.facts]
    assert len(keys) == len(set(keys))
    partial = story.of(OperationPartiallyCompleted)[0]
    assert isinstance(partial, OperationPartiallyCompleted)
    assert (partial.comment, partial.actor) == ("end of the shift", "anna")


def test_a_paused_operation_stays_and_what_is_counted_meanwhile_is_its_own() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"), entry(21.0, "pause_operation", reason="LUNCH", comment="half an hour"))
    story.hear(*alive(21.0, 24.0), read(25.0, total=3), *alive(25.0, 27.0))
    do(story, entry(28.0, "resume_operation"))
    assert changes(story) == [
        ("started", "PO-1", 1, "in_progress", 0, 0),
        ("paused", "PO-1", 2, "paused", 0, 0),
        ("resumed", "PO-1", 3, "in_progress", 3, 0),
    ]
    (paused,) = story.of(OperationPaused)
    assert isinstance(paused, OperationPaused)
    assert paused.reason == Reason(code="LUNCH", dir="interruptions", rev=None)
    assert (paused.comment, paused.from_status) == ("half an hour", "in_progress")


def test_a_paused_operation_leaves_when_another_begins_and_goes_on_later_with_what_it_had() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(22.0, total=5), *alive(22.0, 25.0))
    do(story, entry(25.0, "pause_operation", reason="RUSH_ORDER"), scan(26.0, "ORD:PO-2"))
    assert view(story.station, PLAN, T0 + 26.0).orders[0].status == "paused"
    story.hear(read(30.0, total=7), *alive(30.0, 33.0))
    do(story, entry(33.0, "complete_operation"), entry(34.0, "resume_operation", order_id="PO-1"))
    story.hear(read(38.0, total=8), *alive(38.0, 41.0))
    do(story, entry(41.0, "complete_operation"))
    assert changes(story) == [
        ("started", "PO-1", 1, "in_progress", 0, 0),
        ("paused", "PO-1", 2, "paused", 5, 0),
        ("started", "PO-2", 1, "in_progress", 0, 0),
        ("completed", "PO-2", 2, "completed", 2, 0),
        ("resumed", "PO-1", 3, "in_progress", 5, 0),
        ("completed", "PO-1", 4, "completed", 6, 0),
    ]


@pytest.mark.parametrize("again", ["start_operation", "resume_operation", "scan"])
@pytest.mark.parametrize("left", ["partial_operation", "stop_operation"])
def test_what_was_left_is_gone_on_with_by_starting_resuming_or_scanning_it(left: str, again: str) -> None:
    story = a_line()
    reason = {"reason": "TOOL"} if left == "stop_operation" else {}
    do(story, scan(20.0, "ORD:PO-1"), entry(25.0, left, **reason))
    do(story, scan(30.0, "ORD:PO-1") if again == "scan" else entry(30.0, again, order_id="PO-1"))
    (resumed,) = story.of(OperationResumed)
    assert isinstance(resumed, OperationResumed)
    assert (resumed.transition_no, resumed.to_status) == (3, "in_progress")


def test_a_snapshot_in_the_middle_changes_nothing() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(22.0, total=5), *alive(22.0, 25.0))
    do(story, entry(25.0, "pause_operation", reason="X"))
    restart(story, 26.0, 25.0)
    do(story, entry(30.0, "stop_operation", reason="X"))
    restart(story, 31.0, 30.0)
    do(story, scan(40.0, "ORD:PO-1"), entry(50.0, "complete_operation"))
    assert [one[2:] for one in changes(story)][-2:] == [(4, "in_progress", 5, 0), (5, "completed", 5, 0)]


def test_parts_counted_late_are_in_the_record_of_the_operation_that_made_them() -> None:
    # K15: one cycle of two seconds after the end still belongs to the order.
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"), entry(30.0, "partial_operation"))
    story.hear(image(31.5, signal("total", 4, 31.0, seen=31.5)), *alive(32.0, 35.0))
    shown = view(story.station, PLAN, T0 + 35.0).orders[0]
    assert (shown.status, shown.qty_good) == ("partially_completed", Decimal(4))
    do(story, scan(40.0, "ORD:PO-2"), entry(41.0, "complete_operation"))
    for lot in range(6):
        story.hear(scan(42.0 + lot, f"LOT:L{lot}:X"))
    do(story, scan(50.0, "ORD:PO-1"))
    assert changes(story)[-1] == ("resumed", "PO-1", 3, "in_progress", 4, 0)


def test_parts_of_a_former_stretch_that_are_counted_after_the_order_was_resumed_are_in_its_quantities() -> None:
    # K11: nobody watched from 25 on, when PO-1 was in progress.
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(22.0, total=5), *alive(22.0, 25.0), down(25.5))
    do(story, entry(30.0, "partial_operation"), scan(35.0, "ORD:PO-2"), entry(36.0, "complete_operation"))
    do(story, scan(40.0, "ORD:PO-1"))
    story.hear(read(60.0, packml_state=EXECUTE, total=15, scrap=0), up(60.0), *alive(60.0, 63.0))
    assert story.station.state.output.cums.good == 15
    do(story, entry(65.0, "complete_operation"))
    assert changes(story)[-1] == ("completed", "PO-1", 4, "completed", 15, 0)


def test_times_of_all_stretches_stand_beside_the_norm() -> None:
    # requirements 22, 23, 32
    story = a_line(setup={"on_order_change": False})
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(25.0, total=10), *alive(25.0, 120.0))
    do(story, entry(120.0, "stop_operation", reason="TOOL"))
    story.hear(*alive(120.0, 200.0))
    do(story, scan(200.0, "ORD:PO-1"))
    story.hear(read(210.0, total=15), *alive(210.0, 300.0))
    do(story, entry(300.0, "complete_operation"))
    (done,) = story.of(OperationCompleted)
    assert isinstance(done, OperationCompleted)
    assert done.times == OperationTimes(
        elapsed_s=Decimal("280.000"),
        run_s=Decimal("200.000"),
        setup_s=Decimal(0),
        delay_s=Decimal(0),
        labor_s=Decimal(0),
        norm_run_s=Decimal("30.000"),
        norm_setup_s=Decimal("30.000"),
    )
    assert story.of(OperationStarted)[0].times is None


def test_a_stop_that_is_open_where_the_operation_is_left_counts_in_the_stretch_in_which_it_was() -> None:
    story = a_line(setup={"on_order_change": False}, stop={"minor_stop_max_s": 10})
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(*alive(20.0, 60.0), read(60.0, packml_state=9), *alive(60.0, 100.0))
    do(story, entry(100.0, "partial_operation"))
    story.hear(*alive(100.0, 200.0))
    do(story, scan(200.0, "ORD:PO-1"))
    story.hear(*alive(200.0, 220.0), read(220.0, packml_state=EXECUTE, total=1), *alive(220.0, 260.0))
    do(story, entry(260.0, "complete_operation"))
    times = [fact.times for fact in story.of(OperationChanged) if isinstance(fact, OperationChanged) and fact.times]
    assert [(int(one.run_s), int(one.delay_s)) for one in times] == [(40, 40), (40, 40), (80, 60)]


def test_where_there_is_no_machine_a_pause_is_a_delay_and_no_run() -> None:
    # R22
    story = a_story(started(0.0), station=a_manual_station(orders=True, setup={"on_order_change": False}), plan=PLAN)
    do(story, scan(0.0, "ORD:PO-1"), entry(100.0, "pause_operation", reason="LUNCH"))
    assert story.station.state.watch.condition == "IDLE"
    do(
        story,
        entry(400.0, "resume_operation"),
        entry(500.0, "report_good", qty="5"),
        entry(500.0, "complete_operation"),
    )
    (done,) = story.of(OperationCompleted)
    assert isinstance(done, OperationCompleted)
    assert done.times is not None
    assert (int(done.times.run_s), int(done.times.delay_s), int(done.times.elapsed_s)) == (200, 300, 500)


def test_a_delay_lasts_as_long_as_the_stop_that_is_told() -> None:
    # Both of the instants as they are written: .000 and .447, though less than 446.5 ms lie between them.
    story = a_line(setup={"on_order_change": False}, stop={"minor_stop_max_s": 10})
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(*alive(20.0, 60.0), read(60.00045, packml_state=9), *alive(60.0, 100.0))
    story.hear(read(100.44655, packml_state=EXECUTE), *alive(100.0, 120.0))
    do(story, entry(120.0, "complete_operation"))
    (stop,), (done,) = story.of(StopClosed), story.of(OperationCompleted)
    assert isinstance(stop, StopClosed)
    assert isinstance(done, OperationCompleted)
    assert done.times is not None
    assert done.times.delay_s == stop.duration_s == Decimal("40.447")
    assert done.times.run_s + done.times.delay_s == done.times.elapsed_s


def test_norms_come_from_the_directory_where_the_order_has_none_and_by_effectivity() -> None:
    norms = Norms.model_validate(
        {
            "rev": "1",
            "item_id": "BOTTLE",
            "versions": [
                {"norm_version": "N1", "op_no": "10", "cycle_s": "2", "setup_s": "60", "effective_from": clock(-100.0)},
                {"norm_version": "N2", "op_no": "10", "cycle_s": "4", "effective_from": clock(1000.0)},
                {"norm_version": "X1", "op_no": "20", "cycle_s": "9", "effective_from": clock(-100.0)},
            ],
        }
    )
    story = a_line(replace(a_plan(an_order("PO-1")), norms={"BOTTLE": norms}))
    do(story, scan(20.0, "ORD:PO-1"))
    operation = story.station.state.operations.current
    assert operation is not None
    assert (operation.cycle_s, operation.norm_setup_s, operation.versions.norm_version) == (2.0, 60.0, "N1")
    assert story.of(OperationStarted)[0].versions.norm_version == "N1"


def two_operations() -> Directories:
    """PO-1 has two operations here, each with a topic of its own."""
    first, second = an_order("PO-1", op_no="20"), an_order("PO-1", op_no="100")
    return replace(PLAN, orders={(WC, "PO-1/20"): first, (WC, "PO-1/100"): second, (WC, "PO-2"): an_order("PO-2")})


def test_an_order_card_means_the_first_operation_that_has_not_ended_here() -> None:
    story = a_line(two_operations())
    do(story, scan(20.0, "ORD:PO-1"), entry(25.0, "complete_operation"), scan(30.0, "ORD:PO-1"))
    assert [fact.keys.op_no for fact in story.of(OperationStarted)] == ["20", "100"]
    do(story, entry(35.0, "complete_operation"))
    assert code(story, entry(40.0, "start_operation", order_id="PO-1")) == "OPERATION_ENDED"


def test_an_operation_can_be_named() -> None:
    story = a_line(two_operations())
    do(story, entry(20.0, "start_operation", order_id="PO-1", op_no="100"))
    (first,) = story.of(OperationStarted)
    assert (first.keys.op_no, first.TYPE) == ("100", "operation.started")
    shown = {
        one.op_no: one.status for one in view(story.station, story.plan, T0 + 20.0).orders if one.order_id == "PO-1"
    }
    assert shown == {"20": "waiting", "100": "in_progress"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (entry(40.0, "start_operation", order_id="PO-1"), "ALREADY_STARTED"),
        (entry(40.0, "start_operation", order_id="PO-2"), "OPERATION_IN_PROGRESS"),
        (entry(40.0, "resume_operation"), "ALREADY_STARTED"),
        (entry(40.0, "resume_operation", order_id="PO-2"), "NOT_BEGUN"),
        (entry(40.0, "pause_operation"), "MISSING_ARGUMENT"),
        (entry(40.0, "abort_operation", reason="X"), "NEEDS_SUPERVISOR"),
    ],
)
def test_what_cannot_be_done_while_an_operation_is_in_progress(said: StationObservation, expected: str) -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    assert code(story, said) == expected


@pytest.mark.parametrize("action", ["pause_operation", "stop_operation", "partial_operation", "complete_operation"])
def test_without_an_operation_nothing_can_be_ended(action: str) -> None:
    assert code(a_line(), entry(20.0, action, reason="X")) == "NO_OPERATION"


@pytest.mark.parametrize("ended", ["complete_operation", "abort_operation"])
def test_what_has_ended_is_not_begun_again(ended: str) -> None:
    # requirement 81
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"), by_supervisor(entry(25.0, ended, reason="X")))
    assert code(story, entry(30.0, "start_operation", order_id="PO-1")) == "OPERATION_ENDED"
    assert code(story, entry(30.0, "resume_operation", order_id="PO-1")) == "OPERATION_ENDED"


def test_a_second_tap_makes_no_second_fact() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"), entry(21.0, "pause_operation", reason="X"))
    assert code(story, entry(22.0, "pause_operation", reason="X")) == "ALREADY_PAUSED"
    do(story, entry(23.0, "partial_operation"))
    assert code(story, entry(24.0, "partial_operation")) == "NO_OPERATION"


def test_reasons_come_from_the_list_of_interruptions_once_the_mes_has_sent_one() -> None:
    codes = [{"code": "TOOL", "text": {"en": "Tool"}}, {"code": "OTHER", "text": {"en": "Other"}, "generic": True}]
    known = CodeList.model_validate({"rev": "4", "codes": codes})
    story = a_line(replace(PLAN, lists={"interruptions": known}))
    do(story, scan(20.0, "ORD:PO-1"))
    assert code(story, entry(21.0, "pause_operation", reason="LUNCH")) == "UNKNOWN_REASON"
    assert code(story, entry(21.0, "pause_operation", reason="OTHER")) == "COMMENT_NEEDED"
    do(story, entry(21.0, "pause_operation", reason="TOOL"))
    (paused,) = story.of(OperationPaused)
    assert isinstance(paused, OperationPaused)
    assert paused.reason == Reason(code="TOOL", dir="interruptions", rev="4")


def test_an_execution_of_serials_is_compared_with_its_counter_stretch_by_stretch() -> None:
    # K14
    story = a_line(output={"count_by": "serial"})
    do(story, scan(20.0, "ORD:PO-1"), scan(21.0, "SN:1"), scan(23.0, "SN:2"))
    story.hear(read(24.0, total=2), *alive(24.0, 26.0))
    do(story, entry(26.0, "partial_operation"), scan(30.0, "ORD:PO-1"), scan(31.0, "SN:3"))
    story.hear(read(32.0, total=3), *alive(32.0, 34.0))
    do(story, entry(34.0, "complete_operation"))
    assert [fact.code for fact in story.of(DiscrepancyRaised) if isinstance(fact, DiscrepancyRaised)] == []
    assert changes(story)[-1][4] == 3


def test_the_view_says_status_since_when_times_and_quantities() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(22.0, total=5), *alive(22.0, 25.0))
    do(story, entry(25.0, "pause_operation", reason="X"))
    shown = view(story.station, PLAN, T0 + 30.0).order
    assert shown is not None
    assert (shown.status, shown.release_status) == ("paused", "released")
    assert (shown.since, shown.qty_good) == (clock(25.0), Decimal(5))
    assert shown.times is not None
    assert (shown.times.elapsed_s, shown.times.norm_run_s) == (Decimal("10.000"), Decimal("10.000"))


def test_scrap_is_of_the_execution_over_all_its_stretches() -> None:
    story = a_line()
    do(story, scan(20.0, "ORD:PO-1"))
    story.hear(read(22.0, total=5, scrap=1), *alive(22.0, 25.0))
    do(story, entry(25.0, "stop_operation", reason="X"), scan(30.0, "ORD:PO-1"))
    do(story, entry(31.0, "report_scrap", qty="2", defect_code="D1"), entry(32.0, "complete_operation"))
    assert changes(story)[-1][4:] == (3, 2)
    assert [int(one.cum_scrap) for one in story.of(ScrapRecorded) if isinstance(one, ScrapRecorded)] == [1, 2]
