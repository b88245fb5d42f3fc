"""The pace of the shift against its plan: a bar for each quarter of an hour, the plan as a line through them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from textual.content import Content

from agent.core.shifts.shift_view import StripView
from agent.core.times import epoch

LEVELS: Final = " ▁▂▃▄▅▆▇█"
SHORTEST_S: Final = 60.0
"""Less of an unfinished bar says nothing about an hour."""
PLAN: Final = "─"


def sparkline(seen: StripView, now: float, norm: Decimal | None, width: int, rows: int = 2) -> Content:
    """Good parts per hour over the shift so far, the last bars where not all of them fit.

    What is below the plan shows its line; a bar that reaches it covers it and has the colour of what goes well.

    Args:
        seen: the shift so far.
        now: the plant's time, for the bar that is not finished.
        norm: good parts per hour by the plan; None where none is known.
        width: columns; what is left of the bars is the plan alone.
        rows: how high.
    """
    rates = rates_of(seen, now)[-width:] if width else []
    top = max([*rates, float(norm or 0)])
    if top <= 0:
        return Content("\n").join([Content("")] * rows)
    height = 8 * rows
    bars = [round(rate / top * height) for rate in rates]
    plan = None if norm is None else (round(float(norm) / top * height) or 1)
    lines = [_line(bars, plan, row, width) for row in reversed(range(rows))]
    return Content("\n").join(lines)


def rates_of(seen: StripView, now: float) -> list[float]:
    """Good parts per hour of each bar; the unfinished one counts for the time that it has lasted."""
    begin = epoch(seen.since)
    lasted = [min(seen.good_s, now - begin - index * seen.good_s) for index in range(len(seen.good))]
    return [float(good) / length * 3600 for good, length in zip(seen.good, lasted, strict=True) if length >= SHORTEST_S]


def _line(bars: list[int], plan: int | None, row: int, width: int) -> Content:
    """One row of the picture, the lowest is 0."""
    plan_row = None if plan is None else (plan - 1) // 8
    cells = []
    for bar in bars:
        level = min(8, max(0, bar - 8 * row))
        style = "$bar" if plan is None or bar >= plan else "$text"
        is_line = plan is not None and row == plan_row and bar < plan and not level
        cells.append((PLAN, "$quiet") if is_line else (LEVELS[level], style))
    if row == plan_row:
        cells += [(PLAN, "$quiet")] * (width - len(bars))
    return Content.assemble(*cells)
