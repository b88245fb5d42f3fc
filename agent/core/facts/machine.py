"""Facts about what a machine does, stops aside."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import FactData, Interval, Number, Timestamp
from agent.core.machine.conditions import Condition, Mode


class ConditionChanged(FactData):
    """The machine's condition or mode is another one from `time` on, until the next such fact of this work center."""

    TYPE = "machine.condition_changed"
    DETAIL = True
    from_condition: Condition
    to_condition: Condition
    mode: Mode
    inferred: bool = False
    """Not seen: concluded from a counter that went on while nobody watched (domain.md R15)."""
    cause: Literal["link_lost", "silence", "bad_quality", "agent_down", "frozen"] | None = None
    """Why nobody watched, where `to_condition` is UNKNOWN or inferred."""


class SignalContradiction(FactData):
    """The machine's state and its counter contradict each other; the state is believed (domain.md R2)."""

    TYPE = "signal.contradiction"
    kind: Literal["running_without_parts", "parts_while_standing"]
    condition: Condition
    """What the machine says."""
    since: Timestamp
    """They contradict each other from here on."""
    parts: int | None
    """Counted while the machine says that it stands, so far."""
    counter: str


class SpeedReduced(FactData):
    """The machine ran, and more slowly than its norm (domain.md R23)."""

    TYPE = "speed.reduced"
    interval: Interval
    actual_cycle_s: Number
    """Mean seconds a part in that interval."""
    norm_cycle_s: Number
    parts: int
    """Counted in that interval."""
