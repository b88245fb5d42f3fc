"""A stretch in which nobody watched the machine, and what it takes to find out later what it was (domain.md R15, R17).

Where the machine keeps a history of its own, a gap that is over is remembered, with how things stood at both its ends,
until that history has been read or can be had no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.machine.conditions import Condition, MachineWords, Mode
from agent.core.machine.runs import Run
from agent.core.stops.stops import StopWatch

Cause: TypeAlias = Literal["link_lost", "silence", "bad_quality", "agent_down", "frozen"]
MOST_UNWATCHED = 2
"""Gaps that are remembered; earlier ones stay as they were told."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How things stood where a gap begins or ends."""

    fact_id: str
    """Of the fact that told the condition from here on; empty where nobody asks for it."""
    condition: Condition
    """Last seen before it, or first seen after it."""
    mode: Mode
    words: MachineWords
    raw: int | None = None
    """Of the counter of what comes out."""
    setting_up: tuple[Literal["mode", "operator", "order"], float] | None = None
    """The cause and the begin of a setup under way."""
    run: Run | None = None
    """The controller's run, where it tells of it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which nobody watched, still open."""

    start: float
    """The last good reading before it."""
    cause: Cause
    parts: int = 0
    """Counted for it so far."""
    first: bool = False
    """Before the very first reading: nothing is known to go on from."""
    edge: Edge | None = None
    """Its beginning, where the machine keeps a history."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A gap that is over and was told as UNKNOWN."""

    start: float
    end: float
    cause: Cause
    before: Edge
    after: Edge
    stops: StopWatch
    """At its beginning, without the stop that was open and without alarms."""
    stop_id: str | None
    """The stop that was open at its beginning."""
    bridged: bool
    """The standstill before it went on through it."""
    ran_s: float
    """Told as run at its end, as parts were counted for it."""
    settled: float
    """Up to here the figures have it as unknown, whatever ran."""
    unknown: tuple[tuple[str, int], ...]
    """The stops that it was told as, each with the number of its parts."""
    stood_until: float | None = None
    """It stood where it was seen again, and began to run here."""
    began: float | None = None
    """The controller started anew within it: here, as far as it tells."""
    inferred_id: str | None = None
    """Of the fact that told the run at its end."""
