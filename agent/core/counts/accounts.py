"""What counted parts are credited to: an operation or none, in a shift, with the lots loaded (domain.md K11, K15, K17).

Parts are counted later than they were made: a pulse on its way when the order was changed, hours of them when the
machine was not watched. So what ended lately is kept, each with its quantities, and goes on with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from agent.core.facts import Keys, QuantityCategory, ShiftKeys, Versions
from agent.core.machine_settings import Role
from agent.core.values import replace

Boundary: TypeAlias = Literal["order", "shift", "lot"]
"""What ends where it changes."""
MOST_PAST = 4
MOST_HELD = 4
MOST_PAST_LOTS = 24
"""Lots kept of all that ended: a snapshot is small whatever is loaded. Beyond it the oldest name none."""


@dataclass(frozen=True, slots=True)
class Cums:
    """Quantities of one operation at this work center, or of running without one."""

    good: int = 0
    scrap: int = 0
    rework: int = 0
    good_shift: int = 0
    """Of this shift alone."""
    scrap_shift: int = 0
    setup: int = 0
    """Made in setups; neither good nor scrap until somebody says so (domain.md R10)."""
    uncoded: int = 0
    """Rejects that the machine counted and nobody has given a code (domain.md K13)."""

    def plus(self, *, good: int = 0, scrap: int = 0) -> Cums:
        """With so many more, or fewer, of this shift."""
        return replace(
            self,
            good=self.good + good,
            scrap=self.scrap + scrap,
            good_shift=self.good_shift + good,
            scrap_shift=self.scrap_shift + scrap,
        )

    @property
    def total(self) -> int:
        """All parts: good, scrap, and neither of them yet."""
        return self.good + self.scrap + self.rework + self.setup

    def changed(self, category: QuantityCategory, delta: int) -> Cums:
        """With so many more, or fewer, of a category."""
        if category == "rework":
            return replace(self, rework=self.rework + delta)
        if category == "setup":
            return replace(self, setup=self.setup + delta)
        if category == "good":
            return self.plus(good=delta)
        # Whoever takes scrap off takes it from what nobody has coded.
        return replace(self.plus(scrap=delta), uncoded=max(self.uncoded + min(delta, 0), 0))

    def as_of(self, other: Cums) -> Cums:
        """The operation's quantities with the shift's own of another account of it."""
        return replace(self, good_shift=other.good_shift, scrap_shift=other.scrap_shift)


@dataclass(frozen=True, slots=True)
class Account:
    """One thing that parts are credited to."""

    book: int
    """Names the execution of an operation, or the time without one; accounts of one book share its quantities."""
    execution_id: str
    """Of the operation or of the time without one, for facts to name it by."""
    keys: Keys
    versions: Versions
    shift: ShiftKeys | None
    uom: str
    lots: tuple[str, ...]
    parts_per_count: int | None
    cycle_s: float
    """Planned seconds for one part."""
    cums: Cums
    lot_out: str | None = None
    """The lot that is being made."""


@dataclass(frozen=True, slots=True)
class Past:
    """An account that ended."""

    account: Account
    until: float
    tail_s: float
    """How long after its end what is counted still belongs to it (domain.md K15)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a quarantine kept out of the quantities until a supervisor decides (domain.md K6)."""

    discrepancy_id: str
    role: Role
    name: str
    """The counter's."""
    counter_run: int
    raw_from: int
    raw_to: int
    parts: int
    at: float
    account: Account


def credited_to(past: tuple[Past, ...], at: float, unwatched_from: float | None, book: int) -> tuple[Past | None, bool]:
    """The past account that parts counted at `at` belong to, None for the present one; and whether that is a guess.

    Args:
        past: what ended, the oldest first.
        at: when they were counted, by the source's clock.
        unwatched_from: since when nobody had watched; None where somebody did.
        book: of the present account.
    """
    books = [*(one.account.book for one in past[1:]), book]
    for one, next_book in zip(past, books, strict=False):
        if unwatched_from is not None:
            if unwatched_from < one.until:
                return one, at >= one.until
        elif at < one.until + (one.tail_s if next_book != one.account.book else 0.0):
            return one, False
    return None, False


def with_ended(
    past: tuple[Past, ...], ended: Past, recent_from: float, unwatched_from: float | None
) -> tuple[Past, ...]:
    """What ended, with one more: no more than are needed, and never too many.

    Of too many the loading of lots goes first: what was counted then counts as of the lots after it. Else the oldest
    goes, or, while nobody watches, the one after that which was in progress when the watching ended.

    Args:
        past: what had ended before.
        ended: what ends now.
        recent_from: what ended before this gets nothing more that was watched.
        unwatched_from: since when nobody has watched, if nobody does.
    """
    needed_from = recent_from if unwatched_from is None else min(recent_from, unwatched_from)
    kept = [*(one for one in past if one.until + one.tail_s > needed_from), ended]
    if len(kept) > MOST_PAST:
        del kept[_least_needed(kept, unwatched_from)]
    room = MOST_PAST_LOTS
    for number in range(len(kept) - 1, -1, -1):
        lots = kept[number].account.lots
        room -= len(lots)
        if room < 0 and lots:
            kept[number] = replace(kept[number], account=replace(kept[number].account, lots=()))
    return tuple(kept)


def _least_needed(kept: list[Past], unwatched_from: float | None) -> int:
    for number, (one, after) in enumerate(pairwise(kept)):
        if (one.account.book, one.account.shift) == (after.account.book, after.account.shift):
            return number
    return 1 if unwatched_from is not None and kept[0].until > unwatched_from else 0
