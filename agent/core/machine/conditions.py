"""What a machine is doing: condition and mode, two independent axes (domain.md R1, R2; OPC 40001-1; OPC 30050)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Condition(StrEnum):
    """What the machine does (domain.md R1)."""

    RUNNING = "RUNNING"
    IDLE = "IDLE"
    FAULTED = "FAULTED"
    HELD = "HELD"
    STARVED = "STARVED"
    BLOCKED = "BLOCKED"
    OFF = "OFF"
    UNKNOWN = "UNKNOWN"


class Mode(StrEnum):
    """What the machine is meant to do (domain.md R1)."""

    PRODUCTION = "PRODUCTION"
    SETUP = "SETUP"
    MAINTENANCE = "MAINTENANCE"
    MANUAL = "MANUAL"
    NONE = "NONE"


class PackMLState(IntEnum):
    """StateNumber of OPC 30050."""

    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


PACKML_CONDITIONS: Mapping[int, Condition] = {
    PackMLState.CLEARING: Condition.FAULTED,
    PackMLState.STOPPED: Condition.IDLE,
    PackMLState.STARTING: Condition.IDLE,
    PackMLState.IDLE: Condition.IDLE,
    PackMLState.SUSPENDED: Condition.IDLE,
    PackMLState.EXECUTE: Condition.RUNNING,
    PackMLState.STOPPING: Condition.IDLE,
    PackMLState.ABORTING: Condition.FAULTED,
    PackMLState.ABORTED: Condition.FAULTED,
    PackMLState.HOLDING: Condition.HELD,
    PackMLState.HELD: Condition.HELD,
    PackMLState.UNHOLDING: Condition.HELD,
    PackMLState.SUSPENDING: Condition.IDLE,
    PackMLState.UNSUSPENDING: Condition.IDLE,
    PackMLState.RESETTING: Condition.IDLE,
    PackMLState.COMPLETING: Condition.RUNNING,
    PackMLState.COMPLETE: Condition.IDLE,
}
"""Standard states. STARVED and BLOCKED come from their own flags and take the place of IDLE only."""

PACKML_TRANSIENTS = frozenset(
    {
        PackMLState.CLEARING,
        PackMLState.STARTING,
        PackMLState.STOPPING,
        PackMLState.UNHOLDING,
        PackMLState.UNSUSPENDING,
        PackMLState.RESETTING,
        PackMLState.COMPLETING,
    }
)
"""States that a machine passes through: while they are short, its condition stays what it was (domain.md R1)."""

MACHINERY_CONDITIONS: Mapping[int, Condition] = {
    0: Condition.OFF,
    1: Condition.FAULTED,
    2: Condition.IDLE,
    3: Condition.RUNNING,
}
"""StateNumber of the OPC 40001-1 MachineryItemState: NotAvailable, OutOfService, NotExecuting, Executing."""

PACKML_MODES: Mapping[int, Mode] = {1: Mode.PRODUCTION, 2: Mode.MAINTENANCE, 3: Mode.MANUAL}
MACHINERY_MODES: Mapping[int, Mode] = {0: Mode.NONE, 1: Mode.MAINTENANCE, 2: Mode.SETUP, 3: Mode.PRODUCTION}
"""StateNumber of the OPC 40001-1 MachineryOperationMode: None, Maintenance, Setup, Processing."""
PRODUCTIVE_MODES = frozenset({Mode.PRODUCTION, Mode.NONE})
"""Modes in which a running machine is meant to make parts at its pace."""


@dataclass(frozen=True, slots=True)
class MachineWords:
    """The machine's own signals that speak of its condition, as last read; None where it has no such signal."""

    packml_state: int | None = None
    machinery_state: int | None = None
    state: str | None = None
    """A number is kept as it is written."""
    run: bool | None = None
    speed: float | None = None
    fault: bool | None = None
    starved: bool | None = None
    blocked: bool | None = None
    mode: int | None = None
    machinery_mode: int | None = None


def condition_of(
    words: MachineWords, own_states: Mapping[str, Condition], implied: Condition | None = None
) -> Condition | None:
    """The condition that the words mean, explicit state before run bit (domain.md R2); None while they mean nothing.

    Args:
        words: what the machine says.
        own_states: states of this machine, as they are written, that differ from the standard's.
        implied: what pulses or speed mean, where the machine has neither state nor run bit.
    """
    condition = _stated(words, own_states, implied)
    if condition is not Condition.IDLE:
        return condition
    if words.fault:
        return Condition.FAULTED
    if words.starved:
        return Condition.STARVED
    return Condition.BLOCKED if words.blocked else Condition.IDLE


def _stated(words: MachineWords, own_states: Mapping[str, Condition], implied: Condition | None) -> Condition | None:
    if words.packml_state is not None:
        return own_states.get(str(words.packml_state)) or PACKML_CONDITIONS.get(words.packml_state)
    if words.machinery_state is not None:
        return own_states.get(str(words.machinery_state)) or MACHINERY_CONDITIONS.get(words.machinery_state)
    if words.state is not None:
        return own_states.get(words.state)
    if words.run is not None:
        return Condition.RUNNING if words.run else Condition.IDLE
    return implied


def passing(words: MachineWords, own_states: Mapping[str, Condition]) -> bool:
    """Whether the machine is in a state of the standard that it only passes through."""
    return words.packml_state in PACKML_TRANSIENTS and str(words.packml_state) not in own_states


def condition_by_speed(speed: float, threshold: float, hysteresis: float, *, running: bool) -> Condition:
    """What an analog speed means (domain.md R1): between the two thresholds it means what it meant before."""
    if speed >= threshold or (running and speed >= threshold - hysteresis):
        return Condition.RUNNING
    return Condition.IDLE


def mode_of(words: MachineWords, setup_modes: frozenset[int]) -> Mode:
    """The mode that the words mean; PRODUCTION where the machine has no mode signal."""
    if words.machinery_mode is not None:
        return MACHINERY_MODES.get(words.machinery_mode, Mode.NONE)
    if words.mode is None:
        return Mode.PRODUCTION
    if words.mode in setup_modes:
        return Mode.SETUP
    return PACKML_MODES.get(words.mode, Mode.NONE)
