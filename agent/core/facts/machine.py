"""Facts about what a machine does, stops aside."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import Block, FactData, Interval, Number, Reason, Timestamp
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


class ConditionSpan(Block):
    """What the machine did for a while."""

    condition: Condition
    mode: Mode
    start: Timestamp
    end: Timestamp
    inferred: bool = False
    """Not seen in the history either: concluded from a counter (domain.md R15)."""


class ConditionCorrected(FactData):
    """What the machine did while nobody watched, as its own history has it; what was told of that stretch never was.

    It corrects what was told as UNKNOWN, and as an inferred run, and nothing else. Where the history says nothing the
    condition is UNKNOWN here too.
    """

    TYPE = "machine.condition_corrected"
    target_ids: tuple[str, ...]
    """The facts that it corrects: the one that told UNKNOWN, then the one that told an inferred run, if one did."""
    start: Timestamp
    """A long history is told in several facts, one after the other."""
    end: Timestamp
    conditions: tuple[ConditionSpan, ...]
    """They follow each other from start to end without a gap."""
    cause: Literal["link_lost", "silence", "bad_quality", "agent_down", "frozen"]
    """Why nobody watched."""
    actor: str
    """The rule, `rule:backfill`."""
    correction_reason: Reason


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
