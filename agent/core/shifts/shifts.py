"""What happens at a boundary of the calendar (domain.md R7, R8, K18): counts are told, shifts are summed up."""

from __future__ import annotations

from agent.core import boundary
from agent.core.counts import output
from agent.core.facts import ShiftKeys, ShiftSummary
from agent.core.machine import condition_turn
from agent.core.shifts import so_far
from agent.core.shifts.calendar import Calendar
from agent.core.shifts.figures import ShiftAccount
from agent.core.shifts.schedule import shift_keys
from agent.core.shifts.time_elements import elements
from agent.core.stops.segments import same_shift
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn
from agent.core.values import replace


def follow(turn: Turn, now: float) -> None:
    """Cross every boundary of the calendar up to `now`."""
    while turn.schedule.until is not None and now >= turn.schedule.until:
        _cross(turn, turn.calendar, turn.schedule.until)


def adopt(turn: Turn, now: float) -> None:
    """Another calendar is in force, or this is the first: the slot is that of the new one from now on."""
    follow(turn, now)
    look_up(turn, now)


def look_up(turn: Turn, now: float) -> None:
    """The slot is that of this instant, whatever lies between it and the one in force: the clock may have been set."""
    slot = turn.calendar.slot(now)
    if shift_keys(slot) == turn.schedule.shift:
        turn.schedule = turn.schedule.in_slot(slot)
    else:
        _cross(turn, turn.calendar, now)


def _cross(turn: Turn, calendar: Calendar, at: float) -> None:
    turn.flush()
    if turn.watched and turn.watch.last_good is not None:
        condition_turn.let_time_pass(turn, min(at, turn.watch.last_good))
    condition_turn.end_run(turn)
    before, after = turn.schedule.shift, shift_keys(calendar.slot(at))
    turn.settle_running(at)
    boundary.end(turn, at, "shift")
    if not same_shift(before, after):
        turn.count_facts()
        _sum_up(turn, before, at)
        turn.output = output.shift_began(turn.output)
        turn.strip = turn.strip and turn.strip.begun(at)
    turn.schedule = turn.schedule.in_slot(calendar.slot(at))
    turn.draft.enter_shift(turn.schedule.shift, at)


def _sum_up(turn: Turn, shift: ShiftKeys | None, at: float) -> None:
    seen = turn.figures_at(at)
    account = next((one for one in seen.shifts if one.names(shift)), None)
    # What nobody watches is unknown once a summary has said so; what is watched may still turn out a stop.
    known = turn.figures if turn.watched else seen
    turn.figures = replace(known, shifts=tuple(one for one in known.shifts if not one.names(shift)))
    if account is None or shift is None or shift.shift_id is None or account.since >= at:
        # A clock that was set back may leave an account that is still to come.
        return
    turn.figures = replace(turn.figures, before=account.in_one)
    turn.draft.add(
        _summary(turn, account, at), at, f"shift:{turn.wc_id}:{shift.shift_id}:{milliseconds(at)}:{turn.number()}"
    )
    turn.begin_chain()


def _summary(turn: Turn, account: ShiftAccount, at: float) -> ShiftSummary:
    total, chain = account.total, turn.chain_facts()
    stop = turn.stops.open
    uom = turn.setup.machine.output.uom
    uncoded, uncoded_s = so_far.uncoded(turn, account, at)
    return ShiftSummary(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        start=iso(account.since),
        end=iso(at),
        qty_good=total.good,
        qty_scrap=total.scrap,
        qty_rework=total.rework,
        uom=uom,
        orders=so_far.orders(account, uom),
        elements=elements(total),
        labor_s=total.labor,
        stops=account.stops + (stop is not None),
        open_stop_id=None if stop is None else stop.stop_id,
        uncoded=uncoded,
        uncoded_s=uncoded_s,
        open_discrepancies=so_far.open_discrepancies(turn)[0],
        facts=chain.facts,
        first_id=chain.first_id,
        last_id=chain.last_id,
        ids_chain=chain.value,
    )
