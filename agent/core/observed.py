"""All that can reach the agent, and what becomes of it when the wall clock is set meanwhile."""

from __future__ import annotations

from typing import TypeAlias

from agent.core.backfill.recalled import Recalled
from agent.core.observations import (
    ClockStep,
    Configured,
    Controller,
    Directive,
    Entry,
    Finding,
    Image,
    Link,
    Reckoned,
    Resetting,
    Scan,
    Started,
    Stopping,
    Storage,
    Tick,
)
from agent.core.values import replace


def by_new_time(observation: Observation, by: float) -> Observation:
    """An observation that was made just before the wall clock was set, as if it had been made after."""
    observed = observation.observed.later(by)
    if isinstance(observation, Image):
        signals = tuple(replace(signal, observed=signal.observed.later(by)) for signal in observation.signals)
        return replace(observation, observed=observed, signals=signals)
    return replace(observation, observed=observed)


Observation: TypeAlias = (
    Image
    | Link
    | Controller
    | Scan
    | Entry
    | Directive
    | Started
    | Stopping
    | Finding
    | Reckoned
    | Storage
    | Configured
    | Resetting
    | ClockStep
    | Recalled
    | Tick
)
