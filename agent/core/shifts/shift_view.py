"""A shift so far as people and other programs are shown it."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import (
    Block,
    TimeElements,
    Timestamp,
)


class FiguresView(Block):
    """What a shift or an order has come to so far. Indicative: the MES owns the figures."""

    qty_good: Decimal
    qty_scrap: Decimal
    elements: TimeElements


class StripView(Block):
    """The shift so far, in cells of equal length: what the machine did and what was made."""

    since: Timestamp
    """Where the first cell begins."""
    cell_s: float
    """Seconds of each cell."""
    cells: str
    """A letter for each cell, the last one unfinished: what the machine did longest in it. R running, I idle, F fault,
    H held, S starved, B blocked, O off, U unknown, P planned not to work, C setup. At most half a day: where no shift
    begins, the oldest cells are dropped."""
    good_s: float
    """Seconds of each of `good`."""
    good: tuple[Decimal, ...]
    """Good parts as they were told, from the same beginning on; the last one unfinished."""


class LossView(Block):
    """What one reason cost in this shift."""

    reason_code: str
    """`*`: all reasons that are not listed, together."""
    count: int
    """Segments of stops that are over."""
    seconds: float
    """The open stop's as well, up to now."""
