"""From conditions to stops (domain.md R3, R5, R15): confirmed late, dated back, one id from opening to close.

A standstill becomes a stop when it has lasted `stop_confirm_s`; the stop begins where the standstill began. It ends
where the machine began to run, once that run has lasted `run_confirm_s` and made a part. A gap in watching freezes
everything; what the machine says after it decides what the gap was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.directories import NO_ALARMS, AlarmReasons
from agent.core.facts import Cut, Reason
from agent.core.machine.conditions import Condition, Mode
from agent.core.stops import reasons
from agent.core.stops.cutting import cut_up_to, overruns, recut
from agent.core.stops.reasons import Circumstances
from agent.core.stops.segments import Ground, Grounds, Segment, Stop
from agent.core.stops.stop_settings import StopSettings
from agent.core.values import replace

MAX_ALARMS = 8
PARTLESS_CYCLES = 6
"""A run this many cycles long ends a stop even if no part was counted: the state goes before the counter (R2)."""

Change: TypeAlias = Literal["opened", "upgraded", "segmented", "explained", "closed"]


@dataclass(frozen=True, slots=True)
class StopWatch:
    """What is known of standing and running."""

    condition: Condition = Condition.UNKNOWN
    mode: Mode = Mode.NONE
    standing_since: float | None = None
    """Start of a standstill that is not a stop yet."""
    standing_as: tuple[Condition, Mode] = (Condition.UNKNOWN, Mode.NONE)
    """What the standstill began as."""
    bridged: bool = False
    """The standstill went on through a gap."""
    running_since: float | None = None
    """Start of a run that has not ended the open stop yet."""
    parts: int = 0
    """Counted in that run."""
    lately: tuple[float, int] = (0.0, 0)
    """When parts were counted last while a stop stood open, and how many: their run may be heard of after them."""
    alarms: tuple[tuple[str, float], ...] = ()
    """The last alarms and when they were raised."""
    open: Stop | None = None


@dataclass(frozen=True, slots=True)
class StopChange:
    """Something to tell about a stop."""

    change: Change
    stop: Stop
    at: float
    segments: tuple[Segment, ...]
    """New or changed."""
    cause: Cut = "shift"
    """Why it was cut."""
    prev_reason: Reason | None = None
    """Of a segment that a rule explained."""


@dataclass(frozen=True, slots=True)
class StopRules:
    """What stops depend on besides the machine."""

    settings: StopSettings
    cycle_s: float
    """Nominal seconds between two counts of what comes out."""
    counts: bool
    """The machine has an output counter."""
    grounds: Grounds
    orders: bool = True
    """Work here is done to orders."""
    setting_up: bool = False
    """An order was begun and nothing good made since, or a person said so (domain.md R10)."""
    declared_setup: bool = False
    """The machine or a person said so, and has not said that it is over."""
    previous: Stop | None = None
    """The stop that closed last."""
    alarms: AlarmReasons = NO_ALARMS
    """What alarms mean here."""
    reasons_rev: str | None = None
    """Revision of the reasons in use."""
    confirm_s: float | None = None
    """Shortest standstill that is a stop, where it is not the settings'."""
    sticky: frozenset[str] = frozenset()
    """Reasons that end only after several good parts (domain.md R13)."""

    def around(self, condition: Condition, mode: Mode) -> Circumstances:
        """What decides on class and default reason of a segment."""
        return Circumstances(condition, mode, self.setting_up, self.orders)

    def ground(self, at: float) -> Ground:
        """What an instant belongs to."""
        return next(self.grounds(at, at))


def changed(watch: StopWatch, condition: Condition, mode: Mode, at: float, reorder_s: float = 0.0) -> StopWatch:
    """The machine's condition is another one from `at` on. Call `advance` up to `at` first.

    Args:
        watch: what is known.
        condition: of the machine.
        mode: of the machine.
        at: since when.
        reorder_s: a word that explains a standstill may come so much later than the standstill itself.
    """
    watch = replace(watch, condition=condition, mode=mode)
    if condition is Condition.RUNNING:
        return _runs(watch, at)
    if watch.open is not None:
        return _run_refuted(watch, at)
    if watch.standing_since is None:
        return replace(watch, standing_since=at, standing_as=(condition, mode), bridged=False)
    if at - watch.standing_since <= reorder_s:
        return replace(watch, standing_as=(condition, mode))
    return watch


def counted(watch: StopWatch, parts: int, at: float) -> StopWatch:
    """Parts were counted at an instant, which may be before or after the run that made them is heard of."""
    if watch.running_since is not None:
        return replace(watch, parts=watch.parts + parts) if at >= watch.running_since else watch
    return watch if watch.open is None else replace(watch, lately=(at, parts))


def alarmed(watch: StopWatch, code: str, at: float, earliest_s: float) -> StopWatch:
    """The machine raised an alarm.

    Args:
        watch: what is known.
        code: of the alarm.
        at: when.
        earliest_s: an alarm so long before a standstill may be its cause.
    """
    watch = replace(watch, alarms=_kept_alarms(watch, (code, at), earliest_s))
    stop = watch.open
    if stop is None or code in stop.machine_reasons or len(stop.machine_reasons) >= MAX_ALARMS:
        return watch
    return replace(watch, open=replace(stop, machine_reasons=(*stop.machine_reasons, code)))


def _kept_alarms(watch: StopWatch, raised: tuple[str, float], earliest_s: float) -> tuple[tuple[str, float], ...]:
    """While it stands the first ones are kept, whatever they bring about; else the last ones."""
    since = watch.standing_since if watch.open is None else watch.open.start
    if since is None:
        return (*watch.alarms, raised)[-MAX_ALARMS:]
    alarms = (one for one in (*watch.alarms, raised) if one[1] >= since - earliest_s)
    return tuple(sorted(alarms, key=lambda one: one[1])[:MAX_ALARMS])


def advance(watch: StopWatch, now: float, rules: StopRules, new_id: str) -> tuple[StopWatch, tuple[StopChange, ...]]:
    """Let time pass up to `now`, while the machine is watched.

    Args:
        watch: what is known.
        now: the instant up to which every reading has arrived.
        rules: parameters.
        new_id: the id of the stop, should one open.
    """
    changes: list[StopChange] = []
    since = watch.standing_since
    confirm_s = rules.settings.stop_confirm_s if rules.confirm_s is None else rules.confirm_s
    if watch.open is None and since is not None and now - since >= confirm_s:
        watch = _opened(watch, since, rules, new_id)
        assert watch.open is not None
        changes.append(StopChange("opened", watch.open, since, watch.open.segments))
    stop = watch.open
    if stop is None:
        return watch, ()
    stands_until = now if watch.running_since is None else watch.running_since
    stop = _explained_by_alarm(stop, watch.alarms, rules, changes)
    stop = _cut(stop, stands_until, watch.mode, rules, changes, grace_s=rules.settings.break_grace_s)
    stop = _upgraded(stop, stands_until, rules, changes)
    if stop is not watch.open:
        watch = replace(watch, open=stop)
    if watch.running_since is not None and _run_confirmed(watch, stop, now - watch.running_since, rules):
        watch, change = closed(watch, stop, watch.running_since, uncertain=False)
        changes.append(change)
    return watch, tuple(changes)


def recut_open(watch: StopWatch, at: float, rules: StopRules) -> tuple[StopWatch, tuple[StopChange, ...]]:
    """An order or a setup began or ended while the machine stands: a segment of its own from here on (R9, R10)."""
    stop = watch.open
    if stop is None or watch.running_since is not None:
        return watch, ()
    changes: list[StopChange] = []
    stop = _cut(stop, at, watch.mode, rules, changes, grace_s=rules.settings.break_grace_s)
    ground = rules.ground(max(at, stop.last.start))
    around = rules.around(stop.condition, watch.mode)
    if overruns(stop, ground) and reasons.classify(ground, around) != "setup":
        return replace(watch, open=stop), tuple(changes)
    # What lies behind a break is a part of its own now: it does not end with the break any more.
    stop = _cut(stop, at, watch.mode, rules, changes, grace_s=0.0)
    at = max(at, stop.last.start)
    after = recut(stop, at, ground, around, rules.settings)
    if after is not stop:
        cause = "mode" if stop.last.shares_ground(ground) else ground.cut_from(stop.last)
        changes.append(StopChange("segmented", after, at, new_in(after, stop), cause))
    return replace(watch, open=after), tuple(changes)


def ended_by_hand(watch: StopWatch, at: float) -> tuple[StopWatch, StopChange]:
    """A person says that the open stop is over (domain.md R13, R22)."""
    assert watch.open is not None
    return closed(watch, watch.open, at, uncertain=False)


def test_run_over(watch: StopWatch, at: float) -> StopWatch:
    """A setup ended while the machine ran: what ran before was a test, the run that may end the stop begins here."""
    since = watch.running_since
    if watch.open is None or since is None or since >= at:
        return watch
    tested = replace(watch.open, test_run_s=watch.open.test_run_s + at - since)
    return replace(watch, running_since=at, parts=0, open=tested)


def confirmed_by_hand(watch: StopWatch, rules: StopRules, new_id: str) -> tuple[StopWatch, StopChange]:
    """A person explains a standstill that is too short yet to be a stop: it is one, they say."""
    since = watch.standing_since
    assert since is not None
    watch = _opened(watch, since, rules, new_id)
    assert watch.open is not None
    return watch, StopChange("opened", watch.open, since, watch.open.segments)


def opened_by_hand(watch: StopWatch, at: float, rules: StopRules, new_id: str) -> tuple[StopWatch, StopChange]:
    """A person says that a stop began (domain.md R22)."""
    watch = _opened(replace(watch, standing_as=(Condition.IDLE, Mode.PRODUCTION)), at, rules, new_id)
    assert watch.open is not None
    stop = replace(watch.open, manual=True)
    return replace(watch, condition=Condition.IDLE, open=stop), StopChange("opened", stop, at, stop.segments)


def new_in(stop: Stop, before: Stop) -> tuple[Segment, ...]:
    """Segments that are new or changed."""
    return tuple(one for one in stop.segments if one not in before.segments)


def _runs(watch: StopWatch, at: float) -> StopWatch:
    if watch.open is None:
        return replace(watch, standing_since=None, bridged=False)
    if watch.running_since is not None:
        return watch
    counted_at, parts = watch.lately
    return replace(watch, running_since=at, parts=parts if counted_at >= at else 0)


def _run_refuted(watch: StopWatch, at: float) -> StopWatch:
    """The machine stands again: it ran for a while within the stop (domain.md R13)."""
    since = watch.running_since
    if since is None or watch.open is None:
        return watch
    ran = replace(watch.open, test_run_s=watch.open.test_run_s + max(at - since, 0.0))
    return replace(watch, running_since=None, parts=0, open=ran)


def _opened(watch: StopWatch, since: float, rules: StopRules, new_id: str) -> StopWatch:
    condition, mode = watch.standing_as
    earliest = since - rules.settings.alarm_pre_s
    alarms = tuple(dict.fromkeys(code for code, at in watch.alarms if at >= earliest))
    stop = _begun(new_id, since, condition, mode, rules)
    stop = replace(stop, machine_reasons=alarms, bridged=watch.bridged)
    stop = _by_alarm(reasons.inherited(stop, rules.previous, rules.settings), watch.alarms, rules)
    return replace(watch, standing_since=None, bridged=False, open=stop, running_since=None, parts=0)


def _begun(stop_id: str, since: float, condition: Condition, mode: Mode, rules: StopRules) -> Stop:
    ground, around = rules.ground(since), rules.around(condition, mode)
    segment = Segment(1, reasons.classify(ground, around), since, None, ground.shift, ground.order_id, ground.op_no)
    segment = reasons.by_default(segment, around)
    return Stop(stop_id, segment.segment_class, condition, mode, since, (), (segment,))


def _by_alarm(stop: Stop, alarms: tuple[tuple[str, float], ...], rules: StopRules) -> Stop:
    first = reasons.first_out(alarms, stop.start, rules.settings, rules.alarms)
    rule = rules.alarms.rule(first)
    if rule is None:
        return stop
    after = reasons.by_alarm(stop, rule, rules.alarms.rev, rules.reasons_rev)
    return after if after is stop else replace(after, sticky=rule.reason in rules.sticky)


def _explained_by_alarm(
    stop: Stop, alarms: tuple[tuple[str, float], ...], rules: StopRules, changes: list[StopChange]
) -> Stop:
    """An alarm that came after the stop was told may still be its cause (domain.md R12)."""
    after = _by_alarm(stop, alarms, rules) if len(stop.segments) == 1 else stop
    if after.last != stop.last:
        told = StopChange("explained", after, stop.start, (after.last,), prev_reason=stop.reason)
        changes.append(told)
    return after


def _cut(stop: Stop, until: float, mode: Mode, rules: StopRules, changes: list[StopChange], *, grace_s: float) -> Stop:
    for ground in cut_up_to(stop, until, rules.grounds, grace_s):
        # At once: what is cut off may be forgotten before the whole has been gone through.
        before = _upgraded(stop, ground.start, rules, changes)
        stop = recut(before, ground.start, ground, rules.around(stop.condition, mode), rules.settings)
        cause = ground.cut_from(before.last)
        changes.append(StopChange("segmented", stop, ground.start, new_in(stop, before), cause))
    return stop


def _upgraded(stop: Stop, until: float, rules: StopRules, changes: list[StopChange]) -> Stop:
    at = None if stop.upgraded else stop.outgrew(rules.settings.minor_stop_max_s, until)
    if at is None:
        return stop
    segments = tuple(
        replace(one, segment_class="down") if one.segment_class == "minor" else one for one in stop.segments
    )
    after = replace(stop, stop_class=segments[-1].segment_class, segments=segments, upgraded=True)
    changes.append(StopChange("upgraded", after, at, new_in(after, stop)))
    return after


def _run_confirmed(watch: StopWatch, stop: Stop, ran_s: float, rules: StopRules) -> bool:
    settings = rules.settings
    if stop.manual or rules.declared_setup:
        # Whoever set it up says when that is over; what runs meanwhile is a test (domain.md R10, R13).
        return False
    if stop.sticky:
        enough = settings.sticky_run_cycles
        return watch.parts >= enough if rules.counts else ran_s >= max(settings.run_confirm_s, enough * rules.cycle_s)
    enough_parts = not rules.counts or watch.parts >= settings.run_confirm_cycles
    return ran_s >= settings.run_confirm_s and (enough_parts or ran_s >= PARTLESS_CYCLES * rules.cycle_s)


def closed(watch: StopWatch, stop: Stop, end: float, *, uncertain: bool) -> tuple[StopWatch, StopChange]:
    """The stop is over, and everything in it has a reason."""
    after = reasons.coded(stop.ended(end, uncertain=uncertain))
    watch = replace(watch, open=None, running_since=None, parts=0)
    return watch, StopChange("closed", after, end, after.segments)
