"""When to ask an agent for what is missing: not at once, as it may only be late, and not over and over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulators.mes.sequences import Gap

PATIENCE_S = 1.0
"""How long a gap may stay before the agent is asked for it."""
LONGEST_WAIT_S = 60.0
"""The pause between two requests for the same gap doubles up to this."""


@dataclass(frozen=True, slots=True)
class _Request:
    gap: Gap
    due: float
    wait: float


class Repairs:
    """Open gaps with the time of their next request. A gap that shrank from below counts as a new one."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, int], _Request] = {}

    def watch(self, source: str, gaps: Iterable[Gap], now: float) -> None:
        """Take the present gaps of a source for the ones known before."""
        known = {key: self._requests.pop(key) for key in tuple(self._requests) if key[0] == source}
        for gap in gaps:
            before = known.get((source, gap.first), _Request(gap, now + PATIENCE_S, PATIENCE_S))
            self._requests[source, gap.first] = _Request(gap, before.due, before.wait)

    def next_due(self) -> float | None:
        """When the next request is to be made; None while nothing is missing."""
        return min((request.due for request in self._requests.values()), default=None)

    def take_due(self, now: float) -> tuple[tuple[str, Gap], ...]:
        """The gaps to ask for now; each comes again after a longer pause unless it was closed meanwhile."""
        due = {key: request for key, request in self._requests.items() if request.due <= now}
        for key, request in due.items():
            wait = min(request.wait * 2, LONGEST_WAIT_S)
            self._requests[key] = _Request(request.gap, now + wait, wait)
        return tuple((source, request.gap) for (source, _), request in due.items())
