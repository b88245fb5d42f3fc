"""Whether a controller started anew, by what it says of its start and of its clock (domain.md K8). Pure.

A start is told by the controller's own clock, which may be set, may begin in the year 2000 each time, and of which some
controllers reckon their start anew each time that they are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

JITTER_S: Final = 3.0
"""By which the start of one run may be told differently: clocks that count whole seconds, and the way of an answer."""
DRIFT: Final = 1e-3
"""Seconds that two clocks may go apart in one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a controller, as it told of it last."""

    started: float
    """In seconds since 1970 UTC, by the controller's clock."""
    uptime_s: float | None
    """For how long it had run then, by the controller's clock; None where that did not tell."""
    at: float
    """When it told that, by our clock."""


def is_another(before: Run, now: Run) -> bool:
    """Whether the controller started anew between the two; the connection was lost between them.

    Args:
        before: what it told before the connection was lost.
        now: what it tells after.
    """
    moved = abs(now.started - before.started) > JITTER_S
    if before.uptime_s is None or now.uptime_s is None:
        return moved
    unwatched_s = max(now.at - before.at, 0.0)
    if moved:
        # A start that moved along with a clock that was set is the same one: it has run on all the while.
        expected_s = before.uptime_s + unwatched_s
        return abs(now.uptime_s - expected_s) > JITTER_S + DRIFT * unwatched_s
    # A clock that begins anew with its controller tells the same start each time.
    began_since = -JITTER_S <= now.uptime_s <= unwatched_s + JITTER_S
    return began_since and now.uptime_s < before.uptime_s - JITTER_S
