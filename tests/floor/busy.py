"""A busy stretch of work: two operations of an order, with all that happens at a bench."""

from __future__ import annotations

from tests.floor.plant import Document, Floor
from tests.floor.scenes import an_order, codes, versions

WC, ORDER = "BENCH-1", "PO-1"
BENCH: Document = {"work_center": WC, "manual": True, "output": {"count_by": "serial"}}
LINES: list[Document] = [
    {"line": "10", "item_id": "BOARD", "qty_per": "1", "uom": "EA", "mode": "unit", "op_no": "10"},
    {"line": "20", "item_id": "CABLE", "qty_per": "1.5", "uom": "M", "mode": "unit", "op_no": "10"},
    {
        "line": "30",
        "item_id": "LABEL-A",
        "qty_per": "1",
        "uom": "EA",
        "mode": "unit",
        "op_no": "20",
        "substitutes": [{"item_id": "LABEL-B"}],
    },
]
CHECKS = [
    {"check_id": "BOARD-IN", "kind": "incoming", "component": "BOARD", "sampling": "per_lot", "op_no": "10"},
    {"check_id": "FINAL", "kind": "final", "sampling": "every_unit", "op_no": "10", "mandatory": True},
]
PEOPLE = [
    {"operator_id": "OP-1", "name": "Aigerim", "roles": ["operator"], "crew_id": "A"},
    {"operator_id": "SV-1", "name": "Marat", "roles": ["supervisor", "quality"], "crew_id": "A"},
]
LOTS = {"B-1": ("BOARD", "EA"), "C-1": ("CABLE", "M"), "A-1": ("LABEL-B", "EA")}
MOVEMENTS = ("material.issued", "material.returned")
UNITS = ("U-1", "U-2", "U-3")


def publish(floor: Floor) -> None:
    """All that the MES owns of it."""
    floor.publish("operators", {"operators": PEOPLE})
    floor.publish("defects", codes("DEAD"))
    floor.publish("items/PUMP", {"item_id": "PUMP", "uom": "EA", "serial_issuer": "external"})
    floor.publish("boms/PUMP", {"item_id": "PUMP", "versions": versions("bom_version", "3", lines=LINES)})
    floor.publish("checks/PUMP", {"item_id": "PUMP", "versions": versions("limits_version", "7", checks=CHECKS)})
    for lot_id, (item_id, uom) in LOTS.items():
        floor.publish(f"lots/{lot_id}", {"lot_id": lot_id, "item_id": item_id, "qty": "100", "uom": uom})
    for op_no in ("10", "20"):
        order = an_order(ORDER, op_no=op_no, item_id="PUMP", qty_planned="3", trace={"lots": True, "serials": True})
        floor.publish(f"orders/{ORDER}/{op_no}", order, wc=WC)


def begin(floor: Floor) -> None:
    """People sign on, an operation begins, its lots are loaded."""
    for person in ("SV-1", "OP-1"):
        floor.enter(WC, "sign_on", operator_id=person)
    floor.enter(WC, "issue_material", lot_id="C-1", qty="20", to_place=WC)
    floor.enter(WC, "start_operation", order_id=ORDER)
    for lot_id in ("B-1", "C-1"):
        assert floor.scan(WC, f"LOT:{lot_id}:{LOTS[lot_id][0]}")["accepted"]
    floor.enter(WC, "record_check", check_id="BOARD-IN", result="pass", lot_id="B-1")


def assemble(floor: Floor) -> None:
    """Three units: one is good, one is good after its repair, one is written off."""
    for serial in UNITS:
        assert floor.scan(WC, f"SN:{serial}")["accepted"]
    floor.enter(WC, "place_hold", target="lot", target_id="B-1", reason="SUSPECT")
    floor.enter(WC, "release_hold", actor="SV-1", target="lot", target_id="B-1")
    floor.enter(WC, "record_check", check_id="FINAL", result="fail", serial="U-2", defect_code="DEAD")
    floor.enter(WC, "dispose_nc", serial="U-2", disposition="repair", corrective_action="new cable")
    floor.enter(WC, "consume", lot_id="C-1", qty="1.5", reason="REPAIR", serial="U-2")
    assert floor.scan(WC, "SN:U-2")["accepted"]
    floor.enter(WC, "raise_nc", serial="U-3", defect_code="DEAD")
    floor.enter(WC, "dispose_nc", actor="SV-1", serial="U-3", disposition="write_off")


def end(floor: Floor) -> None:
    """What else happens at a bench; the second operation."""
    floor.enter(WC, "start_stop", code="TOOL")
    floor.enter(WC, "end_stop")
    floor.enter(WC, "pause_operation", reason="LUNCH")
    floor.enter(WC, "resume_operation")
    floor.enter(WC, "record_check", check_id="FINAL", result="pass", serial="U-1")
    floor.enter(WC, "record_check", check_id="FINAL", result="pass", serial="U-2")
    floor.enter(WC, "skip_check", check_id="FINAL", reason="SCRAPPED")
    floor.enter(WC, "move_lot", lot_id="C-1", to_place="RACK")
    floor.enter(WC, "unload_lot", lot_id="C-1", qty_left="94", uom="M")
    floor.enter(WC, "return_material", lot_id="C-1", qty="5")
    floor.enter(WC, "complete_operation")
    floor.enter(WC, "start_operation", order_id=ORDER)
    floor.enter(WC, "load_lot", lot_id="A-1", item_id="LABEL-B", reason="SHORTAGE")
    for serial in UNITS[:2]:
        assert floor.scan(WC, f"SN:{serial}")["accepted"]
    floor.enter(WC, "complete_operation")


def work(floor: Floor) -> None:
    """All of it, until the owner of the accounts has said what becomes of both movements."""
    publish(floor)
    begin(floor)
    assemble(floor)
    end(floor)
    floor.wait(lambda: len(floor.mes("material.movement_settled")) == len(MOVEMENTS), "both movements settled")
    floor.delivered()
