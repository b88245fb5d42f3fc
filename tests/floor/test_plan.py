"""What the MES sends is received, kept and shown: seen at an agent that was restarted while the broker is away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from agent.commands.client import get
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC, OTHER = "BENCH-1", "BENCH-2"
MACHINES: tuple[Document, ...] = tuple({"work_center": wc, "manual": True} for wc in (WC, OTHER))
STEPS: list[Document] = [
    {"op_no": "10", "text": {"en": "Saw"}, "work_centers": ["SAW-1"]},
    {
        "op_no": "20",
        "text": {"en": "Assemble"},
        "work_centers": [WC, OTHER],
        "setup": {"en": "Change the jig, then three good ones."},
        "setup_parts": 3,
    },
    {"op_no": "30", "text": {"en": "Label"}, "work_centers": ["LABEL-1"], "mandatory": False},
]
SUBSTITUTE = {"item_id": "SCREW-B", "coefficient": "1.5", "approved": True, "reason_required": True}
LINES: list[Document] = [
    {"line": "10", "item_id": "BOARD", "qty_per": "1", "uom": "EA", "op_no": "20"},
    {"line": "20", "item_id": "SCREW-A", "qty_per": "4", "uom": "EA", "op_no": "20", "substitutes": [SUBSTITUTE]},
]
CHECKS: list[Document] = [
    {"check_id": "BOARD-IN", "kind": "incoming", "component": "BOARD", "sampling": "per_lot", "mandatory": True},
    {
        "check_id": "TORQUE",
        "kind": "in_process",
        "text": {"en": "Torque"},
        "sampling": "every_n",
        "every": 5,
        "uom": "NM",
        "lower": "1.8",
        "upper": "2.2",
        "target": "2",
    },
    {"check_id": "FINAL", "kind": "final", "sampling": "every_unit", "mandatory": True},
]
LATER = {"effective_from": "2026-06-01T00:00:00Z"}
ORDER = an_order(
    "PO-1",
    op_no="20",
    item_id="PUMP",
    qty_planned="40",
    description="Pumps for Astana",
    priority=2,
    start="2026-03-04T06:00:00Z",
    due="2026-03-05T12:00:00Z",
    destination="STORE-7",
    crew_id="A",
    resources=["JIG-3"],
    work_centers=[WC, OTHER],
    route=[{"op_no": "10", "status": "completed"}],
    trace={"lots": True, "serials": True},
    instructions=["Wear gloves.", "Press until it clicks."],
    bom_version=None,
    route_version=None,
    norm_version=None,
)
SHIFT = {"shift_id": "early", "business_date": "2026-03-04", "crew_id": "A"}
CALENDAR = {
    "valid_from": "2026-03-01T00:00:00Z",
    "valid_to": "2026-04-01T00:00:00Z",
    "shifts": [{**SHIFT, "start": "2026-03-04T05:00:00Z", "end": "2026-03-04T23:00:00Z"}],
    "planned": [],
}
SITE: dict[str, Document] = {
    "items/PUMP": {"item_id": "PUMP", "uom": "EA"},
    "items/BOARD": {"item_id": "BOARD", "uom": "EA", "text": {"en": "Board"}},
    "routes/PUMP": {"item_id": "PUMP", "versions": versions("route_version", "R1", steps=STEPS)},
    "boms/PUMP": {
        "item_id": "PUMP",
        "versions": [*versions("bom_version", "B1", lines=LINES), {"bom_version": "B2", **LATER, "lines": LINES[:1]}],
    },
    "norms/PUMP": {
        "item_id": "PUMP",
        "versions": versions("norm_version", "N1", op_no="20", cycle_s="90", setup_s="600", labor_s="120"),
    },
    "checks/PUMP": {"item_id": "PUMP", "versions": versions("limits_version", "L1", checks=CHECKS)},
    "lots/S-1": {"lot_id": "S-1", "item_id": "SCREW-B", "qty": "500", "uom": "EA"},
    "lots/B-1": {"lot_id": "B-1", "item_id": "BOARD", "qty": "25", "uom": "EA", "expires": "2026-09-01T00:00:00Z"},
    "calendar": CALENDAR,
    "uoms": codes("EA", "NM"),
    "operations": codes("SAW", "ASSEMBLE"),
    "defects": codes("DENT"),
    "deviations": codes("SHORTAGE"),
    "interruptions": codes("LUNCH"),
    "reasons": {"reasons": [{"code": "JAM", "text": {"en": "Jam", "kk": "Кептеліс"}}]},
    "resources": {
        "resources": [
            {"resource_id": "JIG-3", "kind": "tool", "available": False},
            {"resource_id": "A", "kind": "crew"},
            {"resource_id": OTHER, "kind": "work_center", "available": False},
        ]
    },
    "operators": {"operators": [{"operator_id": "OP-1", "name": "Aigerim", "crew_id": "A"}]},
}
QUEUE: dict[str, Document] = {
    "orders/PO-2": an_order("PO-2", priority=1, release_status="planned", item_id="PUMP"),
    "orders/PO-3": an_order("PO-3", priority=1, crew_id="B", item_id="PUMP"),
    "orders/PO-4": an_order("PO-4", priority=3, item_id="PUMP", work_centers=[OTHER]),
}


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """An order in progress; then the broker goes away, and the agent is killed and started again."""
    with a_floor(Made(machines=MACHINES, speed=10.0), tmp_path_factory.mktemp("plan")) as floor:
        for name, document in SITE.items():
            floor.publish(name, document)
        for name, document in {"orders/PO-1": ORDER, **QUEUE}.items():
            floor.publish(name, document, wc=WC)
        refused = [one for one in floor.mes("agent.directory_applied") if one["outcome"] != "applied"]
        assert refused == []
        floor.stop_broker()
        floor.kill_agent()
        floor.start_agent()
        floor.enter(WC, "start_operation", order_id="PO-1")
        assert floor.scan(WC, "LOT:B-1:BOARD")["accepted"]
        floor.until_center(WC, lambda one: bool(one["loaded"]), "the order is in progress with its boards")
        yield floor


def asked(floor: Floor, path: str) -> Document:
    found: Document = json.loads(get(floor.folder / "agent.sock", path))
    return found


def copy_of(floor: Floor, name: str) -> Document:
    """An object as it was received, word for word, out of the agent's own history."""
    last = asked(floor, f"/v1/directories/history?name={name}")["history"][0]
    assert last["outcome"] == "applied"
    found: Document = json.loads(last["payload"])
    return found


@pytest.mark.requirement(65)
def test_the_order_is_shown_with_number_item_quantity_dates_priority_and_destination(cached: Floor) -> None:
    order = cached.center(WC)["order"]
    assert (order["order_id"], order["op_no"], order["item_id"]) == ("PO-1", "20", "PUMP")
    assert (order["qty_planned"], order["uom"], order["priority"]) == ("40", "EA", 2)
    assert (order["start"], order["due"]) == ("2026-03-04T06:00:00.000Z", "2026-03-05T12:00:00.000Z")
    assert (order["destination"], order["description"]) == ("STORE-7", "Pumps for Astana")


@pytest.mark.requirement(66)
def test_the_route_is_shown_with_its_sequence_work_centers_alternatives_and_setup_rules(cached: Floor) -> None:
    order = cached.center(WC)["order"]
    steps = [(one["op_no"], one["work_centers"], one["mandatory"]) for one in order["steps"]]
    assert steps == [("10", ["SAW-1"], True), ("20", [WC, OTHER], True), ("30", ["LABEL-1"], False)]
    mine = order["steps"][1]
    assert (mine["setup"]["en"], mine["setup_parts"]) == ("Change the jig, then three good ones.", 3)
    assert order["norm_setup_s"] == "600.0"
    assert [(one["op_no"], one["status"]) for one in order["predecessors"]] == [("10", "completed")]
    assert order["work_centers"] == [WC, OTHER]
    (elsewhere,) = [one for one in cached.center(WC)["orders"] if one["order_id"] == "PO-4"]
    assert elsewhere["contradictions"] == ["wrong_work_center"]


@pytest.mark.requirement(67)
def test_the_bill_of_materials_is_shown_as_it_is_in_force_and_a_substitute_counts_by_its_coefficient(
    cached: Floor,
) -> None:
    center = cached.center(WC)
    parts = [(one["item_id"], one["qty_per"], one["uom"], one["required"]) for one in center["components"]]
    assert parts == [("BOARD", "1", "EA", "40"), ("SCREW-A", "4", "EA", "160")], "not version B2, which is to come"
    cached.enter(WC, "load_lot", lot_id="S-1", item_id="SCREW-B", reason="SHORTAGE")
    center = cached.until_center(WC, lambda one: len(one["loaded"]) == 2, "both are loaded")
    (screws,) = [one for one in center["components"] if one["item_id"] == "SCREW-A"]
    assert screws["lots"] == ["S-1"]
    # 500 of the substitute stand in for as many as 1.5 of it go for one.
    assert round(float(screws["remaining"]), 2) == 333.33
    assert copy_of(cached, "boms/PUMP")["versions"] == SITE["boms/PUMP"]["versions"]


@pytest.mark.requirement(68)
def test_planned_times_consumption_norms_characteristics_and_sampling_are_shown_and_applied(cached: Floor) -> None:
    order = cached.center(WC)["order"]
    assert (order["norm_cycle_s"], order["norm_setup_s"]) == ("90.0", "600.0")
    assert [one["qty_per"] for one in cached.center(WC)["components"]] == ["1", "4"]
    cached.enter(WC, "report_good", qty="10")

    def due(center: Document) -> dict[str, Document]:
        return {one["check_id"]: one for one in center["quality"]["due"]}

    found = due(cached.until_center(WC, lambda one: "TORQUE" in due(one), "a sample is due"))
    torque = found["TORQUE"]
    assert (torque["kind"], torque["uom"], torque["lower"], torque["upper"], torque["target"]) == (
        *("in_process", "NM"),
        *("1.8", "2.2", "2"),
    )
    assert (torque["sampling"], torque["every"], torque["samples"], torque["limits_version"]) == ("every_n", 5, 2, "L1")
    assert (found["BOARD-IN"]["lots"], found["FINAL"]["samples"]) == (["B-1"], 10)
    assert cached.center(WC)["order"]["times"]["norm_run_s"] == "900.000"


@pytest.mark.requirement(69)
def test_release_status_and_what_must_be_traced_are_shown(cached: Floor) -> None:
    center = cached.center(WC)
    order, others = center["order"], {one["order_id"]: one for one in center["orders"]}
    assert (order["release_status"], order["lots_required"], order["serials_required"]) == ("released", True, True)
    assert (others["PO-2"]["release_status"], others["PO-2"]["contradictions"]) == ("planned", ["order_not_released"])
    assert (others["PO-2"]["lots_required"], others["PO-2"]["serials_required"]) == (False, False)


@pytest.mark.requirement(70)
def test_assigned_resources_are_shown(cached: Floor) -> None:
    order = cached.center(WC)["order"]
    assert (order["resources"], order["crew_id"]) == (["JIG-3"], "A")


@pytest.mark.requirement(71)
def test_each_work_center_has_its_queue_for_the_crew_that_is_there(cached: Floor) -> None:
    center = cached.center(WC)
    assert center["shift"]["crew_id"] == "A"
    # PO-3 is meant for crew B, so it comes last however urgent it is.
    assert [one["order_id"] for one in center["orders"]] == ["PO-2", "PO-1", "PO-4", "PO-3"]
    assert cached.center(OTHER)["orders"] == []


@pytest.mark.requirement(72)
def test_calendar_units_and_kinds_of_operations_are_received_and_kept(cached: Floor) -> None:
    shift = cached.center(WC)["shift"]
    assert (shift["shift_id"], shift["business_date"]) == ("early", "2026-03-04")
    assert [one["code"] for one in copy_of(cached, "uoms")["codes"]] == ["EA", "NM"]
    assert [one["code"] for one in copy_of(cached, "operations")["codes"]] == ["SAW", "ASSEMBLE"]
    assert {"calendar", "uoms", "operations"} <= names(cached)


def names(floor: Floor) -> set[str]:
    return {one["name"] for one in asked(floor, "/v1/directories")["directories"] if one["in_force"] is not None}


@pytest.mark.requirement(73)
def test_the_operator_sees_what_to_do_which_materials_and_which_checkpoints(cached: Floor) -> None:
    center = cached.center(WC)
    assert center["order"]["instructions"] == ["Wear gloves.", "Press until it clicks."]
    (board,) = [one for one in center["components"] if one["item_id"] == "BOARD"]
    assert (board["text"]["en"], board["lots"], board["short"]) == ("Board", ["B-1"], True), "25 boards for 40 pumps"
    due = {(one["check_id"], one["mandatory"]) for one in center["quality"]["due"]}
    assert ("BOARD-IN", True) in due


@pytest.mark.requirement(74)
def test_lists_of_scrap_reasons_downtimes_and_deviations_are_shared_by_all_work_centers(cached: Floor) -> None:
    view = cached.view()
    assert [(one["code"], one["text"]["kk"]) for one in view["reasons"]] == [("JAM", "Кептеліс")]
    assert {"defects", "reasons", "deviations", "interruptions"} <= names(cached)
    for wc in (WC, OTHER):
        scrap = {"qty": "1"}
        assert cached.try_to(wc, "report_scrap", **scrap, defect_code="OWN-WORD")["code"] == "UNKNOWN_DEFECT"
        assert cached.try_to(wc, "start_stop", code="OWN-WORD")["code"] == "UNKNOWN_REASON"
        moved = {"lot_id": "S-1", "item_id": "SCREW-B", "reason": "OWN-WORD"}
        assert cached.try_to(wc, "load_lot", **moved)["code"] == "UNKNOWN_REASON"
        cached.enter(wc, "start_stop", code="JAM")
        cached.enter(wc, "end_stop")
    cached.enter(WC, "report_scrap", qty="1", defect_code="DENT")


@pytest.mark.requirement(76)
def test_availability_tooling_crews_and_downtime_reasons_change_by_the_mes_alone(cached: Floor) -> None:
    held = copy_of(cached, "resources")["resources"]
    assert [(one["resource_id"], one["available"]) for one in held if "available" in one] == [
        ("JIG-3", False),
        (OTHER, False),
    ]
    for action in ("set_available", "add_reason", "edit_crew"):
        assert cached.try_to(WC, action, resource_id="JIG-3", code="NEW")["code"] == "UNKNOWN_ACTION"
    cached.start_broker()
    cached.delivered()
    changed = [{**one, "available": True} for one in SITE["resources"]["resources"]]
    cached.publish("resources", {"rev": "2", "resources": changed})
    cached.publish("reasons", {"rev": "2", "reasons": [{"code": "TOOL", "text": {"en": "Tool"}}]})
    assert all(one["available"] for one in copy_of(cached, "resources")["resources"])
    view = cached.until(lambda one: one["reasons"][0]["code"] == "TOOL", "the new reasons")
    assert [one["code"] for one in view["reasons"]] == ["TOOL"]
    assert cached.try_to(OTHER, "start_stop", code="JAM")["code"] == "UNKNOWN_REASON"
    applied = [one for one in cached.mes("agent.directory_applied") if one["rev"] == "2"]
    assert {(one["name"], one["owner"]) for one in applied} == {("resources", "MES"), ("reasons", "MES")}
