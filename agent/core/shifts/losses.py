"""What stops that are over cost a shift, by reason (domain.md C2), and which reasons people gave.

Planned time is no loss. However many reasons there are, a few are told apart and the rest is told together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from agent.core.stops.segments import Segment

UNCODED = "UNCODED"
OTHERS = "*"
"""The code under which the rest is told."""
MOST_REASONS = 12
"""Reasons that are told apart, and fewer where their codes are long: a snapshot is small whatever they are."""
MOST_BYTES = 200
"""Of the codes of those together."""
TOLERANCE_S = 0.001


@dataclass(frozen=True, slots=True)
class Loss:
    """What one reason cost."""

    count: int = 0
    """Segments."""
    seconds: float = 0.0
    given: int = 0
    """Of the segments those whose reason a person gave; a rule gave that of the others."""

    def plus(self, other: Loss) -> Loss:
        """Both together."""
        return Loss(self.count + other.count, self.seconds + other.seconds, self.given + other.given)

    def less(self, other: Loss) -> Loss:
        """This one without the other, but never less than nothing."""
        return Loss(
            max(self.count - other.count, 0),
            max(self.seconds - other.seconds, 0.0),
            max(self.given - other.given, 0),
        )

    def holds(self, other: Loss) -> bool:
        """Whether the other one may be a part of it."""
        rest = self.seconds - other.seconds
        return rest > -TOLERANCE_S and (self.count > other.count or (self.count == other.count and rest < TOLERANCE_S))


Losses: TypeAlias = Mapping[str, Loss]
"""By code of the reason."""
NOTHING = Loss()


def code_of(segment: Segment) -> str:
    """The code of a segment's reason."""
    return UNCODED if segment.reason is None else segment.reason.code


def uncoded(segments: Iterable[Segment]) -> tuple[int, float]:
    """How many of these segments nobody explained, and for how many seconds."""
    lost = [one for one in segments if code_of(one) == UNCODED]
    return len(lost), sum((one.end or one.start) - one.start for one in lost)


def recounted(losses: Losses, gone: Iterable[Segment], come: Iterable[Segment]) -> dict[str, Loss]:
    """The losses with some segments of stops that are over in place of others."""
    counted = dict(losses)
    for segment in gone:
        if segment.segment_class != "planned":
            _take_away(counted, code_of(segment), _cost(segment))
    for segment in come:
        if segment.segment_class != "planned":
            _add(counted, code_of(segment), _cost(segment))
    return counted


def _cost(segment: Segment) -> Loss:
    by_person = segment.rule_id is None and segment.inherited is None and segment.reason is not None
    return Loss(1, (segment.end or segment.start) - segment.start, int(by_person and code_of(segment) != UNCODED))


def _add(losses: dict[str, Loss], code: str, loss: Loss) -> None:
    losses[code] = losses.get(code, NOTHING).plus(loss)
    named = [one for one in losses if one != OTHERS]
    while len(named) > MOST_REASONS or sum(len(one.encode()) for one in named) > MOST_BYTES:
        cheapest = min(named, key=lambda one: losses[one].seconds)
        named.remove(cheapest)
        losses[OTHERS] = losses.get(OTHERS, NOTHING).plus(losses.pop(cheapest))


def _take_away(losses: dict[str, Loss], code: str, loss: Loss) -> None:
    """Of its own reason first where that may hold it, else of the rest; what is left of it, of the other one."""
    own_first = OTHERS not in losses or losses.get(code, NOTHING).holds(loss)
    for at in (code, OTHERS) if own_first else (OTHERS, code):
        held = losses.pop(at, NOTHING)
        left, loss = held.less(loss), loss.less(held)
        if left.count or left.seconds > TOLERANCE_S:
            losses[at] = left
