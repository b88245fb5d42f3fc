"""What people around the agent wrote down while the demonstration ran: the verdict is given by these and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

KILLED_AT = "killed itself at "
"""What a run of the agent that kills itself says on stderr just before, followed by the name of the point."""
RANDOM = "random"
"""The name of a moment that nobody chose."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of plant time."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds()

    def overlap(self, other: Span) -> float:
        """Seconds that both cover; negative is the distance between them."""
        return (min(self.end, other.end) - max(self.start, other.start)).total_seconds()


@dataclass(frozen=True, slots=True)
class SupervisorLog:
    """What the one who starts and kills processes knows. All times are plant time."""

    watched: dict[str, Span]
    """Work center to the time from the first sign that its machine is watched to the agent's clean stop."""
    outages: dict[str, tuple[Span, ...]]
    """Work center to each time from the agent's end to the sign that its machine is watched again."""
    kills: tuple[datetime, ...] = ()
    points: tuple[str, ...] = ()
    """Where the agent was at each of them, as far as it said so."""
    accidents: tuple[str, ...] = ()
    """Ends of the agent that nobody brought about."""
    broker_outages: tuple[Span, ...] = ()
    held_up: tuple[Span, ...] = ()
    """When the PC held up one of those who look, or are looked at: in order, without overlap."""


Action: TypeAlias = Literal[
    "start_operation", "complete_operation", "set_reason", "load_lot", "link_serial", "sign_on", "record_check"
]


@dataclass(frozen=True, slots=True)
class Act:
    """Something an operator did, and how it was answered."""

    wc: str
    action: Action
    subject: str
    """Order, lot, serial, code of the reason, person or check."""
    at: datetime
    """Plant time at which it was begun."""
    accepted: bool
    """The first answer that was seen. A repeated scan is refused where the first one had counted."""
    code: str
    """What the answer said."""
    scan_text: str | None = None
    """The code typed; None for an entry over the API."""
    stop_id: str | None = None
    """The stop that was given a reason."""
    repeats: int = 0
    """How often it was done again for want of an answer."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that the answer promised; a scan's answer names none."""


@dataclass(frozen=True, slots=True)
class OperatorLog:
    """What the operators did, in order. Nothing is in here that was not answered."""

    acts: tuple[Act, ...] = field(default=())
