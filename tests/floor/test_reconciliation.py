"""Both sides hold the same, and what they do not hold alike is somebody's to settle: on a whole plant."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from simulators.mes.reading import facts_of
from simulators.mes.reconciling import reconciled
from tests.floor.looking import ask, lineside, said_until
from tests.floor.plant import Document, Floor, Made, a_floor

WC, DAY, SHIFT = "BENCH-1", "2026-03-04", "2026-03-04/1"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SHIFTS = [
    {"id": "1", "start": "06:00", "end": "06:20", "days": DAYS},
    {"id": "2", "start": "06:20", "end": "22:00", "days": DAYS},
]
BESIDE: Document = {
    "mes": {"commands": ["replay", "message", "resolve", "reconcile"]},
    "calendar": {"shift": SHIFTS},
    "reconciliation": {"daily_at": "06:35"},
    "discrepancies": {"order_unknown": {"owner": "planner", "due_h": 0.5}},
}
ORDER: Document = {"order_id": "PO-1", "op_no": "10", "item_id": "BOX", "qty_planned": "20", "uom": "EA"}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A shift is over in which 5 parts were good and 1 was not."""
    made = Made(machines=({"work_center": WC, "manual": True},), beside=BESIDE, speed=120.0, lead_s=0.0)
    with a_floor(made, tmp_path_factory.mktemp("reconciliation")) as floor:
        floor.publish("orders/PO-1", {**ORDER, "release_status": "released"}, wc=WC)
        floor.enter(WC, "start_operation", order_id="PO-1")
        floor.enter(WC, "report_good", qty="5")
        floor.enter(WC, "report_scrap", qty="1", defect_code="DENT")
        floor.until_plant(20 * 60 + 30)
        yield floor


def digests(plant: Floor, scope: str) -> list[Document]:
    return [one for one in plant.mes("reconciliation.digest") if one["scope"] == scope]


def differences(plant: Floor, *types: str) -> list[Document]:
    return [one for one in plant.mes(*types) if one["code"] == "reconciliation_difference"]


def figures(rev: str, good: str) -> Document:
    row = {"order_id": "PO-1", "op_no": "10", "qty_good": good, "qty_scrap": "1", "qty_rework": "0"}
    return {"rev": rev, "business_date": DAY, "shift_id": "1", "rows": [row]}


def assert_the_mes_agrees(plant: Floor) -> None:
    """By its own reckoning, which shares nothing with the agent's."""
    with closing(sqlite3.connect(f"{plant.store.as_uri()}?mode=ro", uri=True)) as connection:
        found = reconciled(facts_of(connection, WC))
    assert found
    assert [one.differences for one in found] == [()] * len(found)


@pytest.mark.requirement(99)
def test_summary_digest_and_what_arrived_are_the_same_facts(plant: Floor) -> None:
    summary = plant.one("shift.summary", wc_id=WC)
    plant.wait(lambda: bool(digests(plant, "shift")), "the digest of the shift")
    (digest,) = digests(plant, "shift")
    assert (digest["ids_chain"], digest["facts"]) == (summary["ids_chain"], summary["facts"])
    assert digest["complete"]
    (row,) = [one for one in digest["rows"] if one["order_id"] == "PO-1"]
    assert (row["qty_good"], row["qty_scrap"], row["shift"]["shift_id"]) == ("5", "1", "1")
    plant.delivered()
    shown: Any = json.loads(lineside(plant, "reconcile", "--order", "PO-1", "--shift", SHIFT, "--json"))
    (center,) = shown["centers"]
    ours = {one["kind"]: one["ours"] for one in center["compared"]}
    assert (ours["qty_good"], ours["qty_scrap"], center["complete"]) == ("5", "1", True)
    assert_the_mes_agrees(plant)


@pytest.mark.requirement(98)
def test_a_digest_is_made_every_day_and_when_the_mes_asks_for_one(plant: Floor) -> None:
    plant.wait(lambda: bool(digests(plant, "day")), "the digest of the day before")
    assert digests(plant, "day")[0]["shift"]["business_date"] == "2026-03-03"
    answer = plant.command("reconcile", wc_id=WC, business_date=DAY)
    assert answer["outcome"] == "done", answer
    plant.wait(lambda: bool(digests(plant, "request")), "the digest that the MES asked for")
    (digest,) = digests(plant, "request")
    assert digest["command_id"] == answer["command_id"]
    assert {row["shift"]["business_date"] for row in digest["rows"]} == {DAY}
    (row,) = [one for one in digest["rows"] if (one["order_id"], one["shift"]["shift_id"]) == ("PO-1", "1")]
    assert (row["qty_good"], row["qty_scrap"], row["qty_rework"], row["uom"]) == ("5", "1", "0", "EA")
    assert_the_mes_agrees(plant)


@pytest.mark.requirement(101)
def test_a_difference_is_raised_with_an_owner_shown_and_resolved_when_both_agree(plant: Floor) -> None:
    def say(rev: str) -> None:
        plant.publish(f"figures/{SHIFT}", figures(rev, "9" if rev.startswith("wrong") else "5"), wc=WC)

    said_until(say, "wrong", lambda: bool(differences(plant, "discrepancy.raised")))
    raised = differences(plant, "discrepancy.raised")[-1]
    assert (raised["evidence"]["ours"], raised["evidence"]["theirs"], raised["owner_role"]) == ("5", "9", "supervisor")
    view = plant.until(
        lambda seen: any(one["code"] == raised["code"] for one in seen["discrepancies"]), "people see the difference"
    )
    assert view["open_discrepancies"] >= 1
    assert "DIFFERS" in lineside(plant, "reconcile", "--shift", SHIFT)
    assert "DISCREPANCIES: " in lineside(plant, "status")
    said_until(say, "right", lambda: bool(differences(plant, "discrepancy.resolved")))
    assert {one["resolution"] for one in differences(plant, "discrepancy.resolved")} == {"agreed"}


@pytest.mark.requirement(82)
def test_each_discrepancy_has_an_owner_and_a_deadline_and_expires(plant: Floor) -> None:
    plant.enter(WC, "complete_operation")
    plant.enter(WC, "start_operation", order_id="PO-9")
    raised = plant.one("discrepancy.raised", order_id="PO-9")
    everyone = plant.mes("discrepancy.raised")
    assert len({one["code"] for one in everyone}) > 1
    assert [one for one in everyone if not one["owner_role"] or one["due"] <= one["start"]] == []
    assert (raised["code"], raised["owner_role"]) == ("order_unknown", "planner")
    assert raised["due"] > raised["end"]
    named = {"discrepancy_id": raised["discrepancy_id"]}
    plant.enter(WC, "acknowledge_discrepancy", **named, comment="asked for it")
    mine = {**named, "resolution": "accepted", "comment": "no"}
    assert plant.try_to(WC, "resolve_discrepancy", role="supervisor", **mine)["code"] == "NOT_YOURS"
    plant.one("discrepancy.expired", order_id="PO-9")
    answer = plant.command("resolve", **named, action="resolve", resolution="accepted")
    assert answer["outcome"] == "done", answer
    assert plant.one("discrepancy.resolved", order_id="PO-9")["by"] == "mes"


@pytest.mark.requirement(99)
def test_one_order_one_lot_and_one_shift_match_in_counts_and_status(plant: Floor) -> None:
    plant.enter(WC, "complete_operation")
    plant.publish("orders/PO-99", {**ORDER, "order_id": "PO-99", "release_status": "released"}, wc=WC)
    plant.enter(WC, "start_operation", order_id="PO-99")
    plant.enter(WC, "start_lot", lot_id="P-99")
    plant.enter(WC, "report_good", qty="4")
    plant.enter(WC, "complete_operation")
    plant.delivered()
    status, said = ask(plant, f"/v1/reconciliation?order=PO-99&lot=P-99&shift={DAY}/2")
    assert status == 200, said
    (row,) = said["centers"][0]["rows"]
    assert (row["order_id"], row["lot_id"], row["shift"]["shift_id"]) == ("PO-99", "P-99", "2")
    assert (row["qty_good"], row["qty_scrap"], row["status"]) == ("4", "0", "completed")
    answer = plant.command("reconcile", wc_id=WC, business_date=DAY, shift_id="2")
    assert answer["outcome"] == "done", answer

    def told() -> list[Document]:
        return [one for one in digests(plant, "request") if one["command_id"] == answer["command_id"]]

    plant.wait(lambda: bool(told()), "the digest of the shift so far")
    assert row in told()[0]["rows"]
    assert_the_mes_agrees(plant)
