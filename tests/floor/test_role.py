"""What the agent is and is not, seen over a busy stretch of work: it records, and plans, prices and creates nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators.demo.present import EntryRefusedError
from tests.floor.looking import Wire, copies, listening, said_by_agent
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes, versions

WC = "BENCH-1"
MONEY = ("cost", "price", "amount", "money", "currency", "wage", "tariff", "rate", "revenue", "margin", "invoice")
PRICE, WAGE = "918273", "564738"
"""Figures that stand nowhere else."""
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
LINE: Document = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA", "unit_price": PRICE}
NORM: Document = {"op_no": "10", "cycle_s": "3", "labor_s": "6", "wage": WAGE}
PLAN: dict[str, Document] = {
    "items/BOX": {"item_id": "BOX", "uom": "EA", "price": PRICE, "currency": "KZT"},
    "items/LID": {"item_id": "LID", "uom": "EA", "price": PRICE},
    "boms/BOX": {"item_id": "BOX", "versions": versions("bom_version", "3", lines=[LINE])},
    "norms/BOX": {"item_id": "BOX", "versions": versions("norm_version", "1", **NORM)},
    "lots/L-1": {"lot_id": "L-1", "item_id": "LID", "qty": "500", "uom": "EA"},
    "defects": codes("DENT"),
    "deviations": codes("SHORTAGE", "SPILLED"),
}
ORDERS: dict[str, Document] = {
    "orders/PO-1/10": an_order("PO-1", op_no="10", qty_planned="10", priority=1, unit_cost=PRICE),
    "orders/PO-1/20": an_order("PO-1", op_no="20", qty_planned="10", priority=2),
    "orders/PO-2": an_order("PO-2", qty_planned="7", priority=3),
}


@dataclass(frozen=True, slots=True)
class Busy:
    """A plant on which some work was done while somebody listened at the broker."""

    floor: Floor
    wire: Wire


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    made = Made(machines=({"work_center": WC, "manual": True},), speed=10.0)
    with a_floor(made, tmp_path_factory.mktemp("role")) as floor, listening(floor) as wire:
        for name, document in PLAN.items():
            floor.publish(name, document)
        for name, document in ORDERS.items():
            floor.publish(name, document, wc=WC)
        work(floor)
        floor.delivered()
        yield Busy(floor, wire)


def work(floor: Floor) -> None:
    """One operation is done, over its quantity, with all that a plan could be changed for."""
    floor.enter(WC, "start_operation", order_id="PO-1")
    assert floor.scan(WC, "LOT:L-1:LID")["accepted"]
    floor.enter(WC, "issue_material", lot_id="L-1", qty="20", to_place=WC)
    floor.enter(WC, "report_good", qty="12")
    floor.enter(WC, "report_scrap", qty="3", defect_code="DENT")
    floor.enter(WC, "consume", lot_id="L-1", qty="2", reason="SPILLED")
    floor.enter(WC, "complete_operation")


def held_as(published: dict[str, Document]) -> set[tuple[str, str]]:
    return {(name, document.get("rev", "1")) for name, document in published.items()}


@pytest.mark.requirement(1)
def test_all_that_is_told_lies_in_the_past_and_nothing_is_begun_that_nobody_began(busy: Busy) -> None:
    for event in busy.floor.events():
        assert event["time"] <= event["recordedtime"], event
    begun = {(one["keys"]["order_id"], one["keys"]["op_no"]) for one in busy.floor.mes("operation.started")}
    assert begun == {("PO-1", "10")}
    assert busy.floor.mes(order_id="PO-2") == []
    shown = busy.floor.center(WC)
    assert shown["order"] is None
    waiting = [(one["order_id"], one["op_no"], one["qty_planned"], one["status"]) for one in shown["orders"]]
    # What is over or short of one operation moves no other: the queue is as the MES said it.
    assert [one for one in waiting if one[3] == "waiting"] == [
        ("PO-1", "20", "10", "waiting"),
        ("PO-2", "10", "7", "waiting"),
    ]


@pytest.mark.requirement(1)
@pytest.mark.requirement(2)
def test_the_agent_publishes_facts_and_the_present_and_nothing_where_plans_are_handed_out(busy: Busy) -> None:
    published = {name.split("/")[0] for name in (*PLAN, *ORDERS)}
    handed_out = busy.wire.to("dir")
    assert {one.place[3] for one in handed_out} == published
    by_us = [json.dumps({"rev": "1", **one}).encode() for one in (*PLAN.values(), *ORDERS.values())]
    assert sorted(one.payload for one in handed_out) == sorted(by_us)
    others = [one for one in busy.wire.heard if one.place[2:3] not in {("dir",), ("ack",)}]
    assert len(others) > 10
    assert [one.topic for one in others if not said_by_agent(one)] == []


@pytest.mark.requirement(2)
@pytest.mark.requirement(9)
def test_no_order_operation_item_or_work_center_is_there_that_the_mes_did_not_send(busy: Busy) -> None:
    floor = busy.floor
    for action in ("create_order", "create_operation", "create_item", "create_work_center", "split_order"):
        assert floor.try_to(WC, action, order_id="PO-9", item_id="CAN", op_no="30")["code"] == "UNKNOWN_ACTION"
    assert floor.try_to(WC, "issue_material", item_id="CAN", qty="1")["code"] == "NO_UOM"
    floor.enter(WC, "start_operation", order_id="PO-2")
    assert floor.try_to(WC, "consume", item_id="CAN", qty="1", uom="EA")["code"] == "NOT_IN_BOM"
    assert floor.try_to(WC, "load_lot", lot_id="L-9", item_id="CAN")["code"] == "NOT_IN_BOM"
    floor.enter(WC, "complete_operation")
    with pytest.raises(EntryRefusedError, match="no work center 'BENCH-9' here"):
        floor.try_to("BENCH-9", "report_good", qty="1")
    floor.delivered()
    everything = PLAN | ORDERS
    held = {(name, one["in_force"]["rev"]) for name, one in copies(floor).items()}
    assert held == held_as(everything)
    told = [one["keys"] for one in floor.mes()]
    assert {(one["order_id"], one["op_no"]) for one in told if one["order_id"]} == {("PO-1", "10"), ("PO-2", "10")}
    assert {one["item_id"] for one in told} - {None} == {"BOX", "LID"}
    assert {one["wc_id"] for one in told} - {None} == {WC}


@pytest.mark.requirement(3)
def test_quantities_times_scrap_and_movements_are_sent_and_nothing_of_money(busy: Busy) -> None:
    floor = busy.floor
    done = floor.one("operation.completed", order_id="PO-1")
    assert (done["qty_good"], done["qty_scrap"]) == ("12", "3")
    assert float(done["times"]["elapsed_s"]) > 0
    assert floor.one("scrap.recorded", order_id="PO-1")["qty_scrap"] == "3"
    assert floor.one("material.issued", order_id="PO-1")["qty"] == "20"
    # Not even what the MES says of prices beside its plans comes back.
    facts = floor.events()
    text = json.dumps(facts)
    assert PRICE not in text
    assert WAGE not in text
    assert [field for field in fields(facts) if any(word in field.split("_") for word in MONEY)] == []


def test_no_published_form_of_a_fact_or_of_the_present_has_a_field_for_money() -> None:
    forms = [path for path in sorted(SCHEMAS.glob("*.json")) if not path.name.startswith("dir.")]
    assert len(forms) > 60
    for path in forms:
        form = json.loads(path.read_text(encoding="utf-8"))
        found = {field for field in fields(form) if any(word in field.split("_") for word in MONEY)}
        assert found == set(), path.name


def fields(document: object) -> Iterator[str]:
    """The names of all fields, at any depth."""
    match document:
        case dict():
            for name, value in document.items():
                yield name.lower()
                yield from fields(value)
        case list():
            for value in document:
                yield from fields(value)
        case _:
            pass


@pytest.mark.requirement(12)
def test_facts_and_deviations_are_recorded_but_no_business_status_and_no_norm_can_be_set(busy: Busy) -> None:
    floor = busy.floor
    boss: Document = {"actor": "BOSS-1", "role": "supervisor"}
    before = copies(floor)
    for action in ("close_order", "release_order", "set_release_status", "edit_bom", "edit_norm", "edit_route"):
        assert floor.try_to(WC, action, order_id="PO-1", release_status="closed", **boss)["code"] == "UNKNOWN_ACTION"
    floor.delivered()
    [completed] = floor.events("operation.completed", order_id="PO-1")
    named = {"target_id": completed["id"], "target_sequence": str(int(completed["sequence"])), "reason": "TYPO", **boss}
    for field in ("release_status_seen", "to_status", "qty_planned", "versions.bom_version", "times.norm_run_s"):
        refused = floor.try_to(WC, "replace_fact", set=json.dumps({field: "1"}), **named)
        assert refused["code"] == "NOT_CORRECTABLE", (field, refused)
    assert copies(floor) == before
    assert completed["data"]["to_status"] == "completed"
    assert completed["data"]["release_status_seen"] == "released"
    shown = [one for one in floor.center(WC)["orders"] if one["order_id"] == "PO-1" and one["op_no"] == "10"]
    assert [(one["status"], one["release_status"]) for one in shown] == [("completed", "released")]
    [over] = [one for one in floor.mes("material.consumed", order_id="PO-1") if one["over_qty"] != "0"]
    assert over["reason"]["code"] == "SPILLED"
