"""Time elements and ratios of ISO 22400-2 for the shift and the order, as far as seen here (domain.md B3).

Indicative: the MES owns the official figures. Every instant falls into exactly one element. A stop is known only once
it is confirmed, so time is settled late: up to the last instant of which it is known for good what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from agent.core.facts import ShiftKeys
from agent.core.shifts import losses
from agent.core.shifts.losses import Loss
from agent.core.shifts.spans import Kind, Span
from agent.core.stops.segments import Ground, Grounds, Segment, Stop
from agent.core.times import milliseconds
from agent.core.values import replace

OrderKey: TypeAlias = tuple[str | None, str | None]
"""Order and operation."""
MOST_ORDERS = 8
"""Orders of one shift that are told apart; the rest of a shift's orders are told together, without a name."""
MOST_SHIFTS = 2
"""A stop that is open at the end of a shift is settled after it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How stops are counted."""

    minor_is_delay: bool
    """Minor stops cost availability rather than performance."""
    key_machine: bool
    """Starved and blocked stops count against the line here (domain.md R11)."""
    manual: bool = False
    """Nothing runs here without an order: people work, and they work to orders (domain.md R22)."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Seconds by element, parts, and the seconds that the parts should have taken."""

    run: float = 0.0
    setup: float = 0.0
    delay: float = 0.0
    idle: float = 0.0
    waiting: float = 0.0
    free_run: float = 0.0
    unknown: float = 0.0
    planned: float = 0.0
    outside: float = 0.0
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    ideal: float = 0.0
    labor: Decimal = Decimal(0)
    """Seconds of all persons together, apart from the machine's."""
    rework: Decimal = Decimal(0)
    """Sent to rework less what left it."""

    def with_parts(self, good: Decimal, scrap: Decimal, rework: Decimal, ideal: float) -> Sums:
        """So many parts more; most facts tell of nothing else, and this takes half as long as adding all sums."""
        return replace(
            self,
            good=self.good + good,
            scrap=self.scrap + scrap,
            rework=self.rework + rework,
            ideal=self.ideal + ideal,
        )

    @property
    def negated(self) -> Sums:
        """What takes them away again."""
        return Sums(*(-getattr(self, name) for name in Sums.__slots__))

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.run + other.run,
            self.setup + other.setup,
            self.delay + other.delay,
            self.idle + other.idle,
            self.waiting + other.waiting,
            self.free_run + other.free_run,
            self.unknown + other.unknown,
            self.planned + other.planned,
            self.outside + other.outside,
            self.good + other.good,
            self.scrap + other.scrap,
            self.ideal + other.ideal,
            self.labor + other.labor,
            self.rework + other.rework,
        )


NO_SUMS = Sums()


@dataclass(frozen=True, slots=True)
class Account:
    """What one order came to in one shift, or over all of them."""

    order_id: str | None
    op_no: str | None
    sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class ShiftAccount:
    """What one shift came to, by order."""

    shift_id: str | None
    business_date: str | None
    since: float
    orders: tuple[Account, ...] = ()
    stops: int = 0
    uncoded: int = 0
    uncoded_s: float = 0.0
    losses: dict[str, Loss] = field(default_factory=dict)
    """What its stops cost, by code of the reason."""

    @property
    def total(self) -> Sums:
        """All orders together."""
        total = Sums()
        for order in self.orders:
            total = total.plus(order.sums)
        return total

    @property
    def in_one(self) -> ShiftAccount:
        """The same with all orders together, without a name."""
        return replace(self, orders=(Account(None, None, self.total),))

    def names(self, shift: ShiftKeys | None) -> bool:
        """Whether it is the account of this shift."""
        return (self.shift_id, self.business_date) == _key(shift)


@dataclass(frozen=True, slots=True)
class Figures:
    """The accounts in use."""

    settled: float | None = None
    """Up to where it is known for good what the time was; None before anything was seen."""
    shifts: tuple[ShiftAccount, ...] = ()
    """The last two, the present one last."""
    order: Account | None = None
    """The operation in progress, over all shifts and all stretches of its execution."""
    order_since: float = 0.0
    """Its time counts from here on; what was before stands in its account already."""
    before: ShiftAccount | None = None
    """The shift that was summed up last, its orders together: what its stops cost, and what it came to by then."""


def settled(figures: Figures, spans: Iterable[Span], until: float, rules: Rules, grounds: Grounds) -> Figures:
    """The figures with what the time up to `until` was; what was settled before stays."""
    start = figures.settled
    if start is None:
        return replace(figures, settled=until)
    for span in spans:
        begin, end = max(span.start, start), min(span.end, until)
        if begin < end:
            for ground in grounds(begin, end):
                figures = _timed(figures, ground, sums_of(span.kind, ground, rules))
    return replace(figures, settled=max(start, until))


def added(figures: Figures, shift: ShiftKeys | None, order: OrderKey, sums: Sums, at: float) -> Figures:
    """The figures with sums added to the accounts of a shift and an order."""
    return grown(figures, shift, order, sums.plus, at)


def grown(
    figures: Figures, shift: ShiftKeys | None, order: OrderKey, grow: Callable[[Sums], Sums], at: float
) -> Figures:
    """The figures with larger sums in the accounts of a shift and an order.

    Args:
        figures: the figures so far.
        shift: of the account.
        order: order and operation of the account.
        grow: what becomes of sums.
        at: when it happened.
    """
    known = next((one for one in figures.shifts if one.names(shift)), None)
    account = known or ShiftAccount(*_key(shift), at)
    account = replace(account, since=min(account.since, at), orders=_with(account.orders, order, grow))
    if known is None:
        # What is settled late of a shift that was summed up does not push out the present one.
        shifts = tuple(sorted((*figures.shifts, account), key=lambda one: one.since))[-MOST_SHIFTS:]
    else:
        shifts = tuple(account if one is known else one for one in figures.shifts)
    total = figures.order
    if total is not None and (total.order_id, total.op_no) == order:
        total = replace(total, sums=grow(total.sums))
    return replace(figures, shifts=shifts, order=total)


def stop_over(figures: Figures, stop: Stop) -> Figures:
    """A stop ended: counted in the shift in which it did, its unexplained segments each in their own."""
    last = stop.last
    if not any(one.names(last.shift) for one in figures.shifts):
        # What nobody watched is settled after it has become a stop.
        figures = added(figures, last.shift, (last.order_id, last.op_no), NO_SUMS, last.start)
    return stop_found(figures, stop)


def stop_found(figures: Figures, stop: Stop) -> Figures:
    """A stop that ended earlier: counted likewise, and opens no account of a shift that was summed up."""
    return _each(figures, lambda one: _with_stop(one, stop))


def upgraded(figures: Figures, segments: Iterable[Segment], rules: Rules, grounds: Grounds) -> Figures:
    """Minor segments turned out to be downtime (domain.md R5): what of them was settled is told anew."""
    until = figures.settled
    if until is None:
        return figures
    for segment in segments:
        end = until if segment.end is None else min(segment.end, until)
        if segment.start < end:
            # What is over was settled on its own ground, whatever a newer calendar says of that time.
            own = Ground(segment.start, end, segment.shift, segment.order_id, segment.op_no)
            figures = _as_delay(figures, grounds(segment.start, end) if segment.end is None else (own,), rules)
    return figures


def _as_delay(figures: Figures, grounds: Iterable[Ground], rules: Rules) -> Figures:
    for ground in grounds:
        # What begins later than that time holds none of it: it is of what a summed up shift was told late.
        if any(one.names(ground.shift) and one.since <= ground.start for one in figures.shifts):
            figures = _timed(
                figures, ground, sums_of("down", ground, rules).plus(sums_of("minor", ground, rules).negated)
            )
    return figures


def _timed(figures: Figures, ground: Ground, sums: Sums) -> Figures:
    """With the time of a ground; of a former stretch of the operation in progress it stands in its account already."""
    changed = added(figures, ground.shift, (ground.order_id, ground.op_no), sums, ground.start)
    return changed if ground.start >= figures.order_since else replace(changed, order=figures.order)


def edited(figures: Figures, before: Iterable[Segment], after: Iterable[Segment]) -> Figures:
    """Segments of stops that are over, edited: what is unexplained now."""
    gone, come = tuple(before), tuple(after)
    return _each(figures, lambda one: _recounted(one, gone, come))


def stop_void(figures: Figures, stop: Stop) -> Figures:
    """A stop that is over never was one of its own."""
    return _each(figures, lambda one: replace(one, stops=max(one.stops - one.names(stop.last.shift), 0)))


def _each(figures: Figures, changed: Callable[[ShiftAccount], ShiftAccount]) -> Figures:
    before = None if figures.before is None else changed(figures.before)
    return replace(figures, shifts=tuple(changed(one) for one in figures.shifts), before=before)


def sums_of(kind: Kind, ground: Ground, rules: Rules) -> Sums:
    """What time of a kind on a ground comes to."""
    # As written, so that these sums agree with the instants and durations that facts tell.
    seconds = (milliseconds(ground.end) - milliseconds(ground.start)) / 1000
    with_order = ground.order_id is not None
    if ground.planned is not None or kind == "planned":
        return Sums(planned=seconds, outside=seconds if kind == "run" else 0.0)
    if kind == "unknown":
        return Sums(unknown=seconds)
    if kind == "external" and not rules.key_machine:
        return Sums(waiting=seconds)
    if kind == "setup":
        return Sums(setup=seconds)
    works = kind == "run" or (kind == "minor" and not rules.minor_is_delay)
    if works and (with_order or not rules.manual):
        return Sums(run=seconds) if with_order else Sums(free_run=seconds)
    return Sums(delay=seconds) if with_order else Sums(idle=seconds)


def _with(accounts: tuple[Account, ...], order: OrderKey, grow: Callable[[Sums], Sums]) -> tuple[Account, ...]:
    known = next((one for one in accounts if (one.order_id, one.op_no) == order), None)
    if known is not None:
        return tuple(replace(one, sums=grow(one.sums)) if one is known else one for one in accounts)
    if len(accounts) < MOST_ORDERS:
        return (*accounts, Account(*order, grow(NO_SUMS)))
    rest = Account(None, "*", accounts[0].sums.plus(accounts[1].sums))
    return (rest, *accounts[2:], Account(*order, grow(NO_SUMS)))


def _with_stop(account: ShiftAccount, stop: Stop) -> ShiftAccount:
    account = replace(account, stops=account.stops + account.names(stop.last.shift))
    return _recounted(account, (), stop.segments)


def _recounted(account: ShiftAccount, gone: Iterable[Segment], come: Iterable[Segment]) -> ShiftAccount:
    gone, come = ([one for one in segments if account.names(one.shift)] for segments in (gone, come))
    if not (gone or come):
        return account
    (fewer, less), (more, longer) = losses.uncoded(gone), losses.uncoded(come)
    return replace(
        account,
        uncoded=max(account.uncoded - fewer + more, 0),
        uncoded_s=max(account.uncoded_s - less + longer, 0.0),
        losses=losses.recounted(account.losses, gone, come),
    )


def _key(shift: ShiftKeys | None) -> tuple[str | None, str | None]:
    return (None, None) if shift is None else (shift.shift_id, shift.business_date)
