"""Checks: due by the MES's rules, held against its limits, never silently left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agent.core.directories import CheckPlan, CodeList, Directories, Lot
from agent.core.facts import (
    HoldPlaced,
    Limits,
    NcRaised,
    OperationCompleted,
    QualityChecked,
    QualityCheckSkipped,
    Reason,
)
from agent.core.quality.quality_shown import view
from agent.core.quality.quality_views import QualityView
from tests.core.build import (
    Story,
    a_manual_station,
    a_pattern,
    a_plan,
    a_shift,
    a_story,
    an_order,
    by_supervisor,
    clock,
    entry,
    scan,
    started,
    tick,
    types,
)
from tests.core.test_station_snapshots import noise

SHIFTS = a_pattern(a_shift("early", "05:00", "07:00", ("06:00", "06:10")), a_shift("late", "07:00", "15:00"))
VISUAL: dict[str, object] = {"check_id": "VISUAL", "kind": "final", "text": {"en": "Looks good"}}
WIDTH: dict[str, object] = {"check_id": "WIDTH", "kind": "in_process", "uom": "mm", "lower": "9.5", "upper": "10.5"}


def planned(*checks: Mapping[str, object], since: float = -1.0, version: str = "L1") -> dict[str, object]:
    return {"limits_version": version, "effective_from": clock(since), "checks": checks}


def a_check_plan(*versions: Mapping[str, object], item: str = "BOTTLE") -> CheckPlan:
    return CheckPlan.model_validate({"rev": "1", "item_id": item, "versions": versions})


def a_list(*codes: str) -> CodeList:
    return CodeList.model_validate({"rev": "4", "codes": [{"code": code} for code in codes]})


def a_lot(lot_id: str, item_id: str = "CAP", **more: object) -> Lot:
    return Lot.model_validate({"rev": "1", "lot_id": lot_id, "item_id": item_id, **more})


def knows(*checks: Mapping[str, object], lots: tuple[Lot, ...] = (), **more: Any) -> Directories:  # noqa: ANN401
    known = replace(a_plan(an_order("PO-1", qty_planned="4"), an_order("PO-2")), lots={one.lot_id: one for one in lots})
    return replace(known, **{"checks": {"BOTTLE": a_check_plan(planned(*checks))}, **more})


def a_floor(plan: Directories, **settings: object) -> Story:
    """Order PO-1 of four bottles in progress since 0."""
    station = a_manual_station(SHIFTS, orders=True, quality=settings)
    return a_story(started(0.0), entry(0.0, "start_operation", order_id="PO-1"), station=station, plan=plan)


def due(story: Story) -> dict[str, int]:
    shown = shown_by(story)
    return {one.check_id: one.samples for one in shown.due}


def shown_by(story: Story) -> QualityView:
    return view(story.station.state, story.plan)


def good(at: float, qty: int = 1) -> Any:  # noqa: ANN401 - an observation
    return entry(at, "report_good", qty=str(qty))


def checked(at: float, check_id: str = "VISUAL", /, **arguments: str) -> Any:  # noqa: ANN401 - an observation
    given = arguments if {"value", "result"} & arguments.keys() else {"result": "pass", **arguments}
    return entry(at, "record_check", check_id=check_id, **given)


def code_of(story: Story, observation: Any) -> str:  # noqa: ANN401 - an observation
    before = len(story.facts)
    reply = story.observe(observation).reply
    assert reply is not None
    assert reply.accepted or len(story.facts) == before
    return reply.code


def test_a_value_is_held_against_the_limits_in_force_whatever_was_entered_beside_it() -> None:
    story = a_floor(knows(WIDTH))
    story.hear(checked(1.0, "WIDTH", value="10,2"), checked(2.0, "WIDTH", value="11", result="pass"))
    story.hear(checked(3.0, "WIDTH", value="9.6", result="fail"))
    told = story.of(QualityChecked)
    assert [(one.value, one.result, one.sample_no, one.check_no) for one in told] == [
        (Decimal("10.2"), "pass", 1, 1),
        (Decimal(11), "fail", 2, 2),
        (Decimal("9.6"), "fail", 3, 3),
    ]
    assert told[0].limits == Limits(version="L1", lower=Decimal("9.5"), upper=Decimal("10.5"), target=None)
    assert (told[0].uom, told[0].kind, told[0].place, told[0].actor) == ("mm", "in_process", "WC-1", "anna")
    assert not story.of(NcRaised)


def test_what_cannot_be_taken_as_a_check_is_refused() -> None:
    story = a_floor(knows(WIDTH, VISUAL, defects_of(), lots=(a_lot("C-1"), a_lot("C-2"))))
    story.hear(scan(1.0, "LOT:C-1:CAP"), scan(2.0, "LOT:C-2:CAP"))
    assert code_of(story, entry(3.0, "record_check", check_id="WIDTH", result="pass")) == "VALUE_NEEDED"
    assert code_of(story, entry(3.0, "record_check", check_id="WIDTH", value="wide")) == "NO_QUANTITY"
    assert code_of(story, entry(3.0, "record_check", check_id="VISUAL")) == "RESULT_NEEDED"
    assert code_of(story, entry(3.0, "record_check", check_id="COLOUR", result="pass")) == "UNKNOWN_CHECK"
    assert code_of(story, entry(3.0, "record_check", check_id="INCOMING", result="pass")) == "LOT_NEEDED"
    assert code_of(story, entry(3.0, "skip_check", check_id="COLOUR", reason="BUSY")) == "NOT_DUE"


def defects_of() -> dict[str, object]:
    return {"check_id": "INCOMING", "kind": "incoming", "component": "CAP", "sampling": "per_lot", "mandatory": True}


def test_a_check_outside_the_plan_is_recorded_as_such() -> None:
    story = a_floor(knows())
    story.hear(checked(1.0, "TORQUE", result="pass", value="2", uom="Nm", characteristic="Torque", kind="final"))
    (told,) = story.of(QualityChecked)
    assert isinstance(told, QualityChecked)
    assert (told.planned, told.kind, told.characteristic, told.uom) == (False, "final", "Torque", "Nm")


def test_the_plan_is_that_of_the_operations_start_and_of_its_own_operation() -> None:
    old, new = planned({**WIDTH, "upper": "11"}), planned(WIDTH, VISUAL, since=50.0, version="L2")
    other = planned({**WIDTH, "op_no": "20"})
    story = a_floor(knows(checks={"BOTTLE": a_check_plan(old, new)}))
    story.hear(checked(60.0, "WIDTH", value="10.9"))
    assert due(story) == {}
    (told,) = story.of(QualityChecked)
    assert isinstance(told, QualityChecked)
    assert told.limits is not None
    assert (told.result, told.limits.version) == ("pass", "L1")
    assert due(a_floor(knows(checks={"BOTTLE": a_check_plan(other)}))) == {}


@pytest.mark.parametrize(
    ("sampling", "more", "expected"),
    [
        ("once", {}, [1, 1, 0, 0, 0]),
        ("first_piece", {}, [0, 1, 0, 0, 0]),
        ("every_unit", {}, [0, 1, 0, 2, 1]),
        ("every_n", {"every": 3}, [0, 0, 0, 1, 0]),
        ("last_piece", {}, [0, 0, 0, 0, 0]),
        ("per_shift", {}, [1, 1, 0, 0, 0]),
    ],
)
def test_samples_are_due_by_the_rule(sampling: str, more: dict[str, object], expected: list[int]) -> None:
    story = a_floor(knows({**VISUAL, "sampling": sampling, **more}))
    seen = [due(story).get("VISUAL", 0)]
    for step in (good(1.0), checked(2.0), good(3.0, 2), checked(4.0)):
        story.hear(step)
        seen.append(due(story).get("VISUAL", 0))
    assert seen == expected


def test_a_last_piece_is_due_with_the_last_part_and_again_after_any_other() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "last_piece", "mandatory": True}))
    story.hear(good(1.0, 3), checked(2.0), good(3.0))
    assert due(story) == {"VISUAL": 1}
    assert code_of(story, entry(4.0, "complete_operation")) == "CHECKS_DUE"
    story.hear(checked(5.0))
    assert code_of(story, entry(6.0, "complete_operation")) == "ok"


def test_each_shift_asks_for_a_sample_and_a_break_for_none() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "per_shift"}))
    story.hear(checked(1.0), tick(3700.0))
    assert due(story) == {}
    story.hear(tick(7300.0))
    assert due(story) == {"VISUAL": 1}


def test_each_loaded_lot_of_the_component_asks_for_its_incoming_check_once() -> None:
    story = a_floor(knows(defects_of(), lots=(a_lot("C-1"), a_lot("C-2"), a_lot("G-1", "GLUE"))))
    story.hear(scan(1.0, "LOT:C-1:CAP"), scan(2.0, "LOT:G-1:GLUE"), scan(3.0, "LOT:C-2:CAP"))
    assert [one.lots for one in shown_by(story).due] == [("C-1", "C-2")]
    story.hear(checked(4.0, "INCOMING", lot_id="C-1"), checked(5.0, "INCOMING"))
    assert due(story) == {}
    one, other = story.of(QualityChecked)
    assert (one.keys.lot_id, one.keys.item_id, other.keys.lot_id) == ("C-1", "CAP", "C-2")


def test_a_lot_that_fails_its_incoming_check_does_not_conform_and_is_held() -> None:
    story = a_floor(knows(defects_of(), lots=(a_lot("C-1", qty="50", uom="EA"),)))
    story.hear(scan(1.0, "LOT:C-1:CAP"))
    facts = story.hear(checked(2.0, "INCOMING", result="fail", defect_code="CRACK"))
    assert types(facts) == ["quality.checked", "nc.raised", "hold.placed"]
    held, raised = facts[2].data, facts[1].data
    assert isinstance(held, HoldPlaced)
    assert isinstance(raised, NcRaised)
    assert (held.target, held.target_id, held.reason.code) == ("lot", "C-1", "CRACK")
    assert (raised.lot_id, int(raised.qty), raised.check_no) == ("C-1", 50, 1)
    assert facts[1].causation_id == str(facts[0].id)
    free = a_floor(knows(defects_of(), lots=(a_lot("C-1"),)), hold_failed_lots=False)
    free.hear(scan(1.0, "LOT:C-1:CAP"), checked(2.0, "INCOMING", result="fail"))
    assert not free.of(HoldPlaced)


def test_a_unit_that_fails_does_not_conform_and_one_that_passes_after_repair_is_good_again() -> None:
    plan = knows({**VISUAL, "sampling": "every_unit", "mandatory": True})
    station = a_manual_station(SHIFTS, orders=True, output={"count_by": "serial"})
    story = a_story(entry(0.0, "start_operation", order_id="PO-1"), scan(1.0, "SN:1"), station=station, plan=plan)
    facts = story.hear(checked(2.0, serial="1", result="fail", defect_code="CRACK"))
    assert types(facts)[:2] == ["quality.checked", "nc.raised"]
    assert story.station.state.output.cums.rework == 1
    story.hear(entry(3.0, "dispose_nc", serial="1", disposition="repair"))
    story.hear(checked(4.0, serial="1"))
    cums = story.station.state.output.cums
    assert (cums.good, cums.scrap, cums.rework) == (1, 0, 0)
    assert due(story) == {}, "a retest is no other sample"
    assert [one.about for one in shown_by(story).results] == ["1", "1"]


def test_a_failed_check_that_cannot_be_taken_as_nonconforming_changes_nothing() -> None:
    story = a_floor(knows(VISUAL, lists={"defects": a_list("CRACK")}))
    story.hear(good(1.0))
    before = story.station
    assert code_of(story, checked(2.0, result="fail", qty="1")) == "UNKNOWN_DEFECT"
    assert code_of(story, checked(2.0, result="fail", qty="1", defect_code="MOOD")) == "UNKNOWN_DEFECT"
    assert story.station.state == before.state
    assert code_of(story, checked(2.0, result="fail", qty="1", defect_code="CRACK")) == "ok"


def test_completing_with_mandatory_checks_due_is_refused_and_names_them() -> None:
    story = a_floor(knows({**VISUAL, "mandatory": True}, {**WIDTH, "mandatory": True}, {**VISUAL, "check_id": "NICE"}))
    reply = story.observe(entry(1.0, "complete_operation")).reply
    assert reply is not None
    assert (reply.code, reply.accepted) == ("CHECKS_DUE", False)
    assert "VISUAL (1), WIDTH (1)" in reply.message
    assert not story.of(OperationCompleted)
    story.hear(checked(2.0), entry(3.0, "skip_check", check_id="WIDTH", reason="GAUGE_BROKEN", comment="since noon"))
    assert code_of(story, entry(4.0, "complete_operation")) == "ok"
    (skipped,) = story.of(QualityCheckSkipped)
    assert isinstance(skipped, QualityCheckSkipped)
    assert (skipped.check_id, skipped.mandatory, skipped.comment) == ("WIDTH", True, "since noon")
    assert skipped.reason == Reason(code="GAUGE_BROKEN", dir="skips", rev=None)


def test_where_completing_is_not_refused_what_was_not_done_is_told_as_skipped() -> None:
    plan = knows({**VISUAL, "mandatory": True, "sampling": "every_unit"}, {**WIDTH, "sampling": "every_unit"})
    story = a_floor(plan, undone="skip")
    story.hear(good(1.0, 3), checked(2.0))
    facts = story.hear(entry(3.0, "complete_operation"))
    assert types(facts) == ["quality.check_skipped", "operation.completed", *types(facts)[2:]]
    skipped = facts[0].data
    assert isinstance(skipped, QualityCheckSkipped)
    assert (skipped.samples, skipped.reason.code, skipped.actor, skipped.quality.origin) == (
        2,
        "NOT_DONE",
        None,
        "rule",
    )


def test_a_skip_needs_a_reason_of_the_list() -> None:
    story = a_floor(knows(VISUAL, lists={"skips": a_list("GAUGE_BROKEN")}))
    assert code_of(story, entry(1.0, "skip_check", check_id="VISUAL", reason="MOOD")) == "UNKNOWN_REASON"
    assert code_of(story, entry(1.0, "skip_check", check_id="VISUAL")) == "MISSING_ARGUMENT"
    assert code_of(story, entry(1.0, "skip_check", check_id="VISUAL", reason="GAUGE_BROKEN")) == "ok"
    assert due(story) == {}


def test_samples_go_on_over_a_restart_and_an_operation_without_a_plan_asks_for_nothing() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "every_unit"}))
    story.hear(good(1.0, 3), checked(2.0))
    story.station = a_manual_station(SHIFTS, orders=True).restored(story.station.snapshot())
    assert due(story) == {"VISUAL": 2}
    story.hear(entry(3.0, "complete_operation"))
    assert due(story) == {}
    story.hear(entry(4.0, "start_operation", order_id="PO-9"))
    assert due(story) == {}


def test_a_plan_of_fifty_checks_and_many_lots_leave_a_snapshot_small() -> None:
    names = [noise(60, "check", number) for number in range(50)]
    story = a_floor(knows(*({**VISUAL, "check_id": name, "sampling": "every_unit"} for name in names)))
    for number, name in enumerate(names):
        lot = noise(60, "lot", number)
        story.hear(good(3.0 * number), checked(3.0 * number + 1.0, name, lot_id=lot))
        story.hear(entry(3.0 * number + 2.0, "place_hold", target="lot", target_id=lot, reason=noise(60, number)))
    assert len(story.station.snapshot()) < 10_000


def test_samples_are_left_with_their_operation_and_taken_up_with_it() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "every_unit"}))
    story.hear(good(1.0, 3), checked(2.0), entry(3.0, "stop_operation", reason="RUSH"))
    story.hear(entry(4.0, "start_operation", order_id="PO-2"), good(5.0), entry(6.0, "complete_operation"))
    assert due(story) == {}
    story.hear(entry(7.0, "resume_operation", order_id="PO-1"))
    assert due(story) == {"VISUAL": 2}
    story.hear(checked(8.0))
    assert [data.sample_no for data in story.of(QualityChecked) if isinstance(data, QualityChecked)] == [1, 2]


def test_a_shift_through_which_an_operation_pauses_asks_for_no_sample() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "per_shift"}))
    story.hear(checked(1.0), entry(2.0, "pause_operation", reason="RUSH"), tick(7300.0))
    assert due(story) == {}
    story.hear(entry(7400.0, "resume_operation"))
    assert due(story) == {"VISUAL": 1}


def test_a_unit_may_be_checked_before_it_is_counted() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "every_unit", "mandatory": True}))
    story.hear(checked(1.0, comment="by eye"), good(2.0))
    (told,) = story.of(QualityChecked)
    assert isinstance(told, QualityChecked)
    assert (told.comment, due(story)) == ("by eye", {})


@pytest.mark.parametrize(
    ("sampling", "about"),
    [("once", {}), ("every_unit", {"serial": "7"}), ("last_piece", {}), ("per_lot", {"lot_id": "L-1"})],
)
def test_a_check_that_is_void_is_due_again_and_one_that_is_brought_back_is_not(
    sampling: str, about: dict[str, str]
) -> None:
    story = a_floor(knows({**VISUAL, "sampling": sampling}))
    story.hear(entry(1.0, "load_lot", lot_id="L-1"), good(2.0, 4 if sampling == "last_piece" else 1))
    assert due(story) == {"VISUAL": 1}
    story.hear(checked(3.0, **about))
    assert due(story) == {}
    story.hear(entry(4.0, "undo_last"))
    assert due(story) == {"VISUAL": 1}
    story.station = a_manual_station(SHIFTS, orders=True).restored(story.station.snapshot())
    number, told = next((at, fact) for at, fact in enumerate(story.facts, 1) if isinstance(fact.data, QualityChecked))
    named = {"target_id": str(told.id), "target_sequence": str(number), "reason": "TYPO", "set": "{}"}
    assert code_of(story, by_supervisor(entry(5.0, "replace_fact", **named))) == "ok"
    assert due(story) == {}
    story.hear(by_supervisor(entry(6.0, "void_fact", **named)), checked(7.0, **about))
    assert due(story) == {}


def test_checks_beside_the_plan_are_counted_and_leave_a_snapshot_small() -> None:
    story = a_floor(knows({**VISUAL, "sampling": "every_unit"}))
    for number in range(200):
        story.hear(checked(float(number), noise(60, "beside", number), characteristic="seen"))
    story.hear(checked(200.0, noise(60, "beside", 199), characteristic="seen"))
    last = story.of(QualityChecked)[-1]
    assert isinstance(last, QualityChecked)
    assert (last.planned, last.sample_no) == (False, 2)
    assert len(story.station.snapshot()) < 4_000


def test_what_the_mes_calls_a_characteristic_does_not_grow_the_snapshot() -> None:
    names = [noise(64, "text", number) for number in range(6)]
    story = a_floor(knows(*({**VISUAL, "check_id": name, "text": {"en": name + "Ж" * 9000}} for name in names)))
    story.hear(*(checked(float(number), name) for number, name in enumerate(names)))
    assert [one.characteristic for one in shown_by(story).results] == [name + "Ж" * 16 for name in reversed(names)]
