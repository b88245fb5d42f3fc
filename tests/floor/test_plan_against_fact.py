"""One order, one lot, one shift: both sides hold the same; and where fact is not as planned, why. On a whole plant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.floor.looking import lineside, said_until
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC, SHIFT = "BENCH-1", "2026-03-04/1"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SHIFTS = [
    {"id": "1", "start": "06:00", "end": "06:25", "days": DAYS},
    {"id": "2", "start": "06:25", "end": "22:00", "days": DAYS},
]
BESIDE: Document = {"calendar": {"shift": SHIFTS}}
LID = {
    "line": "10",
    "item_id": "LID",
    "qty_per": "1",
    "uom": "EA",
    "substitutes": [{"item_id": "LID-B", "approved": True, "reason_required": True}],
}
GLUE = {"line": "20", "item_id": "GLUE", "qty_per": "0.5", "uom": "KG", "mode": "entered"}
CHECK = {"check_id": "LOOK", "kind": "in_process", "sampling": "first_piece", "mandatory": True}
NORM = {"op_no": "10", "cycle_s": "30", "setup_s": "60", "labor_s": "40"}
LISTS = {
    "deviations": "SHORTAGE",
    "defects": "DENT",
    "returns": "SURPLUS",
    "interruptions": "BREAKDOWN",
    "skips": "NO_GAUGE",
}


def publish(floor: Floor) -> None:
    """All that the MES owns of it."""
    floor.publish("boms/BOX", {"item_id": "BOX", "versions": versions("bom_version", "3", lines=[LID, GLUE])})
    floor.publish("checks/BOX", {"item_id": "BOX", "versions": versions("limits_version", "7", checks=[CHECK])})
    floor.publish("norms/BOX", {"item_id": "BOX", "versions": versions("norm_version", "1", **NORM)})
    for name, code in LISTS.items():
        floor.publish(name, codes(code))
    floor.publish("reasons", {"reasons": [{"code": "NO_LIDS", "text": {"en": "Lids are missing"}}]})
    for lot_id, item_id, uom in (("L-1", "LID", "EA"), ("L-2", "LID-B", "EA"), ("G-1", "GLUE", "KG")):
        floor.publish(f"lots/{lot_id}", {"lot_id": lot_id, "item_id": item_id, "qty": "100", "uom": uom})
    order = an_order("PO-1", qty_planned="10", trace={"lots": True, "lot_out": "P-1"})
    floor.publish("orders/PO-1", order, wc=WC)


def work(floor: Floor) -> None:
    """Two lots of lids, one in place of the other, more glue than allowed, a pause, a stop, a check not made."""
    floor.enter(WC, "sign_on", operator_id="OP-1")
    floor.enter(WC, "start_operation", order_id="PO-1")
    assert floor.scan(WC, "LOT:L-1:LID")["accepted"]
    assert floor.scan(WC, "LOT:G-1:GLUE")["accepted"]
    floor.enter(WC, "report_good", qty="6")
    floor.enter(WC, "return_material", lot_id="L-1", qty="90", to_place="STORE", reason="SURPLUS")
    floor.enter(WC, "unload_lot", lot_id="L-1")
    floor.enter(WC, "start_stop", code="NO_LIDS")
    floor.until_plant(floor.clock.elapsed() + 180.0)
    floor.enter(WC, "end_stop")
    floor.enter(WC, "load_lot", lot_id="L-2", item_id="LID-B", reason="SHORTAGE")
    floor.enter(WC, "pause_operation", reason="BREAKDOWN")
    floor.enter(WC, "resume_operation")
    floor.enter(WC, "report_good", qty="2")
    floor.enter(WC, "report_scrap", qty="1", defect_code="DENT")
    floor.enter(WC, "consume", lot_id="G-1", qty="7", reason="SHORTAGE")
    floor.enter(WC, "skip_check", check_id="LOOK", reason="NO_GAUGE")
    floor.enter(WC, "complete_operation")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """The shift is over, and the MES has said what it makes of it."""
    made = Made(machines=({"work_center": WC, "manual": True},), beside=BESIDE, speed=60.0)
    with a_floor(made, tmp_path_factory.mktemp("plan")) as floor:
        publish(floor)
        work(floor)
        floor.until_plant(25 * 60 + 30)
        floor.wait(lambda: bool(floor.mes("reconciliation.digest")), "the digest of the shift")
        floor.delivered()
        yield floor


def shown(plant: Floor, *arguments: str) -> Document:
    """What the command has of the work center."""
    said: Any = json.loads(lineside(plant, "reconcile", *arguments, "--json"))
    (center,) = said["centers"]
    return dict(center)


def agreed(plant: Floor, *arguments: str) -> dict[tuple[str | None, str, str | None], tuple[str, str]]:
    """What both sides say of each lot, kind and item, once the MES has said all of it."""

    def told() -> list[Document]:
        found = shown(plant, "--order", "PO-1", "--shift", SHIFT, *arguments)["compared"]
        return [one for one in found if one["theirs"] is not None]

    plant.wait(lambda: len(told()) >= 5, "the MES says its figures")
    assert not any(one["differs"] for one in told())
    return {(one["lot_id"], one["kind"], one["item_id"]): (one["ours"], one["theirs"]) for one in told()}


@pytest.mark.requirement(99)
def test_one_order_one_lot_one_shift_has_matching_counts_and_statuses_on_both_sides(plant: Floor) -> None:
    both = agreed(plant)
    assert both["P-1", "qty_good", None] == ("8", "8")
    assert both["P-1", "qty_scrap", None] == ("1", "1")
    assert both["P-1", "status", None] == ("completed", "completed")
    assert both[None, "consumed", "LID"] == ("6", "6")
    assert both[None, "consumed", "LID-B"] == ("3", "3")
    assert both[None, "consumed", "GLUE"] == ("7", "7")
    (digest,) = [one for one in plant.mes("reconciliation.digest") if one["scope"] == "shift"]
    told = {row["status"] for row in digest["rows"] if row["order_id"] == "PO-1" and row["shift"] is not None}
    assert told == {"completed"}
    assert set(agreed(plant, "--lot", "P-1")) == {one for one in both if one[0] == "P-1"}


@pytest.mark.requirement(99)
def test_a_status_and_a_consumption_that_differ_are_raised_marked_and_resolved(plant: Floor) -> None:
    def figures(rev: str, status: str, glue: str) -> Document:
        used = {"LID": "6", "LID-B": "3", "GLUE": glue}
        row = {"order_id": "PO-1", "op_no": "10", "status": status, "consumed": used}
        return {"rev": rev, "business_date": "2026-03-04", "shift_id": "1", "rows": [row]}

    def differences(kind: str) -> list[Document]:
        return [one for one in plant.mes(kind) if one["code"] == "reconciliation_difference"]

    def say(rev: str) -> None:
        status, glue = ("in_progress", "5") if rev.startswith("wrong") else ("completed", "7")
        plant.publish(f"figures/{SHIFT}", figures(rev, status, glue), wc=WC)

    said_until(say, "wrong", lambda: len(differences("discrepancy.raised")) == 2)
    sides = {(one["evidence"]["kind"], one["evidence"]["ours"]) for one in differences("discrepancy.raised")}
    assert sides == {("status", "completed"), ("consumed", "7")}
    marked = [line for line in lineside(plant, "reconcile", "--shift", SHIFT).splitlines() if "DIFFERS" in line]
    assert [line.split()[-4:] for line in marked] == [
        ["completed", "in", "progress", "DIFFERS"],
        ["GLUE", "7", "5", "DIFFERS"],
    ]
    said_until(say, "right", lambda: len(differences("discrepancy.resolved")) == 2)


@pytest.mark.requirement(100)
def test_the_deviation_report_tells_plan_against_fact_with_reasons(plant: Floor) -> None:
    report = shown(plant, "--order", "PO-1")["deviations"]
    (operation,) = report["operations"]
    assert (operation["op_no"], operation["status"]) == ("10", "completed")
    made = {name: operation[name] for name in ("planned", "good", "scrap", "rework")}
    assert made == {"planned": "10", "good": "8", "scrap": "1", "rework": "0"}
    assert operation["scrapped"] == [{"defect_code": "DENT", "qty": "1"}]
    norms = [Decimal(operation["times"][f"norm_{name}_s"]) for name in ("run", "setup", "labor")]
    assert norms == [9 * 30, 60, 9 * 40]
    assert Decimal(operation["labor_s"]) > 0
    used = {one["item_id"]: (one["norm"], one["used"], one["substitute_for"]) for one in operation["materials"]}
    assert used == {"LID": ("9", "6", None), "LID-B": (None, "3", "LID"), "GLUE": ("4.5", "7", None)}
    over = [(one["item_id"], one["lot_id"], one["qty"], one["reason"]) for one in operation["over"]]
    assert over == [("GLUE", "G-1", "2.0", "SHORTAGE")]
    told = [(one["kind"], one["expected"], one["actual"], one["reason"]) for one in operation["deviations"]]
    assert told == [("substitution", "LID", "LID-B", "SHORTAGE")]
    assert [(one["status"], one["reason"]) for one in operation["interruptions"]] == [("paused", "BREAKDOWN")]
    stops = {one["reason"]: Decimal(one["seconds"]) for one in operation["stops"]}
    (stop,) = plant.mes("stop.closed", order_id="PO-1")
    assert stops == {"NO_LIDS": Decimal(stop["duration_s"])}
    assert [(one["check_id"], one["reason"]) for one in operation["skipped"]] == [("LOOK", "NO_GAUGE")]
    open_ones = {one["code"]: one for one in report["open_discrepancies"]}
    [raised] = [one for one in plant.mes("discrepancy.raised") if one["code"] == "consumption_over_norm"]
    mine = open_ones["consumption_over_norm"]
    assert (mine["owner_role"], mine["due"]) == (raised["owner_role"], raised["due"])
    assert not any(word in json.dumps(report) for word in ("price", "cost", "amount"))


@pytest.mark.requirement(100)
def test_a_correction_changes_the_report(plant: Floor) -> None:
    (used,) = plant.events("material.consumed", order_id="PO-1", item_id="GLUE")
    page = lineside(plant, "reconcile", "--order", "PO-1")
    assert "2  KG  GLUE  lot G-1  SHORTAGE" in page
    plant.publish("corrections", codes("MISREAD"))
    said = {"target_id": used["id"], "target_sequence": str(int(used["sequence"])), "reason": "MISREAD"}
    plant.enter(WC, "replace_fact", actor="BOSS-1", role="supervisor", set='{"qty": "5"}', **said)
    (operation,) = shown(plant, "--order", "PO-1")["deviations"]["operations"]
    assert [one["used"] for one in operation["materials"] if one["item_id"] == "GLUE"] == ["5"]
    assert operation["over"] == []


@pytest.mark.requirement(29)
def test_of_a_component_lot_it_is_told_where_it_went_and_of_a_produced_one_what_went_into_it(plant: Floor) -> None:
    lot = shown(plant, "--lot", "L-1")["lot"]
    (use,) = lot["uses"]
    assert (use["shift"], use["order_id"], use["op_no"]) == (SHIFT, "PO-1", "10")
    assert (use["loads"], use["loaded"], use["used"], use["left"]) == (1, "100", "6", "4")
    assert [(one["kind"], one["qty"], one["to_place"]) for one in use["movements"]] == [("returned", "90", "STORE")]
    assert use["lots"] == ["P-1"]
    made = shown(plant, "--lot", "P-1")["lot"]
    assert {one["lot_id"] for one in made["components"]} == {"L-1", "L-2", "G-1"}
    assert made["uses"] == []
    assert "went into the lots made here: P-1" in lineside(plant, "reconcile", "--lot", "L-1")
