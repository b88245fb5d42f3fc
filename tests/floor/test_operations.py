"""Operations on a whole plant: from the first start to the end, over interruptions, beside what the plan says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.floor.plant import Document, Floor, Made, a_floor
from tests.floor.scenes import an_order

WC = "BENCH-1"
BENCH: Document = {"work_center": WC, "manual": True}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with a_floor(Made(machines=(BENCH,), speed=10.0, lead_s=0.0), tmp_path_factory.mktemp("operations")) as floor:
        yield floor


def changes(bench: Floor, order_id: str) -> list[Document]:
    """Each change of status of an order's operations that the MES has."""
    bench.delivered()
    return [event["data"] for event in bench.events(order_id=order_id) if "to_status" in event["data"]]


@pytest.mark.requirement(14)
@pytest.mark.requirement(15)
def test_an_operation_is_begun_paused_gone_on_with_stopped_and_finished(bench: Floor) -> None:
    bench.publish("orders/PO-14", an_order("PO-14"), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-14")
    bench.enter(WC, "pause_operation", reason="LUNCH", comment="canteen")
    bench.enter(WC, "resume_operation")
    bench.enter(WC, "report_good", qty="60")
    bench.enter(WC, "partial_operation")
    bench.enter(WC, "start_operation", order_id="PO-14")
    bench.enter(WC, "stop_operation", reason="TOOL")
    bench.enter(WC, "resume_operation", order_id="PO-14")
    bench.enter(WC, "report_good", qty="40")
    bench.enter(WC, "complete_operation")
    told = changes(bench, "PO-14")
    assert [(one["from_status"], one["to_status"]) for one in told] == [
        ("waiting", "in_progress"),
        ("in_progress", "paused"),
        ("paused", "in_progress"),
        ("in_progress", "partially_completed"),
        ("partially_completed", "in_progress"),
        ("in_progress", "stopped"),
        ("stopped", "in_progress"),
        ("in_progress", "completed"),
    ]
    assert [one["transition_no"] for one in told] == list(range(1, 9))
    assert len({one["op_execution_id"] for one in told}) == 1
    assert [one["qty_good"] for one in told][3:] == ["60", "60", "60", "60", "100"]
    assert (told[1]["reason"]["code"], told[1]["comment"], told[1]["actor"]) == ("LUNCH", "canteen", "OP-1")
    times = [event["time"] for event in bench.events(order_id="PO-14") if "to_status" in event["data"]]
    assert times == sorted(times)
    assert bench.try_to(WC, "start_operation", order_id="PO-14")["code"] == "OPERATION_ENDED"


@pytest.mark.requirement(23)
def test_actual_times_stand_next_to_norm_times(bench: Floor) -> None:
    order = an_order("PO-23", norm_cycle_s="3", norm_setup_s="60")
    bench.publish("orders/PO-23", order, wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-23")
    bench.enter(WC, "report_good", qty="8")
    bench.enter(WC, "complete_operation")
    times = bench.one("operation.completed", order_id="PO-23")["times"]
    assert (times["norm_run_s"], times["norm_setup_s"]) == ("24.000", "60.000")
    assert 0 < float(times["run_s"]) <= float(times["elapsed_s"])


def test_every_fact_of_two_operations_of_an_order_names_its_own_with_its_versions(bench: Floor) -> None:
    for op_no in ("20", "100"):
        bench.publish(f"orders/PO-47/{op_no}", an_order("PO-47", op_no=op_no, bom_version=f"B{op_no}"), wc=WC)
        bench.enter(WC, "start_operation", order_id="PO-47")
        bench.enter(WC, "report_good", qty=op_no)
        bench.enter(WC, "complete_operation")
    bench.delivered()
    for op_no in ("20", "100"):
        events = bench.events(order_id="PO-47", op_no=op_no)
        types = [event["type"].split(".")[-3:-1] for event in events]
        assert ["operation", "started"] in types
        assert ["output", "recorded"] in types
        (execution,) = {event["data"]["op_execution_id"] for event in events if "op_execution_id" in event["data"]}
        output = next(event for event in events if event["data"].get("qty_good") == op_no)
        assert output["correlationid"] == execution
        assert {event["data"]["versions"]["bom_version"] for event in events} == {f"B{op_no}"}


@pytest.mark.requirement(42)
def test_what_is_begun_otherwise_than_the_route_says_is_a_deviation_with_its_reason(bench: Floor) -> None:
    before = [{"op_no": "10", "status": "waiting", "mandatory": True}]
    order = an_order("PO-42", op_no="20", route=before, work_centers=["BENCH-7"])
    bench.publish("orders/PO-42", order, wc=WC)
    bench.publish("deviations", {"codes": [{"code": "RUSH", "text": {"en": "It is urgent"}}]})
    assert bench.try_to(WC, "start_operation", order_id="PO-42", reason="NONE")["code"] == "UNKNOWN_REASON"
    bench.enter(WC, "start_operation", order_id="PO-42", reason="RUSH", comment="the truck waits")
    bench.enter(WC, "complete_operation")
    bench.delivered()
    told = bench.mes("deviation.recorded", order_id="PO-42")
    found = [(one["deviation"]["kind"], one["deviation"]["expected"], one["deviation"]["actual"]) for one in told]
    assert found == [("wc", "BENCH-7", WC), ("sequence", "10", "20")]
    assert {(one["deviation"]["reason"]["code"], one["comment"], one["actor"]) for one in told} == {
        ("RUSH", "the truck waits", "OP-1")
    }


@pytest.mark.requirement(62)
@pytest.mark.requirement(60)
def test_working_on_a_stale_version_is_detected_and_reported(bench: Floor) -> None:
    order = an_order("PO-62", item_id="CRATE", bom_version="1", route_version=None, norm_version=None)
    bench.publish("orders/PO-62", order, wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-62")
    line = {"line": "1", "item_id": "PLANK", "qty_per": "1", "uom": "EA", "mode": "entered", "lot_required": False}
    version = {"bom_version": "2", "effective_from": "2020-01-01T00:00:00Z", "lines": [line]}
    bench.publish("boms/CRATE", {"item_id": "CRATE", "versions": [version]})
    raised = bench.one("discrepancy.raised", order_id="PO-62")
    assert (raised["code"], raised["evidence"]) == (
        "stale_version",
        {"object": "bom", "works_with": "1", "in_force": "2"},
    )
    bench.enter(WC, "complete_operation")
    assert {one["versions"]["bom_version"] for one in changes(bench, "PO-62")} == {"1"}


@pytest.mark.requirement(71)
def test_the_dispatch_queue_is_in_the_order_in_which_it_is_to_be_worked_off(bench: Floor) -> None:
    bench.publish("orders/PO-71C", an_order("PO-71C", priority=9), wc=WC)
    bench.publish("orders/PO-71B", an_order("PO-71B", priority=8, due="2026-03-05T12:00:00Z"), wc=WC)
    bench.publish("orders/PO-71A", an_order("PO-71A", priority=8, due="2026-03-06T12:00:00Z"), wc=WC)

    def queue(center: Document) -> list[str]:
        return [one["order_id"] for one in center["orders"] if one["order_id"].startswith("PO-71")]

    shown = bench.until_center(WC, lambda center: len(queue(center)) == 3, "all three wait")
    assert queue(shown) == ["PO-71B", "PO-71A", "PO-71C"]


@pytest.mark.requirement(77)
def test_business_status_and_execution_status_are_two_fields(bench: Floor) -> None:
    bench.publish("orders/PO-77", an_order("PO-77", release_status="planned"), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-77")
    shown = bench.until_center(WC, lambda center: center["order"] is not None, "it is in progress")["order"]
    assert (shown["status"], shown["release_status"]) == ("in_progress", "planned")
    bench.enter(WC, "complete_operation")
    done = bench.one("operation.completed", order_id="PO-77")
    assert (done["to_status"], done["release_status_seen"]) == ("completed", "planned")


def test_what_was_made_without_an_order_is_given_to_one(bench: Floor) -> None:
    bench.publish("orders/PO-18", an_order("PO-18"), wc=WC)
    bench.enter(WC, "report_good", qty="7")
    shown = bench.until_center(WC, lambda center: center["runs_without_order"], "what has no order")
    (free,) = [one for one in shown["runs_without_order"] if one["until"] is None]
    bench.enter(WC, "attach_run", execution_id=free["execution_id"], order_id="PO-18", reason="FORGOTTEN")
    bench.enter(WC, "start_operation", order_id="PO-18")
    bench.enter(WC, "complete_operation")
    assert bench.one("operation.attached", order_id="PO-18")["execution_id"] == free["execution_id"]
    assert bench.one("operation.completed", order_id="PO-18")["qty_good"] == "7"
