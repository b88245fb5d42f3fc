"""Material on a whole plant: brought, loaded, moved, brought back, missing; and what the accounts make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC, OTHER, THIRD, LAST = "BENCH-1", "BENCH-2", "BENCH-3", "BENCH-4"
"""One for each test."""
BESIDE: Document = {"mes": {"commands": ["replay", "message", "settle"]}}
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA"}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    benches = tuple({"work_center": wc, "manual": True} for wc in (WC, OTHER, THIRD, LAST))
    made = Made(machines=benches, beside=BESIDE, speed=60.0)
    with a_floor(made, tmp_path_factory.mktemp("materials")) as floor:
        floor.publish("boms/BOX", {"item_id": "BOX", "versions": versions("bom_version", "3", lines=[LINE])})
        for name, known in (("returns", "SURPLUS"), ("interruptions", "END")):
            floor.publish(name, codes(known))
        reasons = [{"code": "NO_LIDS", "text": {"en": "Lids are missing"}}, {"code": "JAM", "text": {"en": "Jam"}}]
        floor.publish("reasons", {"reasons": reasons})
        for lot_id in ("L-1", "L-2", "L-3"):
            floor.publish(f"lots/{lot_id}", {"lot_id": lot_id, "item_id": "LID", "qty": "100", "uom": "EA"})
        floor.leave_movements_open()
        yield floor


def start(plant: Floor, order_id: str, wc: str) -> None:
    plant.publish(f"orders/{order_id}", an_order(order_id), wc=wc)
    plant.enter(wc, "start_operation", order_id=order_id)


def movements(center: Document) -> list[tuple[str, str]]:
    """What people are shown: the lot, and how far its movement is."""
    return [(one["lot_id"], one["state"]) for one in center["movements"]]


@pytest.mark.requirement(11)
@pytest.mark.requirement(25)
def test_material_that_is_issued_to_the_line_is_proposed_and_the_owner_of_the_accounts_confirms_it(
    plant: Floor,
) -> None:
    start(plant, "PO-11", WC)
    plant.enter(WC, "issue_material", lot_id="L-1", qty="40", from_place="STORE", to_place=WC)
    issued = plant.one("material.issued", order_id="PO-11")
    assert (issued["keys"]["item_id"], issued["keys"]["lot_id"], issued["qty"]) == ("LID", "L-1", "40")
    assert (issued["uom"], issued["from_place"], issued["to_place"], issued["bom_line"]) == ("EA", "STORE", WC, "10")
    assert (issued["state"], issued["actor"]) == ("proposed", "OP-1")
    plant.until_center(WC, lambda center: movements(center) == [("L-1", "proposed")], "it is shown as proposed")
    plant.delivered()
    # Nobody on the floor settles it.
    for action in ("settle", "confirm_movement"):
        refused = plant.try_to(WC, action, movement_id=issued["movement_id"], actor="BOSS-1", role="supervisor")
        assert refused["code"] == "UNKNOWN_ACTION"
    assert plant.mes("material.movement_settled", lot_id="L-1") == []
    answer = plant.command("settle", movement_id=issued["movement_id"], state="confirmed", actor="ERP")
    assert answer["outcome"] == "done", answer
    settled = plant.one("material.movement_settled", lot_id="L-1")
    assert (settled["movement_id"], settled["state"], settled["actor"]) == (issued["movement_id"], "confirmed", "ERP")
    assert settled["keys"]["order_id"] == "PO-11"
    plant.until_center(WC, lambda center: movements(center) == [], "it is done with")


@pytest.mark.requirement(11)
@pytest.mark.requirement(26)
def test_material_that_is_brought_back_from_the_line_is_proposed_and_may_be_rejected(plant: Floor) -> None:
    start(plant, "PO-26", OTHER)
    assert plant.scan(OTHER, "LOT:L-2:LID")["accepted"]
    plant.enter(OTHER, "return_material", lot_id="L-2", qty="15", to_place="STORE", reason="SURPLUS")
    returned = plant.one("material.returned", order_id="PO-26")
    assert (returned["keys"]["lot_id"], returned["qty"], returned["uom"]) == ("L-2", "15", "EA")
    assert (returned["from_place"], returned["to_place"]) == (OTHER, "STORE")
    assert (returned["state"], returned["reason"]["code"]) == ("proposed", "SURPLUS")

    def left(center: Document) -> list[Decimal]:
        return [Decimal(one["left"]) for one in center["loaded"]]

    plant.until_center(OTHER, lambda center: left(center) == [85], "so much is left of it here")
    named = {"movement_id": returned["movement_id"], "state": "rejected", "reason": "counted 12"}
    assert plant.command("settle", **named)["outcome"] == "done"
    settled = plant.one("material.movement_settled", lot_id="L-2")
    assert (settled["state"], settled["reason"]) == ("rejected", "counted 12")
    plant.until_center(OTHER, lambda center: movements(center) == [("L-2", "rejected")], "it is shown as rejected")
    # It is settled once, and what happened on the floor stays told.
    assert plant.command("settle", **{**named, "state": "confirmed"})["outcome"] == "refused"
    assert plant.one("material.returned", order_id="PO-26") == returned


@pytest.mark.requirement(29)
def test_a_lot_is_loaded_moved_between_places_and_unloaded(plant: Floor) -> None:
    start(plant, "PO-29", THIRD)
    plant.enter(THIRD, "load_lot", lot_id="L-3", item_id="LID", place="FEEDER-1")
    plant.enter(THIRD, "report_good", qty="30")
    plant.enter(THIRD, "move_lot", lot_id="L-3", to_place="FEEDER-2")
    plant.enter(THIRD, "unload_lot", lot_id="L-3")
    loaded = plant.one("lot.loaded", lot_id="L-3")
    assert (loaded["place"], loaded["qty"], loaded["keys"]["order_id"]) == ("FEEDER-1", "100", "PO-29")
    moved = plant.one("lot.moved", lot_id="L-3")
    assert (moved["from_place"], moved["to_place"], moved["actor"]) == ("FEEDER-1", "FEEDER-2", "OP-1")
    unloaded = plant.one("lot.unloaded", lot_id="L-3")
    assert (unloaded["qty_left"], unloaded["cause"], unloaded["actor"]) == ("70", "operator", "OP-1")


@pytest.mark.requirement(43)
def test_a_missing_component_is_a_reason_whose_effect_is_told_in_times(plant: Floor) -> None:
    start(plant, "PO-43", LAST)
    # What stands before the first good part of an order is setup.
    plant.enter(LAST, "report_good", qty="5")
    [lid] = plant.until_center(LAST, lambda center: bool(center["components"]), "what it needs")["components"]
    assert (lid["item_id"], lid["short"]) == ("LID", True)
    plant.enter(LAST, "start_stop", code="NO_LIDS")
    began = plant.until_center(LAST, lambda center: center["stop"] is not None, "it stands")["stop"]["start"]
    plant.until(lambda view: bool(view["plant_time"] > later(began, 122)), "it stood more than two minutes")
    plant.enter(LAST, "end_stop")
    plant.enter(LAST, "complete_operation")
    stop = plant.one("stop.closed", order_id="PO-43")
    assert (stop["reason"]["code"], stop["stop_class"]) == ("NO_LIDS", "down")
    times = plant.one("operation.completed", order_id="PO-43")["times"]
    assert Decimal(times["delay_s"]) == Decimal(stop["duration_s"]) >= 120
    # All the time that it waited is missing from the time that it worked.
    worked = Decimal(times["elapsed_s"]) - Decimal(times["delay_s"])
    assert abs(Decimal(times["run_s"]) - worked) < Decimal("0.01")


def later(time: str, seconds: float) -> str:
    """So much later."""
    return (datetime.fromisoformat(time) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
