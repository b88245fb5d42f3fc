"""Statuses of both sides, what is final, how easily a fact is corrected, and that the present is always seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from agent.core.directories.kinds import KINDS
from agent.core.directories.orders import ReleaseStatus
from agent.core.facts import FINAL
from simulators.mes.report import read_report
from tests.floor.looking import Wire, listening
from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order, codes

WC = "BENCH-1"
CONTRACT = Path(__file__).parents[2] / "docs" / "mes-contract.md"
AT_ONCE_S = 2.0
"""Real seconds: a view is published twice a second, and this PC may be busy."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    made = Made(machines=({"work_center": WC, "manual": True},), speed=10.0)
    with a_floor(made, tmp_path_factory.mktemp("statuses")) as floor:
        floor.publish("corrections", codes("TYPO"))
        yield floor


def begun(bench: Floor, order_id: str, **order: object) -> None:
    bench.publish(f"orders/{order_id}", an_order(order_id, **order), wc=WC)
    bench.enter(WC, "start_operation", order_id=order_id)


def state(wire: Wire, name: str) -> Document:
    """A retained view of the present as everybody at the broker sees it; nothing before the first."""
    found = [one.documents[0] for one in wire.to("state") if one.place[1:] == (WC, "state", name)]
    return found[-1] if found else {}


def order_of(wire: Wire) -> tuple[str, str, str] | None:
    """Order, execution status and business status in the retained view."""
    order = state(wire, "order").get("order")
    return None if order is None else (order["order_id"], order["status"], order["release_status"])


@pytest.mark.requirement(77)
@pytest.mark.requirement(79)
def test_both_sides_may_disagree_and_the_execution_status_is_exposed_beside_the_other(bench: Floor) -> None:
    begun(bench, "PO-79")
    with listening(bench) as wire:
        bench.wait(lambda: order_of(wire) == ("PO-79", "in_progress", "released"), "the retained view")
        bench.publish("orders/PO-79", an_order("PO-79", rev="2", release_status="closed"), wc=WC)
        bench.wait(lambda: order_of(wire) == ("PO-79", "in_progress", "closed"), "both statuses in the retained view")
        shown = bench.until_center(WC, lambda one: one["order"]["release_status"] == "closed", "closed")["order"]
        assert shown["status"] == "in_progress"
        bench.enter(WC, "complete_operation")
        queue = [("PO-79", "completed", "closed")]
        names = ("order_id", "status", "release_status")
        bench.wait(
            lambda: [tuple(one[name] for name in names) for one in state(wire, "order")["queue"]] == queue, "completed"
        )
    told = [(one["to_status"], one["release_status_seen"]) for one in bench.mes("operation.started", order_id="PO-79")]
    done = bench.one("operation.completed", order_id="PO-79")
    assert (told, done["to_status"], done["release_status_seen"]) == (
        *([("in_progress", "released")], "completed"),
        "closed",
    )


@pytest.mark.requirement(81)
def test_after_a_final_status_only_corrections_name_the_order(bench: Floor) -> None:
    begun(bench, "PO-81B")
    bench.enter(WC, "report_good", qty="5")
    bench.enter(WC, "complete_operation")
    begun(bench, "PO-81C")
    bench.enter(WC, "report_good", qty="3")
    bench.enter(WC, "abort_operation", role="supervisor", reason="WRONG")
    bench.delivered()
    before = {order_id: len(bench.events(order_id=order_id)) for order_id in ("PO-81B", "PO-81C")}
    for order_id in before:
        assert bench.try_to(WC, "start_operation", order_id=order_id)["code"] == "OPERATION_ENDED"
        assert bench.try_to(WC, "resume_operation", order_id=order_id)["code"] == "OPERATION_ENDED"
        assert not bench.scan(WC, f"ORD:{order_id}")["accepted"]
    bench.enter(WC, "report_good", qty="2")
    bench.enter(WC, "start_stop", code="TOOL")
    bench.enter(WC, "end_stop")
    (made,) = bench.events("output.recorded", order_id="PO-81B")
    target = {"target_id": made["id"], "target_sequence": str(int(made["sequence"]))}
    bench.enter(WC, "replace_fact", **target, set='{"qty_good": "4"}', reason="TYPO")
    bench.delivered()
    added = [bench.events(order_id=order_id)[count:] for order_id, count in before.items()]
    assert [[one["data"]["before"] for one in facts] for facts in added] == [[{"qty_good": "5"}], []]
    assert added[0][0]["data"]["reason"]["code"] == "TYPO"


@pytest.mark.requirement(85)
def test_a_slip_is_corrected_with_one_entry_and_every_sum_follows(bench: Floor) -> None:
    begun(bench, "PO-85")
    bench.enter(WC, "report_good", qty="50")
    bench.enter(WC, "undo_last")
    bench.until_center(WC, lambda one: one["qty_good"] == "0", "it is taken back")
    bench.enter(WC, "report_good", qty="50")
    bench.delivered()
    made = bench.events("output.recorded", order_id="PO-85")[-1]
    target = {"target_id": made["id"], "target_sequence": str(int(made["sequence"]))}
    bench.enter(WC, "replace_fact", **target, set='{"qty_good": "45"}', reason="TYPO")
    bench.until_center(WC, lambda one: one["qty_good"] == "45", "and it is 45")
    bench.enter(WC, "complete_operation")
    assert bench.one("operation.completed", order_id="PO-85")["qty_good"] == "45"
    orders = {one.order_id: one.good for one in read_report(bench.store).work_centers[WC].orders}
    assert orders["PO-85"] == 45, "the MES comes to the same by the corrections alone"
    assert bench.mes("quantity.adjusted", order_id="PO-85") == []


@pytest.mark.requirement(86)
def test_every_change_of_a_field_stays_with_who_and_why(bench: Floor) -> None:
    begun(bench, "PO-86")
    bench.enter(WC, "report_good", qty="9")
    bench.delivered()
    (made,) = bench.events("output.recorded", order_id="PO-86")
    target = {"target_id": made["id"], "target_sequence": str(int(made["sequence"]))}
    for actor, good in (("OP-1", "8"), ("OP-2", "7")):
        bench.enter(WC, "replace_fact", **target, actor=actor, set=f'{{"qty_good": "{good}"}}', reason="TYPO")
    bench.enter(WC, "complete_operation")
    bench.delivered()
    changes = [
        (one["correction_no"], one["before"]["qty_good"], one["after"]["qty_good"], one["actor"], one["reason"]["code"])
        for one in bench.mes("fact.corrected", order_id="PO-86")
    ]
    assert changes == [(1, "9", "8", "OP-1", "TYPO"), (2, "8", "7", "OP-2", "TYPO")]
    assert bench.one("output.recorded", order_id="PO-86")["qty_good"] == "9", "what was recorded first stays too"


@pytest.mark.requirement(80)
def test_the_contract_lists_mandatory_fields_shared_directories_and_final_statuses_as_they_are(bench: Floor) -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    agreed = dict(re.findall(r"^\| ([^|]+?) \| (.+) \|$", text.partition("## What must be agreed")[2], re.MULTILINE))
    execution, business = agreed["final statuses"].split(";")
    assert set(re.findall(r"`(\w+)`", execution)) == FINAL
    assert set(re.findall(r"`(\w+)`", business)) == {"closed"} < set(get_args(ReleaseStatus))
    listed = set(re.findall(r"`([a-z]+)[/`]", text.partition("## Plans and lists")[2].partition("## Commands")[0]))
    assert set(KINDS) <= listed
    assert re.findall(r"`([a-z_.]+)`", agreed["mandatory in every fact"]) == ["keys.wc_id", "order_id", "op_no"]
    # And they are what the page says: fields in facts, statuses that end it, lists that are held against.
    begun(bench, "PO-80")
    bench.enter(WC, "report_good", qty="5")
    assert bench.try_to(WC, "stop_operation", reason="X" * 65)["code"] == "TOO_LONG"
    bench.enter(WC, "complete_operation")
    bench.delivered()
    assert bench.try_to(WC, "start_operation", order_id="PO-80")["code"] == "OPERATION_ENDED"
    told = bench.mes(order_id="PO-80")
    assert {(one["keys"]["wc_id"], one["keys"]["op_no"]) for one in told} == {(WC, "10")}
    assert {one["uom"] for one in told if "qty_good" in one} == {"EA"}


@pytest.mark.requirement(104)
def test_whoever_looks_at_the_broker_sees_the_present_although_the_past_still_waits(bench: Floor) -> None:
    bench.reconfigure(beside={"mes": {"exchange": {"online": [], "batch_at": ["05:59"]}}})
    with listening(bench) as wire:
        bench.enter(WC, "start_operation", order_id="PO-104")
        bench.wait(lambda: (order_of(wire) or ("",))[0] == "PO-104", "the order", within=AT_ONCE_S)
        bench.enter(WC, "start_stop", code="TOOL")
        bench.wait(lambda: bool(state(wire, "stop")["stop"]), "the stop", within=AT_ONCE_S)
        assert state(wire, "stop")["stop"]["reason_code"] == "TOOL"
        bench.enter(WC, "end_stop")
        bench.wait(lambda: state(wire, "stop")["stop"] is None, "the end of the stop", within=AT_ONCE_S)
        bench.enter(WC, "complete_operation")
        bench.wait(lambda: order_of(wire) is None, "the end of the order", within=AT_ONCE_S)
        assert bench.view()["uplink"]["held"] > 5
        assert bench.mes(order_id="PO-104") == [], "not one fact of it is at the MES"
        # Whoever subscribes only now is told at once, by what is retained.
        with listening(bench) as later:
            bench.wait(lambda: bool(state(later, "machine")), "the machine", within=AT_ONCE_S)
            assert state(later, "order") == state(wire, "order")
    bench.reconfigure(beside={})
    bench.delivered()
    assert [one["to_status"] for one in bench.mes("operation.started", order_id="PO-104")] == ["in_progress"]
