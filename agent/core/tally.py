"""Quantities and labor for the figures of shift and order, as the facts say them (domain.md B3: PQ, GQ, SQ)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import Fact, LaborRecorded, OutputRecorded, QuantityAdjusted, ReworkRecorded, ScrapRecorded
from agent.core.figures import Figures, Sums, added
from agent.core.times import epoch


def counted(figures: Figures, fact: Fact, cycle_s: float) -> Figures:
    """The figures with the quantities that a fact tells.

    Args:
        figures: the figures so far.
        fact: any fact of the work center.
        cycle_s: planned run time of one part in seconds (PRI).
    """
    data = fact.data
    if isinstance(data, LaborRecorded):
        return added(
            figures, data.shift, (data.keys.order_id, data.keys.op_no), Sums(labor=data.duration_s), epoch(data.start)
        )
    if isinstance(data, OutputRecorded):
        good, scrap = data.qty_good, Decimal(0)
    elif isinstance(data, ScrapRecorded):
        good, scrap = -data.qty_from_good, data.qty_scrap
    elif isinstance(data, ReworkRecorded):
        good, scrap = -data.qty_from_good, Decimal(0)
    elif isinstance(data, QuantityAdjusted) and data.category in {"good", "scrap"}:
        good, scrap = (data.delta, Decimal(0)) if data.category == "good" else (Decimal(0), data.delta)
    else:
        return figures
    sums = Sums(good=good, scrap=scrap, ideal=float(good + scrap) * cycle_s)
    return added(figures, data.shift, (data.keys.order_id, data.keys.op_no), sums, fact.time)
