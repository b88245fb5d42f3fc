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

PACKML_MODES: Mapping[int, Mode] = {1: Mode.PRODUCTION, 2: Mode.MAINTENANCE, 3: Mode.MANUAL}


@dataclass(frozen=True, slots=True)
class MachineWords:
    """The machine's own signals that speak of its condition, as last read; None where it has no such signal."""

    packml_state: int | None = None
    run: bool | None = None
    fault: bool | None = None
    starved: bool | None = None
    blocked: bool | None = None
    mode: int | None = None


def condition_of(words: MachineWords, own_states: Mapping[int, Condition]) -> Condition | None:
    """The condition that the words mean, explicit state before run bit (domain.md R2); None while they mean nothing.

    Args:
        words: what the machine says.
        own_states: state numbers of this machine that differ from the standard's.
    """
    condition: Condition | None = None
    if words.packml_state is not None:
        condition = own_states.get(words.packml_state) or PACKML_CONDITIONS.get(words.packml_state)
    elif words.run is not None:
        condition = Condition.RUNNING if words.run else Condition.IDLE
    if condition is not Condition.IDLE:
        return condition
    if words.fault:
        return Condition.FAULTED
    if words.starved:
        return Condition.STARVED
    return Condition.BLOCKED if words.blocked else Condition.IDLE


def mode_of(words: MachineWords, setup_modes: frozenset[int]) -> Mode:
    """The mode that the words mean; PRODUCTION where the machine has no mode signal."""
    if words.mode is None:
        return Mode.PRODUCTION
    if words.mode in setup_modes:
        return Mode.SETUP
    return PACKML_MODES.get(words.mode, Mode.NONE)
