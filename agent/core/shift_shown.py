"""What people are shown of a shift in pictures: its cells, what it lost and why, how fast it should go, until when."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Directories
from agent.core.orders.operations import Operation
from agent.core.shifts.calendar import NO_CALENDAR
from agent.core.shifts.figures import ShiftAccount
from agent.core.shifts.losses import NOTHING, OTHERS, Loss, Losses, code_of
from agent.core.shifts.schedule import grounds
from agent.core.shifts.shift_view import LossView, StripView
from agent.core.shifts.strip import CELL_S, GOOD_S, longest
from agent.core.station import Station
from agent.core.stops import reasons
from agent.core.stops.segments import same_shift
from agent.core.times import iso

MOST_LOSSES = 9
MOST_FAVOURITES = 4


def losses(station: Station, account: ShiftAccount | None, now: float) -> tuple[LossView, ...]:
    """What stops cost in the present shift, the dearest first; the rest together comes last.

    Args:
        station: with the stop that is open.
        account: of the present shift.
        now: the plant's time.
    """
    lost = dict({} if account is None else account.losses)
    for code, seconds in _of_open_stop(station, now):
        lost[code] = lost.get(code, NOTHING).plus(Loss(seconds=seconds))
    rest = lost.pop(OTHERS, NOTHING)
    dearest = sorted(lost, key=lambda code: (-lost[code].seconds, code))
    if len(dearest) > MOST_LOSSES or (rest.count and len(dearest) == MOST_LOSSES):
        for code in dearest[MOST_LOSSES - 1 :]:
            rest = rest.plus(lost[code])
        dearest = dearest[: MOST_LOSSES - 1]
    shown = [(code, lost[code]) for code in dearest]
    if rest != NOTHING:
        shown.append((OTHERS, rest))
    return tuple(LossView(reason_code=code, count=one.count, seconds=round(one.seconds, 3)) for code, one in shown)


def strip(station: Station, now: float) -> StripView | None:
    """The present shift up to now, in cells; None before anything was seen."""
    state, working = station.state, station.working
    if state.strip is None:
        return None
    known = NO_CALENDAR if working is None else working.calendar
    seen = state.strip.settled(now, lambda start, end: grounds(known, state.schedule, start, end))
    rest = int((now - seen.since) // GOOD_S) + 1 - len(seen.good)
    return StripView(
        since=iso(seen.since),
        cell_s=CELL_S,
        cells=seen.cells + longest(seen.spent),
        good_s=GOOD_S,
        good=(*seen.good, *[Decimal(0)] * rest),
    )


def favourites(present: ShiftAccount | None, before: ShiftAccount | None, directories: Directories) -> tuple[str, ...]:
    """The reasons in force that people gave most in a shift and the one before."""
    given: dict[str, int] = {}
    for lost in _losses_of(present, before):
        for code, loss in lost.items():
            given[code] = given.get(code, 0) + loss.given
    known = [one.code for one in directories.reasons.reasons if given.get(one.code)]
    return tuple(sorted(known, key=lambda code: -given[code])[:MOST_FAVOURITES])


def norm_per_hour(operation: Operation | None) -> Decimal | None:
    """Parts per hour by the norm of an operation that is in progress."""
    if operation is None or operation.status != "in_progress" or not operation.cycle_s:
        return None
    return Decimal(round(36_000.0 / operation.cycle_s)) / 10


def end(station: Station) -> str | None:
    """When the present shift ends by the calendar."""
    keys, working = station.state.schedule.shift, station.working
    if working is None or keys is None or keys.shift_id is None or keys.business_date is None:
        return None
    shift = working.calendar.shift_of(keys.shift_id, keys.business_date)
    return None if shift is None else iso(shift.end)


def _losses_of(*accounts: ShiftAccount | None) -> list[Losses]:
    return [one.losses for one in accounts if one is not None]


def _of_open_stop(station: Station, now: float) -> list[tuple[str, float]]:
    """Codes and seconds of what the open stop has cost of the present shift, as if it were over."""
    state = station.state
    stop, gap = state.stops.open, state.watch.gap
    if stop is None:
        return []
    until = now if gap is None else min(gap.start, now)
    shift = state.schedule.shift
    ends = [(one, until if one.end is None else min(one.end, until)) for one in reasons.coded(stop).segments]
    return [
        (code_of(one), end - one.start)
        for one, end in ends
        if end > one.start and one.segment_class != "planned" and same_shift(one.shift, shift)
    ]
