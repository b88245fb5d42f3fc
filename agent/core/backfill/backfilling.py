"""What was told of a stretch that nobody watched is corrected by the machine's own history (domain.md R15, R17).

Only what was told as UNKNOWN, or concluded in its place, is ever told otherwise: not what was seen, not quantities, not
what a person has said, and nothing of a shift or an order that the MES has closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from agent.core.backfill import retelling, telling
from agent.core.backfill.joining import reopened
from agent.core.backfill.recalled import Recalled
from agent.core.backfill.reckoning import reckoned
from agent.core.backfill.retelling import ToldStops
from agent.core.facts import ShiftKeys
from agent.core.machine.unwatched import Unwatched
from agent.core.machine.watching import Watch
from agent.core.shifts import strip_corrected
from agent.core.shifts.schedule import MOST_CHANGES
from agent.core.state import StationState
from agent.core.stops.reasons import UNCODED
from agent.core.stops.segments import Segment, Stop
from agent.core.stops.standstill import STOP, stop_claim
from agent.core.turn import Turn
from agent.core.values import replace

_Books: TypeAlias = tuple[ShiftKeys | None, str | None, str | None]
"""What time belongs to: its shift, its order and its operation."""


def recall(turn: Turn, told: Recalled) -> None:
    """A machine's history of a stretch was read, or cannot be had: it is not asked for again."""
    stretch = _named(turn.watch, told)
    if stretch is None:
        return
    turn.watch = replace(turn.watch, unwatched=tuple(one for one in turn.watch.unwatched if one is not stretch))
    if not told.keys or not _may_be_told(turn, stretch) or not _was_kept(turn, stretch, told):
        return
    stops = _told_stops(turn, stretch)
    if stops is None or _is_closed(turn, _regraded(stops)):
        return
    found = reckoned(turn, stretch, told, None if stops.standing is None else reopened(stops.standing))
    if found is None or not found.seen:
        return
    if not stretch.bridged:
        retelling.retell(turn, stretch, found, stops)
    telling.tell_conditions(turn, stretch, found.spent)
    turn.count_facts()
    turn.strip = strip_corrected.corrected(turn.strip, found.spent, turn.grounds)


def claims_needed(state: StationState, wc_id: str, told: Recalled) -> tuple[str, ...]:
    """The stops that are over and that a history may concern."""
    stretch = _named(state.watch, told)
    if stretch is None:
        return ()
    named = [stop_id for stop_id, _ in stretch.unknown]
    named += [] if stretch.stop_id is None else [stretch.stop_id]
    remembered = (*state.floor.closed_stops, *state.floor.unexplained_stops)
    named += [one.stop_id for one in remembered if one.start == stretch.end]
    return tuple(stop_claim(wc_id, stop_id) for stop_id in dict.fromkeys(named))


def _named(watch: Watch, told: Recalled) -> Unwatched | None:
    return next((one for one in watch.unwatched if (one.start, one.end) == (told.start, told.end)), None)


def _may_be_told(turn: Turn, stretch: Unwatched) -> bool:
    """Whether nobody has closed the books on any part of it (domain.md R21), and our clock is the machine's."""
    too_late = turn.draft.observed - stretch.end > turn.setup.machine.stop.edit_grace_s
    orders = turn.schedule.orders
    forgotten = len(orders) >= MOST_CHANGES and orders[0].at > stretch.start
    if too_late or forgotten or not turn.watch.clocks_agree:
        return False
    grounds = turn.grounds(stretch.start, stretch.end)
    return not _is_closed(turn, ((one.shift, one.order_id, one.op_no) for one in grounds))


def _regraded(stops: ToldStops) -> Iterator[_Books]:
    """Outside the stretch what may be told otherwise with it: minor stops, which may be downtimes, and their names."""
    standing = () if stops.standing is None else stops.standing.segments
    following = () if stops.following is None else stops.following.segments
    for one in (*(one for one in standing if one.segment_class == "minor"), *following):
        yield one.shift, one.order_id, one.op_no


def _is_closed(turn: Turn, books: Iterable[_Books]) -> bool:
    """Whether the MES has closed any of these shifts or orders."""
    closed = {
        (one.order_id, one.op_no) for one in turn.directories.orders_of(turn.wc_id) if one.release_status == "closed"
    }
    for keys, order_id, op_no in books:
        shift = None
        if keys is not None and keys.shift_id is not None and keys.business_date is not None:
            shift = turn.calendar.shift_of(keys.shift_id, keys.business_date)
        if (shift is not None and shift.closed) or (order_id, op_no) in closed:
            return True
    return False


def _was_kept(turn: Turn, stretch: Unwatched, told: Recalled) -> bool:
    """Whether the history knows of what was counted meanwhile: one that holds none of it was not kept."""
    role, before, after = turn.setup.output_role, stretch.before.raw, stretch.after.raw
    if role is None or before is None or after is None or abs(after - before) <= 1:
        return True
    key = turn.setup.names[role]
    return key not in told.keys or any(one.key == key and one.at > stretch.start for one in told.values)


def _told_stops(turn: Turn, stretch: Unwatched) -> ToldStops | None:
    """The stops as which the stretch was told; None where a person has said something of them since."""
    lost: list[Stop] = []
    for stop_id, parts in stretch.unknown:
        stop = _kept(turn, stop_id)
        if stop is None or len(stop.segments) != parts or any(_said(one) for one in stop.segments):
            return None
        lost.append(stop)
    before = None
    if stretch.stop_id is not None and not stretch.bridged and stretch.stops.running_since is None:
        before = _kept(turn, stretch.stop_id)
        if before is None or not before.end_uncertain or before.end != max(stretch.start, before.start):
            return None
    return ToldStops(tuple(lost), before, _following(turn, stretch))


def _following(turn: Turn, stretch: Unwatched) -> Stop | None:
    """The stop that begins where the stretch ends."""
    is_open = turn.stops.open
    if is_open is not None and is_open.start == stretch.end:
        return is_open
    floor = turn.floor
    named = (one.stop_id for one in (*floor.closed_stops, *floor.unexplained_stops) if one.start == stretch.end)
    found = (_kept(turn, stop_id) for stop_id in named)
    return next((one for one in found if one is not None and one.start == stretch.end), None)


def _kept(turn: Turn, stop_id: str) -> Stop | None:
    kept = turn.claim(stop_claim(turn.wc_id, stop_id))
    return STOP.validate_json(kept) if kept else None


def _said(segment: Segment) -> bool:
    """Whether a person gave it its reason, or said anything of it."""
    by_rule = segment.rule_id is not None or segment.inherited is not None
    return bool(segment.comment) or (segment.reason not in {None, UNCODED} and not by_rule)
