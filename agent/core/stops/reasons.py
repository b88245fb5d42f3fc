"""Reasons that rules give (domain.md R7 to R14, R18, R19): what a rule may know, and never over a person's word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.core.directories import AlarmReasons, AlarmRule
from agent.core.facts import PlannedKind, Reason, StopClass
from agent.core.machine.conditions import Condition, Mode
from agent.core.stops.segments import Ground, Inherited, Segment, Stop, same_shift
from agent.core.stops.stop_settings import StopSettings
from agent.core.values import replace

SYSTEM = "system"
"""The directory of the reasons that the agent itself knows."""
UNCODED = Reason(code="UNCODED", dir=SYSTEM, rev=None)
"""Nobody explained it (domain.md R19)."""
MINOR_STOP = Reason(code="MINOR_STOP", dir=SYSTEM, rev=None)
"""Too short to ask for a reason (domain.md R5)."""
NO_ORDER = Reason(code="NO_ORDER", dir=SYSTEM, rev=None)
SETUP = Reason(code="SETUP", dir=SYSTEM, rev=None)
WAITING_UPSTREAM = Reason(code="WAITING_UPSTREAM", dir=SYSTEM, rev=None)
WAITING_DOWNSTREAM = Reason(code="WAITING_DOWNSTREAM", dir=SYSTEM, rev=None)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides on the class and the default reason of a segment."""

    condition: Condition
    mode: Mode
    setting_up: bool
    """An order was begun and nothing good made since, or a person said so (domain.md R10)."""
    orders: bool
    """Work here is done to orders."""


def classify(ground: Ground, around: Circumstances, unplanned: StopClass = "minor") -> StopClass:
    """The class of a segment on this ground (domain.md R5, R7, R10, R11); `unplanned` where nothing else says it."""
    if ground.planned is not None:
        return "planned"
    if around.mode is Mode.SETUP or around.setting_up:
        return "setup"
    return "external" if around.condition in {Condition.STARVED, Condition.BLOCKED} else unplanned


def planned(kind: PlannedKind) -> Reason:
    """The reason of what lies in a planned window."""
    return Reason(code=kind.upper(), dir="calendar", rev=None)


def by_default(segment: Segment, around: Circumstances) -> Segment:
    """The segment with the reason that follows from where it lies, if one does."""
    match segment.segment_class:
        case "planned":
            return by_calendar(segment)
        case "setup":
            return segment.explained_by(SETUP, rule_id="R10")
        case "external":
            upstream = around.condition is Condition.STARVED
            return segment.explained_by(WAITING_UPSTREAM if upstream else WAITING_DOWNSTREAM, rule_id="R11")
        case "minor" | "down" if around.orders and segment.order_id is None:
            return segment.explained_by(NO_ORDER, rule_id="R18")
        case _:
            return segment


def by_calendar(segment: Segment) -> Segment:
    """The segment of a planned window with the window's reason."""
    assert segment.planned is not None
    return segment.explained_by(Reason(code=segment.planned.upper(), dir="calendar", rev=None), rule_id="R7")


def carried(stop: Stop, following: Segment, settings: StopSettings) -> Segment:
    """The following segment with the reason of the stop's last unplanned one, where that goes on (domain.md R8, R9)."""
    if following.segment_class == "planned":
        return following
    before = next((one for one in reversed(stop.segments) if one.segment_class != "planned"), None)
    if before is None or before.reason is None or before.reason.dir == SYSTEM:
        return following
    if (before.segment_class == "setup") != (following.segment_class == "setup"):
        return following
    if (before.order_id, before.op_no) != (following.order_id, following.op_no):
        # Only a setup goes on with the next order.
        both_setup = following.segment_class == "setup"
        return following.explained_by(before.reason, rule_id="R9") if both_setup else following
    away = sum(
        (one.end or following.start) - one.start
        for one in stop.segments
        if one.start >= before.start and one.planned == "no_shift"
    )
    if away > settings.carry_max_s:
        return following
    since: Inherited = "break" if same_shift(before.shift, following.shift) else "shift"
    return following.explained_by(before.reason, inherited=since, rule_id=before.rule_id)


def inherited(stop: Stop, previous: Stop | None, settings: StopSettings) -> Stop:
    """A stop just after another one with the same first alarm, or none, has its reason for now (domain.md R14)."""
    if previous is None or previous.end is None or previous.reason is None or previous.reason.dir == SYSTEM:
        return stop
    if previous.last.segment_class == "planned":
        return stop
    soon = 0 <= stop.start - previous.end <= settings.inherit_s
    same = previous.machine_reasons[:1] == stop.machine_reasons[:1] and previous.last.order_id == stop.last.order_id
    if not (soon and same) or stop.last.segment_class not in {"minor", "down"}:
        return stop
    sticky = replace(stop, sticky=previous.sticky)
    return sticky.with_last(stop.last.explained_by(previous.reason, inherited="recent", rule_id="R14"))


def first_out(
    alarms: Iterable[tuple[str, float]], start: float, settings: StopSettings, known: AlarmReasons
) -> str | None:
    """The alarm that brought a stop about: the first raised around its start that is not to be ignored (R12).

    Of several raised at the same instant the one with the highest priority.
    """
    around = [
        (at, -known.priority(code), code)
        for code, at in alarms
        if start - settings.alarm_pre_s <= at <= start + settings.alarm_post_s and code not in known.ignored
    ]
    return min(around)[2] if around else None


def by_alarm(stop: Stop, rule: AlarmRule, rev: str, reasons_rev: str | None) -> Stop:
    """The stop with the reason that its first alarm means, where no person and no other rule but R18 has said one."""
    last = stop.last
    replaceable = last.reason is None or last.rule_id == "R18" or last.inherited == "recent"
    if rule.confidence != "auto" or not replaceable or last.segment_class not in {"minor", "down"}:
        return stop
    reason = Reason(code=rule.reason, dir="reasons", rev=reasons_rev)
    return stop.with_last(last.explained_by(reason, rule_id=f"R12:{rev}:{rule.alarm}"))


def coded(stop: Stop) -> Stop:
    """A closed stop in which everything has a reason: minor stops their own, and what nobody explained says so."""
    return replace(stop, segments=tuple(_coded(one) for one in stop.segments))


def _coded(segment: Segment) -> Segment:
    if segment.reason is not None:
        return segment
    if segment.segment_class == "minor":
        return segment.explained_by(MINOR_STOP, rule_id="R5")
    return segment.explained_by(UNCODED, rule_id="R19")
