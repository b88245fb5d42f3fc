"""What a station makes of its machine: readings, the connection, time. Total: a machine cannot be refused."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from agent.core.backfill import noting
from agent.core.counts import counters, counting
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import LinkLost, LinkRestored
from agent.core.machine import condition_turn, signs, watching
from agent.core.machine.condition_turn import let_time_pass, tell_condition
from agent.core.machine.conditions import Condition, Mode
from agent.core.machine.unwatched import Cause, Gap
from agent.core.machine_settings import COUNTER_ROLES, Role
from agent.core.observations import Image, Link, Quality, Signal, Started, Tick
from agent.core.stops import standstill, stops
from agent.core.stops.resuming import Resumption, resumed
from agent.core.times import iso
from agent.core.turn import Turn
from agent.core.values import replace

MODE_ROLES = (Role.MODE, Role.MACHINERY_MODE)
ORDER_WITHIN_INSTANT = {
    Role.BOOT: 0,
    **dict.fromkeys(MODE_ROLES, 1),
    **dict.fromkeys(COUNTER_ROLES, 2),
    Role.HEARTBEAT: 3,
    Role.ALARM: 3,
}
"""A new start is heard before the counter that it reset, a mode before what is made in it, and a counter before the
heartbeat that has it believed; the other words come last. What the words mean is taken together, after all of them."""
LONGEST_REASON = 600
"""Characters kept of what devices say: a snapshot is small whatever they write."""


def read_image(turn: Turn, image: Image) -> None:
    """Take readings, instant by instant."""
    settings, roles = turn.setup.machine.stop, turn.setup.roles
    timed = [(watching.instant_of(signal, settings), roles.get(signal.key), signal) for signal in image.signals]
    if len(timed) > 1:
        timed.sort(key=lambda item: (item[0], ORDER_WITHIN_INSTANT.get(item[1], 4) if item[1] else 9))
    for at, group in groupby(timed, key=itemgetter(0)):
        spoken = False
        condition_turn.settle(turn, at)
        for _, role, signal in group:
            if role is not None:
                spoken = _read(turn, role, signal, at) or spoken
        if spoken:
            _listen(turn, at)
    if any(signal.quality is Quality.GOOD for signal in image.signals):
        _seen_alive(turn, image.observed.wall)
    counting.flush_if_due(turn)


def hear_link(turn: Turn, link: Link) -> None:
    """The machine's connection came up, is alive, or was lost."""
    now = link.observed.wall
    watch = turn.watch
    if link.up:
        if not watch.link_up:
            turn.watch = replace(watch, link_up=True, link_since=now, link_reason="")
            _tell_link(turn, LinkRestored, link)
        _seen_alive(turn, now)
        return
    if watch.link_up:
        _open_gap(turn, "link_lost")
        _tell_link(turn, LinkLost, link)
        turn.watch = replace(turn.watch, link_since=now)
        condition_turn.forget_heartbeat(turn)
    turn.watch = replace(turn.watch, link_up=False, link_reason=link.reason[:LONGEST_REASON])


def begin_watching(turn: Turn, started: Started) -> None:
    """The agent started; what happened since the last snapshot nobody saw (domain.md R17)."""
    now = started.observed.wall
    if turn.watch.last_good is None:
        turn.watch = replace(turn.watch, gap=Gap(now, "agent_down", first=True), since=now, link_since=now)
        return
    _open_gap(turn, "agent_down")
    # Every word is read anew; one that the configuration no longer has must not speak on.
    condition_turn.forget_heartbeat(turn)
    turn.watch = replace(
        turn.watch,
        link_up=False,
        link_since=now,
        link_reason="the agent has just started",
        words=watching.NO_WORDS,
        bad=frozenset(),
    )


def pass_time(turn: Turn, tick: Tick) -> None:
    """Time passed and nothing else."""
    settings = turn.setup.machine.stop
    if watching.gone_silent(turn.watch, tick.observed, settings):
        _open_gap(turn, "silence")
    elif turn.watch.gap is None and condition_turn.frozen(turn, tick.observed.wall):
        _open_gap(turn, "frozen")
    if turn.watch.gap is None and turn.watch.last_good is not None:
        let_time_pass(turn, min(tick.observed.wall - settings.reorder_s, turn.watch.last_good))
        _look_for_order(turn, tick.observed.wall)
    counting.pass_time(turn, tick.observed.wall)


def _look_for_order(turn: Turn, now: float) -> None:
    """Running without an order for long is a contradiction with the plan, once (domain.md R18)."""
    if turn.floor.no_order_told or turn.watch.condition is not Condition.RUNNING or not turn.setup.machine.orders:
        return
    if turn.operations.current is not None:
        return
    since = max(turn.watch.since, turn.floor.no_order_since or 0.0)
    if now - since > turn.setup.machine.stop.no_order_grace_s:
        evidence = {"running_since": iso(since), "execution_id": turn.execution_id}
        raised = turn.raise_discrepancy(Discrepancy("no_order_running", since, now, evidence), "rule")
        turn.floor = replace(turn.floor, no_order_told=True, no_order_discrepancy=raised)


def _read(turn: Turn, role: Role, signal: Signal, at: float) -> bool:
    """Take one reading; True where it may change the machine's condition."""
    if role in watching.WORDS:
        return _read_word(turn, role, signal, at)
    good = signal.quality is Quality.GOOD
    if role in COUNTER_ROLES:
        return _read_counter(turn, role, counters.whole(signal.value) if good else None, at)
    if not good:
        return False
    if role is Role.HEARTBEAT:
        _hear_heartbeat(turn, signal, at)
    elif role is Role.BOOT:
        counting.hear_boot(turn, signal.value)
    elif role is Role.ALARM and signal.value not in {0, "", None, "0"}:
        settings = turn.setup.machine.stop
        code = str(signal.value)[: counting.LONGEST_WORD]
        turn.stops = stops.alarmed(turn.stops, code, at, settings.alarm_pre_s)
    return False


def _hear_heartbeat(turn: Turn, signal: Signal, at: float) -> None:
    before = turn.signs.beat
    turn.signs = signs.beaten(turn.signs, signal.value, at)
    if before is None or turn.signs.beat is before:
        return
    _compare_clocks(turn, signal, fresh=True)
    if signal.value:
        # One that falls to 0 may be of the same empty image as the counters.
        counting.heartbeat_moved(turn)


def _read_word(turn: Turn, role: Role, signal: Signal, at: float) -> bool:
    before = turn.watch
    if watching.is_late(before, role, at, turn.setup.machine.stop.reorder_s):
        return False
    after = watching.heard(before, role, signal)
    if after is not before and role in MODE_ROLES:
        # What was made by the former mode is told by it; what this instant counts belongs to the new one.
        turn.flush()
    if after is before:
        return before.gap is not None
    turn.watch = watching.said(after, role, at)
    _compare_clocks(turn, signal, fresh=False)
    return True


def _compare_clocks(turn: Turn, signal: Signal, *, fresh: bool) -> None:
    """The source's clock goes another way than ours: raised once, until they agree again (domain.md R24)."""
    ahead = watching.skew_of(signal, turn.setup.machine.stop, fresh=fresh)
    if ahead is None or (ahead != 0) == turn.watch.skewed:
        return
    is_known = not turn.watch.clocks_agree
    turn.watch = replace(turn.watch, skewed=ahead != 0)
    turn.draft.time_trusted = turn.watch.clocks_agree
    if turn.watch.skewed and not is_known:
        now = signal.observed.wall
        evidence = {"signal": signal.key, "source_ahead_s": f"{ahead:.3f}"}
        turn.raise_discrepancy(Discrepancy("clock_skew", now, now, evidence), "plc")


def _read_counter(turn: Turn, role: Role, raw: int | None, at: float) -> bool:
    """Take a counter's reading, None where it cannot be read; True where it may change the machine's condition."""
    before = turn.counters.get(role)
    if raw is None:
        counting.lose_sight(turn, role, at)
    else:
        counting.count(turn, role, raw, at)
        parts = 0 if before is None else turn.counters[role].count - before.count
        if parts:
            condition_turn.parts_made(turn, role, parts * turn.scale(role), at)
    if not turn.setup.pulses or role is not turn.setup.output_role:
        return False
    watch = turn.watch
    turn.watch = watching.counter_read(watch, role, good=raw is not None)
    return turn.watch is not watch


def _listen(turn: Turn, at: float) -> None:
    """The machine's words changed: take them together."""
    turn.watch = watching.state_entered(turn.watch, turn.setup.machine.condition, at)
    watch = turn.watch
    if watch.gap is not None:
        if watch.link_up:
            _seen_alive(turn, at)
        return
    condition, mode = condition_turn.meaning(turn)
    if condition is Condition.UNKNOWN:
        _open_gap(turn, "bad_quality")
    elif (condition, mode) != (watch.condition, watch.mode):
        condition_turn.change(turn, condition, mode, at)


def _seen_alive(turn: Turn, now: float) -> None:
    """The machine answers: its last words hold until now."""
    watch = turn.watch
    if watch.gap is None:
        turn.watch = replace(watch, last_good=max(watch.last_good or now, now))
        return
    if not watch.link_up or condition_turn.frozen(turn, now):
        return
    condition, mode = condition_turn.meaning(turn)
    if condition is not Condition.UNKNOWN:
        _close_gap(turn, watch.gap, condition, mode, max(now, watch.gap.start))


def _open_gap(turn: Turn, cause: Cause) -> None:
    if turn.watch.gap is not None:
        return
    turn.flush()
    known = condition_turn.last_known(turn, cause)
    let_time_pass(turn, known)
    condition_turn.end_run(turn)
    seen = turn.watch
    tell_condition(turn, Condition.UNKNOWN, seen.mode, max(known, seen.since), cause=cause)
    turn.watch = watching.gap_opened(turn.watch, cause, known, noting.edge(turn, seen))
    turn.signs = replace(turn.signs, pulse=None)


def _close_gap(turn: Turn, gap: Gap, condition: Condition, mode: Mode, now: float) -> None:
    turn.flush()
    ran, before = 0.0, turn.watch.mode
    stood = noting.Stood(turn.stops, turn.figures.settled)
    if gap.parts and not gap.first:
        ran = min(gap.parts * turn.cycle_s, now - gap.start)
        tell_condition(turn, Condition.RUNNING, mode, now - ran, cause=gap.cause, inferred=True)
    resumption = Resumption(gap.start, now, gap.parts, turn.counts, ran, gap.first)
    turn.stops, changes = resumed(turn.stops, resumption, condition, mode, turn.stop_rules(), turn.new_stop_id)
    standstill.tell_stops(turn, changes)
    if not (turn.stops.bridged or (turn.stops.open is not None and turn.stops.open.bridged)):
        turn.settle_gap(gap.start, now, ran)
    tell_condition(turn, condition, mode, now)
    turn.watch = replace(turn.watch, gap=None, last_good=now)
    noting.note(turn, gap, stood, changes, ran)
    turn.signs = replace(turn.signs, pulse=now if gap.parts else None)
    if not gap.first or mode is Mode.SETUP:
        condition_turn.change_mode(turn, before, mode, now)
    # What began meanwhile begins where the machine is seen again.
    standstill.cut_here(turn, now)


def _tell_link(turn: Turn, change: type[LinkLost | LinkRestored], link: Link) -> None:
    data = change(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        device=link.device,
        detail=link.reason,
    )
    turn.draft.add(data, link.observed.wall, f"link:{turn.wc_id}:{link.device}:{turn.number()}")
