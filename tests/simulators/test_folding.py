from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from simulators.mes.facts import Operation, ShiftKey
from simulators.mes.figures import Downtime, OperationTimes
from simulators.mes.floor_figures import Component, Consumption, Labor, Norm
from simulators.mes.folding.effective import effective
from simulators.mes.folding.machine import timeline
from tests.simulators.floor_facts import LATE, RUN, Story, child, reason, segment
from tests.simulators.mes_facts import START, iso

OPERATION = Operation("PO-1", "20")
EARLY = ShiftKey("2026-03-04", "early")


def test_total_is_good_scrap_and_rework_that_is_still_open() -> None:
    story = Story()
    story.output("92")
    story.rework("5", "5")
    story.output("3", qty_from_rework="3")
    story.scrap("1", "0", qty_from_rework="1")
    story.scrap("7", "7")
    filler = story.figures()
    assert (filler.good, filler.scrap, filler.rework) == (Decimal(83), Decimal(8), Decimal(1))
    (order,) = filler.orders
    assert (order.good, order.scrap, order.rework) == (Decimal(83), Decimal(8), Decimal(1))


def test_pieces_of_a_setup_are_neither_good_nor_scrap_until_somebody_says_so() -> None:
    story = Story()
    story.output("0", qty_setup="4")
    story.tell(
        "quantity.adjusted", category="setup", delta="-1", uom="EA", source="operator", counter=None, cum_after="3"
    )
    (order,) = story.figures().orders
    assert (order.good, order.setup_pieces) == (Decimal(0), Decimal(3))


def test_a_void_fact_counts_for_nothing_and_its_counter_was_read_all_the_same() -> None:
    story = Story()
    doubled = story.output("10", counter={"name": "total", "counter_run": 1, "raw_from": 0, "raw_to": 10})
    story.output("5", counter={"name": "total", "counter_run": 1, "raw_from": 10, "raw_to": 15})
    story.correct(doubled, 1, "void")
    filler = story.figures()
    assert filler.good == Decimal(5)
    assert [(span.raw_from, span.raw_to) for span in filler.counters] == [(0, 15)]


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_corrections_hold_in_the_order_of_their_numbers_whichever_came_first(order: tuple[int, ...]) -> None:
    story = Story()
    wrong = story.scrap("5", "5")
    story.correct(wrong, 1, "replace", qty_scrap="3", qty_from_good="3")
    story.correct(wrong, 2, "void")
    story.correct(wrong, 3, "replace", qty_scrap="4")
    late = [story.events[1 + place] for place in order]
    story.events = [story.events[0], *late]
    filler = story.figures()
    assert (filler.good, filler.scrap) == (Decimal(-3), Decimal(4))


def test_a_fact_that_was_corrected_into_another_order_counts_there() -> None:
    story = Story()
    moved = story.output("10")
    story.output("2")
    story.correct(moved, 1, "replace", keys__order_id="PO-2")
    assert {order.order_id: order.good for order in story.figures().orders} == {"PO-2": 10, "PO-1": 2}


def test_an_amended_field_that_was_null_is_known_and_keeps_its_form() -> None:
    story = Story()
    unknown = story.scrap("1", "0", defect_code=None, weight_no=1, disposition=None)
    story.correct(unknown, 1, "amend", defect_code="SCRATCH", weight_no="2", reason__code="R")
    held = effective(story.facts())[0].data
    assert (held["defect_code"], held["weight_no"], held["reason"]) == ("SCRATCH", 2, {"code": "R"})


def test_what_was_made_without_an_order_counts_for_the_one_it_is_attached_to() -> None:
    story = Story(order=None, op=None)
    story.output("7", run="none-1")
    story.output("1", run="none-2")
    story.order, story.op = "PO-1", "20"
    story.tell(
        "operation.attached",
        execution_id="none-1",
        op_execution_id=RUN,
        qty_good="7",
        qty_scrap="0",
        uom="EA",
        reason="forgotten",
        actor="sv",
    )
    assert {order.order_id: order.good for order in story.figures().orders} == {"PO-1": 7, None: 1}


def test_an_operation_has_its_status_times_versions_and_performers() -> None:
    times = {"elapsed_s": "100.000", "run_s": "60", "setup_s": "10", "delay_s": "30", "labor_s": "200"}
    story = Story()
    story.operation("started", "in_progress", performers=["7"])
    story.tell("labor.recorded", operator_id="8", crew_id="A", activity="direct", duration_s="120.5", start="", end="")
    story.operation("paused", "paused", performers=["7", "9"])
    story.operation("resumed", "in_progress")
    story.operation("completed", "completed", times=times | {"norm_run_s": "55", "norm_setup_s": None})
    (order,) = story.figures().orders
    assert (order.status, order.executions, order.release_status_seen) == ("completed", ("op-1",), "released")
    assert (order.started, order.ended) == (START + timedelta(seconds=1), START + timedelta(seconds=5))
    assert order.performers == ("7", "8", "9")
    assert order.labor_s == Decimal("120.5")
    seconds = [Decimal(one) for one in ("100", "60", "10", "30", "200", "55")]
    assert order.times == OperationTimes(*seconds)


def test_consumption_stands_by_lot_and_its_norm_by_component() -> None:
    story = Story()
    story.consume("CABLE", "L-1", "10", "10")
    story.consume("CABLE", "L-2", "11", "20", "1", reason=reason("REPAIR", "deviations"))
    story.consume("CABLE-B", "L-3", "2", "22", substitute_for="CABLE", is_substitute=True)
    floor = story.figures().floor
    first = Consumption(OPERATION, "CABLE", "L-1", None, "EA", Decimal(10), bom_line="1")
    second = Consumption(OPERATION, "CABLE", "L-2", None, "EA", Decimal(11), Decimal(1), "1", reasons=("REPAIR",))
    stand_in = Consumption(OPERATION, "CABLE-B", "L-3", None, "EA", Decimal(2), bom_line="1", substitute_for="CABLE")
    assert floor.consumption == (first, second, stand_in)
    assert floor.norms == (Norm(OPERATION, "CABLE", "1", "EA", Decimal(23), Decimal(22), Decimal(1)),)


def test_norms_of_several_executions_of_an_operation_add_up() -> None:
    story = Story()
    story.consume("CABLE", "L-1", "10", "10")
    story.consume("CABLE", "L-1", "5", "15")
    story.events.append(story.consume("CABLE", "L-1", "4", "4") | {"correlationid": "op-2"})
    story.events.pop(-2)
    (norm,) = story.figures().floor.norms
    assert (norm.used, norm.norm) == (Decimal(19), Decimal(19))


def test_a_movement_is_proposed_until_its_owner_answers() -> None:
    story = Story()
    fields: dict[str, Any] = {"state": "proposed", "qty": "5", "uom": "EA", "reason": None, "actor": "7"}
    fields |= {"from_place": "store", "to_place": "FILL-1", "bom_line": None}
    lot = {"item_id": "CABLE", "lot_id": "L-1"}
    story.tell("material.issued", keys=lot, movement_id="m1", **fields)
    story.tell("material.returned", keys=lot, movement_id="m2", **fields)
    story.tell("material.movement_settled", movement_id="m1", state="rejected", reason="no such lot", actor="erp")
    found = [(one.movement_id, one.kind, one.state, one.reason) for one in story.figures().floor.movements]
    assert found == [("m1", "issued", "rejected", "no such lot"), ("m2", "returned", "proposed", None)]


def test_a_lot_is_loaded_used_split_and_taken_away() -> None:
    story = Story()
    lot = {"item_id": "CABLE", "lot_id": "L-1"}
    story.tell("lot.loaded", keys=lot, scan_text="L-1", qty=None, uom=None, place="reel", check_result="LOT_EXPIRED")
    story.consume("CABLE", "L-1", "10", "10")
    story.tell("lot.split", keys=lot, into=[{"lot_id": "L-1A", "qty": "5"}], uom="EA", actor=None)
    story.tell("lot.unloaded", keys=lot, qty_left="85", uom="EA", cause="swap", actor=None)
    found = story.figures().floor.lots["L-1"]
    assert (found.loads, found.loaded, found.consumed, found.left) == (1, False, Decimal(10), Decimal(85))
    assert (found.check_result, found.split_into) == ("LOT_EXPIRED", {"L-1A": Decimal(5)})


def test_genealogy_knows_what_is_in_a_unit_after_rework_and_where_a_lot_went() -> None:
    story = Story()
    story.link("S1", child("BOARD", None, serial="B-1"), child("CABLE", "L-1"))
    story.link("S2", child("BOARD", None, serial="B-2"), child("CABLE", "L-1"))
    story.tell("rework.started", serial="S1", pass_no=2, nc_id="nc1", actor=None)
    story.link(
        "S1", child("BOARD", None, serial="B-3"), child("CABLE", "L-1"), removed=[child("BOARD", None, serial="B-1")]
    )
    story.link(None, child("CAP", "L-9", None), parent_lot="OUT-1")
    filler = story.figures()
    first = filler.floor.units.units["S1"]
    assert first.components == (
        Component("CABLE", "L-1", None, Decimal(2), "EA"),
        Component("BOARD", None, "B-3", Decimal(1), "EA"),
    )
    assert [one.serial for one in first.removed] == ["B-1"]
    assert first.pass_no == 2
    assert filler.floor.units.used_in == {"L-1": ("S1", "S2"), "L-9": ("OUT-1",)}
    assert filler.genealogy == {"S1": ("L-1",), "S2": ("L-1",)}


def test_a_unit_that_passes_after_repair_counts_once_as_good_and_was_not_right_first_time() -> None:
    story = Story()
    story.output("1", serials=["S1"])
    story.output("1", serials=["S2"])
    story.tell(
        "nc.raised", nc_id="nc1", qty="1", uom="EA", serial="S2", lot_id=None, defect_code="BOARD", cause=None,
        place="FILL-1", check_no=1, actor=None,
    )  # fmt: skip
    disposed: dict[str, Any] = {
        "nc_id": "nc1",
        "qty": "1",
        "uom": "EA",
        "decided_by": "q",
        "corrective_action": None,
    }
    story.tell("nc.dispositioned", disposition="repair", **disposed)
    story.rework("1", "1", serial="S2", nc_id="nc1")
    story.output("1", serials=["S2"], pass_no=2, qty_from_rework="1")
    story.tell("nc.dispositioned", disposition="use_as_is", **disposed)
    filler = story.figures()
    assert (filler.good, filler.rework) == (Decimal(2), Decimal(0))
    assert filler.floor.units.first_pass_yield == Decimal("0.5")
    assert filler.floor.units.units["S2"].outcome == "good"
    (nc,) = filler.floor.nonconformances
    assert (nc.dispositions, nc.disposition) == (("repair", "use_as_is"), "use_as_is")


def test_checks_holds_and_who_is_here() -> None:
    story = Story()
    check: dict[str, Any] = {"check_id": "c1", "kind": "final", "characteristic": "weight", "actor": "q"}
    measured: dict[str, Any] = {"value": "510.5", "uom": "g", "result": "fail", "limits": None, "sample_no": 1}
    story.tell("quality.checked", keys={"serial": "S1"}, **check, **measured, check_no=1, place="F", defect_code="D")
    story.tell("quality.check_skipped", **check, mandatory=True, reason=reason("NO_SCALE", "skips"))
    story.tell("hold.placed", hold_id="h1", target="lot", target_id="L-1", reason=reason("SUSPECT", "holds"), actor="q")
    story.tell("hold.released", hold_id="h1", target="lot", target_id="L-1", since=iso(3), actor="q")
    story.tell("labor.signed_on", operator_id="7", role="operator", activity="direct", auth="badge")
    story.tell("labor.signed_on", operator_id="8", role="operator", activity="direct", auth="badge")
    story.tell("labor.signed_off", operator_id="7", activity="direct", since=iso(5), duration_s="2", cause="operator")
    floor = story.figures().floor
    assert [(one.result, one.value, one.serial, one.reason) for one in floor.checks] == [
        ("fail", Decimal("510.5"), "S1", None),
        ("skipped", None, None, "NO_SCALE"),
    ]
    assert [(one.target_id, one.released_at is None) for one in floor.holds] == [("L-1", False)]
    assert floor.signed_on == ("8",)


def test_labor_stands_by_person_operation_and_shift() -> None:
    story = Story()
    worked: dict[str, Any] = {
        "operator_id": "7",
        "crew_id": "A",
        "activity": "direct",
        "start": iso(0),
        "end": iso(1),
    }
    story.tell("labor.recorded", **worked, op_execution_id="op-1", duration_s="60.0")
    story.tell("labor.recorded", **worked, op_execution_id="op-1", duration_s="30.5")
    story.shift = LATE
    story.tell("labor.recorded", **worked, op_execution_id="op-1", duration_s="10")
    assert story.figures().floor.labor == (
        Labor("7", OPERATION, EARLY, "direct", Decimal("90.5"), "A"),
        Labor("7", OPERATION, ShiftKey("2026-03-04", "late"), "direct", Decimal(10), "A"),
    )


STOP: dict[str, Any] = {"stop_id": "s1", "stop_class": "down", "start": iso(10), "bridged": False}
STOP |= {"end_uncertain": False, "machine_reasons": []}


def test_a_stop_over_a_shift_change_counts_in_both_shifts_under_its_reason() -> None:
    story = Story()
    story.tell("stop.opened", **STOP, end=None, segments=[segment(1, 10, None)])
    story.tell(
        "stop.reason_set", stop_id="s1", segment_id="s1.1", reason=reason("WAIT_TECH", "downtime"), prev_reason=None
    )
    carried = segment(2, 100, None, shift=LATE, reason=reason("WAIT_TECH", "downtime"), inherited="shift")
    cut = segment(1, 10, 100, reason=reason("WAIT_TECH", "downtime"))
    story.tell("stop.segmented", stop_id="s1", cause="shift", before=[], segments=[cut, carried])
    story.tell("stop.closed", **STOP, end=iso(160), segments=[cut, carried | {"end": iso(160)}])
    filler = story.figures()
    assert filler.downtime == (
        Downtime("WAIT_TECH", "down", EARLY, OPERATION, 90.0, 1),
        Downtime("WAIT_TECH", "down", ShiftKey("2026-03-04", "late"), OPERATION, 60.0, 1),
    )
    assert [one.inherited for one in filler.stops[0].segments] == [None, "shift"]


def test_what_was_told_of_a_stop_behind_its_end_never_was() -> None:
    story = Story()
    story.tell("stop.opened", **STOP, end=None, segments=[segment(1, 10, None)])
    story.tell(
        "stop.segmented", stop_id="s1", cause="shift", before=[], segments=[segment(1, 10, 100), segment(2, 100, None)]
    )
    story.tell("stop.closed", **STOP, end=iso(90), segments=[segment(1, 10, 90)])
    assert [one.segment_id for one in story.figures().stops[0].segments] == ["s1.1"]


def test_of_a_stop_of_very_many_segments_those_before_the_first_one_told_stay() -> None:
    story = Story()
    story.tell("stop.opened", **STOP, end=None, segments=[segment(1, 10, 50), segment(2, 50, 70), segment(3, 70, None)])
    story.tell("stop.closed", **STOP, end=iso(90), segments=[segment(3, 70, 90)])
    assert [one.segment_id for one in story.figures().stops[0].segments] == ["s1.1", "s1.2", "s1.3"]


def test_segments_that_were_split_or_merged_are_those_told_last() -> None:
    story = Story()
    story.tell("stop.closed", **STOP, end=iso(90), segments=[segment(1, 10, 50), segment(2, 50, 90)])
    story.tell("stop.closed", **(STOP | {"stop_id": "s2", "start": iso(95)}), end=iso(99), segments=[])
    story.tell(
        "stop.segmented", stop_id="s1", cause="merge", before=[segment(1, 10, 50), segment(2, 50, 90)],
        segments=[segment(1, 10, 90)],
    )  # fmt: skip
    story.tell(
        "stop.merged", stop_id="s1", void_stop_id="s2", start=iso(10), end=iso(99),
        segments=[segment(1, 10, 90), segment(3, 90, 99)],
    )  # fmt: skip
    (stop,) = story.figures().stops
    assert [(one.segment_id, one.end) for one in stop.segments] == [
        ("s1.1", START + timedelta(seconds=90)),
        ("s1.3", START + timedelta(seconds=99)),
    ]
    assert stop.end == START + timedelta(seconds=99)


def test_what_a_history_corrects_takes_the_place_of_what_was_told() -> None:
    story = Story()
    lost = STOP | {"stop_id": "s2", "start": iso(120), "stop_class": "unknown"}
    uncertain = STOP | {"end_uncertain": True}
    story.tell("stop.closed", **uncertain, end=iso(90), segments=[segment(1, 10, 90)])
    story.tell("stop.closed", **lost, end=iso(300), segments=[segment(1, 120, 300)])
    story.tell("stop.voided", stop_id="s2", start=iso(120), end=iso(300), goes_on_in=None)
    story.tell("stop.corrected", **STOP, end=iso(110), segments=[segment(1, 10, 110)], reason=None)
    (stop,) = story.figures().stops
    assert (stop.end, stop.end_uncertain) == (START + timedelta(seconds=110), False)
    assert [(one.segment_id, one.end) for one in stop.segments] == [("s1.1", START + timedelta(seconds=110))]


def test_conditions_that_a_history_corrects_take_the_place_of_what_was_unknown() -> None:
    story = Story()
    for condition in ("RUNNING", "UNKNOWN", "IDLE"):
        fields = {"from_condition": "IDLE", "to_condition": condition, "mode": "PRODUCTION", "inferred": False}
        story.tell("machine.condition_changed", **fields)
    told = [("FAULTED", 2.0, 2.25, False), ("UNKNOWN", 2.25, 2.5, False), ("RUNNING", 2.5, 3.0, True)]
    spans = [
        {"condition": name, "mode": "PRODUCTION", "start": iso(start), "end": iso(end), "inferred": inferred}
        for name, start, end, inferred in told
    ]
    story.tell("machine.condition_corrected", start=iso(2), end=iso(3), conditions=spans)
    found = timeline(story.facts(), (START, START + timedelta(seconds=10)))
    assert [(one.condition, one.seconds, one.inferred) for one in found] == [
        ("RUNNING", 1.0, False), ("FAULTED", 0.25, False), ("UNKNOWN", 0.25, False), ("RUNNING", 0.5, True),
        ("IDLE", 7.0, False),
    ]  # fmt: skip


def test_discrepancies_have_a_status_an_owner_and_a_resolution() -> None:
    story = Story()
    raised: dict[str, Any] = {
        "code": "order_not_released",
        "owner_role": "planner",
        "due": iso(900),
        "start": iso(1),
    }
    raised |= {"end": iso(1), "at_most": None, "evidence": {"order_id": "PO-1"}}
    for name in ("d1", "d2", "d3"):
        story.tell("discrepancy.raised", discrepancy_id=name, **raised)
    told: dict[str, Any] = {"code": "order_not_released", "actor": "planner-1", "comment": None}
    story.tell("discrepancy.resolved", discrepancy_id="d1", resolution="released", by="rule", **told)
    story.tell("discrepancy.acknowledged", discrepancy_id="d2", **told)
    story.tell(
        "discrepancy.expired", discrepancy_id="d3", code="order_not_released", owner_role="planner", due=iso(900)
    )
    story.tell(
        "discrepancy.expired", discrepancy_id="d1", code="order_not_released", owner_role="planner", due=iso(900)
    )
    found = [(one.status, one.resolution, one.actor) for one in story.figures().discrepancies]
    assert found == [
        ("resolved", "released", "planner-1"),
        ("acknowledged", None, "planner-1"),
        ("expired", None, None),
    ]
    assert {one.owner_role for one in story.figures().discrepancies} == {"planner"}


def test_deviations_are_gathered_whichever_fact_tells_them() -> None:
    story = Story()
    late = {"kind": "norm", "expected": "1800", "actual": "2100", "reason": None}
    story.tell(
        "setup.ended", op_execution_id="op-1", cause="operator", planned_s="1800", actual_s="2100", setup_pieces="0",
        deviation=late,
    )  # fmt: skip
    instead = {
        "kind": "substitution",
        "expected": "CABLE",
        "actual": "CABLE-B",
        "reason": reason("SHORT", "deviations"),
    }
    story.tell("deviation.recorded", deviation=instead, rule="SUBSTITUTE_NEEDS_REASON", comment="", actor="7")
    found = [(one.kind, one.actual, one.reason, one.rule) for one in story.figures().floor.deviations]
    assert found == [
        ("norm", "2100", None, None),
        ("substitution", "CABLE-B", "SHORT", "SUBSTITUTE_NEEDS_REASON"),
    ]
