"""Material against parts: a finished operation used each component once for each part, whatever died meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from simulators.demo.checks import Check, equal
from simulators.demo.evidence import Evidence
from simulators.mes.facts import Operation
from simulators.mes.figures import OrderFigures


def material_checks(evidence: Evidence) -> Iterator[Check]:
    """One for each component of each finished operation."""
    for wc, claim in evidence.report.work_centers.items():
        finished = {
            Operation(order.order_id, order.op_no): order for order in claim.orders if order.status == "completed"
        }
        for norm in claim.floor.norms:
            order = finished.get(norm.operation)
            if order is not None:
                name = f"{wc} {norm.item_id} used for {order.order_id}"
                yield equal(name, f"{_made(order):f}", f"{norm.used:f}", "parts made, and components used by them")


def _made(order: OrderFigures) -> Decimal:
    return order.good + order.scrap + order.rework + order.setup_pieces
