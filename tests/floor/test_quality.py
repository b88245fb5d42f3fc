"""What does not conform on a whole plant: in rework, with its defect and cause, on hold, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC, OTHER, THIRD, LAST, UNITS = "BENCH-1", "BENCH-2", "BENCH-3", "BENCH-4", "BENCH-5"
"""One for each test."""
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA"}
INCOMING = {"check_id": "LID-IN", "kind": "incoming", "component": "LID", "sampling": "per_lot", "mandatory": True}
QUALITY: Document = {"actor": "QA-1", "role": "quality"}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    benches: list[Document] = [{"work_center": wc, "manual": True} for wc in (WC, OTHER, THIRD, LAST)]
    benches.append({"work_center": UNITS, "manual": True, "output": {"count_by": "serial"}})
    with a_floor(Made(machines=tuple(benches), speed=10.0), tmp_path_factory.mktemp("quality")) as floor:
        for name, known in (("defects", "DENT"), ("causes", "WORN_TOOL"), ("holds", "SUSPECT")):
            floor.publish(name, codes(known))
        floor.publish("boms/BOX", {"item_id": "BOX", "versions": versions("bom_version", "3", lines=[LINE])})
        floor.publish("checks/BOX", {"item_id": "BOX", "versions": versions("limits_version", "7", checks=[INCOMING])})
        for lot_id in ("L-1", "L-2"):
            floor.publish(f"lots/{lot_id}", {"lot_id": lot_id, "item_id": "LID", "qty": "100", "uom": "EA"})
        yield floor


def quantities(plant: Floor, good: str, scrap: str, rework: str) -> None:
    """Wait until the order in progress is shown with these."""

    def shown(center: Document) -> bool:
        order = center["order"]
        if order is None:
            return False
        return bool((order["qty_good"], order["qty_scrap"], order["qty_rework"]) == (good, scrap, rework))

    plant.until_center(WC, shown, f"{good} good, {scrap} scrap, {rework} in rework")


@pytest.mark.requirement(19)
def test_rework_is_a_quantity_of_its_own_until_it_is_good_or_scrap(plant: Floor) -> None:
    plant.publish("orders/PO-19", an_order("PO-19", item_id="CASE"), wc=WC)
    plant.enter(WC, "start_operation", order_id="PO-19")
    plant.enter(WC, "report_good", qty="10")
    plant.enter(WC, "raise_nc", qty="3", defect_code="DENT")
    sent = plant.one("rework.recorded", order_id="PO-19")
    assert (sent["qty_rework"], sent["qty_from_good"], sent["cum_rework"], sent["uom"]) == ("3", "0", "3", "EA")
    assert plant.mes("scrap.recorded", order_id="PO-19") == []
    quantities(plant, "10", "0", "3")
    plant.enter(WC, "partial_operation")
    part = plant.one("operation.partially_completed", order_id="PO-19")
    assert (part["qty_good"], part["qty_scrap"], part["qty_rework"]) == ("10", "0", "3")
    plant.enter(WC, "resume_operation", order_id="PO-19")
    nc_id = plant.one("nc.raised", order_id="PO-19")["nc_id"]
    plant.enter(WC, "dispose_nc", nc_id=nc_id, disposition="repair")
    plant.enter(WC, "pass_retest", nc_id=nc_id, qty="2")
    quantities(plant, "12", "0", "1")
    plant.enter(WC, "dispose_nc", nc_id=nc_id, disposition="write_off", **QUALITY)
    quantities(plant, "12", "1", "0")
    plant.enter(WC, "complete_operation")
    done = plant.one("operation.completed", order_id="PO-19")
    assert (done["qty_good"], done["qty_scrap"], done["qty_rework"]) == ("12", "1", "0")
    # The MES comes to the same out of the facts alone.
    output, scrap = plant.mes("output.recorded", order_id="PO-19"), plant.mes("scrap.recorded", order_id="PO-19")
    good = total(output, "qty_good") - total(scrap, "qty_from_good") - total([sent], "qty_from_good")
    rework = total([sent], "qty_rework") - total(output, "qty_from_rework") - total(scrap, "qty_from_rework")
    assert (good, total(scrap, "qty_scrap"), rework) == (12, 1, 0)


def total(facts: list[Document], field: str) -> int:
    return sum(int(one[field]) for one in facts)


@pytest.mark.requirement(36)
def test_a_defect_is_told_with_its_cause_and_what_was_done_about_it(plant: Floor) -> None:
    plant.publish("orders/PO-36", an_order("PO-36", item_id="CASE"), wc=OTHER)
    plant.enter(OTHER, "start_operation", order_id="PO-36")
    plant.enter(OTHER, "report_good", qty="5")
    assert plant.try_to(OTHER, "raise_nc", qty="1", defect_code="ODD")["code"] == "UNKNOWN_DEFECT"
    found = {"qty": "2", "defect_code": "DENT", "cause": "WORN_TOOL", "place": "PRESS-3", "comment": "left edge"}
    plant.enter(OTHER, "raise_nc", **found)
    raised = plant.one("nc.raised", order_id="PO-36")
    assert (raised["defect_code"], raised["cause"], raised["place"]) == ("DENT", "WORN_TOOL", "PRESS-3")
    assert (raised["qty"], raised["keys"]["op_no"], raised["actor"]) == ("2", "10", "OP-1")
    decided = {"disposition": "repair", "corrective_action": "tool changed, edge ground"}
    plant.enter(OTHER, "dispose_nc", nc_id=raised["nc_id"], **decided)
    told = plant.one("nc.dispositioned", order_id="PO-36")
    assert (told["nc_id"], told["disposition"], told["corrective_action"], told["decided_by"]) == (
        raised["nc_id"],
        "repair",
        "tool changed, edge ground",
        "OP-1",
    )
    plant.enter(OTHER, "pass_retest", nc_id=raised["nc_id"])
    plant.enter(OTHER, "complete_operation")


@pytest.mark.requirement(34)
def test_a_mandatory_check_of_the_order_is_enforced(plant: Floor) -> None:
    final = {"check_id": "FIT", "kind": "final", "sampling": "once", "mandatory": True}
    plant.publish("checks/CRATE", {"item_id": "CRATE", "versions": versions("limits_version", "7", checks=[final])})
    plant.publish("orders/PO-34", an_order("PO-34", item_id="CRATE"), wc=WC)
    plant.enter(WC, "start_operation", order_id="PO-34")
    due = plant.until_center(WC, lambda center: bool(center["quality"]["due"]), "what is due is shown")["quality"][
        "due"
    ]
    assert [(one["check_id"], one["mandatory"]) for one in due] == [("FIT", True)]
    assert plant.try_to(WC, "complete_operation")["code"] == "CHECKS_DUE"
    assert plant.mes("operation.completed", order_id="PO-34") == []
    plant.enter(WC, "record_check", check_id="FIT", result="pass")
    plant.enter(WC, "complete_operation")
    assert plant.one("quality.checked", order_id="PO-34")["check_id"] == "FIT"


@pytest.mark.requirement(37)
@pytest.mark.requirement(38)
def test_a_unit_is_retested_and_good_again_under_its_own_serial(plant: Floor) -> None:
    plant.publish("orders/PO-40", an_order("PO-40", item_id="PUMP", trace={"serials": True}), wc=UNITS)
    plant.enter(UNITS, "start_operation", order_id="PO-40")
    assert plant.scan(UNITS, "SN:U-1")["accepted"]
    plant.enter(UNITS, "raise_nc", serial="U-1", defect_code="DENT")
    plant.enter(UNITS, "dispose_nc", serial="U-1", disposition="retest", comment="gauge was dirty")
    told = plant.one("nc.dispositioned", order_id="PO-40")
    assert (told["serial"], told["disposition"], told["decided_by"]) == ("U-1", "retest", "OP-1")
    plant.enter(UNITS, "pass_retest", serial="U-1")
    plant.enter(UNITS, "complete_operation")
    plant.delivered()
    passes = [(one["serials"], one["pass_no"]) for one in plant.mes("output.recorded", order_id="PO-40")]
    assert passes == [(["U-1"], 1), (["U-1"], 2)]
    assert plant.one("rework.recorded", order_id="PO-40")["serial"] == "U-1"
    assert plant.one("operation.completed", order_id="PO-40")["qty_good"] == "1"


@pytest.mark.requirement(36)
def test_what_is_held_is_not_used_until_quality_releases_it(plant: Floor) -> None:
    plant.enter(THIRD, "place_hold", target="lot", target_id="L-1", reason="SUSPECT", comment="smells")
    placed = plant.one("hold.placed", lot_id="L-1")
    assert (placed["reason"]["code"], placed["comment"], placed["actor"]) == ("SUSPECT", "smells", "OP-1")
    plant.publish("orders/PO-37", an_order("PO-37"), wc=THIRD)
    plant.enter(THIRD, "start_operation", order_id="PO-37")
    assert plant.scan(THIRD, "LOT:L-1:LID")["code"] == "LOT_ON_HOLD"
    held = plant.until_center(THIRD, lambda center: bool(center["quality"]["holds"]), "the hold is shown")
    assert [one["target_id"] for one in held["quality"]["holds"]] == ["L-1"]
    named = {"target": "lot", "target_id": "L-1"}
    assert plant.try_to(THIRD, "release_hold", **named)["code"] == "NEEDS_SUPERVISOR"
    plant.enter(THIRD, "release_hold", **named, **QUALITY)
    released = plant.one("hold.released", lot_id="L-1")
    assert (released["hold_id"], released["actor"]) == (placed["hold_id"], "QA-1")
    assert plant.scan(THIRD, "LOT:L-1:LID")["accepted"]


@pytest.mark.requirement(36)
def test_a_lot_that_fails_its_incoming_inspection_is_held(plant: Floor) -> None:
    plant.publish("orders/PO-38", an_order("PO-38"), wc=LAST)
    plant.enter(LAST, "start_operation", order_id="PO-38")
    assert plant.scan(LAST, "LOT:L-2:LID")["accepted"]
    failed = {"check_id": "LID-IN", "result": "fail", "lot_id": "L-2", "defect_code": "DENT", "cause": "WORN_TOOL"}
    plant.enter(LAST, "record_check", **failed)
    assert plant.one("quality.checked", lot_id="L-2")["kind"] == "incoming"
    raised = plant.one("nc.raised", lot_id="L-2")
    assert (raised["defect_code"], raised["cause"]) == ("DENT", "WORN_TOOL")
    assert plant.one("hold.placed", lot_id="L-2")["target"] == "lot"
