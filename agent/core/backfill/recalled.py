"""What a machine's own history says of a stretch that nobody watched, as it reaches its station."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.observations import Instant, SignalValue


@dataclass(frozen=True, slots=True)
class Past:
    """One value of a signal's history."""

    key: str
    """The signal's name in the configuration."""
    at: float
    """When it was true at its source, in seconds since 1970 UTC."""
    value: SignalValue
    good: bool = True
    """Whether its source believed it."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a machine's own history says of a stretch that nobody watched; nothing where it cannot be had."""

    wc_id: str
    start: float
    """Of the stretch, which names it."""
    end: float
    keys: tuple[str, ...]
    """Signals whose history was read, values or not. Of others nothing is known."""
    values: tuple[Past, ...]
    """In any order; the same one may come twice."""
    until: float | None
    """Up to where the history was read; None where it was read whole."""
    restarted: float | None
    """When the source began to keep it in its present run; None where it does not say."""
    observed: Instant
