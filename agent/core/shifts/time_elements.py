"""Elements and ratios of ISO 22400-2 that sums of the figures come to (domain.md B3)."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from agent.core.facts import TimeElements
from agent.core.shifts.figures import Sums

MILLI = Decimal("0.001")


def elements(sums: Sums) -> TimeElements:
    """The elements and ratios that sums come to. A ratio without a base is null; above 1 the norm is slow."""
    busy = sums.run + sums.setup + sums.delay + sums.idle + sums.free_run + sums.waiting
    made = sums.good + sums.scrap
    availability = _ratio(sums.run, busy)
    effectiveness = _ratio(sums.ideal, sums.run)
    quality = None if not made else (sums.good / made).quantize(MILLI, ROUND_HALF_EVEN)
    factors = (availability, effectiveness, quality)
    oee = None
    if all(factor is not None for factor in factors):
        product = Decimal(1)
        for factor in factors:
            assert factor is not None
            product *= factor
        oee = product.quantize(MILLI, ROUND_HALF_EVEN)
    return TimeElements(
        pbt_s=_seconds(busy),
        apt_s=_seconds(sums.run),
        aust_s=_seconds(sums.setup),
        adet_s=_seconds(sums.delay),
        adot_s=_seconds(sums.idle),
        waiting_s=_seconds(sums.waiting),
        no_order_run_s=_seconds(sums.free_run),
        unknown_s=_seconds(sums.unknown),
        planned_s=_seconds(sums.planned),
        outside_plan_s=_seconds(sums.outside),
        availability=availability,
        effectiveness=effectiveness,
        quality_ratio=quality,
        oee=oee,
    )


def _ratio(part: float, whole: float) -> Decimal | None:
    return None if whole <= 0 else Decimal(part / whole).quantize(MILLI, ROUND_HALF_EVEN)


def _seconds(value: float) -> Decimal:
    return Decimal(value).quantize(MILLI, ROUND_HALF_EVEN)
