"""What a station makes of its machine's words, pulses and pace within a turn (domain.md R1, R2, R4, R16, R23).

Some of it only time can tell: that no pulse came, that a state is more than passed through, that a running machine
makes nothing. Each is concluded before anything later is taken, and dated back to where it began.
"""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import ConditionChanged, Interval, SignalContradiction, SpeedReduced
from agent.core.machine import contradictions, pulses, speed, watching
from agent.core.machine.conditions import PRODUCTIVE_MODES, Condition, Mode
from agent.core.machine.contradictions import Contradiction
from agent.core.machine.signs import Signs
from agent.core.machine.speed import NO_PACE, Mark, Reduced
from agent.core.machine.unwatched import Cause
from agent.core.machine_settings import Role
from agent.core.stops import setting_up, standstill, stops
from agent.core.stops.stops import PARTLESS_CYCLES
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn
from agent.core.values import replace


def meaning(turn: Turn) -> tuple[Condition, Mode]:
    """What the machine says now; UNKNOWN where that cannot be known."""
    watch = turn.watch
    pulsing = None
    if turn.setup.pulses:
        counted_in_gap = watch.gap is not None and watch.gap.parts > 0 and not watch.gap.first
        pulsing = Condition.RUNNING if watch.condition is Condition.RUNNING or counted_in_gap else Condition.IDLE
    condition, mode = watching.meaning(watch, turn.setup.machine.condition, pulsing)
    if condition is Condition.OFF and turn.signs.beat is not None and not turn.signs.beat.lives:
        # Only a living controller can say that its machine is off (domain.md R16).
        return Condition.UNKNOWN, mode
    return condition, mode


def frozen(turn: Turn, now: float) -> bool:
    """Whether the controller's heartbeat, if there is one, has stood still for too long (domain.md R16)."""
    if turn.signs.beat is None:
        return False
    machine = turn.setup.machine
    return now - turn.signs.beat.at > (machine.condition.heartbeat_timeout_s or machine.stop.comm_timeout_s)


def forget_heartbeat(turn: Turn) -> None:
    """Its next reading is the first one, unless it is known to stand still: then it must move."""
    gap = turn.watch.gap
    if Role.HEARTBEAT not in turn.setup.names or gap is None or gap.cause != "frozen":
        turn.signs = replace(turn.signs, beat=None)


def last_known(turn: Turn, cause: Cause) -> float:
    """The last instant at which the machine is known to have been as it said."""
    if cause == "frozen":
        assert turn.signs.beat is not None
        return turn.signs.beat.at
    watch = turn.watch
    return watch.since if watch.last_good is None else watch.last_good


def change(turn: Turn, condition: Condition, mode: Mode, at: float) -> None:
    """The machine's condition or mode is another one from `at` on, but never from before its last change."""
    at, before = max(at, turn.watch.since), turn.watch.mode
    turn.flush()
    _advance_stops(turn, at)
    tell_condition(turn, condition, mode, at)
    if condition is Condition.RUNNING:
        turn.watch = watching.runs_again(turn.watch, at)
    turn.stops = stops.changed(turn.stops, condition, mode, at, turn.setup.machine.stop.reorder_s)
    change_mode(turn, before, mode, at)
    if condition is Condition.RUNNING and turn.stops.open is None:
        setting_up.runs(turn, at)


def change_mode(turn: Turn, before: Mode, after: Mode, at: float) -> None:
    """The machine itself says that it is being set up, or is so no more (domain.md R10)."""
    if after is Mode.SETUP and before is not Mode.SETUP:
        setting_up.begin(turn, "mode", at)
    elif after is not before and (before is Mode.SETUP or after is Mode.PRODUCTION):
        setting_up.end(turn, at)
    standstill.cut_here(turn, at)


def let_time_pass(turn: Turn, until: float) -> None:
    """Conclude what only time can tell, and have stops open, grow and close up to `until`."""
    settle(turn, until)
    _advance_stops(turn, until)


def settle(turn: Turn, until: float) -> None:
    """Conclude what only time can tell.

    Args:
        turn: of a machine that is watched; nothing is concluded in a gap.
        until: the instant up to which every reading has arrived.
    """
    watch = turn.watch
    if watch.gap is not None:
        return
    if turn.setup.pulses:
        _conclude_standstill(turn, until)
    elif watch.transient is not None:
        _conclude_transient(turn, until)
    if turn.signs.account.running and not turn.signs.account.told:
        _conclude_contradiction(turn, until)


def parts_made(turn: Turn, role: Role, parts: int, at: float) -> None:
    """A counter went on. Rejects are parts too where they are counted beside the good ones."""
    if role is not turn.setup.output_role and not (role is Role.SCRAP and turn.setup.output_role is Role.GOOD):
        return
    if turn.watch.gap is not None:
        return
    at = at if turn.signs.pulse is None else max(at, turn.signs.pulse)
    if turn.setup.pulses and turn.watch.condition is not Condition.RUNNING:
        # Whether what ends here was a stop depends on the pulse before it, or on there having been none.
        _start_running(turn, role, parts, at)
    signs, mode = turn.signs, turn.watch.mode
    account, pace, reduced = signs.account, signs.pace, None
    if account.told or account.running is False:
        account = contradictions.counted(account, parts, at, _quiet_limit_s(turn))
    if turn.stops.open is None and mode in PRODUCTIVE_MODES and _norm_known(turn):
        pace, reduced = speed.counted(pace, _made(turn), at, turn.cycle_s, turn.setup.machine.condition)
    turn.signs = Signs(signs.beat, at, account, pace)
    if reduced is not None:
        _tell_speed(turn, reduced)
    found = contradictions.busy(account, turn.setup.machine.condition.contradiction_s)
    if found is not None:
        _tell_contradiction(turn, found)


def end_run(turn: Turn) -> None:
    """The pace so far says nothing of what comes: a stop, a gap, another order, shift or mode.

    Call it before keys and norm change.
    """
    signs = turn.signs
    if not signs.pace.marks:
        return
    assert signs.pulse is not None
    last = Mark(signs.pulse, _made(turn))
    reduced = speed.interrupted(signs.pace, last, turn.cycle_s, turn.setup.machine.condition)
    turn.signs = replace(signs, pace=NO_PACE)
    if reduced is not None:
        _tell_speed(turn, reduced)


def tell_condition(
    turn: Turn, condition: Condition, mode: Mode, at: float, *, cause: Cause | None = None, inferred: bool = False
) -> None:
    """Make the fact of another condition or mode."""
    if mode not in PRODUCTIVE_MODES:
        end_run(turn)
    data = ConditionChanged(
        keys=turn.draft.keys,
        quality=turn.draft.quality(
            "operator" if turn.setup.machine.manual else "plc", time_quality="good" if cause is None else "estimated"
        ),
        versions=turn.draft.versions,
        from_condition=turn.watch.condition,
        to_condition=condition,
        mode=mode,
        inferred=inferred,
        cause=cause,
    )
    turn.draft.add(data, at, f"cond:{turn.wc_id}:{turn.number()}")
    turn.watch = replace(turn.watch, condition=condition, mode=mode, since=at)
    if turn.counts and not turn.setup.pulses:
        running = None if inferred else _checkable(condition, mode)
        turn.signs = replace(turn.signs, account=contradictions.says(turn.signs.account, running, at))


def _checkable(condition: Condition, mode: Mode) -> bool | None:
    """Whether the machine says that it makes parts or makes none; None where it says neither."""
    if condition is Condition.UNKNOWN:
        return None
    if condition is Condition.RUNNING:
        return True if mode in PRODUCTIVE_MODES else None
    return False


def _advance_stops(turn: Turn, until: float) -> None:
    standstill.let_time_pass(turn, _sure_until(turn, until))
    if turn.stops.open is not None:
        end_run(turn)


def _sure_until(turn: Turn, until: float) -> float:
    """The instant up to which a run is certain: one that may turn out to be over ends no stop."""
    watch = turn.watch
    if watch.gap is not None or watch.condition is not Condition.RUNNING:
        return until
    if turn.setup.pulses and turn.signs.pulse is not None:
        return min(until, turn.signs.pulse + turn.pulse_s)
    if watch.transient is not None and not watch.transient.over:
        return min(until, watch.transient.since)
    return until


def _start_running(turn: Turn, role: Role, parts: int, at: float) -> None:
    change(turn, Condition.RUNNING, turn.watch.mode, at)
    if role is turn.setup.output_role:
        turn.stops = stops.counted(turn.stops, parts, at)


def _conclude_standstill(turn: Turn, until: float) -> None:
    pulse = turn.signs.pulse
    if turn.watch.condition is not Condition.RUNNING or pulse is None:
        return
    since = pulses.standing_since(pulse, until, turn.pulse_s, turn.setup.machine.stop)
    if since is None:
        return
    condition, mode = watching.meaning(turn.watch, turn.setup.machine.condition, Condition.IDLE)
    if condition is not Condition.UNKNOWN:
        change(turn, condition, mode, since)


def _conclude_transient(turn: Turn, until: float) -> None:
    watch, settings = turn.watch, turn.setup.machine.condition
    transient = watch.transient
    assert transient is not None
    if transient.over or until - transient.since <= settings.transient_max_s:
        return
    turn.watch = replace(watch, transient=replace(transient, over=True))
    condition, mode = meaning(turn)
    if condition is not Condition.UNKNOWN and (condition, mode) != (watch.condition, watch.mode):
        change(turn, condition, mode, transient.since)


def _conclude_contradiction(turn: Turn, until: float) -> None:
    pulse = turn.signs.pulse
    if pulse is not None and until - pulse <= turn.setup.machine.condition.contradiction_s:
        return
    found = contradictions.quiet(turn.signs.account, turn.signs.pulse, until, _quiet_limit_s(turn))
    if found is None:
        return
    counter = None if turn.setup.output_role is None else turn.counters.get(turn.setup.output_role)
    if counter is not None and counter.blind_since is not None:
        return
    _tell_contradiction(turn, found)


def _quiet_limit_s(turn: Turn) -> float:
    return max(PARTLESS_CYCLES * turn.pulse_s, turn.setup.machine.condition.contradiction_s)


def _tell_contradiction(turn: Turn, found: Contradiction) -> None:
    names = turn.setup.names
    data = SignalContradiction(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        kind=found.kind,
        condition=turn.watch.condition,
        since=iso(found.since),
        parts=found.parts,
        counter=names[Role.TOTAL if Role.TOTAL in names else Role.GOOD],
    )
    turn.draft.add(data, found.at, f"contradiction:{turn.wc_id}:{turn.number()}")
    turn.signs = replace(turn.signs, account=replace(turn.signs.account, told=True))


def _norm_known(turn: Turn) -> bool:
    operation = turn.operations.current
    if operation is not None and operation.cycle_s is not None:
        return True
    return "cycle_s" in turn.setup.machine.output.model_fields_set


def _made(turn: Turn) -> int:
    """Where the count of parts stands."""
    roles = (Role.TOTAL,) if Role.TOTAL in turn.setup.names else (Role.GOOD, Role.SCRAP)
    return sum(turn.counters[role].count * turn.scale(role) for role in roles if role in turn.counters)


def _tell_speed(turn: Turn, reduced: Reduced) -> None:
    # As written, so that interval, cycle and parts agree to the millisecond.
    lasted_ms = milliseconds(reduced.end) - milliseconds(reduced.start)
    data = SpeedReduced(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        interval=Interval(start=iso(reduced.start), end=iso(reduced.end)),
        actual_cycle_s=Decimal(round(lasted_ms / reduced.parts)).scaleb(-3),
        norm_cycle_s=Decimal(round(turn.cycle_s * 1000)).scaleb(-3),
        parts=reduced.parts,
    )
    turn.draft.add(data, reduced.end, f"speed:{turn.wc_id}:{turn.number()}")
