"""Scenario S4: an operation is started on an order that is not released."""

from __future__ import annotations

import pytest

from tests.floor.plant import Document, Floor

WC = "BENCH-1"


def an_order(order_id: str, **changed: object) -> Document:
    return {
        "order_id": order_id,
        "op_no": "10",
        "item_id": "BOX",
        "qty_planned": "20",
        "uom": "EA",
        "release_status": "released",
        "bom_version": "3",
        "route_version": "2",
        **changed,
    }


@pytest.mark.requirement(78)
def test_an_order_that_is_not_released_is_recorded_and_told_and_resolved_when_it_is(bench: Floor) -> None:
    bench.publish("orders/PO-4", an_order("PO-4", release_status="planned"), wc=WC)
    bench.enter(WC, "start_operation", order_id="PO-4")
    bench.enter(WC, "report_good", qty="3")
    bench.delivered()
    assert bench.one("operation.started", order_id="PO-4")["release_status_seen"] == "planned"
    assert bench.one("output.recorded", order_id="PO-4")["qty_good"] == "3"
    raised = bench.one("discrepancy.raised", order_id="PO-4")
    assert (raised["code"], raised["owner_role"]) == ("order_not_released", "planner")
    assert raised["due"] > raised["start"]
    bench.publish("orders/PO-4", an_order("PO-4", rev="2"), wc=WC)
    resolved = bench.one("discrepancy.resolved", order_id="PO-4")
    assert (resolved["discrepancy_id"], resolved["resolution"]) == (raised["discrepancy_id"], "released")
    bench.enter(WC, "complete_operation")
    assert bench.one("operation.completed", order_id="PO-4")["qty_good"] == "3"
