"""From raw counter readings to parts (domain.md D, K2 to K8): wrap, reset, reboot, catch-up after an outage.

The one rule behind the others: what cannot be known is never guessed upwards. An ambiguous reading counts the least
it can mean and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from agent.core.facts import DiscrepancyCode
from agent.core.observations import SignalValue

SPIKE_READS = 3
"""Readings in a row that must contradict the past before it is given up (domain.md K6)."""


@dataclass(frozen=True, slots=True)
class CounterRules:
    """What is known of one counter."""

    modulus: int
    max_rate: float
    """Most counts a second that are believed."""


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter as last believed."""

    raw: int | None = None
    """None until the first reading."""
    at: float = 0.0
    """When it was read."""
    count: int = 0
    """Everything counted since the first reading; never decreases."""
    run: int = 1
    """Grows by one when the counter itself starts anew."""
    rebooted: bool = False
    """The controller started anew since the last reading."""
    doubts: int = 0
    """Readings in a row that contradict `raw`."""
    blind: bool = False
    """It could not be read since `at`, though the machine was watched."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading may stand for more than was counted."""

    code: DiscrepancyCode
    raw_from: int
    raw_to: int
    start: float
    end: float
    at_most: int
    """Parts that may be missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one reading came to."""

    state: CounterState
    delta: int
    doubt: Doubt | None = None


def whole(value: SignalValue) -> int | None:
    """A counter reading; None where it is no whole number. Some controllers count in floating point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def unchanged(state: CounterState, until: float, at: float) -> CounterState:
    """While the machine is watched, no reading means no change: the counter stood at `raw` until just now.

    Args:
        state: the counter as last believed.
        until: when the machine was surely watched last.
        at: the instant of the next reading; before `until` where a clock was set back.
    """
    if state.raw is None or state.blind or not state.at < until <= at:
        return state
    return replace(state, at=until)


def advance(state: CounterState, raw: int, at: float, rules: CounterRules) -> Step:
    """Take one good reading.

    Args:
        state: the counter as last believed.
        raw: the reading; a negative one is the same bits read unsigned (domain.md K9).
        at: when it was read, in seconds.
        rules: what is known of the counter.
    """
    raw %= rules.modulus
    if state.raw is None:
        return Step(replace(state, raw=raw, at=at, rebooted=False), 0)
    believable = rules.max_rate * max(at - state.at, 0.0)
    plausible = ceil(believable * 1.5) + 2
    if state.rebooted:
        return _after_reboot(state, raw, at, plausible)
    if raw < state.raw and believable >= rules.modulus / 2:
        return _wrap_or_reset(state, raw, at, believable)
    if (raw - state.raw) % rules.modulus <= plausible:
        return _progressed(state, raw, at, rules)
    late = at < state.at
    if raw < state.raw and raw <= plausible and not late:
        return _reset(state, raw, at, plausible)
    return _doubted(state, raw, at, plausible)


def _progressed(state: CounterState, raw: int, at: float, rules: CounterRules) -> Step:
    """It went on, through 0 or not; unwatched for a whole turn or more, it may have gone round unseen (K5)."""
    assert state.raw is not None
    delta = (raw - state.raw) % rules.modulus
    believable = rules.max_rate * max(at - state.at, 0.0)
    doubt = None
    if believable >= rules.modulus:
        doubt = Doubt("counter_ambiguous", state.raw, raw, state.at, at, ceil(believable) - delta)
    return Step(_moved(state, raw, at, delta), delta, doubt)


def _moved(state: CounterState, raw: int, at: float, delta: int) -> CounterState:
    return replace(
        state, raw=raw, at=max(at, state.at), count=state.count + delta, rebooted=False, doubts=0, blind=False
    )


def _wrap_or_reset(state: CounterState, raw: int, at: float, believable: float) -> Step:
    """Watched so seldom that a wrap and a reset look alike; a reset is the least it can mean (domain.md K5)."""
    assert state.raw is not None
    doubt = Doubt("counter_ambiguous", state.raw, raw, state.at, at, max(ceil(believable) - raw, 0))
    return Step(replace(_moved(state, raw, at, raw), run=state.run + 1), raw, doubt)


def _reset(state: CounterState, raw: int, at: float, plausible: int) -> Step:
    """It starts anew at 0: what it shows was made since, what was made before the reset and not read is lost."""
    assert state.raw is not None
    doubt = Doubt("counter_reset", state.raw, raw, state.at, at, max(plausible - raw, 0))
    return Step(replace(_moved(state, raw, at, raw), run=state.run + 1), raw, doubt)


def _after_reboot(state: CounterState, raw: int, at: float, plausible: int) -> Step:
    """Counters that keep their value and counters that do not look alike where both readings fit: the lower counts."""
    assert state.raw is not None
    kept = raw - state.raw
    if kept < 0:
        return _reset(state, raw, at, plausible) if raw <= plausible else _doubted(state, raw, at, plausible)
    if kept > plausible:
        return _doubted(state, raw, at, plausible)
    doubt = None
    if raw <= plausible:
        doubt = Doubt("counter_reset", state.raw, raw, state.at, at, max(plausible - kept, 0))
    return Step(_moved(state, raw, at, kept), kept, doubt)


def _doubted(state: CounterState, raw: int, at: float, plausible: int) -> Step:
    """Neither progress nor wrap nor reset: waited out as a spike, then the past is given up (domain.md K4d, K6)."""
    assert state.raw is not None
    if state.doubts + 1 < SPIKE_READS:
        # A reading from before the last one: if the clock was set back, elapsed time is told from here on.
        return Step(replace(state, at=min(at, state.at), doubts=state.doubts + 1), 0)
    doubt = Doubt("counter_quarantine", state.raw, raw, state.at, at, plausible)
    return Step(replace(_moved(state, raw, at, 0), run=state.run + 1), 0, doubt)
