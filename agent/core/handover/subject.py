"""Which shift is handed over: the present one, or the one that has just ended.

People sign when their relief is there, and reliefs come late. For half an hour after the end of a shift, when its
summary has been told and the next one counts, a signature is still about that shift, unless its end has been
handed over and acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.facts import ShiftKeys, ShiftOrder
from agent.core.shifts import losses, so_far
from agent.core.shifts.calendar import Calendar
from agent.core.shifts.figures import Figures, ShiftAccount, Sums
from agent.core.state import StationState
from agent.core.stops.segments import same_shift
from agent.core.turn import Turn

LATE_S = 1800.0
"""For how long after its end a shift is handed over."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The shift that is handed over, and what it came to."""

    shift: ShiftKeys | None
    since: float
    total: Sums
    orders: tuple[ShiftOrder, ...]
    """Empty of a shift that has ended."""
    stops: int
    uncoded: int
    uncoded_s: Decimal


def subject(turn: Turn) -> Subject:
    """What a signature is about now. Call it after the flush."""
    now, shift = turn.draft.observed, turn.schedule.shift
    over = ended(turn, turn.calendar, now)
    if over is not None:
        return over
    account = next((one for one in turn.figures_at(now).shifts if one.names(shift)), None)
    if account is None:
        return Subject(shift, now, Sums(), (), 0, 0, Decimal(0))
    return Subject(
        shift,
        account.since,
        account.total,
        so_far.orders(account, turn.setup.machine.output.uom),
        account.stops + (turn.stops.open is not None),
        *so_far.uncoded(turn, account, now),
    )


def ended(station: Turn | StationState, calendar: Calendar, now: float) -> Subject | None:
    """The shift that ended just now and is still to be handed over; None where there is none."""
    before, last = station.figures.before, station.board.handover
    if before is None or before.shift_id is None or before.business_date is None:
        return None
    shift = calendar.shift_of(before.shift_id, before.business_date)
    if shift is None or not 0 <= now - shift.end <= LATE_S:
        return None
    keys = ShiftKeys(shift_id=shift.shift_id, business_date=shift.business_date, crew_id=shift.crew_id)
    done = last is not None and last.acknowledged_by is not None and same_shift(last.shift, keys)
    if last is not None and done and last.at >= shift.end - LATE_S:
        return None
    stop, total = station.stops.open, _total(station.figures, before, keys)
    of_stop = () if stop is None else tuple(one for one in stop.segments if before.names(one.shift))
    count, seconds = losses.uncoded(one for one in of_stop if one.segment_class == "down")
    uncoded_s = so_far.seconds(before.uncoded_s + seconds)
    return Subject(keys, before.since, total, (), before.stops + bool(of_stop), before.uncoded + count, uncoded_s)


def _total(figures: Figures, before: ShiftAccount, keys: ShiftKeys) -> Sums:
    """With what turned out after it had been summed up."""
    late = next((one for one in figures.shifts if one.names(keys)), None)
    return before.total if late is None else before.total.plus(late.total)
