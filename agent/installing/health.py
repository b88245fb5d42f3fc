"""Waits until the agent is ready and stays healthy, or until it is plain that it does not get there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol

from agent.installing.manager import Manager

STEADY_S: Final = 10.0
"""Seconds that an agent must be healthy without a break."""
PATIENCE_S: Final = 60.0
"""Seconds that one may be ready and not healthy, or between two starts."""
LONGEST_S: Final = 3600.0
"""Seconds that a start may take at most: a large journal is migrated then, and the service manager watches over it."""
MOST_ENDS: Final = 3
_PAUSE_S: Final = 0.5

Probe = Callable[[], str | None]
"""What keeps the agent from its work, as it says itself; None where nothing does."""


class Pace(Protocol):
    """Time as it passes."""

    def now(self) -> float:
        """Seconds."""

    def sleep(self, seconds: float) -> None:
        """Let so many pass."""


class RealPace:
    """The PC's own."""

    def now(self) -> float:
        """Seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so many pass."""
        time.sleep(seconds)


def wait(manager: Manager, probe: Probe, pace: Pace) -> str | None:
    """Wait for an agent that was just started, or that may have been at work for long.

    Returns:
        None once it has been healthy for a while, else what is wrong.
    """
    began = spared = pace.now()
    well_since: float | None = None
    former_ends: int | None = None
    while True:
        standing, now = manager.standing(), pace.now()
        is_idle = standing.active in {"failed", "inactive"}
        if is_idle and not standing.has_job:
            return "it ended"
        former_ends = standing.restarts if former_ends is None else former_ends
        # Between two runs, where it can be seen, so that the log has all of the last one.
        ended = standing.restarts - former_ends + (standing.sub == "auto-restart")
        if ended >= MOST_ENDS:
            return f"it ended {ended} times"
        wrong = probe() if standing.active == "active" else "it is not ready yet"
        if wrong is None:
            well_since = now if well_since is None else well_since
            if now - well_since >= STEADY_S:
                return None
        else:
            well_since = None
            is_starting = is_idle or (standing.active, standing.sub) == ("activating", "start")
            if is_starting and now - began < LONGEST_S:
                spared = now
            if now - spared > PATIENCE_S:
                return wrong
        pace.sleep(_PAUSE_S)
