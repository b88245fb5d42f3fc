"""What contradicts the plan is recorded and raised, and refused only where configured (domain.md G4)."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from agent.core.directories import Bom, Directories, Norms
from agent.core.facts import DeviationRecorded, DiscrepancyRaised, OperationChanged, OperationCompleted, Reason
from agent.core.machine_settings import Role
from agent.core.observations import Entry
from agent.core.quality import holds
from agent.core.quality.holds import Hold
from agent.core.station_view import view
from tests.core.build import (
    EXECUTE,
    T0,
    WC,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    clock,
    entry,
    read,
    scan,
    tick,
    watched,
)

EARLIER = {"op_no": "5", "status": "waiting"}


def a_line(plan: Directories, **rules: str) -> Story:
    """A running machine, its counters at 0, watched up to 20."""
    station = a_station(Role.PACKML_STATE, Role.TOTAL, Role.SCRAP, plan=rules, counter={"max_rate": 500})
    return a_story(*watched(packml_state=EXECUTE, total=0, scrap=0), *alive(0.0, 20.0), station=station, plan=plan)


def a_bom(*versions: tuple[str, float]) -> Bom:
    line = {"line": "1", "item_id": "PREFORM", "qty_per": "1", "uom": "EA", "mode": "entered"}
    parts = [{"bom_version": name, "effective_from": clock(since), "lines": [line]} for name, since in versions]
    return Bom.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": parts})


def raised(story: Story) -> list[tuple[str, dict[str, str]]]:
    return [(fact.code, fact.evidence) for fact in story.of(DiscrepancyRaised) if isinstance(fact, DiscrepancyRaised)]


def answer(story: Story, said: Entry) -> str:
    reply = story.observe(said).reply
    assert reply is not None
    return reply.code


PO_1 = {"order_id": "PO-1", "op_no": "10"}
CONTRADICTIONS: list[tuple[str, Directories, dict[str, str]]] = [
    ("order_unknown", a_plan(), {"order_id": "PO-1"}),
    (
        "order_not_released",
        a_plan(an_order(release_status="planned")),
        {"order_id": "PO-1", "release_status": "planned"},
    ),
    (
        "order_not_released",
        a_plan(an_order(release_status="closed")),
        {"order_id": "PO-1", "release_status": "closed"},
    ),
    (
        "operation_out_of_sequence",
        a_plan(an_order(route=[EARLIER, {"op_no": "7", "status": "in_progress"}])),
        {**PO_1, "not_completed": "5, 7"},
    ),
    ("wrong_work_center", a_plan(an_order(work_centers=["WC-2", "WC-3"])), {**PO_1, "planned": "WC-2, WC-3"}),
    ("wrong_work_center", Directories({("WC-2", "PO-1"): an_order()}), {**PO_1, "planned": "WC-2"}),
    (
        "stale_version",
        replace(a_plan(an_order(bom_version="B1")), boms={"BOTTLE": a_bom(("B1", -900.0), ("B2", -100.0))}),
        {"object": "bom", "works_with": "B1", "in_force": "B2"},
    ),
]


@pytest.mark.parametrize(("code", "plan", "evidence"), CONTRADICTIONS)
def test_a_contradiction_is_recorded_and_raised_when_work_begins(
    code: str, plan: Directories, evidence: dict[str, str]
) -> None:
    story = a_line(plan)
    assert answer(story, entry(20.0, "start_operation", order_id="PO-1")) == "ok"
    assert raised(story) == [(code, evidence)]
    assert story.facts[-1].data.keys.order_id == "PO-1"
    story.hear(tick(21.0), tick(22.0))
    assert len(raised(story)) == 1


@pytest.mark.parametrize(("code", "plan", "evidence"), CONTRADICTIONS)
def test_a_contradiction_can_be_made_to_block_or_be_passed_over(
    code: str, plan: Directories, evidence: dict[str, str]
) -> None:
    assert evidence
    blocking = a_line(plan, **{code: "block"})
    assert answer(blocking, entry(20.0, "start_operation", order_id="PO-1")) == code.upper()
    assert blocking.of(OperationChanged) == []
    passing = a_line(plan, **{code: "allow"})
    assert answer(passing, entry(20.0, "start_operation", order_id="PO-1")) == "ok"
    assert raised(passing) == []


def test_what_is_begun_off_its_route_is_a_deviation_with_the_reason_that_was_given() -> None:
    plan = a_plan(an_order(route=[EARLIER], work_centers=["WC-2"]))
    off = [("wc", "WC-2", WC), ("sequence", "5", "10")]
    for said, code in ((entry(20.0, "start_operation", order_id="PO-1", reason="RUSH"), "RUSH"), (None, None)):
        story = a_line(plan)
        story.hear(said or scan(20.0, "ORD:PO-1"))
        told = [fact.deviation for fact in story.of(DeviationRecorded) if isinstance(fact, DeviationRecorded)]
        assert [(one.kind, one.expected, one.actual) for one in told] == off
        assert {one.reason and one.reason.code for one in told} == {code}
    passing = a_line(plan, wrong_work_center="allow", operation_out_of_sequence="allow")
    passing.hear(scan(20.0, "ORD:PO-1"))
    assert passing.of(DeviationRecorded) == []


def test_nothing_is_raised_where_work_follows_the_plan() -> None:
    done = [{"op_no": "5", "status": "completed"}, {"op_no": "7", "status": "waiting", "mandatory": False}]
    plan = replace(
        a_plan(an_order(route=done, work_centers=[WC], bom_version="B2")),
        boms={"BOTTLE": a_bom(("B1", -900.0), ("B2", -100.0), ("B3", 900.0))},
    )
    story = a_line(plan)
    story.hear(scan(20.0, "ORD:PO-1"), tick(21.0), entry(22.0, "complete_operation"))
    assert raised(story) == []


def test_a_predecessor_that_was_completed_here_is_done_whatever_the_copy_still_says() -> None:
    first, second = an_order(op_no="5"), an_order(op_no="10", route=[EARLIER])
    plan = replace(a_plan(), orders={(WC, "PO-1/5"): first, (WC, "PO-1/10"): second})
    story = a_line(plan)
    story.hear(scan(20.0, "ORD:PO-1"), entry(21.0, "complete_operation"), scan(22.0, "ORD:PO-1"))
    assert [fact.keys.op_no for fact in story.of(OperationChanged)] == ["5", "5", "10"]
    assert raised(story) == []


def test_an_order_of_another_work_center_is_worked_on_by_its_copy() -> None:
    story = a_line(Directories({("WC-2", "PO-1"): an_order(bom_version="B1")}))
    story.hear(scan(20.0, "ORD:PO-1"))
    (begun,) = story.of(OperationChanged)
    assert (begun.keys.item_id, begun.keys.op_no, begun.versions.bom_version) == ("BOTTLE", "10", "B1")


def test_a_version_that_comes_into_force_while_an_operation_is_in_progress_is_raised_once() -> None:
    # requirements 61, 62
    story = a_line(replace(a_plan(an_order()), boms={"BOTTLE": a_bom(("B1", -900.0), ("B2", 25.0))}))
    story.hear(scan(20.0, "ORD:PO-1"), tick(24.0))
    assert raised(story) == []
    story.hear(tick(26.0), tick(27.0), tick(28.0))
    assert raised(story) == [("stale_version", {"object": "bom", "works_with": "B1", "in_force": "B2"})]
    story.hear(entry(30.0, "complete_operation"))
    assert {fact.versions.bom_version for fact in story.of(OperationChanged)} == {"B1"}


def test_a_copy_of_the_order_with_another_version_is_raised_once_for_each() -> None:
    story = a_line(a_plan(an_order(route_version="R1")))
    story.hear(scan(20.0, "ORD:PO-1"))
    for version in ("R2", "R2", "R3"):
        story.plan = a_plan(an_order(route_version=version))
        story.hear(tick(21.0))
    assert [evidence["in_force"] for _, evidence in raised(story)] == ["R2", "R3"]


def test_an_operation_taken_up_again_works_with_what_is_in_force_then() -> None:
    norms = [
        {"norm_version": "N1", "op_no": "10", "cycle_s": "2", "effective_from": clock(-100.0)},
        {"norm_version": "N2", "op_no": "10", "cycle_s": "4", "effective_from": clock(25.0)},
    ]
    known = Norms.model_validate({"rev": "1", "item_id": "BOTTLE", "versions": norms})
    story = a_line(replace(a_plan(an_order()), norms={"BOTTLE": known}))
    story.hear(scan(20.0, "ORD:PO-1"), entry(21.0, "partial_operation"), scan(30.0, "ORD:PO-1"), tick(31.0))
    operation = story.station.state.operations.current
    assert operation is not None
    assert (operation.cycle_s, operation.versions.norm_version) == (4.0, "N2")
    assert raised(story) == []


@pytest.mark.parametrize(
    ("order", "rules", "most"),
    [({}, {}, 100), ({"over_tolerance_pct": "10"}, {}, 110), ({}, {"over_tolerance_pct": "5"}, 105)],
)
def test_more_than_planned_is_raised_once_an_execution(order: dict[str, str], rules: dict[str, str], most: int) -> None:
    story = a_line(a_plan(an_order(**order)), **rules)
    story.hear(scan(20.0, "ORD:PO-1"), *alive(20.0, 25.0), read(25.0, total=most, scrap=3), *alive(25.0, 27.0))
    assert raised(story) == []
    story.hear(read(28.0, total=most + 1), *alive(28.0, 30.0), read(31.0, total=most + 9), *alive(31.0, 33.0))
    assert raised(story) == [("over_quantity", {"planned": "100", "at_most": str(most), "made": str(most + 1)})]
    story.hear(
        entry(34.0, "partial_operation"), scan(35.0, "ORD:PO-1"), read(36.0, total=most + 20), *alive(36.0, 38.0)
    )
    assert len(raised(story)) == 1


def test_what_is_counted_with_the_end_of_an_operation_is_compared_with_its_plan_too() -> None:
    story = a_line(a_plan(an_order(qty_planned="5")))
    story.hear(scan(20.0, "ORD:PO-1"), read(20.5, total=2), read(20.7, total=6), entry(20.8, "complete_operation"))
    assert [code for code, _ in raised(story)] == ["over_quantity"]
    (done,) = story.of(OperationCompleted)
    assert isinstance(done, OperationCompleted)
    assert done.qty_good == 6


def test_a_larger_quantity_in_a_newer_copy_of_the_order_counts() -> None:
    story = a_line(a_plan(an_order(qty_planned="5")))
    story.hear(scan(20.0, "ORD:PO-1"), tick(21.0))
    story.plan = a_plan(an_order(qty_planned="50", release_status="released"))
    story.hear(tick(22.0), read(23.0, total=20), *alive(23.0, 26.0), entry(27.0, "complete_operation"))
    assert raised(story) == []
    (done,) = story.of(OperationCompleted)
    assert isinstance(done, OperationCompleted)
    assert done.qty_planned == 50


def test_the_business_status_is_told_as_it_was_heard_of_last_and_never_merged_with_the_execution() -> None:
    # S4, requirement 77
    story = a_line(a_plan(an_order(release_status="planned")))
    story.hear(scan(20.0, "ORD:PO-1"))
    story.plan = a_plan(an_order())
    story.hear(entry(22.0, "complete_operation"))
    told = story.of(OperationChanged)
    assert [(fact.release_status_seen, fact.to_status) for fact in told] == [
        ("planned", "in_progress"),
        ("released", "completed"),
    ]


def with_hold(**rules: str) -> Story:
    story = a_line(a_plan(an_order()), **rules)
    reason = Reason(code="RECALL", dir="holds", rev=None)
    hold = Hold("hold-1", "order", "PO-1", reason=reason, since=T0, wc_id=WC)
    story.claims[holds.claim("order", "PO-1")] = TypeAdapter(Hold).dump_json(hold).decode()
    return story


def test_a_held_order_is_not_begun() -> None:
    story = with_hold()
    assert answer(story, entry(20.0, "start_operation", order_id="PO-1")) == "ORDER_ON_HOLD"
    assert story.of(OperationChanged) == []


def test_a_held_order_that_does_not_block_is_a_deviation() -> None:
    story = with_hold(order_on_hold="warn")
    assert answer(story, entry(20.0, "start_operation", order_id="PO-1")) == "ok"
    (told,) = story.of(DeviationRecorded)
    assert isinstance(told, DeviationRecorded)
    assert (told.rule, told.deviation.actual, told.actor) == ("ORDER_ON_HOLD", "hold-1", "anna")


def test_the_queue_says_beforehand_what_beginning_an_order_would_raise() -> None:
    plan = a_plan(an_order("PO-1", work_centers=["WC-2"], release_status="planned"), an_order("PO-2"))
    shown = {one.order_id: one.contradictions for one in view(a_line(plan).station, plan, T0 + 20.0).orders}
    assert shown == {"PO-1": ("order_not_released", "wrong_work_center"), "PO-2": ()}
