"""How long things take: counts by duration, as Prometheus' histograms have them."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from math import inf
from typing import Final

COMMIT_S: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
DELIVERY_S: Final = (0.05, 0.25, 1.0, 5.0, 30.0, 300.0, 3600.0, 86400.0)
MOST_ON_THEIR_WAY: Final = 10_000
"""Commits whose confirmation is waited for; further ones are not measured."""


class Durations:
    """Counts durations in real seconds."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """None yet; `bounds` are the upper ends of the counts, inclusive."""
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total_s = 0.0

    def observe(self, seconds: float) -> None:
        """One more."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total_s += seconds

    def cumulative(self) -> Iterator[tuple[float, int]]:
        """How many took so long at most, for each bound and at last for infinity."""
        return zip((*self._bounds, inf), accumulate(self._counts), strict=True)


class Transit:
    """How long facts take from their commit until the MES confirms them, observed once a commit of this run."""

    def __init__(self) -> None:
        self.durations = Durations(DELIVERY_S)
        self._under_way: deque[tuple[int, float]] = deque()
        """Position of the last fact of a commit, and when that was, in seconds of the steady clock."""

    def committed(self, position: int, now: float) -> None:
        """Facts up to here are on the disk."""
        if len(self._under_way) < MOST_ON_THEIR_WAY:
            self._under_way.append((position, now))

    def confirmed(self, position: int, now: float) -> None:
        """The MES has everything up to here."""
        while self._under_way and self._under_way[0][0] <= position:
            self.durations.observe(now - self._under_way.popleft()[1])
