"""What a shift came to up to an instant, as its summary and its handover tell it."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import DiscrepancyRaised, DiscrepancyResolved, ShiftOrder
from agent.core.shifts.figures import ShiftAccount
from agent.core.shifts.time_elements import elements
from agent.core.turn import Turn


def orders(account: ShiftAccount, uom: str) -> tuple[ShiftOrder, ...]:
    """What it made of each order."""
    return tuple(
        ShiftOrder(
            order_id=one.order_id,
            op_no=one.op_no,
            qty_good=one.sums.good,
            qty_scrap=one.sums.scrap,
            qty_rework=one.sums.rework,
            uom=uom,
            elements=elements(one.sums),
            labor_s=one.sums.labor,
        )
        for one in account.orders
    )


def uncoded(turn: Turn, account: ShiftAccount, at: float) -> tuple[int, Decimal]:
    """Segments of downtime that nobody has explained and their seconds, that of the open stop among them."""
    stop = turn.stops.open
    if stop is None or stop.last.segment_class != "down" or stop.reason is not None:
        return account.uncoded, seconds(account.uncoded_s)
    return account.uncoded + 1, seconds(account.uncoded_s + (at - stop.last.start))


def open_discrepancies(turn: Turn) -> tuple[int, tuple[str, ...]]:
    """How many contradictions of the work center are unresolved, and the ids of the newest, the newest first."""
    told = [fact.data for fact in turn.draft.facts]
    raised = [data.discrepancy_id for data in told if isinstance(data, DiscrepancyRaised)]
    resolved = [data.discrepancy_id for data in told if isinstance(data, DiscrepancyResolved)]
    known = (*turn.register.ids(turn.wc_id), *raised)
    count = turn.register.at(turn.wc_id) + len(raised) - len(resolved)
    return count, tuple(one for one in reversed(known) if one not in resolved)


def seconds(value: float) -> Decimal:
    """Seconds as facts tell them, to the thousandth."""
    return Decimal(round(value * 1000)).scaleb(-3)
