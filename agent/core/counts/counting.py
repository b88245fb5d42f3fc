"""What a station makes of its counters (domain.md D): readings become parts, parts are credited to what made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from agent.core.counts import accounts, balance, counters, output, set_back
from agent.core.counts.accounts import MOST_HELD, Account, Held, Past
from agent.core.counts.counters import CounterRules, CounterState, Doubt, Step
from agent.core.counts.output import Manner, Output
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.machine_settings import Role, SignalSettings
from agent.core.materials import consumption
from agent.core.observations import SignalValue
from agent.core.orders import executions
from agent.core.station_setup import NO_COUNTER
from agent.core.stops import setting_up, stops
from agent.core.turn import Turn
from agent.core.values import replace

RATE_PER_CYCLE = 3.0
"""Counts per nominal cycle that are believed where no rate is configured."""
LONGEST_WORD = 64
"""Characters kept of what devices say: a snapshot is small whatever they write."""
RESET_LATE_S = 60.0
"""How long after its order or shift a counter that starts anew with them may do so (domain.md K4)."""
Boundary: TypeAlias = accounts.Boundary


def count(turn: Turn, role: Role, raw: int, at: float) -> None:
    """Take one good reading of a counter."""
    stored = turn.counters.get(role, CounterState())
    if not _is_unbelievable_zero(turn, role, stored, raw, at):
        _advance(turn, role, stored, raw, at)


def read_elsewhere(
    known: Mapping[Role, CounterState], before: Mapping[Role, SignalSettings], now: Mapping[Role, SignalSettings]
) -> dict[Role, CounterState]:
    """The counters where some are read from another place than before: those begin with their next reading.

    What two places differ by nobody has made.
    """
    moved = {role for role in known if role not in before or role not in now or before[role].place != now[role].place}
    return {
        role: replace(counter, raw=None, rebooted=False, doubts=0, blind_since=None, zero_at=None, zeros=0)
        if role in moved
        else counter
        for role, counter in known.items()
    }


def lose_sight(turn: Turn, role: Role, at: float) -> None:
    """A counter cannot be read: what it counts until it can be again is caught up then (domain.md K10, K11)."""
    counter = turn.counters.get(role)
    if counter is not None and counter.raw is not None and counter.blind_since is None:
        since = max(at, counter.at)
        turn.counters = {**turn.counters, role: replace(_as_of(turn, counter, at), blind_since=since)}


def hear_boot(turn: Turn, value: SignalValue) -> None:
    """The controller says which start of it this is (domain.md K8)."""
    boot = value[:LONGEST_WORD] if isinstance(value, str) else value
    if turn.watch.boot is not None and boot != turn.watch.boot:
        controller_restarted(turn)
    turn.watch = replace(turn.watch, boot=boot)


def controller_restarted(turn: Turn) -> None:
    """Counters that keep their value over that, and those that do not, are told apart by what they show next."""
    turn.counters = {role: replace(counter, rebooted=True) for role, counter in turn.counters.items()}


def heartbeat_moved(turn: Turn) -> None:
    """The controller's program runs: what fell to 0 before did so in truth (domain.md K7)."""
    for role, counter in turn.counters.items():
        if counter.zero_at is not None:
            _advance(turn, role, counter, 0, counter.zero_at)


def pass_time(turn: Turn, now: float) -> None:
    """Time passed: counts that waited long enough become facts, and counters are compared."""
    flush_if_due(turn)
    if turn.watch.gap is None:
        balance.check_now_and_then(turn, now)


def flush_if_due(turn: Turn) -> None:
    """Make facts of what was counted, where it is time (domain.md K18)."""
    if turn.output.tallies:
        settings = turn.setup.machine.output
        if output.due(turn.output, turn.draft.observed, settings.flush_s, settings.flush_n):
            turn.flush()


def context_ends(turn: Turn, at: float, boundary: Boundary) -> None:
    """What parts are credited to ends here. Call it after the flush and before keys, shift or lots change.

    Args:
        turn: as it was before the boundary.
        at: the instant of the boundary.
        boundary: what changes: the order, the shift or a lot.
    """
    if boundary != "lot":
        balance.check_at_boundary(turn, at, boundary)
    here = turn.account()
    has_tail = boundary == "order" and turn.operations.current is not None
    ended = Past(here, at, _tail_s(turn) if has_tail else 0.0)
    turn.output = output.settled(turn.output, here, here, here.cums)
    settings = turn.setup.machine.stop
    recent_from = at - max(RESET_LATE_S, settings.comm_timeout_s + settings.skew_max_s)
    unwatched = [counter.blind_since for counter in turn.counters.values() if counter.blind_since is not None]
    if turn.watch.gap is not None:
        unwatched.append(turn.watch.gap.start)
    past = accounts.with_ended(turn.output.past, ended, recent_from, min(unwatched, default=None))
    turn.output = replace(turn.output, past=past)


def credit(turn: Turn, account: Account, tell: Callable[[Output], Output]) -> None:
    """Have facts made of an account, and its quantities changed by them; the present one or another.

    Args:
        turn: takes the facts.
        account: what they are about.
        tell: makes them, given an output with the account's quantities.
    """
    here, draft = turn.account(), turn.draft
    draft.keys, draft.versions, draft.shift = account.keys, account.versions, account.shift
    before = output.standing(turn.output, here, account)
    try:
        changed = tell(replace(turn.output, cums=before))
        if account.book != here.book:
            consumption.tell_late(turn, account, before, changed.cums)
    finally:
        draft.keys, draft.versions, draft.shift = here.keys, here.versions, here.shift
    turn.output = output.settled(replace(changed, cums=here.cums), here, account, changed.cums)
    if account.book != here.book:
        executions.keep_made(turn, replace(account, cums=changed.cums))


def _advance(turn: Turn, role: Role, stored: CounterState, raw: int, at: float) -> None:
    """Take a reading that is believed to be one."""
    before = _as_of(turn, stored, at)
    if before.zero_at is not None:
        before = replace(before, zero_at=None, zeros=0)
    rules = _rules(turn, role)
    expected = stored.raw is not None and raw % rules.modulus < stored.raw and _may_start_anew(turn, stored, rules)
    step = counters.advance(before, raw, at, rules, expected=expected)
    if step.delta or step.doubt is not None or step.taken_off:
        _take(turn, role, before, step, at)
    else:
        turn.counters = {**turn.counters, role: step.state}


def _take(turn: Turn, role: Role, before: CounterState, step: Step, at: float) -> None:
    """A reading that changed something."""
    unwatched_from = _unwatched_from(turn, before)
    past, guessed = turn.output.past, False
    credited: Past | None = None
    if past:
        credited, guessed = accounts.credited_to(past, at, unwatched_from, turn.operations.book)
    if step.doubt is not None or step.taken_off or credited is not None:
        # What was counted before is told of the run, and of the operation, that it belongs to.
        turn.flush()
    turn.counters = {**turn.counters, role: step.state}
    scale = turn.scale(role) if credited is None else turn.scale_of(role, credited.account)
    parts = step.delta * scale
    if role in turn.setup.counted:
        manner = Manner(scale, unwatched_from is not None, guessed)
        if credited is None:
            turn.output = output.tallied(turn.output, role, before, step, manner)
        else:
            its = credited.account
            credit(turn, its, lambda told: _flushed_of(turn, its, role, (before, step, manner), told))
    if role is turn.setup.output_role and parts:
        turn.stops = stops.counted(turn.stops, parts, at)
        setting_up.counted(turn, parts, at)
        if turn.watch.gap is not None:
            turn.watch = replace(turn.watch, gap=replace(turn.watch.gap, parts=turn.watch.gap.parts + parts))
    if not step.taken_off and step.doubt is None:
        return
    account = turn.account() if credited is None else credited.account
    if step.taken_off and role in turn.setup.counted:
        credit(turn, account, lambda told: set_back.taken_off(turn, account, role, (before, step), told))
    if step.doubt is not None:
        turn.flush()
        _raise_doubt(turn, role, step, account)


def _flushed_of(
    turn: Turn, account: Account, role: Role, counted: tuple[CounterState, Step, Manner], told: Output
) -> Output:
    before, step, manner = counted
    told = output.tallied(told, role, before, step, manner)
    flush = output.Flush(turn.counters, turn.setup.names, account, turn.draft.observed)
    return output.flushed(told, flush, turn.draft)


def _raise_doubt(turn: Turn, role: Role, step: Step, account: Account) -> None:
    doubt = step.doubt
    assert doubt is not None
    evidence = {
        "counter": turn.setup.names[role],
        "role": role.value,
        "raw_from": str(doubt.raw_from),
        "raw_to": str(doubt.raw_to),
    }
    told = role in turn.setup.counted
    scale = turn.scale_of(role, account)
    discrepancy = Discrepancy(
        doubt.code, doubt.start, doubt.end, evidence, Decimal(doubt.at_most * scale) if told else None
    )
    discrepancy_id = turn.raise_discrepancy(discrepancy, "plc")
    turn.output = balance.forgotten(turn.output)
    if told and doubt.code == "counter_quarantine":
        held = Held(
            discrepancy_id=discrepancy_id,
            role=role,
            name=turn.setup.names[role],
            counter_run=step.state.run,
            raw_from=doubt.raw_from,
            raw_to=doubt.raw_to,
            parts=_held_counts(doubt) * scale,
            at=doubt.end,
            account=replace(account, lots=(), cums=output.standing(turn.output, turn.account(), account)),
        )
        turn.output = replace(turn.output, held=(*turn.output.held, held)[-MOST_HELD:])


def _held_counts(doubt: Doubt) -> int:
    """What a jump stands for; where the counter fell, what it has shown since."""
    return doubt.raw_to - doubt.raw_from if doubt.raw_to >= doubt.raw_from else doubt.raw_to


def _as_of(turn: Turn, counter: CounterState, at: float) -> CounterState:
    """The counter as last believed, before a reading of `at`; one that fell to 0 has not stood still since."""
    known = turn.watch.last_good
    if known is None or counter.zero_at is not None:
        return counter
    return counters.unchanged(counter, known - turn.setup.machine.stop.comm_timeout_s, at)


def _rules(turn: Turn, role: Role) -> CounterRules:
    """What is known of a counter."""
    key = (role, turn.cycle_s)
    known = turn.setup.counter_rules.get(key)
    if known is None:
        known = turn.setup.counter_rules[key] = _worked_out(turn.setup.signals[role], turn.cycle_s)
    return known


def _worked_out(signal: SignalSettings, cycle_s: float) -> CounterRules:
    settings = signal.counter or NO_COUNTER
    rate = settings.max_rate or RATE_PER_CYCLE / (cycle_s * settings.scale)
    tolerance = min(settings.decrement_tolerance, signal.modulus // 4)
    return CounterRules(signal.modulus, rate, settings.reset, settings.reset_to_zero, tolerance)


def _may_start_anew(turn: Turn, stored: CounterState, rules: CounterRules) -> bool:
    """Whether a counter that starts anew at each order or shift has reason to (domain.md K4)."""
    if rules.reset not in {"on_order", "on_shift"} or turn.watch.gap is not None or stored.blind_since is not None:
        return False
    book, shift = turn.operations.book, turn.draft.shift
    return any(
        one.account.book != book if rules.reset == "on_order" else one.account.shift != shift
        for one in turn.output.past
        if one.until >= stored.at - RESET_LATE_S
    )


def _is_unbelievable_zero(turn: Turn, role: Role, counter: CounterState, raw: int, at: float) -> bool:
    """Whether a counter fell to 0 that may be read off a controller without its program (domain.md K7)."""
    if raw or not counter.raw or Role.HEARTBEAT not in turn.setup.names:
        return False
    hold = (turn.setup.signals[role].counter or NO_COUNTER).zero_hold
    if counter.zero_at is None:
        held = replace(_as_of(turn, counter, at), zero_at=at, zeros=0)
    elif counter.zeros + 1 < hold:
        held = replace(counter, zeros=counter.zeros + 1)
    else:
        return False
    turn.counters = {**turn.counters, role: held}
    return True


def _unwatched_from(turn: Turn, before: CounterState) -> float | None:
    """Since when nobody had seen the counter; None where somebody had."""
    gap = turn.watch.gap
    return before.blind_since if gap is None else max(gap.start, before.at)


def _tail_s(turn: Turn) -> float:
    configured = turn.setup.machine.output.tail_s
    return turn.cycle_s if configured is None else configured
