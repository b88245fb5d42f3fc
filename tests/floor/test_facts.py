"""A fact born on the floor stays as it is, whatever comes from above; and the smallest set for a first release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.floor.looking import Heard, journal_row, listening
from tests.floor.plant import AGENT, AREA, ROOT, Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC = "BENCH-1"
BESIDE: Document = {"mes": {"commands": ["replay", "message", "correct"]}}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(machines=({"work_center": WC, "manual": True},), beside=BESIDE, speed=10.0)
    with a_floor(made, tmp_path_factory.mktemp("facts")) as floor:
        yield floor


def output_of(plant: Floor, order_id: str) -> Document:
    """Five good parts of an order, as the MES has the fact."""
    plant.publish(f"orders/{order_id}", an_order(order_id), wc=WC)
    plant.enter(WC, "start_operation", order_id=order_id)
    plant.enter(WC, "report_good", qty="5")
    plant.enter(WC, "complete_operation")
    plant.delivered()
    [event] = plant.events("output.recorded", order_id=order_id)
    return event


@pytest.mark.requirement(4)
def test_a_correction_of_the_mes_is_another_fact_and_the_first_stays_to_the_last_octet(plant: Floor) -> None:
    event = output_of(plant, "PO-1")
    sequence, epoch = int(event["sequence"]), event["source"].rpartition(":")[2]
    before = journal_row(plant, sequence)
    named = {"epoch": epoch, "target_id": event["id"], "target_sequence": sequence}
    answer = plant.command("correct", **named, action="replace", set={"qty_good": "4"}, reason="TYPO")
    assert answer["outcome"] == "done", answer
    told = plant.one("fact.corrected", order_id="PO-1")
    assert (told["target_id"], told["after"]["qty_good"], told["initiator"]) == (event["id"], "4", "mes")
    assert journal_row(plant, sequence) == before
    assert plant.events("output.recorded", order_id="PO-1") == [event]


@pytest.mark.requirement(4)
def test_no_message_from_above_rewrites_a_fact(plant: Floor) -> None:
    event = output_of(plant, "PO-2")
    sequence, epoch = int(event["sequence"]), event["source"].rpartition(":")[2]
    before = journal_row(plant, sequence)
    # The order is another one now, and the MES's own figures of it are others.
    plant.publish("orders/PO-2", an_order("PO-2", rev="2", item_id="CAN", qty_planned="1", bom_version="9"), wc=WC)
    plant.publish("orders/PO-2", None, wc=WC)
    # Somebody says the same fact otherwise, where facts are told, and asks for it again.
    forged = {**event, "data": {**event["data"], "qty_good": "500"}}
    with listening(plant) as wire:
        plant.say(f"{ROOT}/{AREA}/{WC}/evt/output", json.dumps(forged).encode())
        plant.say(f"{ROOT}/agents/{AGENT}/evt", json.dumps([forged]).encode())
        answer = plant.command("replay", epoch=epoch, **{"from": sequence, "to": sequence})
        assert answer["outcome"] == "done", answer
        plant.wait(lambda: len(again(wire.heard, event["id"])) == 3, "the forged ones and the fact itself again")
    assert [one["data"]["qty_good"] for one in again(wire.heard, event["id"])] == ["500", "500", "5"]
    assert journal_row(plant, sequence) == before
    assert plant.events("output.recorded", order_id="PO-2") == [event]


def later(time: str) -> str:
    """Half a minute later."""
    return (datetime.fromisoformat(time) + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def again(heard: list[Heard], fact_id: str) -> list[Document]:
    """Each time that a fact was told, by whomever."""
    events = [event for one in heard if one.place[2:3] == ("evt",) for event in one.documents]
    return [event for event in events if event["id"] == fact_id]


@pytest.mark.requirement(45)
def test_the_smallest_set_of_events_arrives_for_one_order(plant: Floor) -> None:
    line = {"line": "10", "item_id": "LID", "qty_per": "2", "uom": "EA"}
    plant.publish("boms/JAR", {"item_id": "JAR", "versions": versions("bom_version", "3", lines=[line])})
    plant.publish("defects", codes("CRACK"))
    plant.publish("lots/L-1", {"lot_id": "L-1", "item_id": "LID", "qty": "500", "uom": "EA"})
    plant.publish("orders/PO-45", an_order("PO-45", item_id="JAR"), wc=WC)
    plant.enter(WC, "start_operation", order_id="PO-45")
    assert plant.scan(WC, "LOT:L-1:LID")["accepted"]
    plant.enter(WC, "report_good", qty="8")
    plant.enter(WC, "report_scrap", qty="1", defect_code="CRACK")
    plant.enter(WC, "start_stop", code="JAM")
    began = plant.until_center(WC, lambda center: center["stop"] is not None, "it stands")["stop"]["start"]
    plant.until(lambda view: bool(view["plant_time"] > later(began)), "it stood a while")
    plant.enter(WC, "end_stop")
    plant.enter(WC, "move_lot", lot_id="L-1", to_place="RACK-7")
    plant.enter(WC, "complete_operation")
    plant.delivered()
    assert plant.one("operation.started", order_id="PO-45")["to_status"] == "in_progress"
    assert plant.one("operation.completed", order_id="PO-45")["qty_good"] == "8"
    assert plant.one("output.recorded", order_id="PO-45")["qty_good"] == "8"
    scrap = plant.one("scrap.recorded", order_id="PO-45")
    assert (scrap["qty_scrap"], scrap["defect_code"]) == ("1", "CRACK")
    stop = plant.one("stop.closed", order_id="PO-45")
    assert (stop["reason"]["code"], float(stop["duration_s"]) > 0) == ("JAM", True)
    used = plant.mes("material.consumed", order_id="PO-45")
    assert sum(int(one["qty"]) for one in used) == 18
    assert {(one["keys"]["item_id"], one["keys"]["lot_id"]) for one in used} == {("LID", "L-1")}
    assert plant.one("lot.loaded", order_id="PO-45")["keys"]["lot_id"] == "L-1"
    moved = plant.one("lot.moved", lot_id="L-1")
    assert (moved["from_place"], moved["to_place"]) == (WC, "RACK-7")
