"""What shows, beside the machine's words, that it lives and makes parts: its heartbeat and its count."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from agent.core.machine.contradictions import NO_ACCOUNT, Account
from agent.core.machine.speed import NO_PACE, Pace
from agent.core.observations import SignalValue
from agent.core.values import replace

LONGEST_BEAT = 64
"""Characters of a heartbeat that is a text."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The controller's heartbeat."""

    value: SignalValue
    at: float
    """When it changed last."""
    lives: bool = False
    """It was seen to change."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of life and of work."""

    beat: Beat | None = None
    """None before the first reading of a heartbeat."""
    pulse: float | None = None
    """The last part counted while the machine is watched; after a gap without parts there is none to go on from."""
    account: Account = NO_ACCOUNT
    pace: Pace = NO_PACE

    def later(self, by: float) -> Signs:
        """The same by a wall clock that was set by so many seconds."""
        beat = None if self.beat is None else replace(self.beat, at=self.beat.at + by)
        pulse = None if self.pulse is None else self.pulse + by
        return Signs(beat, pulse, self.account.later(by), self.pace.later(by))


NO_SIGNS = Signs()


def beaten(signs: Signs, value: SignalValue, at: float) -> Signs:
    """The heartbeat was read, with good quality."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return signs
    if isinstance(value, str):
        value = value[:LONGEST_BEAT]
    beat = signs.beat
    if beat is None:
        return replace(signs, beat=Beat(value, at))
    return signs if value == beat.value else replace(signs, beat=Beat(value, max(at, beat.at), lives=True))
