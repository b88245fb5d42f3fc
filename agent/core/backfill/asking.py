"""What is asked of a machine's history, and what of its answer goes to the station."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.core.backfill.recalled import Past, Recalled
from agent.core.machine import watching
from agent.core.machine.unwatched import Unwatched
from agent.core.machine_settings import COUNTER_ROLES, Role
from agent.core.observations import Instant, Quality, SignalValue
from agent.core.station_setup import Setup

MOST_VALUES = 20_000
"""Values of one stretch that are handed in; nothing is known behind them."""
_ASKED = {*watching.WORDS, *COUNTER_ROLES, Role.HEARTBEAT, Role.ALARM}


@dataclass(frozen=True, slots=True)
class Memory:
    """What a machine remembers of one signal."""

    key: str
    values: tuple[tuple[float, SignalValue, Quality], ...] = ()
    """When it was true at its source, in seconds since 1970 UTC; what it was; how far its source believed it."""
    until: float | None = None
    """Up to where they are all; None for the whole of what was asked for."""
    why: str = ""
    """Why there are none, or not all; empty where nothing is missing, even where nothing happened."""


@dataclass(frozen=True, slots=True)
class Memories:
    """What a machine remembers."""

    signals: tuple[Memory, ...]
    started: float | None
    """When it began to remember in its present run, in seconds since 1970 UTC; None where it does not say."""


def needed(setup: Setup) -> frozenset[str]:
    """The signals that tell what the machine does, and that its controller lives: without one nothing is known."""
    telling = {*watching.WORDS, Role.HEARTBEAT}
    return frozenset(key for key, role in setup.roles.items() if role in telling)


def wanted(setup: Setup) -> tuple[str, ...]:
    """The signals whose history is asked for."""
    there = {signal.key for signal in setup.machine.signal if signal.node is not None}
    return tuple(key for key, role in setup.roles.items() if role in _ASKED and key in there)


def since(setup: Setup, stretch: Unwatched) -> float:
    """From where on it is asked for: what was so just before the stretch may not have got here any more."""
    return stretch.start - setup.machine.stop.skew_max_s


def handed_in(
    setup: Setup, stretch: Unwatched, told: Iterable[Memory], restarted: float | None, observed: Instant
) -> Recalled:
    """An answer as the station gets it. Of a signal that is not needed half a history is none.

    Args:
        setup: of the work center.
        stretch: that nobody watched.
        told: signal by signal.
        restarted: when the source began to remember in its present run; None where it does not say.
        observed: when it was read.
    """
    telling = needed(setup)
    read = [one for one in told if one.until is None or (one.key in telling and one.until > stretch.start)]
    values = sorted(
        (Past(one.key, at, value, quality is Quality.GOOD) for one in read for at, value, quality in one.values),
        key=lambda past: past.at,
    )
    ends = [one.until for one in read if one.until is not None]
    ends += [one.at for one in values[MOST_VALUES : MOST_VALUES + 1]]
    return Recalled(
        setup.machine.work_center,
        stretch.start,
        stretch.end,
        tuple(one.key for one in read),
        tuple(values[:MOST_VALUES]),
        min(ends, default=None),
        restarted,
        observed,
    )


def missed(setup: Setup, stretch: Unwatched, observed: Instant) -> Recalled:
    """The history of a stretch cannot be had: it stays as it was told."""
    return handed_in(setup, stretch, (), None, observed)
