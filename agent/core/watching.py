"""Whether the machine is being watched, what it last said, and the timeline that follows (domain.md R15 to R17).

Unknown is not down: while nobody watches, the condition is UNKNOWN from the last good reading on. Words that changed
at one instant are taken together, so a state and the flag that explains it never make two conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Literal, TypeAlias

from agent.core.conditions import Condition, MachineWords, Mode, condition_of, mode_of
from agent.core.machine_settings import ConditionSettings, Role, StopSettings
from agent.core.observations import Instant, Quality, Signal, SignalValue

Cause: TypeAlias = Literal["link_lost", "silence", "bad_quality", "agent_down"]


NO_WORDS = MachineWords()


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


@dataclass(frozen=True, slots=True)
class Watch:
    """The connection and the machine's last words."""

    link_up: bool = False
    link_since: float = 0.0
    link_reason: str = ""
    last_good: float | None = None
    """When the machine was last known to be as it said."""
    words: MachineWords = NO_WORDS
    bad: frozenset[str] = field(default_factory=frozenset)
    """Roles of the machine's words that are not to be believed now."""
    boot: SignalValue = None
    condition: Condition = Condition.UNKNOWN
    mode: Mode = Mode.NONE
    since: float = 0.0
    """Start of the present condition."""
    gap: Gap | None = None


Reader: TypeAlias = Callable[[Any], Any]
WORDS: dict[Role, tuple[str, Reader]] = {
    Role.PACKML_STATE: ("packml_state", int),
    Role.RUN: ("run", bool),
    Role.FAULT: ("fault", bool),
    Role.STARVED: ("starved", bool),
    Role.BLOCKED: ("blocked", bool),
    Role.MODE: ("mode", int),
}
"""Roles that speak of the machine's condition: the field that keeps them and how a value is read."""


def heard(watch: Watch, role: Role, signal: Signal) -> Watch:
    """One of the machine's words was read."""
    name, read = WORDS[role]
    value = signal.value
    if signal.quality is not Quality.GOOD or not isinstance(value, bool | int | float) or not isfinite(value):
        return replace(watch, bad=watch.bad | {role.value})
    words: MachineWords = replace(watch.words, **{name: read(value)})
    return replace(watch, words=words, bad=watch.bad - {role.value})


def meaning(watch: Watch, settings: ConditionSettings) -> tuple[Condition, Mode]:
    """What the words say, taken together; UNKNOWN where one of them is not to be believed or means nothing."""
    condition = None if watch.bad else condition_of(watch.words, settings.states)
    return condition or Condition.UNKNOWN, mode_of(watch.words, settings.setup_modes)


def instant_of(signal: Signal, settings: StopSettings) -> float:
    """When a reading was true: by the source's clock while it agrees with ours, else by ours (domain.md R24)."""
    source = signal.source_time
    if source is not None and abs(source - signal.observed.wall) <= settings.skew_max_s:
        return source
    return signal.observed.wall


def gone_silent(watch: Watch, now: Instant, settings: StopSettings) -> bool:
    """Whether no good reading has come for too long (domain.md R15)."""
    if watch.gap is not None or watch.last_good is None:
        return False
    return now.wall - watch.last_good > settings.comm_timeout_s


def gap_opened(watch: Watch, cause: Cause) -> Watch:
    """Nobody watches from the last good reading on."""
    assert watch.gap is None
    start = watch.since if watch.last_good is None else max(watch.last_good, watch.since)
    return replace(watch, gap=Gap(start, cause), condition=Condition.UNKNOWN, since=start)
