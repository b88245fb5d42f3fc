"""What is used up is told at boundaries, with each unit, or as people enter it (requirements 24, 27, 28)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from agent.core.facts import DeviationRecorded, DiscrepancyRaised, MaterialConsumed, OutputRecorded
from agent.core.materials.material_settings import MaterialSettings
from tests.core.floor import Floor, a_floor, a_line, a_lot, a_substitute

BOARD = a_line("10", "BOARD", substitutes=[a_substitute("BOARD-B", coefficient="2", reason_required=False)])
CABLE = a_line("20", "CABLE", "0.5", uom="M", tolerance_pct="10")
GLUE = a_line("30", "GLUE", "0.01", uom="KG", mode="entered", lot_required=False)
SEAL = a_line("40", "SEAL", "2", mode="unit")
LABEL = a_line("50", "LABEL", lot_required=False)
LOTS = (
    a_lot("B1", "BOARD", qty="4"),
    a_lot("B2", "BOARD"),
    a_lot("B3", "BOARD-B", qty="100"),
    a_lot("C1", "CABLE", qty="50", uom="M"),
    a_lot("G1", "GLUE", uom="KG"),
    a_lot("S1", "SEAL"),
)


def a_place(*lines: dict[str, object], rules: MaterialSettings | None = None) -> Floor:
    floor = Floor(a_floor(*(lines or (BOARD,)), lots=LOTS, items=[("BOARD-B", "EA")]), rules)
    floor.start()
    return floor


def used(floor: Floor) -> list[MaterialConsumed]:
    return floor.story.of(MaterialConsumed)


def shares(floor: Floor) -> list[tuple[str | None, Decimal]]:
    """From which lot how much."""
    return [(one.keys.lot_id, one.qty) for one in used(floor)]


def deviations(floor: Floor) -> list[tuple[str, str, str, str | None]]:
    told = [fact.deviation for fact in floor.story.of(DeviationRecorded) if isinstance(fact, DeviationRecorded)]
    return [(one.kind, one.expected, one.actual, None if one.reason is None else one.reason.code) for one in told]


def raised(floor: Floor) -> list[DiscrepancyRaised]:
    return floor.story.of(DiscrepancyRaised)


def test_what_goes_by_output_is_told_when_the_order_ends_and_never_for_a_part() -> None:
    floor = a_place(BOARD, CABLE)
    floor.say("load_lot", lot_id="B2")
    floor.say("load_lot", lot_id="C1")
    floor.make(10, scrap=2)
    assert used(floor) == []
    assert len(floor.story.of(OutputRecorded)) > 2
    floor.say("complete_operation")
    board, cable = used(floor)
    assert (board.keys.item_id, board.keys.lot_id, board.qty, board.uom) == ("BOARD", "B2", Decimal(10), "EA")
    assert (board.keys.order_id, board.keys.op_no, board.versions.bom_version) == ("PO-1", "10", "B1")
    assert (board.mode, board.bom_line, board.norm_qty, board.cum_qty, board.over_qty) == (
        "by_output",
        "10",
        Decimal(10),
        Decimal(10),
        Decimal(0),
    )
    assert (cable.qty, cable.uom, cable.norm_qty, cable.cum_qty) == (Decimal(5), "M", Decimal(5), Decimal(5))


def test_a_lot_that_is_used_up_gives_way_to_the_next_one() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B1")
    floor.say("load_lot", lot_id="B2")
    floor.make(7)
    floor.say("complete_operation")
    assert shares(floor) == [("B1", Decimal(4)), ("B2", Decimal(3))]
    assert [one.cum_qty for one in used(floor)] == [Decimal(4), Decimal(7)]


def test_what_no_lot_can_have_given_is_told_without_one_and_raised_once() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B1")
    floor.make(6)
    floor.say("load_lot", lot_id="B3")
    floor.say("unload_lot", lot_id="B3")
    floor.make(1)
    floor.say("complete_operation")
    assert shares(floor) == [("B1", Decimal(4)), (None, Decimal(2)), (None, Decimal(1))]
    (one,) = raised(floor)
    assert (one.code, one.keys.order_id, one.evidence["item_id"], one.evidence["qty"]) == (
        "lot_unresolved",
        "PO-1",
        "BOARD",
        "2",
    )


def test_a_component_that_needs_no_lot_is_told_without_one_and_nobody_is_asked() -> None:
    floor = a_place(LABEL)
    floor.make(3)
    floor.say("complete_operation")
    assert shares(floor) == [(None, Decimal(3))]
    assert raised(floor) == []


def test_a_lot_that_is_loaded_tells_what_was_used_before_it() -> None:
    floor = a_place(LABEL, BOARD)
    floor.say("load_lot", lot_id="B2")
    floor.make(3)
    floor.say("load_lot", lot_id="B1")
    assert [(one.keys.item_id, one.qty) for one in used(floor)] == [("LABEL", Decimal(3)), ("BOARD", Decimal(3))]


def test_a_substitute_is_used_by_its_coefficient_and_says_what_it_stands_in_for() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B3")
    floor.make(3)
    floor.say("complete_operation")
    (one,) = used(floor)
    assert (one.keys.item_id, one.qty, one.cum_qty, one.norm_qty) == ("BOARD-B", Decimal(6), Decimal(3), Decimal(3))
    assert (one.is_substitute, one.substitute_for) == (True, "BOARD")


def test_a_component_of_units_is_told_with_each_unit() -> None:
    floor = a_place(SEAL)
    floor.say("load_lot", lot_id="S1")
    floor.scan("SN:0001")
    floor.scan("SN:0002")
    assert [(one.mode, one.qty, one.parent_serial, one.cum_qty, one.norm_qty) for one in used(floor)] == [
        ("unit", Decimal(2), "0001", Decimal(2), Decimal(2)),
        ("unit", Decimal(2), "0002", Decimal(4), Decimal(4)),
    ]
    floor.scan("SN:0002")
    assert len(used(floor)) == 2


def test_what_goes_by_output_and_more_is_over_the_norm_and_needs_a_reason() -> None:
    floor = a_place(CABLE)
    floor.say("load_lot", lot_id="C1")
    floor.make(12)
    asked = floor.say("consume", lot_id="C1", qty="1", serial="0007")
    assert asked.code == "OVER_NEEDS_REASON"
    assert used(floor) == []
    assert floor.say("consume", lot_id="C1", qty="1", serial="0007", reason="REPAIR").accepted
    before, extra = used(floor)
    assert (before.mode, before.qty) == ("by_output", Decimal(6))
    assert (extra.mode, extra.qty, extra.norm_qty, extra.cum_qty, extra.over_qty) == (
        "entered",
        Decimal(1),
        Decimal(6),
        Decimal(7),
        Decimal(1),
    )
    assert (extra.parent_serial, extra.keys.lot_id, extra.reason and extra.reason.code) == ("0007", "C1", "REPAIR")
    (one,) = raised(floor)
    assert (one.code, one.keys.op_no, one.evidence["lot_id"], one.evidence["reason"]) == (
        "consumption_over_norm",
        "10",
        "C1",
        "REPAIR",
    )


def test_over_the_norm_is_raised_once_for_an_execution_and_told_once() -> None:
    floor = a_place(CABLE)
    floor.say("load_lot", lot_id="C1")
    floor.make(4)
    floor.say("consume", lot_id="C1", qty="1", reason="REPAIR")
    floor.say("consume", lot_id="C1", qty="1", reason="REPAIR")
    floor.make(4)
    floor.say("complete_operation")
    assert len(raised(floor)) == 1
    assert [one.over_qty for one in used(floor)] == [Decimal(0), Decimal(1), Decimal(1), Decimal(0)]
    assert used(floor)[-1].cum_qty == Decimal(6)


def test_within_its_tolerance_it_needs_no_reason() -> None:
    floor = a_place(CABLE)
    floor.say("load_lot", lot_id="C1")
    floor.make(20)
    assert floor.say("consume", bom_line="20", qty="1").accepted
    assert raised(floor) == []
    assert used(floor)[-1].over_qty == Decimal(1)


def test_a_plant_may_do_without_reasons() -> None:
    floor = a_place(CABLE, rules=MaterialSettings(over_needs_reason=False))
    assert floor.say("consume", item_id="CABLE", qty="1").accepted
    assert [one.code for one in raised(floor)] == ["lot_unresolved", "consumption_over_norm"]


def test_what_people_enter_may_be_used_ahead_of_the_output() -> None:
    floor = a_place(GLUE)
    floor.say("load_lot", lot_id="G1")
    assert floor.say("consume", lot_id="G1", qty="0.5").accepted
    (one,) = used(floor)
    assert (one.mode, one.norm_qty, one.cum_qty, one.over_qty) == ("entered", Decimal(0), Decimal("0.5"), Decimal(0))
    assert floor.say("consume", lot_id="G1", qty="0.6").code == "OVER_NEEDS_REASON"
    floor.make(10)
    assert raised(floor) == []
    floor.say("complete_operation")
    (over,) = raised(floor)
    assert (over.code, over.evidence["used"], over.evidence["norm"]) == ("consumption_over_norm", "0.5", "0.10")


def test_an_entry_says_what_it_is_of_and_in_which_unit() -> None:
    floor = a_place(CABLE)
    assert floor.say("consume", qty="1").code == "MISSING_ARGUMENT"
    assert floor.say("consume", lot_id="C1", qty="1").code == "NOT_LOADED"
    assert floor.say("consume", bom_line="99", qty="1").code == "NOT_IN_BOM"
    assert floor.say("consume", bom_line="20", qty="1", uom="KG").code == "WRONG_UOM"
    assert floor.say("consume", item_id="TAPE", qty="1").code == "NO_UOM"
    assert used(floor) == []


def test_what_is_not_in_the_bill_of_materials_is_used_with_a_reason_and_is_a_deviation() -> None:
    floor = a_place(CABLE)
    assert floor.say("consume", item_id="TAPE", qty="1", uom="M").code == "NOT_IN_BOM"
    assert used(floor) == []
    assert floor.say("consume", item_id="TAPE", qty="1", uom="M", reason="REPAIR").accepted
    (one,) = used(floor)
    assert (one.keys.item_id, one.bom_line, one.norm_qty, one.cum_qty) == ("TAPE", None, None, Decimal(1))
    assert deviations(floor) == [("bom", "CABLE", "TAPE", "REPAIR")]


def test_what_stands_in_for_a_component_is_a_deviation_also_without_a_lot() -> None:
    floor = a_place(a_line("10", "BOARD", mode="entered", substitutes=[a_substitute("BOARD-B")]))
    assert floor.say("consume", item_id="BOARD-B", qty="1").code == "SUBSTITUTE_NEEDS_REASON"
    assert floor.say("consume", item_id="BOARD-B", qty="1", reason="SHORTAGE").accepted
    assert deviations(floor) == [("substitution", "BOARD", "BOARD-B", "SHORTAGE")]


def test_whether_what_is_not_in_the_bill_of_materials_is_looked_at_is_configuration() -> None:
    for rule, told in (("warn", [("bom", "CABLE", "TAPE", None)]), ("off", [])):
        floor = a_place(CABLE, rules=MaterialSettings.model_validate({"not_in_bom": rule}))
        assert floor.say("consume", item_id="TAPE", qty="1", uom="M").accepted
        assert deviations(floor) == told


def test_scrap_turns_good_parts_into_scrap_and_uses_nothing_more() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B2")
    floor.make(5)
    floor.say("load_lot", lot_id="B1")
    floor.say("report_scrap", qty="2", defect_code="CRACK")
    floor.say("complete_operation")
    assert shares(floor) == [("B2", Decimal(5))]


def test_parts_that_were_none_put_back_what_was_told_of_them() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B2")
    floor.make(5)
    floor.say("load_lot", lot_id="B1")
    floor.say("adjust_quantity", category="good", delta="-2", reason="RECOUNT", role="supervisor")
    floor.say("complete_operation")
    assert shares(floor) == [("B2", Decimal(5)), ("B2", Decimal(-2))]
    assert used(floor)[-1].cum_qty == used(floor)[-1].norm_qty == Decimal(3)


def test_parts_counted_after_the_order_ended_are_told_of_it_and_of_its_lots() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B2")
    floor.make(5)
    floor.say("complete_operation")
    floor.at -= 0.9
    floor.make(1)
    late = used(floor)[-1]
    assert (late.keys.order_id, late.keys.lot_id, late.qty, late.cum_qty) == ("PO-1", "B2", Decimal(1), Decimal(6))


def test_what_is_counted_late_is_missing_in_the_lot_when_it_is_loaded_again() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B1")
    floor.make(2)
    floor.say("complete_operation")
    floor.at -= 0.9
    floor.make(1)
    floor.start("PO-2")
    floor.say("load_lot", lot_id="B1")
    (lot,) = floor.story.station.state.materials.loaded
    assert (lot.qty, lot.used, lot.left) == (Decimal(4), Decimal(3), Decimal(1))


def test_parts_of_a_setup_use_material_unless_the_plant_says_otherwise() -> None:
    for uses, told in ((True, [(None, Decimal(3))]), (False, [])):
        floor = a_place(LABEL, rules=MaterialSettings(setup_parts_use_material=uses))
        floor.say("start_setup")
        floor.make(3)
        floor.say("complete_operation")
        assert shares(floor) == told


def test_a_restart_in_the_middle_changes_nothing() -> None:
    told = []
    for restarts in (False, True):
        floor = a_place(BOARD, CABLE)
        floor.say("load_lot", lot_id="B1")
        floor.make(3)
        if restarts:
            floor.restart()
        floor.say("consume", bom_line="20", qty="1", reason="REPAIR")
        floor.say("load_lot", lot_id="B2")
        if restarts:
            floor.restart()
        floor.make(3)
        floor.say("complete_operation")
        told.append([(one.keys.lot_id, one.qty, one.cum_qty, one.over_qty) for one in used(floor)])
    assert told[0] == told[1]


def test_what_was_used_goes_on_when_the_operation_is_taken_up_again() -> None:
    floor = a_place(CABLE, SEAL)
    floor.say("load_lot", lot_id="C1")
    floor.make(4)
    floor.say("consume", lot_id="C1", qty="1", reason="REPAIR")
    floor.scan("SN:0001")
    floor.say("partial_operation")
    floor.start("PO-2")
    floor.make(3)
    floor.say("complete_operation")
    floor.restart()
    floor.say("resume_operation", order_id="PO-1")
    floor.make(2)
    floor.scan("SN:0002")
    floor.say("complete_operation")
    mine = [one for one in used(floor) if one.keys.order_id == "PO-1"]
    assert [(one.bom_line, one.mode, one.qty, one.cum_qty) for one in mine] == [
        ("20", "by_output", Decimal(2), Decimal(2)),
        ("20", "entered", Decimal(1), Decimal(3)),
        ("40", "unit", Decimal(2), Decimal(2)),
        ("40", "unit", Decimal(2), Decimal(4)),
        ("20", "by_output", Decimal(1), Decimal(4)),
    ]


def test_a_pause_leaves_the_lots_and_tells_nothing() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B2")
    floor.make(2)
    floor.say("pause_operation", reason="LUNCH")
    assert used(floor) == []
    assert floor.story.station.state.materials.lots == ("B2",)


def test_a_lot_that_is_held_here_while_it_is_loaded_is_raised_once() -> None:
    floor = a_place(BOARD, CABLE)
    floor.say("load_lot", lot_id="B2")
    floor.make(2)
    floor.say("load_lot", lot_id="C1")
    floor.say("place_hold", target="lot", target_id="B2", reason="WET")
    floor.make(2)
    floor.say("unload_lot", lot_id="C1")
    floor.make(2)
    floor.say("complete_operation")
    told = [(one.code, one.evidence["lot_id"]) for one in raised(floor) if one.code == "lot_on_hold_used"]
    assert told == [("lot_on_hold_used", "B2")]
    assert [one.qty for one in used(floor) if one.keys.lot_id == "B2"] == [2, 2, 2]


def test_a_lot_that_is_restricted_while_it_is_loaded_is_raised_once() -> None:
    floor = a_place()
    floor.say("load_lot", lot_id="B2")
    floor.make(2)
    held = {**floor.story.plan.lots, "B2": a_lot("B2", "BOARD", status="restricted")}
    floor.story.plan = replace(floor.story.plan, lots=held)
    floor.say("load_lot", lot_id="B1")
    floor.make(2)
    floor.say("complete_operation")
    assert [(one.code, one.evidence["lot_id"]) for one in raised(floor)] == [("lot_on_hold_used", "B2")]
