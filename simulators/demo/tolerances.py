"""How far what was seen may differ from what was true, and why. All in seconds of plant time.

A machine is looked at every `sampling` real milliseconds, so at speed 60 an edge that carries no time of its own is
known to within 60 x as much: the contract is max(0.5 s, 2 x sampling interval x speed). Nothing is added to it for a
watched edge; one at which the PC held somebody up counts as not watched (`hold_ups.py`).

A span in which nobody watched is known from both sides. The supervisor's begins with the kill itself; the agent's
begins with the last state it had committed, earlier by at most one tick, one sign of life of the driver (0.1 s real)
and one commit. It ends for both when the link is up, for the supervisor when he is told so: the live view comes at most
every 0.1 s real. A machine's controller that is away is found again by the driver, which tries at most every 0.5 s
real and needs a connection and a first image.
"""

from __future__ import annotations

from dataclasses import dataclass

STOP_CONFIRM_S = 5.0
"""Shortest standstill that is a stop, as the agent is shipped."""
RUN_CONFIRM_S = 3.0
"""Shortest run that ends a stop, as the agent is shipped."""
_LIFE_S = 0.1
_COMMIT_S = 0.05
_VIEW_S = 0.1
_FOUND_AGAIN_S = 1.0
_HELD_UP_S = 1.0
"""A busy PC may hold any process up for so long; a broker that is away is away for several times that."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Of one run."""

    speed: float
    sampling_ms: dict[str, int]
    """Work center to real milliseconds."""
    tick_s: float
    """Plant seconds between two commits of a state without facts."""
    flush_s: float
    """Plant seconds in which counts are gathered into one fact."""

    def edge(self, wc: str) -> float:
        """Of a watched edge."""
        return max(0.5, 2 * self.sampling_ms[wc] / 1000 * self.speed)

    def pause(self, wc: str, cycle_s: float) -> float:
        """Longest time between two accepted counts of a machine that runs.

        What was counted within the last interval is told at its end, and the next count comes a cycle later.
        """
        return self.flush_s + self.edge(wc) + 2 * cycle_s + _HELD_UP_S * self.speed

    @property
    def lost_earlier(self) -> float:
        """By how much the agent's outage may begin before the supervisor's."""
        return self.tick_s + (_LIFE_S + _COMMIT_S) * self.speed

    @property
    def found_earlier(self) -> float:
        """By how much the agent's outage may end before the supervisor's, who hears of it later."""
        return (_VIEW_S + _COMMIT_S) * self.speed

    @property
    def found_later(self) -> float:
        """By how much a controller may be found again after its return (design: within 1 s real)."""
        return _FOUND_AGAIN_S * self.speed
