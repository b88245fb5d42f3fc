"""What was made without an order is given to one (domain.md R18)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from agent.core.facts import (
    DiscrepancyRaised,
    DiscrepancyResolved,
    OperationAttached,
    OperationChanged,
    OutputRecorded,
    ScrapRecorded,
)
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.station_view import view
from agent.core.views import Reply
from tests.core.build import (
    EXECUTE,
    T0,
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

PLAN = a_plan(an_order("PO-1"), an_order("PO-2"), an_order("PO-9", release_status="planned"))


def a_line(**tables: Any) -> Story:  # noqa: ANN401 - fields
    """A machine that runs without an order and has made 8 parts, of which 2 are scrap, up to 100."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, orders=True, **tables)
    story = a_story(*watched(packml_state=EXECUTE, total=0, scrap=0), station=station, plan=PLAN)
    story.hear(*alive(0.0, 10.0), read(11.0, total=8), read(13.0, scrap=2), *alive(13.0, 100.0))
    return story


def say(story: Story, said: Entry) -> Reply:
    reply = story.observe(said).reply
    assert reply is not None
    return reply


def give(story: Story, at: float, execution_id: str = "none-0", order_id: str = "PO-1", **more: str) -> Reply:
    said = entry(at, "attach_run", execution_id=execution_id, order_id=order_id, reason="FORGOTTEN", **more)
    return say(story, said)


def cums(story: Story) -> tuple[int, int]:
    now = story.station.state.output.cums
    return now.good, now.scrap


def test_the_present_time_without_an_order_is_given_away_and_another_begins() -> None:
    story = a_line()
    assert give(story, 101.0, comment="order card was lost").accepted
    (told,) = story.of(OperationAttached)
    assert isinstance(told, OperationAttached)
    assert (told.execution_id, told.qty_good, told.qty_scrap) == ("none-0", Decimal(6), Decimal(2))
    assert (told.keys.order_id, told.keys.op_no, told.keys.item_id) == ("PO-1", "10", "BOTTLE")
    assert (told.reason, told.comment, told.actor) == ("FORGOTTEN", "order card was lost", "anna")
    assert cums(story) == (0, 0)
    story.hear(read(103.0, total=9), *alive(103.0, 105.0))
    assert story.facts[-1].correlation_id == "none-1"


def test_an_order_that_has_not_begun_begins_with_what_it_was_given() -> None:
    story = a_line()
    give(story, 101.0)
    story.hear(scan(110.0, "ORD:PO-1"), read(112.0, total=10), *alive(112.0, 114.0), entry(115.0, "complete_operation"))
    told = story.of(OperationChanged)
    assert [(one.transition_no, one.from_status, int(one.qty_good), int(one.qty_scrap)) for one in told] == [
        (1, "waiting", 6, 2),
        (2, "in_progress", 8, 2),
    ]
    (given,) = story.of(OperationAttached)
    assert isinstance(given, OperationAttached)
    assert {one.op_execution_id for one in told} == {given.op_execution_id}


def test_the_order_in_progress_takes_what_was_made_before_it() -> None:
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"), read(103.0, total=10), *alive(103.0, 105.0))
    assert cums(story) == (2, 0)
    shown = view(story.station, PLAN, T0 + 105.0).runs_without_order
    assert [(one.execution_id, one.until, int(one.qty_good)) for one in shown] == [("none-0", clock(101.0), 6)]
    assert give(story, 106.0).accepted
    assert cums(story) == (8, 2)
    assert view(story.station, PLAN, T0 + 106.0).runs_without_order == ()
    story.hear(read(107.0, total=11), *alive(107.0, 109.0))
    last = story.of(OutputRecorded)[-1]
    assert (int(last.cum_good), int(last.cum_good_shift)) == (9, 9)


def test_an_order_that_was_left_goes_on_with_it() -> None:
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"), read(103.0, total=10), *alive(103.0, 105.0), entry(106.0, "partial_operation"))
    story.hear(scan(107.0, "ORD:PO-2"))
    assert give(story, 108.0).accepted
    story.hear(entry(109.0, "complete_operation"), scan(110.0, "ORD:PO-1"))
    assert cums(story) == (8, 2)


def test_it_is_given_once_and_only_where_there_is_something() -> None:
    story = a_line()
    assert give(story, 101.0).accepted
    assert give(story, 102.0).code == "ALREADY_ATTACHED"
    assert give(story, 102.0, execution_id="none-1").code == "NOTHING_MADE"
    assert give(story, 102.0, execution_id="none-77").code == "UNKNOWN_RUN"
    assert len(story.of(OperationAttached)) == 1


def test_that_it_ran_without_an_order_is_resolved_by_giving_it_one() -> None:
    story = a_line()
    (raised,) = story.of(DiscrepancyRaised)
    assert isinstance(raised, DiscrepancyRaised)
    assert raised.code == "no_order_running"
    story.hear(scan(101.0, "ORD:PO-1"), entry(102.0, "complete_operation"), scan(103.0, "ORD:PO-2"))
    assert give(story, 105.0, order_id="PO-2").accepted
    (resolved,) = story.of(DiscrepancyResolved)
    assert isinstance(resolved, DiscrepancyResolved)
    assert (resolved.discrepancy_id, resolved.resolution, resolved.by) == (raised.discrepancy_id, "attached", "local")
    assert resolved.actor == "anna"


def test_what_is_counted_late_of_it_is_the_orders() -> None:
    # K11: nobody watched from 100 on.
    story = a_line()
    story.hear(down(100.5), scan(110.0, "ORD:PO-1"))
    assert give(story, 111.0).accepted
    story.hear(read(120.0, packml_state=EXECUTE, total=18, scrap=2), up(120.0), *alive(120.0, 122.0))
    late = [fact for fact in story.facts if isinstance(fact.data, OutputRecorded)][-1]
    (given,) = story.of(OperationAttached)
    assert isinstance(given, OperationAttached)
    assert (late.data.keys.order_id, late.correlation_id) == ("PO-1", given.op_execution_id)
    assert cums(story) == (16, 2)


def test_parts_counted_late_of_a_time_without_an_order_are_given_with_it() -> None:
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"), image(101.2, signal("total", 9, 100.9, seen=101.2)), *alive(102.0, 104.0))
    assert give(story, 105.0).accepted
    assert cums(story) == (7, 2)


def test_operators_give_what_their_shift_made_and_supervisors_what_was_made_before() -> None:
    shifts = a_pattern(a_shift("early", "04:00", "06:00"), a_shift("late", "06:00", "14:00"))
    story = a_line(pattern=shifts)
    late = wall("06:00")
    story.hear(scan(101.0, "ORD:PO-1"), *quiet(101.0, late + 60.0))
    assert give(story, late + 61.0).code == "NEEDS_SUPERVISOR"
    said = entry(late + 62.0, "attach_run", execution_id="none-0", order_id="PO-1", reason="FORGOTTEN")
    assert say(story, by_supervisor(said)).accepted
    now = story.station.state.output.cums
    assert (now.good, now.scrap, now.good_shift) == (6, 2, 0)


def test_what_was_made_in_a_shift_that_is_summed_up_stays_there() -> None:
    # The time without an order goes on over the change of shift, with 8 parts before it and 1 after it.
    shifts = a_pattern(a_shift("early", "04:00", "06:00"), a_shift("late", "06:00", "14:00"))
    story = a_line(pattern=shifts)
    late = wall("06:00")
    story.hear(*quiet(100.0, late + 60.0), read(late + 61.0, total=9, scrap=2), *alive(late + 61.0, late + 70.0))
    said = entry(late + 71.0, "attach_run", execution_id="none-0", order_id="PO-1", reason="FORGOTTEN")
    assert say(story, by_supervisor(said)).accepted
    (shift,) = story.station.state.figures.shifts
    assert {one.order_id: (int(one.sums.good), int(one.sums.scrap)) for one in shift.orders} == {
        None: (0, 0),
        "PO-1": (1, 0),
    }
    story.hear(scan(late + 80.0, "ORD:PO-1"))
    now = story.station.state.output.cums
    assert (now.good, now.scrap, now.good_shift) == (7, 2, 1)


def test_what_has_ended_is_added_to_by_a_supervisor_only() -> None:
    # requirement 81
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"), entry(102.0, "complete_operation"))
    assert give(story, 103.0).code == "NEEDS_SUPERVISOR"
    said = entry(104.0, "attach_run", execution_id="none-0", order_id="PO-1", op_no="10", reason="FORGOTTEN")
    assert say(story, by_supervisor(said)).accepted
    noted = story.station.state.operations.noted("PO-1", "10")
    assert noted is not None
    assert (noted.status, noted.good, noted.scrap) == ("completed", 6, 2)


def test_giving_it_to_an_order_that_contradicts_the_plan_raises_that() -> None:
    story = a_line()
    assert give(story, 101.0, order_id="PO-9").accepted
    codes = [fact.code for fact in story.of(DiscrepancyRaised) if isinstance(fact, DiscrepancyRaised)]
    assert codes == ["no_order_running", "order_not_released"]


def test_what_is_counted_late_of_it_is_the_orders_that_began_with_it() -> None:
    story = a_line()
    story.hear(down(100.5))
    assert give(story, 111.0).accepted
    story.hear(scan(112.0, "ORD:PO-1"))
    story.hear(read(120.0, packml_state=EXECUTE, total=18, scrap=2), up(120.0), *alive(120.0, 122.0))
    late = [fact.data for fact in story.facts if isinstance(fact.data, OutputRecorded)][-1]
    assert isinstance(late, OutputRecorded)
    assert (late.keys.order_id, int(late.cum_good)) == ("PO-1", 16)
    assert story.station.state.output.cums.good == 16


def test_what_was_given_to_an_order_is_corrected_there() -> None:
    story = a_story(started(0.0), station=a_manual_station(orders=True), plan=PLAN)
    story.hear(entry(1.0, "report_good", qty="5"), entry(2.0, "report_good", qty="2"))
    first, second = (at for at, fact in enumerate(story.facts, 1) if isinstance(fact.data, OutputRecorded))
    assert give(story, 10.0).accepted
    assert noted(story) == 7
    assert correct(story, 20.0, first, {"qty_good": "4"}).accepted
    assert noted(story) == 6
    story.hear(scan(30.0, "ORD:PO-1"))
    assert correct(story, 40.0, second, {"keys.order_id": "PO-1"}).accepted
    assert noted(story) == story.station.state.output.cums.good == 6


def noted(story: Story) -> int:
    known = story.station.state.operations.noted("PO-1", "10")
    assert known is not None
    return known.good


def correct(story: Story, at: float, sequence: int, fields: dict[str, str]) -> Reply:
    named = {"target_id": str(story.facts[sequence - 1].id), "target_sequence": str(sequence), "reason": "TYPO"}
    return say(story, by_supervisor(entry(at, "replace_fact", **named, set=json.dumps(fields))))


def test_what_contradicts_the_plan_is_raised_once_when_that_order_begins() -> None:
    story = a_line()
    assert give(story, 101.0, order_id="PO-9").accepted
    story.hear(scan(103.0, "ORD:PO-9"))
    codes = [fact.code for fact in story.of(DiscrepancyRaised) if isinstance(fact, DiscrepancyRaised)]
    assert codes == ["no_order_running", "order_not_released"]
    assert story.station.state.operations.current is not None


@pytest.mark.parametrize("missing", ["execution_id", "order_id", "reason"])
def test_what_when_and_why_must_be_said(missing: str) -> None:
    given = {"execution_id": "none-0", "order_id": "PO-1", "reason": "X"}
    del given[missing]
    assert say(a_line(), entry(101.0, "attach_run", **given)).code == "MISSING_ARGUMENT"


def test_it_is_still_known_after_a_restart() -> None:
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"), read(103.0, total=10), *alive(103.0, 105.0))
    blank = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, orders=True)
    story.station = blank.restored(story.station.snapshot())
    assert give(story, 106.0).accepted
    assert cums(story) == (8, 2)


def test_rejects_without_a_code_can_be_coded_for_the_order() -> None:
    story = a_line()
    story.hear(scan(101.0, "ORD:PO-1"))
    give(story, 102.0)
    assert say(story, entry(103.0, "report_scrap", qty="2", defect_code="D1")).accepted
    coded = story.of(ScrapRecorded)[-1]
    assert (coded.pool_coded_qty, coded.cum_scrap, coded.keys.order_id) == (Decimal(2), Decimal(2), "PO-1")
