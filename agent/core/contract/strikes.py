"""Which fact may be the cause when the connection is lost under it again and again (domain.md G6.4)."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.contract.puback import POISON, SUSPICIOUS

STRIKES_TO_DOUBT = 3
STRIKES_TO_PARK = 6
"""Connections lost in a row under one fact: after the first number it goes out alone, after the second it is parked."""


@dataclass(frozen=True, slots=True)
class Strikes:
    """Connections lost in a row under the same message."""

    first: int = 0
    """Position of the first fact in it."""
    count: int = 0

    def again(self, first: int, code: int | None, *, alone: bool) -> Strikes:
        """One more connection was lost.

        Args:
            first: position of the first fact in the oldest message that was not answered.
            code: the broker's reason, None where it gave none.
            alone: whether nothing but this one fact was in flight.
        """
        if code not in SUSPICIOUS:
            return Strikes()
        count = self.count + 1 if first == self.first else 1
        if code in POISON:
            count = max(count, STRIKES_TO_PARK if alone else STRIKES_TO_DOUBT)
        return Strikes(first, count)

    @property
    def is_doubted(self) -> bool:
        """Whether its facts are to go out one by one."""
        return self.count >= STRIKES_TO_DOUBT

    @property
    def is_out(self) -> bool:
        """Whether it is to be parked, if it was alone."""
        return self.count >= STRIKES_TO_PARK
