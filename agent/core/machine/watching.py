"""Whether the machine is being watched, what it last said, and the timeline that follows (domain.md R15 to R17).

Unknown is not down: while nobody watches, the condition is UNKNOWN from the last good reading on. Words that changed
at one instant are taken together, so a state and the flag that explains it never make two conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, TypeAlias

from agent.core.machine.condition_settings import ConditionSettings
from agent.core.machine.conditions import (
    Condition,
    MachineWords,
    Mode,
    condition_by_speed,
    condition_of,
    mode_of,
    passing,
)
from agent.core.machine.runs import Run
from agent.core.machine.unwatched import Cause, Edge, Gap, Unwatched
from agent.core.machine_settings import Role
from agent.core.observations import Instant, Quality, Signal, SignalValue
from agent.core.stops.stop_settings import StopSettings
from agent.core.values import replace

NO_WORDS = MachineWords()
LONGEST_STATE = 64
"""Characters of a state's text that are kept and compared."""


@dataclass(frozen=True, slots=True)
class Transient:
    """A PackML state that the machine passes through."""

    state: int
    since: float
    over: bool = False
    """It has lasted too long: it is a condition of its own."""


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
    said_at: dict[str, float] = field(default_factory=dict)
    """By role when the word changed last."""
    skewed: bool = False
    """The source's clock does not agree with ours; its times are not used (domain.md R24)."""
    boot: SignalValue = None
    run: Run | None = None
    """The controller's run, as it says itself."""
    apart: bool = False
    """The controller itself says that its clock does not agree with ours (domain.md R24)."""
    condition: Condition = Condition.UNKNOWN
    mode: Mode = Mode.NONE
    since: float = 0.0
    """Start of the present condition."""
    gap: Gap | None = None
    transient: Transient | None = None
    unwatched: tuple[Unwatched, ...] = ()
    """Gaps that are over, whose history is still to be asked for, the newest last."""

    @property
    def clocks_agree(self) -> bool:
        """Nothing says that the machine's clock goes another way than ours."""
        return not self.skewed and not self.apart


Reader: TypeAlias = Callable[[Any], Any]


def _text(value: SignalValue) -> str:
    """A state as the configuration writes it: 6 and 6.0 are `6`."""
    if isinstance(value, str):
        return value.strip()[:LONGEST_STATE]
    assert value is not None
    return str(int(value)) if int(value) == value else str(value)


WORDS: dict[Role, tuple[str, Reader]] = {
    Role.PACKML_STATE: ("packml_state", int),
    Role.MACHINERY_STATE: ("machinery_state", int),
    Role.STATE: ("state", _text),
    Role.RUN: ("run", bool),
    Role.SPEED: ("speed", float),
    Role.FAULT: ("fault", bool),
    Role.STARVED: ("starved", bool),
    Role.BLOCKED: ("blocked", bool),
    Role.MODE: ("mode", int),
    Role.MACHINERY_MODE: ("machinery_mode", int),
}
"""Roles that speak of the machine's condition: the field that keeps them and how a value is read."""


def is_late(watch: Watch, role: Role, at: float, reorder_s: float) -> bool:
    """Whether a later reading of the same word was here first: it has been said already what holds now.

    Only as late as readings may come; what is older is of a source whose clock was set back, and holds.
    """
    said = watch.said_at.get(role.value)
    return said is not None and 0 < said - at <= reorder_s


def said(watch: Watch, role: Role, at: float) -> Watch:
    """A word changed at this instant."""
    return replace(watch, said_at={**watch.said_at, role.value: at})


def heard(watch: Watch, role: Role, signal: Signal) -> Watch:
    """One of the machine's words was read."""
    name, read = WORDS[role]
    value = signal.value
    readable = isfinite(value) if isinstance(value, bool | int | float) else _is_state(role, value)
    if signal.quality is not Quality.GOOD or not readable:
        return replace(watch, bad=watch.bad | {role.value})
    word = read(value)
    if word == getattr(watch.words, name) and role.value not in watch.bad:
        return watch
    words: MachineWords = replace(watch.words, **{name: word})
    return replace(watch, words=words, bad=watch.bad - {role.value})


def _is_state(role: Role, value: SignalValue) -> bool:
    return role is Role.STATE and isinstance(value, str)


def counter_read(watch: Watch, role: Role, *, good: bool) -> Watch:
    """The counter whose pulses are all that tells whether the machine runs was read: it is a word like others."""
    if good is (role.value not in watch.bad):
        return watch
    return replace(watch, bad=watch.bad - {role.value} if good else watch.bad | {role.value})


def meaning(watch: Watch, settings: ConditionSettings, pulsing: Condition | None = None) -> tuple[Condition, Mode]:
    """What the words say, taken together; UNKNOWN where one of them is not to be believed or means nothing.

    Args:
        watch: the words as last read, and what they meant so far.
        settings: how they are read.
        pulsing: what the counter's pulses say, where nothing else tells whether the machine runs.
    """
    words, before = watch.words, watch.condition
    mode = mode_of(words, settings.setup_modes)
    if watch.bad:
        return Condition.UNKNOWN, mode
    if watch.transient is not None and not watch.transient.over and before is not Condition.UNKNOWN:
        return before, mode
    implied = pulsing
    if words.speed is not None and settings.run_speed is not None:
        running = before is Condition.RUNNING
        implied = condition_by_speed(words.speed, settings.run_speed, settings.hysteresis, running=running)
    return condition_of(words, settings.states, implied) or Condition.UNKNOWN, mode


def state_entered(watch: Watch, settings: ConditionSettings, at: float) -> Watch:
    """Note since when the machine is in a state that it only passes through."""
    state, transient = watch.words.packml_state, watch.transient
    if state is None or not passing(watch.words, settings.states):
        return watch if transient is None else replace(watch, transient=None)
    if transient is not None and transient.state == state:
        return watch
    return replace(watch, transient=Transient(state, at))


def instant_of(signal: Signal, settings: StopSettings) -> float:
    """When a reading was true: by the source's clock while it agrees with ours, else by ours (domain.md R24)."""
    source = signal.source_time
    if source is not None and abs(source - signal.observed.wall) <= settings.skew_max_s:
        return source
    return signal.observed.wall


def skew_of(signal: Signal, settings: StopSettings, *, fresh: bool) -> float | None:
    """Seconds by which the source's clock is ahead of ours where they do not agree; None where nothing shows it.

    Args:
        signal: a reading.
        settings: what is agreement.
        fresh: the value was another one just before; else its time may be old because nothing changed.
    """
    source = signal.source_time
    if source is None:
        return None
    ahead = source - signal.observed.wall
    if abs(ahead) <= settings.skew_max_s:
        return 0.0 if fresh else None
    return ahead if fresh or ahead > 0 else None


def gone_silent(watch: Watch, now: Instant, settings: StopSettings) -> bool:
    """Whether no good reading has come for too long (domain.md R15)."""
    if watch.gap is not None or watch.last_good is None:
        return False
    return now.wall - watch.last_good > settings.comm_timeout_s


def gap_opened(watch: Watch, cause: Cause, known: float, edge: Edge | None = None) -> Watch:
    """Nobody watches from the last instant on at which the machine was known to be as it said."""
    assert watch.gap is None
    start = max(known, watch.since)
    return replace(watch, gap=Gap(start, cause, edge=edge), condition=Condition.UNKNOWN, since=start, transient=None)


def runs_again(watch: Watch, at: float) -> Watch:
    """The machine runs: if it stood when it was seen again after the last gap, that was until now."""
    if not watch.unwatched:
        return watch
    last = watch.unwatched[-1]
    if last.stood_until is not None or last.after.condition is Condition.RUNNING:
        return watch
    return replace(watch, unwatched=(*watch.unwatched[:-1], replace(last, stood_until=at)))
