"""What was made: good, scrap, rework still open, pieces of setups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.mes.facts import StoredFact

NONE = Decimal(0)
MADE = frozenset({"output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted"})
"""Facts that change a quantity."""


@dataclass(frozen=True, slots=True)
class Quantities:
    """Sums, or what one fact adds to them."""

    good: Decimal = NONE
    scrap: Decimal = NONE
    rework: Decimal = NONE
    """Sent to rework and not yet come back as good or scrap."""
    setup: Decimal = NONE
    """Made in setups; neither good nor scrap until somebody says so."""

    def __add__(self, other: Quantities) -> Quantities:
        """Both together."""
        return Quantities(
            self.good + other.good, self.scrap + other.scrap, self.rework + other.rework, self.setup + other.setup
        )

    @property
    def total(self) -> Decimal:
        """Good, scrap and open rework."""
        return self.good + self.scrap + self.rework


def total(facts: Iterable[StoredFact]) -> Quantities:
    """What the facts add up to."""
    return sum((added(fact) for fact in facts), Quantities())


def added(fact: StoredFact) -> Quantities:
    """What one fact adds: what was first counted as good and is no more is taken from it, what was put right counts."""
    match fact.type:
        case "output.recorded":
            return Quantities(
                good=fact.number("qty_good"), rework=-fact.number("qty_from_rework"), setup=fact.number("qty_setup")
            )
        case "scrap.recorded":
            return Quantities(
                good=-fact.number("qty_from_good"),
                scrap=fact.number("qty_scrap"),
                rework=-fact.number("qty_from_rework"),
            )
        case "rework.recorded":
            return Quantities(good=-fact.number("qty_from_good"), rework=fact.number("qty_rework"))
        case "quantity.adjusted":
            return Quantities(**{fact.data["category"]: fact.number("delta")})
    return Quantities()
