"""From conditions to stops (domain.md R3, R5, R15): confirmed late, dated back, one id from opening to close.

A standstill becomes a stop when it has lasted `stop_confirm_s`; the stop begins where the standstill began. It ends
where the machine began to run, once that run has lasted `run_confirm_s` and made a part. A gap in watching freezes
everything; what the machine says after it decides what the gap was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agent.core.conditions import Condition, Mode
from agent.core.facts import Reason, StopClass
from agent.core.machine_settings import StopSettings

MAX_ALARMS = 8
ALARM_PRE_S = 10.0
"""An alarm this long before a standstill belongs to it (domain.md R12)."""
PARTLESS_CYCLES = 6
"""A run this many cycles long ends a stop even if no part was counted: the state goes before the counter (R2)."""

Change: TypeAlias = Literal["opened", "upgraded", "closed"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop, confirmed."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    mode: Mode
    start: float
    machine_reasons: tuple[str, ...]
    end: float | None = None
    bridged: bool = False
    end_uncertain: bool = False
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class StopWatch:
    """What is known of standing and running."""

    condition: Condition = Condition.UNKNOWN
    mode: Mode = Mode.NONE
    standing_since: float | None = None
    """Start of a standstill that is not a stop yet."""
    standing_as: tuple[Condition, Mode] = (Condition.UNKNOWN, Mode.NONE)
    """What the standstill began as."""
    bridged: bool = False
    """The standstill went on through a gap."""
    running_since: float | None = None
    """Start of a run that has not ended the open stop yet."""
    parts: int = 0
    """Counted in that run."""
    alarms: tuple[tuple[str, float], ...] = ()
    """The last alarms and when they were raised."""
    open: Stop | None = None


@dataclass(frozen=True, slots=True)
class StopChange:
    """Something to tell about a stop."""

    change: Change
    stop: Stop
    at: float


@dataclass(frozen=True, slots=True)
class StopRules:
    """The parameters that stops depend on."""

    settings: StopSettings
    cycle_s: float
    """Nominal seconds a part."""
    counts: bool
    """The machine has an output counter."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """A gap that is over."""

    start: float
    """The last good reading before it."""
    end: float
    """The first good reading after it."""
    parts: int
    """Counted in it."""
    counts: bool
    """The machine has an output counter, so that no parts mean no run."""


def classify(condition: Condition, mode: Mode) -> StopClass:
    """The class that a stop starts with (domain.md R5, R10, R11)."""
    if mode is Mode.SETUP:
        return "setup"
    return "external" if condition in {Condition.STARVED, Condition.BLOCKED} else "minor"


def changed(watch: StopWatch, condition: Condition, mode: Mode, at: float) -> StopWatch:
    """The machine's condition is another one from `at` on. Call `advance` up to `at` first."""
    watch = replace(watch, condition=condition, mode=mode)
    if condition is Condition.RUNNING:
        if watch.open is None:
            return replace(watch, standing_since=None, bridged=False)
        if watch.running_since is None:
            return replace(watch, running_since=at, parts=0)
        return watch
    if watch.open is not None:
        return replace(watch, running_since=None, parts=0)
    if watch.standing_since is None:
        return replace(watch, standing_since=at, standing_as=(condition, mode), bridged=False)
    return watch


def counted(watch: StopWatch, parts: int) -> StopWatch:
    """Parts were counted."""
    return watch if watch.running_since is None else replace(watch, parts=watch.parts + parts)


def alarmed(watch: StopWatch, code: str, at: float) -> StopWatch:
    """The machine raised an alarm."""
    watch = replace(watch, alarms=(*watch.alarms, (code, at))[-MAX_ALARMS:])
    stop = watch.open
    if stop is None or code in stop.machine_reasons or len(stop.machine_reasons) >= MAX_ALARMS:
        return watch
    return replace(watch, open=replace(stop, machine_reasons=(*stop.machine_reasons, code)))


def advance(watch: StopWatch, now: float, rules: StopRules, new_id: str) -> tuple[StopWatch, tuple[StopChange, ...]]:
    """Let time pass up to `now`, while the machine is watched.

    Args:
        watch: what is known.
        now: the instant up to which every reading has arrived.
        rules: parameters.
        new_id: the id of the stop, should one open.
    """
    changes: list[StopChange] = []
    since = watch.standing_since
    if watch.open is None and since is not None and now - since >= rules.settings.stop_confirm_s:
        watch = _opened(watch, since, new_id)
        assert watch.open is not None
        changes.append(StopChange("opened", watch.open, since))
    stop = watch.open
    if stop is None:
        return watch, tuple(changes)
    limit = stop.start + rules.settings.minor_stop_max_s
    standing_until = now if watch.running_since is None else watch.running_since
    if stop.stop_class == "minor" and standing_until > limit:
        stop = replace(stop, stop_class="down")
        watch = replace(watch, open=stop)
        changes.append(StopChange("upgraded", stop, limit))
    if watch.running_since is not None and _run_confirmed(watch, now - watch.running_since, rules):
        watch, change = _closed(watch, watch.running_since, uncertain=False)
        changes.append(change)
    return watch, tuple(changes)


def resumed(
    watch: StopWatch, gap: Resumption, condition: Condition, mode: Mode
) -> tuple[StopWatch, tuple[StopChange, ...]]:
    """The machine is watched again after a gap (domain.md R15).

    Standing before and after with nothing counted between is one standstill, bridged. Anything else ended in the gap:
    where the run had been seen to begin, there; else at the last instant at which the machine was seen standing.
    """
    stood = watch.running_since is None and (watch.open is not None or watch.standing_since is not None)
    same = gap.counts or condition is watch.condition
    if stood and condition is not Condition.RUNNING and gap.parts == 0 and same:
        stop = None if watch.open is None else replace(watch.open, bridged=True)
        return replace(watch, condition=condition, mode=mode, bridged=True, open=stop), ()
    changes: tuple[StopChange, ...] = ()
    if watch.open is not None:
        seen_running = watch.running_since
        end = gap.start if seen_running is None else seen_running
        watch, change = _closed(watch, max(end, watch.open.start), uncertain=seen_running is None)
        changes = (change,)
    watch = replace(watch, standing_since=None, running_since=None, parts=0)
    return changed(watch, condition, mode, gap.end), changes


def _opened(watch: StopWatch, since: float, new_id: str) -> StopWatch:
    condition, mode = watch.standing_as
    alarms = tuple(dict.fromkeys(code for code, at in watch.alarms if at >= since - ALARM_PRE_S))
    stop = Stop(new_id, classify(condition, mode), condition, mode, since, alarms, bridged=watch.bridged)
    return replace(watch, standing_since=None, bridged=False, open=stop, running_since=None, parts=0)


def _run_confirmed(watch: StopWatch, ran_s: float, rules: StopRules) -> bool:
    settings = rules.settings
    enough_parts = not rules.counts or watch.parts >= settings.run_confirm_cycles
    return ran_s >= settings.run_confirm_s and (enough_parts or ran_s >= PARTLESS_CYCLES * rules.cycle_s)


def _closed(watch: StopWatch, end: float, *, uncertain: bool) -> tuple[StopWatch, StopChange]:
    assert watch.open is not None
    stop = replace(watch.open, end=end, end_uncertain=uncertain)
    return replace(watch, open=None, running_since=None, parts=0), StopChange("closed", stop, end)
