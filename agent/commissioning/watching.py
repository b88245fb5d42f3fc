"""How values of a machine behave while somebody watches: which count, which change, which stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.core.observations import SignalValue


@dataclass(frozen=True, slots=True)
class Movement:
    """What a value did while it was watched."""

    changes: int = 0
    rise: float = 0
    """Sum of its rises."""
    falls: int = 0
    seconds: float = 0.0
    """How long it was watched."""

    @property
    def counts(self) -> bool:
        """It only rose, as a counter does."""
        return self.changes > 0 and self.falls == 0 and self.rise > 0

    @property
    def words(self) -> str:
        """For people."""
        if not self.seconds:
            return ""
        if not self.changes:
            return "stands"
        return f"counts, +{self.rise:g} in {self.seconds:g} s" if self.counts else "changes"


def movement(samples: Sequence[SignalValue], seconds: float) -> Movement:
    """What became of a value over these readings; a reading without a value says nothing."""
    known = [one for one in samples if one is not None]
    changes = falls = 0
    rise = 0.0
    for before, after in pairwise(known):
        if before == after:
            continue
        changes += 1
        if isinstance(before, str | bool) or isinstance(after, str | bool):
            falls += 1
        elif after > before:
            rise += after - before
        else:
            falls += 1
    return Movement(changes, rise, falls, seconds)
