"""What a benchmark says: a figure with its unit, and what it was meant to be."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure."""

    name: str
    value: float
    unit: str
    target: str | None = None
    """None where the design sets none."""
    met: bool | None = None
    note: str = ""
    """What is included, and under which circumstances."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every benchmark is given."""

    folder: Path
    """On a real disk; taken away at the end."""
    large: bool
    """Five million facts waiting instead of one."""
    say: Callable[[str], None]
    """Tells people what goes on."""

    def fresh(self, name: str) -> Path:
        """An empty folder of its own."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder


Benchmark: TypeAlias = Callable[[Bench], AsyncIterator[Measurement]]


def at_most(name: str, value: float, unit: str, limit: float, note: str = "") -> Measurement:
    """A figure that should be small."""
    return Measurement(name, value, unit, f"≤ {limit:,g}", value <= limit, note)


def at_least(name: str, value: float, unit: str, limit: float, note: str = "") -> Measurement:
    """A figure that should be large."""
    return Measurement(name, value, unit, f"≥ {limit:,g}", value >= limit, note)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share / 100 * len(ordered)) - 1, 0)]
