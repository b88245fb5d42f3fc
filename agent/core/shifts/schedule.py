"""What an instant belongs to at a work center: shift, planned window, order (domain.md R7 to R9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from agent.core.facts import ShiftKeys
from agent.core.shifts.calendar import Calendar, Slot
from agent.core.stops.segments import Ground
from agent.core.values import replace

MOST_CHANGES = 8
"""Changes of order that are remembered: nothing is dated back, or hidden by a gap, across more."""


@dataclass(frozen=True, slots=True)
class OrderChange:
    """From an instant on this operation is in progress, or none."""

    at: float
    order_id: str | None
    op_no: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slot of the calendar in force, and the last orders."""

    since: float | None = None
    """Start of the slot; None where nothing comes before it."""
    until: float | None = None
    """Its end, the next boundary; None where none comes."""
    shift: ShiftKeys | None = None
    orders: tuple[OrderChange, ...] = ()

    def order_changed(self, at: float, order_id: str | None, op_no: str | None) -> Schedule:
        """Another operation is in progress, or none."""
        return replace(self, orders=(*self.orders, OrderChange(at, order_id, op_no))[-MOST_CHANGES:])

    def in_slot(self, slot: Slot) -> Schedule:
        """Another slot is in force."""
        since = None if slot.start == -inf else slot.start
        until = None if slot.end == inf else slot.end
        return replace(self, since=since, until=until, shift=shift_keys(slot))

    def later(self, by: float) -> Schedule:
        """The same after the wall clock was set: the calendar stays, orders began by the new time."""
        return replace(self, orders=tuple(replace(change, at=change.at + by) for change in self.orders))


def shift_keys(slot: Slot) -> ShiftKeys | None:
    """How facts name the slot; None where no calendar is known."""
    planned = None if slot.planned is None else slot.planned.kind
    if slot.shift is None:
        return None if planned is None else ShiftKeys(shift_id=None, business_date=None, crew_id=None, planned=planned)
    shift = slot.shift
    return ShiftKeys(shift_id=shift.shift_id, business_date=shift.business_date, crew_id=shift.crew_id, planned=planned)


def grounds(calendar: Calendar, schedule: Schedule, start: float, end: float) -> Iterator[Ground]:
    """The grounds that tile [start, end); the one that contains `start` where that is all."""
    before: Ground | None = None
    for ground in _pieces(calendar, schedule, start, end):
        if before is None:
            before = ground
        elif _alike(before, ground):
            before = replace(before, end=ground.end)
        else:
            yield before
            before = ground
    if before is not None:
        yield before


def _pieces(calendar: Calendar, schedule: Schedule, start: float, end: float) -> Iterator[Ground]:
    at = start
    while True:
        shift, slot_end = _slot(calendar, schedule, at)
        order = _order_at(schedule, at)
        following = (change.at for change in schedule.orders if change.at > at)
        until = min(slot_end, next(following, inf), max(end, start))
        yield Ground(at, until, shift, order.order_id, order.op_no)
        at = until
        if at >= end:
            return


def _slot(calendar: Calendar, schedule: Schedule, at: float) -> tuple[ShiftKeys | None, float]:
    """What the calendar says of an instant, and until when; mostly it lies in the slot that is in force."""
    after_start = schedule.since is None or schedule.since <= at
    if after_start and (schedule.until is None or at < schedule.until):
        return schedule.shift, inf if schedule.until is None else schedule.until
    slot = calendar.slot(at)
    return shift_keys(slot), slot.end


def _order_at(schedule: Schedule, at: float) -> OrderChange:
    orders = schedule.orders
    started = next((change for change in reversed(orders) if change.at <= at), None)
    # Before the first change that is remembered nothing was in progress, as far as anybody knows.
    return started or OrderChange(at, None, None)


def _alike(one: Ground, other: Ground) -> bool:
    return (one.shift, one.order_id, one.op_no) == (other.shift, other.order_id, other.op_no)
