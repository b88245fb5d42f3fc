"""Quantities and labor for the figures of shift and order, as the facts say them (domain.md B3: PQ, GQ, SQ)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import (
    Fact,
    LaborRecorded,
    OutputRecorded,
    QuantityAdjusted,
    ReworkRecorded,
    ScrapRecorded,
    ShiftKeys,
)
from agent.core.shifts.figures import Figures, OrderKey, Sums, added, grown
from agent.core.times import epoch
from agent.core.values import replace

NONE = Decimal(0)


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
    good = scrap = rework = NONE
    if isinstance(data, OutputRecorded):
        good, rework = data.qty_good, -data.qty_from_rework
    elif isinstance(data, ScrapRecorded):
        good, scrap, rework = -data.qty_from_good, data.qty_scrap, -data.qty_from_rework
    elif isinstance(data, ReworkRecorded):
        good, rework = -data.qty_from_good, data.qty_rework
    elif isinstance(data, QuantityAdjusted) and data.category != "setup":
        deltas = {"good": NONE, "scrap": NONE, "rework": NONE, data.category: data.delta}
        good, scrap, rework = deltas["good"], deltas["scrap"], deltas["rework"]
    else:
        return figures
    ideal = float(good + scrap) * cycle_s

    def grow(sums: Sums) -> Sums:
        return sums.with_parts(good, scrap, rework, ideal)

    return grown(figures, data.shift, (data.keys.order_id, data.keys.op_no), grow, fact.time)


def corrected(
    figures: Figures, shift: ShiftKeys | None, order: OrderKey, made: tuple[Decimal, Decimal, Decimal], cycle_s: float
) -> Figures:
    """The figures with other quantities of a fact that was counted before.

    Args:
        figures: the figures so far.
        shift: of the fact.
        order: order and operation of the fact.
        made: good parts, scrap and parts in rework more than before, or fewer.
        cycle_s: planned run time of one part in seconds (PRI).
    """
    return changed(figures, shift, order, _sums(made, cycle_s))


def corrected_before(
    figures: Figures, order: OrderKey, made: tuple[Decimal, Decimal, Decimal], cycle_s: float
) -> Figures:
    """The figures with other quantities of shifts that are over: those of the order alone are still open."""
    return _of_order(figures, order, _sums(made, cycle_s))


def changed(figures: Figures, shift: ShiftKeys | None, order: OrderKey, sums: Sums) -> Figures:
    """The figures with so much more than before, or less; those of a shift that was summed up stay as they were."""
    known = next((one for one in figures.shifts if one.names(shift)), None)
    if known is not None:
        return added(figures, shift, order, sums, known.since)
    return _of_order(figures, order, sums)


def _sums(made: tuple[Decimal, Decimal, Decimal], cycle_s: float) -> Sums:
    good, scrap, rework = made
    return Sums(good=good, scrap=scrap, rework=rework, ideal=float(good + scrap) * cycle_s)


def _of_order(figures: Figures, order: OrderKey, sums: Sums) -> Figures:
    total = figures.order
    if total is None or (total.order_id, total.op_no) != order:
        return figures
    return replace(figures, order=replace(total, sums=total.sums.plus(sums)))
