"""Values that say which signal they are of and when the server had them: `number * SPAN + tick`.

The tick is in milliseconds of the clock that no process sets. So each reading proves by itself that it is of the signal
that it is told for, and how old it is, whatever time it comes with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SPAN: Final = 100_000_000
"""Ticks of one signal: 27 hours of them."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """How ticks and times go together; the same in every process of one trial."""

    monotonic: float
    """When the tick was 0, by the clock that nobody sets."""
    wall: float
    """At the same instant, in seconds since 1970 UTC."""

    def tick(self, monotonic: float) -> int:
        """Of an instant."""
        return int((monotonic - self.monotonic) * 1000)
