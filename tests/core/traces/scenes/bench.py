"""manual-station: 34 minutes at a bench, around the end of the early shift."""

from __future__ import annotations

from tests.core.traces.scene import Scene

NAME = "manual-station"
REASONS = {
    "rev": "5",
    "reasons": [
        {"code": "NO_MATERIAL", "text": {"en": "No material"}},
        {"code": "MEETING", "text": {"en": "Meeting"}},
        {"code": "TOOL", "text": {"en": "Tool broken"}},
        {"code": "OTHER", "text": {"en": "Other"}, "generic": True},
    ],
}


def order(order_id: str) -> dict[str, str]:
    plan = {"order_id": order_id, "op_no": "30", "item_id": "PUMP", "qty_planned": "40", "uom": "EA"}
    return {"rev": "1", **plan, "release_status": "released", "norm_cycle_s": "30"}


def scene() -> Scene:
    plant = Scene(NAME, "2026-03-04T12:30:00Z", life_s=10.0)
    plant.mes("reasons", REASONS)
    for order_id in ("PO-501", "PO-502"):
        plant.mes(f"orders/{order_id}", order(order_id), plant.wc_id)
    plant.to(10.0)
    assert plant.enter("start_operation", "anna", order_id="PO-501") == "ok"
    first_hour(plant)
    one_stop_edited(plant)
    two_stops_made_one(plant)
    shift_change(plant)
    return plant


def first_hour(plant: Scene) -> None:
    """The first parts; no material for three minutes; more parts."""
    plant.to(240.0)
    assert plant.enter("report_good", "anna", qty="4") == "ok"
    plant.to(300.0)
    assert plant.enter("start_stop", "anna", code="NO_MATERIAL") == "ok"
    plant.to(480.0)
    assert plant.enter("end_stop", "anna") == "ok"
    plant.to(600.0)
    assert plant.enter("report_good", "anna", qty="12") == "ok"
    plant.to(620.0)
    assert plant.enter("report_scrap", "anna", qty="2", defect_code="SCRATCH") == "ok"


def one_stop_edited(plant: Scene) -> None:
    """Five minutes: explained, split, a part explained otherwise, made one again, and its times put right."""
    plant.to(700.0)
    assert plant.enter("start_stop", "anna") == "ok"
    plant.to(760.0)
    assert plant.enter("set_reason", "anna", code="OTHER") == "COMMENT_NEEDED"
    plant.to(765.0)
    assert plant.enter("set_reason", "anna", code="OTHER", comment="floor was wet") == "ok"
    plant.to(1000.0)
    assert plant.enter("end_stop", "anna") == "ok"
    stop_id = plant.stop.stop_id
    plant.to(1060.0)
    first = plant.stop.id_of(plant.stop.last)
    assert plant.enter("split_stop", "anna", segment_id=first, at=plant.clock(980.0)) == "TOO_SHORT"
    assert plant.enter("split_stop", "anna", segment_id=first, at=plant.clock(850.0)) == "ok"
    second = plant.stop.id_of(plant.stop.last)
    plant.to(1070.0)
    assert plant.enter("set_reason", "anna", segment_id=second, code="MEETING") == "ok"
    plant.to(1100.0)
    assert plant.enter("merge_segments", "anna", segment_id=first, comment="no meeting after all") == "ok"
    plant.to(1130.0)
    times = {"start": plant.clock(690.0), "end": plant.clock(990.0)}
    assert plant.enter("edit_stop", "anna", stop_id=stop_id, **times) == "COMMENT_NEEDED"
    assert plant.enter("edit_stop", "anna", stop_id=stop_id, **times, comment="both entered 10 s late") == "ok"


def two_stops_made_one(plant: Scene) -> None:
    """The tool breaks twice within half a minute."""
    plant.to(1200.0)
    assert plant.enter("start_stop", "anna", code="TOOL") == "ok"
    plant.to(1240.0)
    assert plant.enter("end_stop", "anna") == "ok"
    one = plant.stop.stop_id
    plant.to(1270.0)
    assert plant.enter("start_stop", "anna") == "ok"
    plant.to(1300.0)
    assert plant.enter("end_stop", "anna") == "ok"
    both = {"stop_id": one, "other_stop_id": plant.stop.stop_id}
    plant.to(1340.0)
    assert plant.enter("merge_stops", "anna", **both) == "NEEDS_SUPERVISOR"
    assert plant.enter("merge_stops", "ivan", "supervisor", **both, comment="one breakage") == "ok"


def shift_change(plant: Scene) -> None:
    """PO-501 ends, PO-502 begins and stands still over 14:00."""
    plant.to(1700.0)
    assert plant.enter("report_good", "anna", qty="20") == "ok"
    plant.to(1750.0)
    assert plant.enter("complete_operation", "anna") == "ok"
    plant.to(1760.0)
    assert plant.enter("start_operation", "anna", order_id="PO-502") == "ok"
    plant.to(1765.0)
    assert plant.enter("report_good", "anna", qty="1") == "ok"
    plant.to(1780.0)
    assert plant.enter("start_stop", "anna", code="NO_MATERIAL") == "ok"
    plant.to(1920.0)
    assert plant.enter("end_stop", "boris") == "ok"
    plant.to(2000.0)
    assert plant.enter("report_good", "boris", qty="2") == "ok"
    plant.to(2040.0)
