"""How much space is left for facts, what that means, and how long it lasts (domain.md G6)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from agent.core.facts import StorageLevel

LEVELS: Final[tuple[StorageLevel, ...]] = ("ample", "low", "scarce", "reserve")
"""From the best to the worst."""
RESERVES: Final = (3.0, 2.0, 1.0)
"""So many times the reserve, and less, are low, scarce, and the reserve itself."""
EASE: Final = 1.1
"""So much more than a threshold is needed to leave a level again, so that nothing flutters."""
BUDGET_ALARM: Final = 0.8
"""This share of the journal's own budget in use is low already."""
WORKING_BYTES: Final = 32_000_000
"""Free on the disk, less than which SQLite cannot be sure to work in the pages that its file has free."""
PACE_S: Final = 3600.0
"""Plant seconds that the pace of facts is taken over."""
PACE_SHORTEST_S: Final = 300.0
"""Less than that says nothing about hours to come."""
BETWEEN_SAMPLES_S: Final = 60.0
FACT_BYTES: Final = 900.0
"""What a fact takes on the disk, until enough of them are there to measure it."""
MEASURABLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Space:
    """The journal and its disk, as measured."""

    free_bytes: int
    """Free on the disk."""
    journal_bytes: int
    """Used by the journal: its file with the write-ahead log, without the pages that are free in it."""
    spare_bytes: int
    """Pages of the journal's file that are free: retention leaves them, and new facts take them."""
    facts: int
    """Facts that the journal holds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is configured, in bytes."""

    reserve: int
    """Kept free for what machines count."""
    budget: int | None
    """Greatest size of the journal."""

    def left(self, space: Space) -> int:
        """Bytes that may still be used, the reserve among them."""
        disk = space.free_bytes + (space.spare_bytes if space.free_bytes >= WORKING_BYTES else 0)
        return disk if self.budget is None else min(disk, self.budget - space.journal_bytes)

    def level(self, space: Space, before: StorageLevel) -> StorageLevel:
        """How well off the journal is, given how it was before."""
        left = self.left(space)
        worse, eased = self._rank(left), self._rank(left / EASE)
        if self.budget is not None and space.journal_bytes >= BUDGET_ALARM * self.budget:
            worse, eased = max(worse, 1), max(eased, 1)
        return LEVELS[max(worse, min(LEVELS.index(before), eased))]

    def _rank(self, left: float) -> int:
        return sum(left <= times * self.reserve for times in RESERVES)


class Pace:
    """How fast facts are made, and how long the space lasts at that."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def observe(self, now: float, position: int) -> None:
        """The journal stands at this position now.

        Args:
            now: plant time, in seconds since 1970 UTC.
            position: of the last fact.
        """
        if self._seen and now < self._seen[-1][0]:
            self._seen.clear()
        if not self._seen or now - self._seen[-1][0] >= BETWEEN_SAMPLES_S:
            self._seen.append((now, position))
        while now - self._seen[0][0] > PACE_S:
            self._seen.popleft()

    def lasts(self, left: int, space: Space) -> float | None:
        """Plant seconds until so many bytes are used; None where the pace is not known or nothing is made.

        Args:
            left: bytes that facts may still take.
            space: what the journal holds already tells what one of them takes.
        """
        if not self._seen:
            return None
        (since, first), (until, last) = self._seen[0], self._seen[-1]
        if until - since < PACE_SHORTEST_S or last <= first:
            return None
        each = space.journal_bytes / space.facts if space.facts >= MEASURABLE else FACT_BYTES
        return max(left, 0) / (each * (last - first) / (until - since))
