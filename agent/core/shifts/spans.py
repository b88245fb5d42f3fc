"""Stretches of time and what they were, as figures settle them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.stops.segments import Stop

Kind: TypeAlias = Literal["run", "unknown", "minor", "down", "setup", "external", "planned"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time and what it was."""

    kind: Kind
    start: float
    end: float


def spans_of(stop: Stop | None, settled: float, until: float, between: Kind = "run") -> Iterator[Span]:
    """What the time up to an instant was, with a stop in it or none.

    Args:
        stop: the one that is open or has just ended.
        settled: up to where it is known already.
        until: the instant.
        between: what it was before the stop: the machine ran.
    """
    if stop is None or stop.start >= until:
        yield Span(between, settled, until)
        return
    yield Span(between, settled, stop.start)
    for segment in stop.segments:
        end = until if segment.end is None else min(segment.end, until)
        yield Span(segment.segment_class, segment.start, end)
