"""What a machine did in a stretch that nobody watched, by its history and by the very rules of those who watch.

A second station, of which nothing is kept, is told the history as if it were happening. Where the history has a hole,
that station does not see its machine either, and concludes from that what is concluded from any gap (domain.md R15).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from agent.core.backfill import asking
from agent.core.backfill.recalled import Past, Recalled
from agent.core.backfill.samples import Moment, Signs, moments
from agent.core.counts import counting
from agent.core.counts.counters import CounterState
from agent.core.facts import ConditionChanged
from agent.core.identity import IdBlock
from agent.core.machine import condition_turn, machine_turn
from agent.core.machine import signs as life
from agent.core.machine.conditions import Condition, Mode
from agent.core.machine.unwatched import Unwatched
from agent.core.machine.watching import Watch
from agent.core.machine_settings import COUNTER_ROLES, Role
from agent.core.observations import Image, Instant, Link, Quality, Signal, Tick
from agent.core.state import Floor, SettingUp, StationState
from agent.core.stops.segments import Stop
from agent.core.stops.standstill import STOP, stop_claim
from agent.core.stops.stops import StopWatch
from agent.core.turn import Turn
from agent.core.turn_bounds import Around, begin
from agent.core.values import replace

MOST_MOMENTS = 600
"""Instants of a history that are gone through at once, in some tenths of a second; behind them it stays UNKNOWN."""
NO_IDS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the machine did for a while."""

    condition: Condition
    mode: Mode
    start: float
    end: float
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a stretch came to."""

    spent: tuple[Spent, ...]
    """They tile it."""
    closed: tuple[Stop, ...]
    """Stops that ended in it, those of which nothing is known among them."""
    stops: StopWatch
    """What stands and runs at its end."""

    @property
    def seen(self) -> bool:
        """Whether the history says anything at all."""
        return any(one.condition is not Condition.UNKNOWN and not one.inferred for one in self.spent)


def reckoned(turn: Turn, stretch: Unwatched, told: Recalled, standing: Stop | None) -> Reckoned | None:
    """What the machine did in a stretch; None where the history does not hold what it takes to say so.

    Args:
        turn: of the work center, of which nothing changes.
        stretch: that nobody watched.
        told: its history.
        standing: the stop that was open at its beginning, as it was then.
    """
    needed = asking.needed(turn.setup)
    if not needed <= set(told.keys) or stretch.before.setting_up != stretch.after.setting_up:
        return None
    signs = _signs(turn)
    every = moments(told.values, (stretch.start, stretch.end), turn.setup.machine.stop.skew_max_s, signs)
    until = stretch.end if told.until is None else min(told.until, stretch.end)
    if len(every) > MOST_MOMENTS:
        every, until = every[:MOST_MOMENTS], min(until, every[MOST_MOMENTS].at)
    history = _History(every, until, _began(stretch, told), needed, frozenset(told.keys), signs.counters)
    second = _second(turn, stretch, history, standing)
    _live(second, stretch, history)
    if (second.watch.condition, second.watch.mode) != (stretch.after.condition, stretch.after.mode):
        # It does not lead to what was seen at the end: what changed last is missing.
        cut = max((one.at for one in every if one.at <= until), default=stretch.start)
        history = replace(history, until=cut)
        second = _second(turn, stretch, history, standing)
        _live(second, stretch, history)
    return _outcome(second, stretch)


@dataclass(frozen=True, slots=True)
class _History:
    """A history in order."""

    moments: tuple[Moment, ...]
    until: float
    """Nothing is known behind it."""
    began: float
    """Nothing is known before it."""
    needed: frozenset[str]
    """Signals without which nothing is known."""
    keys: frozenset[str]
    """Signals that it is of."""
    counters: frozenset[str]


def _began(stretch: Unwatched, told: Recalled) -> float:
    """Since when the history is of one run of its source: of what was between two nobody knows."""
    began = max(stretch.start, stretch.began or 0.0)
    return began if told.restarted is None or told.restarted > stretch.end else max(began, told.restarted)


def _signs(turn: Turn) -> Signs:
    names, machine = turn.setup.names, turn.setup.machine
    counters = frozenset(key for key, role in turn.setup.roles.items() if role in COUNTER_ROLES)
    timeout_s = machine.condition.heartbeat_timeout_s or machine.stop.comm_timeout_s
    return Signs(counters, names.get(Role.HEARTBEAT), timeout_s)


def _second(turn: Turn, stretch: Unwatched, history: _History, standing: Stop | None) -> Turn:
    """A turn of a station that sees the beginning of the stretch. It tells no quantities: those have been told."""
    before, start = stretch.before, stretch.start
    watch = Watch(
        link_up=True,
        link_since=start,
        last_good=start,
        words=before.words,
        condition=before.condition,
        mode=before.mode,
        since=start,
    )
    last = turn.floor.last_stop
    role = turn.setup.output_role
    is_counted = role is not None and before.raw is not None and turn.setup.names[role] in history.keys
    state = StationState(
        watch=watch,
        stops=replace(stretch.stops, open=standing),
        counters={role: CounterState(before.raw, start)} if role is not None and is_counted else {},
        operations=turn.operations,
        floor=Floor(no_order_told=True, last_stop=last if last is not None and (last.end or start) < start else None),
        schedule=turn.schedule,
        # Its controller lived until then; from there on its heartbeat must move.
        signs=life.Signs(life.Beat(None, start, lives=True)) if Role.HEARTBEAT in turn.setup.names else life.NO_SIGNS,
        setting_up=None if before.setting_up is None else SettingUp(*before.setting_up, None, None, told=True),
    )
    setup = replace(turn.setup, counted=frozenset())
    around = Around(turn.directories, turn.calendar)
    return begin(setup, state, turn.draft.observed, IdBlock(NO_IDS), around)


def _live(second: Turn, stretch: Unwatched, history: _History) -> None:
    """Go through the stretch."""
    blind = stretch.start < history.began
    if blind:
        _look_away(second, stretch.start)
    missing = set(history.needed)
    for moment in history.moments:
        if moment.at > history.until:
            break
        if blind and moment.at < history.began:
            continue
        if not (blind or moment.beats) and any(one.key not in history.counters for one in moment.values):
            _alive(second, moment.at)
        machine_turn.read_image(second, _image(second, moment))
        missing -= {one.key for one in moment.values if one.good}
        if blind and not missing:
            blind = False
            _alive(second, moment.at)
    if not blind and history.until < stretch.end:
        _alive(second, history.until)
        _look_away(second, history.until)
        blind = True
    if blind:
        _look_again(second, stretch, history)
    else:
        _alive(second, stretch.end)
    condition_turn.let_time_pass(second, stretch.end)


def _image(second: Turn, moment: Moment) -> Image:
    seen = Instant(moment.at, moment.at)
    return Image(second.wc_id, tuple(_signal(second, one, seen) for one in moment.values), seen)


def _signal(second: Turn, past: Past, seen: Instant) -> Signal:
    return Signal(second.wc_id, past.key, past.value, Quality.GOOD if past.good else Quality.BAD, past.at, seen)


def _alive(second: Turn, at: float) -> None:
    """Up to here nothing else was so, as there would be a value of it; only a heartbeat shows that by moving."""
    seen = Instant(at, at)
    machine_turn.hear_link(second, Link(second.wc_id, "plc", up=True, observed=seen))
    machine_turn.pass_time(second, Tick(second.wc_id, seen))


def _look_away(second: Turn, at: float) -> None:
    """Nothing is known from here on."""
    machine_turn.hear_link(second, Link(second.wc_id, "plc", up=False, observed=Instant(at, at)))


def _look_again(second: Turn, stretch: Unwatched, history: _History) -> None:
    """The end of the stretch, where the machine was seen again."""
    after = stretch.after
    second.watch = replace(second.watch, words=after.words, bad=frozenset())
    role = second.setup.output_role
    if role is not None and after.raw is not None and second.setup.names[role] in history.keys:
        counting.count(second, role, after.raw, stretch.end)
    _alive(second, stretch.end)


def _outcome(second: Turn, stretch: Unwatched) -> Reckoned:
    kept = stop_claim(second.wc_id, "")
    closed = tuple(STOP.validate_json(value) for key, value in second.claims if key.startswith(kept))
    return Reckoned(_spent(second, stretch), closed, second.stops)


def _spent(second: Turn, stretch: Unwatched) -> tuple[Spent, ...]:
    before, start, end = stretch.before, stretch.start, stretch.end
    found = [Spent(before.condition, before.mode, start, end)]
    for fact in second.draft.facts:
        data = fact.data
        if isinstance(data, ConditionChanged) and fact.time < end:
            at = max(fact.time, start)
            while found and found[-1].start >= at:
                # It was dated back.
                found.pop()
            if found:
                found[-1] = replace(found[-1], end=at)
            found.append(Spent(data.to_condition, data.mode, at, end, data.inferred))
    return _joined(found)


def _joined(found: list[Spent]) -> tuple[Spent, ...]:
    """Neighbours that are alike are one."""
    joined: list[Spent] = []
    for one in found:
        last = joined[-1] if joined else None
        if last is not None and replace(last, start=one.start, end=one.end) == one:
            joined[-1] = replace(last, end=one.end)
        else:
            joined.append(one)
    return tuple(joined)
