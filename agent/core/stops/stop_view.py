"""A stop as people and other programs are shown it."""

from __future__ import annotations

from agent.core.facts import (
    Block,
    StopClass,
    Timestamp,
)
from agent.core.machine.conditions import Condition


class PartView(Block):
    """A part of the open stop, with a reason of its own."""

    segment_id: str
    segment_class: StopClass
    since: Timestamp
    until: Timestamp | None
    """Null for the present one."""
    reason_code: str | None
    inherited: bool
    comment: str


class StopView(Block):
    """The stop that is open."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    start: Timestamp
    reason_code: str | None
    reason_wanted: bool
    """Longer than a minor stop and nobody has said why."""
    segment_id: str
    """Its present segment."""
    inherited: bool
    """The reason is one that was carried over; somebody should confirm or change it."""
    suggested_reason: str | None
    """What the machine's first alarm means, as far as anybody said (domain.md R12)."""
    manual: bool = False
    """A person said that it began, and says when it ends (domain.md R22)."""
    parts: tuple[PartView, ...] = ()
    """The last ones, in order; the last of them is its present segment."""


class ClosedStopView(Block):
    """A stop that is over."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    start: Timestamp
    end: Timestamp
    reason_code: str
    unexplained: str | None
    """The first segment that somebody should explain."""
    segment_id: str = ""
    """That one, or else the last one that people can explain."""
    since: Timestamp | None = None
    """When that segment began."""
    until: Timestamp | None = None
    late: bool = False
    """Its shift is over: a reason given now counts as late (domain.md R21)."""
