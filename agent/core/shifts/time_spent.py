"""What the time since it was settled seems to have been, for figures and for whoever looks on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from agent.core.machine.watching import Watch
from agent.core.machine_settings import MachineSettings
from agent.core.orders.operations import Operations
from agent.core.shifts.figures import Figures
from agent.core.shifts.spans import Kind, Span, spans_of
from agent.core.stops.stops import StopWatch


def between_stops(machine: MachineSettings, operations: Operations) -> Kind:
    """What the time is in which no stop is open: where there is no machine, a paused operation is interrupted."""
    paused = operations.current is not None and operations.current.status == "paused"
    return "down" if machine.manual and paused else "run"


def open_spans(figures: Figures, watch: Watch, stops: StopWatch, now: float, between: Kind) -> Iterator[Span]:
    """What the time since it was settled seems to have been."""
    if figures.settled is None:
        return
    gap = watch.gap
    seen_until = now if gap is None else min(gap.start, now)
    yield from spans_of(stops.open, figures.settled, seen_until, between)
    if gap is not None:
        yield Span("unknown", gap.start, now)
