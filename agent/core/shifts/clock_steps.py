"""What becomes of a station when the wall clock is set (domain.md R24).

What is open goes on by the new time, so that it lasts as long as it truly did. What has been told stays as it was told.
"""

from __future__ import annotations

from agent.core.counts.counters import CounterState
from agent.core.counts.output import Output
from agent.core.facts import ShiftKeys
from agent.core.machine.watching import Watch
from agent.core.observations import Started
from agent.core.orders.operations import Operations
from agent.core.shifts.figures import Figures
from agent.core.state import Floor
from agent.core.stops.segments import Stop
from agent.core.stops.stops import StopWatch
from agent.core.turn import Turn
from agent.core.values import replace


def carry_over(turn: Turn, by: float) -> None:
    """Have everything that is open begin so many seconds later."""
    turn.flush()
    turn.settle_running(turn.draft.observed - by)
    turn.count_facts()
    turn.watch = _watch(turn.watch, by)
    turn.signs = turn.signs.later(by)
    turn.stops = _stops(turn.stops, by)
    turn.counters = {role: _counter(counter, by) for role, counter in turn.counters.items()}
    turn.output = _output(turn.output, by)
    turn.operations = _operations(turn.operations, by)
    turn.floor = _floor(turn.floor, by)
    turn.schedule = turn.schedule.later(by)
    turn.figures = _figures(turn.figures, by, turn.schedule.shift)
    turn.crew = turn.crew.later(by)
    turn.board = turn.board.later(by)
    turn.strip = turn.strip and turn.strip.later(by)
    if turn.setting_up is not None:
        turn.setting_up = replace(turn.setting_up, since=turn.setting_up.since + by)


def catch_up(turn: Turn, started: Started) -> None:
    """The agent started: a clock set back while nobody ran would else make what is known be of the future."""
    ahead = last_known(turn.watch, started) - started.observed.wall
    if ahead > 0:
        carry_over(turn, -ahead)


def last_known(watch: Watch, started: Started) -> float:
    """The last instant that a station knows of, or its journal."""
    return max(watch.since, watch.last_good or 0.0, started.down_since or 0.0)


def _watch(watch: Watch, by: float) -> Watch:
    return replace(
        watch,
        link_since=watch.link_since + by,
        last_good=None if watch.last_good is None else watch.last_good + by,
        since=watch.since + by,
        said_at={role: at + by for role, at in watch.said_at.items()},
        # What was told by the former time is not found in a history by the new one.
        gap=None if watch.gap is None else replace(watch.gap, start=watch.gap.start + by, edge=None),
        unwatched=(),
        transient=None if watch.transient is None else replace(watch.transient, since=watch.transient.since + by),
        run=None if watch.run is None else replace(watch.run, at=watch.run.at + by),
    )


def _stops(stops: StopWatch, by: float) -> StopWatch:
    return replace(
        stops,
        standing_since=None if stops.standing_since is None else stops.standing_since + by,
        running_since=None if stops.running_since is None else stops.running_since + by,
        lately=(stops.lately[0] + by, stops.lately[1]),
        alarms=tuple((code, at + by) for code, at in stops.alarms),
        open=None if stops.open is None else _stop(stops.open, by),
    )


def _stop(stop: Stop, by: float) -> Stop:
    segments = tuple(
        replace(one, start=one.start + by, end=None if one.end is None else one.end + by) for one in stop.segments
    )
    return replace(stop, start=stop.start + by, segments=segments)


def _counter(counter: CounterState, by: float) -> CounterState:
    return replace(
        counter,
        at=counter.at + by,
        blind_since=None if counter.blind_since is None else counter.blind_since + by,
        zero_at=None if counter.zero_at is None else counter.zero_at + by,
    )


def _output(output: Output, by: float) -> Output:
    base = output.baseline
    tallies = output.tallies.items()
    return replace(
        output,
        tallies={role: replace(tally, start=tally.start + by, end=tally.end + by) for role, tally in tallies},
        flushed_at=output.flushed_at + by,
        past=tuple(replace(one, until=one.until + by) for one in output.past),
        held=tuple(replace(one, at=one.at + by) for one in output.held),
        baseline=replace(base, since=base.since + by, checked_at=base.checked_at + by),
    )


def _figures(figures: Figures, by: float, shift: ShiftKeys | None) -> Figures:
    # What is left of a shift that has been told must not be added to it when the clock comes to it again.
    shifts = tuple(replace(one, since=one.since + by) for one in figures.shifts if one.names(shift))
    settled = None if figures.settled is None else figures.settled + by
    return replace(figures, settled=settled, shifts=shifts, order_since=figures.order_since + by)


def _operations(operations: Operations, by: float) -> Operations:
    current = operations.current
    if current is None:
        return operations
    return replace(operations, current=replace(current, started=current.started + by, since=current.since + by))


def _floor(floor: Floor, by: float) -> Floor:
    scan, since = floor.last_scan, floor.no_order_since
    return replace(
        floor,
        last_scan=None if scan is None else replace(scan, at=scan.at + by),
        last_lot=None if floor.last_lot is None else replace(floor.last_lot, at=floor.last_lot.at + by),
        no_order_since=None if since is None else since + by,
        own=tuple(replace(one, at=one.at + by) for one in floor.own),
        question=None if floor.question is None else replace(floor.question, until=floor.question.until + by),
        expected=None if floor.expected is None else replace(floor.expected, until=floor.expected.until + by),
        late_told=None if floor.late_told is None else floor.late_told + by,
    )
