"""Facts about shifts, with the figures of ISO 22400-2."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from agent.core.facts.blocks import Block, FactData, Number, Timestamp


class TimeElements(Block):
    """Time elements of ISO 22400-2 in seconds and their ratios, as seen here. Indicative: the MES owns the figures."""

    pbt_s: Number
    """Planned busy time so far: the shift or the order without planned windows and without what nobody watched."""
    apt_s: Number
    """Actual production time: running with an order."""
    aust_s: Number
    """Actual unit setup time."""
    adet_s: Number
    """Actual unit delay time: stops with an order in progress."""
    adot_s: Number
    """Actual unit down time: idle without an order although available."""
    waiting_s: Number
    """Starved or blocked, where that does not count against the line (domain.md R11)."""
    no_order_run_s: Number
    """Running without an order."""
    unknown_s: Number
    """Nobody watched; counted in no other element."""
    planned_s: Number
    """Planned windows."""
    outside_plan_s: Number
    """Running in planned windows; part of `planned_s`."""
    availability: Number | None
    """APT / PBT."""
    effectiveness: Number | None
    """PRI x PQ / APT."""
    quality_ratio: Number | None
    """GQ / PQ."""
    oee: Number | None
    """Their product."""
    indicative: Literal[True] = True


class ShiftOrder(Block):
    """What one shift made of one order."""

    order_id: str | None
    op_no: str | None
    qty_good: Number
    qty_scrap: Number
    qty_rework: Number = Decimal(0)
    """Sent to rework in the shift less what left it."""
    uom: str
    elements: TimeElements
    labor_s: Number = Decimal(0)
    """Of all persons together."""


class ShiftSummary(FactData):
    """A shift is over; what it came to, as far as seen by then (domain.md G3)."""

    TYPE = "shift.summary"
    start: Timestamp
    end: Timestamp
    qty_good: Number
    qty_scrap: Number
    qty_rework: Number = Decimal(0)
    uom: str
    orders: tuple[ShiftOrder, ...]
    elements: TimeElements
    stops: int
    """That ended in the shift, or stand open at its end."""
    open_stop_id: str | None
    uncoded: int
    """Segments of downtime of the shift without a reason."""
    uncoded_s: Number
    labor_s: Number = Decimal(0)
    open_discrepancies: int = 0
    facts: int = 0
    """Facts of this work center since the summary before, that one and detail not among them."""
    first_id: str | None = None
    last_id: str | None = None
    """Of those facts: the first and the last; their sequences tell the range."""
    ids_chain: str | None = None
    """SHA-256, hexadecimal, of the chain so far followed by an id, for each of those facts in the order of their
    sequence; the chain begins as an empty text, which it stays where there are none."""
