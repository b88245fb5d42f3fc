"""Time that was settled in the figures and turned out to have been something else."""

from __future__ import annotations

from collections.abc import Iterable

from agent.core.shifts import tally
from agent.core.shifts.figures import Figures, Rules, sums_of
from agent.core.shifts.spans import Span
from agent.core.stops.segments import Grounds
from agent.core.values import replace


def retold(figures: Figures, was: Iterable[Span], now: Iterable[Span], rules: Rules, grounds: Grounds) -> Figures:
    """The figures with the same time told otherwise; those of a shift that was summed up stay as they were.

    Args:
        figures: the figures so far.
        was: what the time was settled as.
        now: what it was in truth; it tiles the same time.
        rules: how stops are counted.
        grounds: what time belongs to.
    """
    told = [
        (sums_of(span.kind, ground, rules), ground, gone)
        for spans, gone in ((was, True), (now, False))
        for span in spans
        if span.start < span.end
        for ground in grounds(span.start, span.end)
    ]
    # What begins later than that time holds none of it: it is of what a summed up shift was told late.
    lacking = [one for one in figures.shifts if any(one.names(at.shift) and at.start < one.since for _, at, _ in told)]
    for sums, ground, gone in told:
        order = ground.order_id, ground.op_no
        changed = tally.changed(figures, ground.shift, order, sums.negated if gone else sums)
        if any(one.names(ground.shift) for one in lacking):
            changed = replace(changed, shifts=figures.shifts)
        ours = ground.start >= figures.order_since
        figures = changed if ours else replace(changed, order=figures.order)
    return figures
