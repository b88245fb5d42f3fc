"""Corrections on a whole plant: what was recorded stays, and what holds instead arrives with who and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.floor.plant import Document, Floor, Made, a_floor

WC = "BENCH-1"
LATE_S = 30.0
BENCH: Document = {"work_center": WC, "manual": True, "correction": {"late_entry_s": LATE_S}}
BESIDE: Document = {"mes": {"commands": ["replay", "message", "correct"]}}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder: Path = tmp_path_factory.mktemp("corrections")
    with a_floor(Made(machines=(BENCH,), beside=BESIDE, speed=10.0, lead_s=0.0), folder) as floor:
        yield floor


def an_order(order_id: str, **changed: object) -> Document:
    base = {"order_id": order_id, "op_no": "10", "item_id": "BOX", "qty_planned": "20", "uom": "EA"}
    return {**base, "release_status": "released", **changed}


def reported(plant: Floor, order_id: str, good: int) -> dict[str, str]:
    """Order and parts, done with; how the fact is named."""
    plant.publish(f"orders/{order_id}", an_order(order_id), wc=WC)
    plant.enter(WC, "start_operation", order_id=order_id)
    plant.enter(WC, "report_good", qty=str(good))
    plant.enter(WC, "complete_operation")
    plant.delivered()
    (event,) = plant.events("output.recorded", order_id=order_id)
    return {"target_id": event["id"], "target_sequence": str(int(event["sequence"]))}


@pytest.mark.requirement(83)
def test_no_fact_is_edited_and_each_correction_says_who_and_why(plant: Floor) -> None:
    target = reported(plant, "PO-83", 5)
    before = plant.one("output.recorded", order_id="PO-83")
    assert plant.try_to(WC, "replace_fact", **target, set='{"qty_good": "4"}')["code"] == "MISSING_ARGUMENT"
    plant.enter(WC, "replace_fact", **target, set='{"qty_good": "4"}', reason="TYPO", comment="counted twice")
    told = plant.one("fact.corrected", order_id="PO-83")
    assert (told["before"]["qty_good"], told["after"]["qty_good"]) == ("5", "4")
    assert (told["actor"], told["reason"]["code"], told["comment"]) == ("OP-1", "TYPO", "counted twice")
    assert plant.one("output.recorded", order_id="PO-83") == before


@pytest.mark.requirement(84)
def test_what_an_operator_may_correct_alone_is_limited(plant: Floor) -> None:
    target = reported(plant, "PO-84", 11)
    assert plant.try_to(WC, "void_fact", **target, reason="TYPO")["code"] == "APPROVER_NEEDED"
    plant.enter(WC, "void_fact", **target, reason="TYPO", approver="BOSS-1")
    assert plant.one("fact.corrected", order_id="PO-84")["approver"] == "BOSS-1"
    again = {**target, "set": "{}", "reason": "TYPO"}
    assert plant.try_to(WC, "replace_fact", **again)["code"] == "NEEDS_SUPERVISOR"
    plant.enter(WC, "replace_fact", **again, actor="BOSS-1", role="supervisor")


@pytest.mark.requirement(81)
def test_after_an_order_is_closed_only_the_mes_corrects_and_says_so(plant: Floor) -> None:
    target = reported(plant, "PO-81", 5)
    plant.publish("orders/PO-81", an_order("PO-81", release_status="closed"), wc=WC)
    refused = plant.try_to(WC, "void_fact", **target, reason="TYPO", actor="BOSS-1", role="supervisor")
    assert refused["code"] == "ORDER_CLOSED"
    assert plant.mes("fact.corrected", order_id="PO-81") == []
    (event,) = plant.events("output.recorded", order_id="PO-81")
    named = {"target_id": event["id"], "target_sequence": int(event["sequence"])}
    epoch = event["source"].rpartition(":")[2]
    answer = plant.command("correct", **named, epoch=epoch, action="void", reason="TYPO")
    assert answer["outcome"] == "done", answer
    told = plant.one("fact.corrected", order_id="PO-81")
    assert (told["action"], told["initiator"], told["actor"]) == ("void", "mes", "mes")


@pytest.mark.requirement(95)
def test_how_late_an_entry_is_is_measured_and_too_late_is_raised(plant: Floor) -> None:
    target = reported(plant, "PO-95", 5)
    (event,) = plant.events("output.recorded", order_id="PO-95")
    assert event["data"]["quality"]["entry_delay_s"] is None, "what is entered at the moment is not late"
    plant.until(lambda view: bool(view["plant_time"] > later(event["time"])), "it is late")
    plant.enter(WC, "replace_fact", **target, set='{"qty_good": "4"}', reason="TYPO")
    told = plant.one("fact.corrected", order_id="PO-95")
    (correction,) = plant.events("fact.corrected", order_id="PO-95")
    between = datetime.fromisoformat(correction["time"]) - datetime.fromisoformat(event["time"])
    late_s = float(told["quality"]["entry_delay_s"])
    assert late_s > LATE_S
    assert late_s == pytest.approx(between.total_seconds(), abs=0.01)
    plant.delivered()
    late = [one for one in plant.mes("discrepancy.raised") if one["code"] == "late_entry"]
    assert {one["owner_role"] for one in late} == {"supervisor"}


def later(time: str) -> str:
    """An instant after which an entry is late."""
    return (datetime.fromisoformat(time) + timedelta(seconds=LATE_S + 1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
