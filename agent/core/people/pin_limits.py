"""How often a PIN may be tried: a few times at once, then after waits that double.

Wrong ones are counted for the operator who was named and for the work center, so that neither one PIN is guessed nor
one guess tried on everybody. Times are on the agent's steady clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

FREE_TRIES: Final = 5
"""Wrong PINs before the first wait."""
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 900.0
FORGIVEN_S: Final = 900.0
"""Time without a wrong PIN after which one is forgotten."""
_MOST_DOUBLINGS: Final = 10

Key: TypeAlias = tuple[Literal["operator", "work_center"], str]


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs of one operator or at one work center."""

    wrong: int
    last: float
    """When the last one was entered."""

    def left_at(self, now: float) -> int:
        """Those that are not forgotten."""
        return max(self.wrong - int((now - self.last) / FORGIVEN_S), 0)

    @property
    def until(self) -> float:
        """When the next one may be tried."""
        over = self.wrong - FREE_TRIES
        wait_s = 0.0 if over < 0 else min(FIRST_WAIT_S * 2 ** min(over, _MOST_DOUBLINGS), LONGEST_WAIT_S)
        return self.last + wait_s


@dataclass(frozen=True, slots=True)
class PinLimits:
    """Wrong PINs that are not forgotten."""

    tries: Mapping[Key, Tries] = field(default_factory=dict)

    def wait_s(self, keys: Iterable[Key], now: float) -> float:
        """Seconds until a PIN may be tried for all of these; 0 where it may be now."""
        return max((0.0, *(self.tries[key].until - now for key in keys if key in self.tries)))

    def free(self, keys: Iterable[Key], now: float) -> int:
        """Wrong PINs until there is a wait."""
        known = (self.tries[key].left_at(now) for key in keys if key in self.tries)
        return max(FREE_TRIES - max(known, default=0), 0)

    def with_wrong(self, keys: Iterable[Key], now: float) -> PinLimits:
        """After a wrong PIN for all of these; what is forgotten by now is let go of."""
        kept = {key: one for key, one in self.tries.items() if one.left_at(now)}
        more = {key: Tries(1 + (kept[key].left_at(now) if key in kept else 0), now) for key in keys}
        return PinLimits({**kept, **more})

    def without(self, key: Key) -> PinLimits:
        """After the right PIN."""
        return PinLimits({known: one for known, one in self.tries.items() if known != key})


NO_TRIES = PinLimits()
