"""When the PC itself held the agent, the line or the demonstration up: nobody is quicker than the PC he looks with.

The kernel says how long a process was ready to run and did not (`/proc/PID/schedstat`, scheduler statistics), so that
what the agent itself takes too long for is never excused. A machine that stood still as a whole shows in the own turns,
which come late. Where the kernel does not say it, only the latter is known.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from simulators.clock import Clock
from simulators.demo.records import Span

LOOK_S: Final = 0.01
TOGETHER_S: Final = 0.05
"""Waits within so many real seconds delay one and the same edge."""
HELD_UP_S: Final = 0.02
"""Real seconds of waiting, taken together, beyond which an edge cannot be known to the contract (`tolerances.py`)."""
_NS: Final = 1e9


class HoldUps:
    """Meters this process and those that it is told of. `run` must run meanwhile."""

    def __init__(self, clock: Clock, processes: Callable[[], Sequence[int]]) -> None:
        self._clock = clock
        self._processes = processes
        self._spans: list[Span] = []

    @property
    def spans(self) -> tuple[Span, ...]:
        """In plant time and in order, none of which overlaps another."""
        return tuple(self._spans)

    async def run(self) -> None:
        """Until cancelled."""
        looks: deque[tuple[datetime, float]] = deque(maxlen=round(TOGETHER_S / LOOK_S))
        waited = {process: waited_s(process) for process in self._processes()}
        before, since = time.monotonic(), self._clock.now()
        while True:
            await asyncio.sleep(LOOK_S)
            now, until = time.monotonic(), self._clock.now()
            known, waited = waited, {process: waited_s(process) for process in self._processes()}
            held = sum(max(0.0, total - known.get(process, total)) for process, total in waited.items())
            looks.append((since, max(held, now - before - LOOK_S)))
            if sum(seconds for _, seconds in looks) > HELD_UP_S:
                self._note(Span(looks[0][0], until))
            before, since = now, until

    def _note(self, span: Span) -> None:
        if self._spans and span.start <= self._spans[-1].end:
            span = Span(self._spans.pop().start, span.end)
        self._spans.append(span)


def waited_s(process: int) -> float:
    """Seconds that the main thread of a process was ready to run and had to wait; 0 where the kernel does not say."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_bytes().split()[1]) / _NS
    except (OSError, IndexError):
        return 0.0
