"""What has been checked and is held at a work center, as far as a station remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.facts import CheckResult
from agent.core.marks import mark
from agent.core.values import replace

MOST_LOTS = 40
"""Checks of lots that are remembered, more than can be due of those that are loaded."""
MOST_BESIDE = 4
"""Characteristics of one operation that stand in no plan and of which the samples are counted."""
MOST_RESULTS = 6
LONGEST_WORDS = 80
"""Characters kept of what a characteristic is called."""
MOST_HOLDS = 9
"""Holds that are shown; the records of all are among the claims."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """How far one characteristic has been checked in one operation."""

    mark: str
    """Tells it from all others of its plan."""
    taken: int = 0
    """Samples checked."""
    settled: int = 0
    """Samples that were due and have been checked or skipped."""
    made: int | None = None
    """Parts of the operation when the last one was settled."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How far the characteristics of one operation have been checked."""

    order_id: str
    op_no: str
    shifts: int = 0
    """Shifts in which it was in progress, as far as they have been noted."""
    shift: str | None = None
    """The last of them."""
    checks: tuple[Sampled, ...] = ()
    beside: tuple[Sampled, ...] = ()
    """Of those that stand in no plan, the last ones."""

    def of(self, check_id: str) -> Sampled:
        """How far this characteristic has been checked."""
        its = mark(check_id)
        return next((one for one in (*self.checks, *self.beside) if one.mark == its), Sampled(its))

    def put(self, sampled: Sampled) -> Samples:
        """With a characteristic as far as it is now."""
        others = tuple(one for one in self.checks if one.mark != sampled.mark)
        return replace(self, checks=(*others, sampled))

    def put_beside(self, sampled: Sampled) -> Samples:
        """With a characteristic that stands in no plan as far as it is now."""
        others = tuple(one for one in self.beside if one.mark != sampled.mark)
        return replace(self, beside=(*others, sampled)[-MOST_BESIDE:])


@dataclass(frozen=True, slots=True)
class Result:
    """A check that was made, as it is shown."""

    check_id: str
    characteristic: str
    result: CheckResult
    value: Decimal | None
    uom: str | None
    about: str | None
    """Serial or lot."""
    at: float


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that was placed here, as it is shown."""

    hold_id: str
    target: str
    target_id: str
    reason: str
    since: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What is to be checked, and how far it has been."""

    samples: Samples | None = None
    """Of the operation in progress, once any is known."""
    lots: tuple[str, ...] = ()
    """Marks of characteristics and lots of which they were checked, the last ones."""
    checks: int = 0
    """Counts the checks of this work center."""
    results: tuple[Result, ...] = ()
    """The last ones, newest first."""
    holds: tuple[OpenHold, ...] = ()
    """The last ones, newest first."""

    def with_result(self, result: Result) -> Quality:
        """With one more check."""
        return replace(self, checks=self.checks + 1, results=(result, *self.results)[:MOST_RESULTS])

    def has_lot(self, check_id: str, lot_id: str) -> bool:
        """Whether a characteristic of a lot is settled."""
        return mark(check_id, lot_id) in self.lots

    def with_lot(self, check_id: str, lot_id: str) -> Quality:
        """With a lot of which a characteristic is settled."""
        its = mark(check_id, lot_id)
        return replace(self, lots=(*(one for one in self.lots if one != its), its)[-MOST_LOTS:])

    def without_lot(self, check_id: str, lot_id: str) -> Quality:
        """With a lot of which a characteristic is open again."""
        its = mark(check_id, lot_id)
        return replace(self, lots=tuple(one for one in self.lots if one != its))

    def with_hold(self, hold: OpenHold) -> Quality:
        """With one more hold."""
        return replace(self, holds=(hold, *self.holds)[:MOST_HOLDS])

    def holds_lot(self, lot_id: str) -> bool:
        """Whether somebody holds a lot here, as far as that is remembered."""
        return any((one.target, one.target_id) == ("lot", lot_id) for one in self.holds)

    def without_hold(self, hold_id: str) -> Quality:
        """With one hold less."""
        return replace(self, holds=tuple(one for one in self.holds if one.hold_id != hold_id))


NO_QUALITY = Quality()
