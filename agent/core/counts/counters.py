"""From raw counter readings to parts (domain.md D, K2 to K8): wrap, reset, reboot, catch-up after an outage.

The one rule behind the others: what cannot be known is never guessed upwards. An ambiguous reading counts the least
it can mean and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeAlias

from agent.core.facts import DiscrepancyCode
from agent.core.observations import SignalValue
from agent.core.values import replace

SPIKE_READS = 3
"""Readings in a row that must contradict the past before it is given up (domain.md K6)."""
WORD = 1 << 16
"""What a Modbus register holds; wider counters take several, which may be torn apart (domain.md K9)."""
Reset: TypeAlias = Literal["never", "on_order", "on_shift", "unknown"]


@dataclass(frozen=True, slots=True)
class CounterRules:
    """What is known of one counter."""

    modulus: int
    max_rate: float
    """Most counts a second that are believed."""
    reset: Reset = "unknown"
    """When it starts anew by itself."""
    reset_to_zero: bool = True
    """Whether what it shows after a reset was counted since."""
    tolerance: int = 0
    """Counts by which it may be set back without having started anew (domain.md K4c)."""


@dataclass(frozen=True, slots=True)
class CounterState:
    """A counter as last believed."""

    raw: int | None = None
    """None until the first reading."""
    at: float = 0.0
    """When it was read."""
    count: int = 0
    """Everything counted since the first reading; never decreases, and what was taken off again stays in it."""
    taken_off: int = 0
    """Of that, what was taken off again."""
    run: int = 1
    """Grows by one when the counter itself starts anew."""
    rebooted: bool = False
    """The controller started anew since the last reading."""
    doubts: int = 0
    """Readings in a row that contradict `raw`."""
    blind_since: float | None = None
    """Since when it cannot be read though the machine is watched; None while it can."""
    zero_at: float | None = None
    """When it fell to 0, while that is not believed yet (domain.md K7)."""
    zeros: int = 0
    """Zeros read since."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading may stand for more than was counted."""

    code: DiscrepancyCode
    raw_from: int
    raw_to: int
    start: float
    end: float
    at_most: int
    """Counts that may be missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one reading came to."""

    state: CounterState
    delta: int
    doubt: Doubt | None = None
    taken_off: int = 0
    """Counts by which it was set back (domain.md K4c)."""


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
    if state.raw is None or state.blind_since is not None or not state.at < until <= at:
        return state
    return replace(state, at=until)


def advance(state: CounterState, raw: int, at: float, rules: CounterRules, *, expected: bool = False) -> Step:
    """Take one good reading (domain.md K3, K4 in its order).

    Args:
        state: the counter as last believed.
        raw: the reading; a negative one is the same bits read unsigned (domain.md K9).
        at: when it was read, in seconds.
        rules: what is known of the counter.
        expected: it may have started anew since, as it does at each order or shift.
    """
    raw %= rules.modulus
    if state.raw is None:
        return Step(replace(state, raw=raw, at=at, rebooted=False), 0)
    believable = rules.max_rate * max(at - state.at, 0.0)
    plausible = _plausible(believable)
    if state.rebooted:
        return _after_reboot(state, raw, at, plausible, rules)
    fallen = None if at < state.at else _fallen(state, raw, at, rules, expected=expected)
    if fallen is not None:
        return fallen
    if (raw - state.raw) % rules.modulus <= plausible:
        return _progressed(state, raw, at, rules)
    lower = raw < state.raw and rules.reset != "never" and at >= state.at
    if lower and raw <= plausible and not _may_be_torn(state, raw, plausible, rules):
        return _reset(state, raw, at, plausible, rules)
    return _doubted(state, raw, at, plausible)


def _fallen(state: CounterState, raw: int, at: float, rules: CounterRules, *, expected: bool) -> Step | None:
    """A lower reading that is no progress through 0, whatever else it might be; None for all others."""
    assert state.raw is not None
    believable = rules.max_rate * (at - state.at)
    plausible = _plausible(believable)
    lower = raw < state.raw
    if lower and expected and raw <= plausible:
        return _reset(state, raw, at, plausible, rules, told=rules.reset_to_zero)
    if 0 < (state.raw - raw) % rules.modulus <= rules.tolerance:
        return _decremented(state, raw, at, plausible, rules)
    if lower and rules.reset != "never" and believable >= rules.modulus / 2:
        return _wrap_or_reset(state, raw, at, believable, rules)
    return None


def _plausible(believable: float) -> int:
    return ceil(believable * 1.5) + 2


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
        state, raw=raw, at=max(at, state.at), count=state.count + delta, rebooted=False, doubts=0, blind_since=None
    )


def _wrap_or_reset(state: CounterState, raw: int, at: float, believable: float, rules: CounterRules) -> Step:
    """Watched so seldom that a wrap and a reset look alike; a reset is the least it can mean (domain.md K5)."""
    assert state.raw is not None
    delta = raw if rules.reset_to_zero else 0
    doubt = Doubt("counter_ambiguous", state.raw, raw, state.at, at, max(ceil(believable) - delta, 0))
    return Step(replace(_moved(state, raw, at, delta), run=state.run + 1), delta, doubt)


def _reset(
    state: CounterState, raw: int, at: float, plausible: int, rules: CounterRules, *, told: bool = False
) -> Step:
    """It starts anew: what it shows from 0 on was made since, what was made before the reset and not read is lost."""
    assert state.raw is not None
    delta = raw if rules.reset_to_zero else 0
    doubt = None if told else Doubt("counter_reset", state.raw, raw, state.at, at, max(plausible - delta, 0))
    return Step(replace(_moved(state, raw, at, delta), run=state.run + 1), delta, doubt)


def _decremented(state: CounterState, raw: int, at: float, plausible: int, rules: CounterRules) -> Step:
    """It was set back by hand (K4c). Where a reset or a whole turn fits as well, this is the least it can mean."""
    assert state.raw is not None
    back = (state.raw - raw) % rules.modulus
    doubt = None
    reset_fits = raw < state.raw and rules.reset != "never" and raw <= plausible
    if reset_fits or rules.modulus - back <= plausible:
        doubt = Doubt("counter_ambiguous", state.raw, raw, state.at, at, plausible + back)
    moved = replace(_moved(state, raw, at, 0), taken_off=state.taken_off + back)
    return Step(moved, 0, doubt, taken_off=back)


def _may_be_torn(state: CounterState, raw: int, plausible: int, rules: CounterRules) -> bool:
    """Whether the low word of a wider counter went on through 0 and its carry was not read yet (domain.md K9)."""
    assert state.raw is not None
    torn = rules.modulus > WORD and raw + WORD - state.raw <= plausible
    return torn and state.doubts + 1 < SPIKE_READS


def _after_reboot(state: CounterState, raw: int, at: float, plausible: int, rules: CounterRules) -> Step:
    """Counters that keep their value and counters that do not look alike where both readings fit: the lower counts."""
    assert state.raw is not None
    kept = raw - state.raw
    if kept < 0:
        fits = raw <= plausible or not rules.reset_to_zero
        return _reset(state, raw, at, plausible, rules) if fits else _doubted(state, raw, at, plausible)
    if kept > plausible:
        return _doubted(state, raw, at, plausible)
    doubt = None
    if raw <= plausible or not rules.reset_to_zero:
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
