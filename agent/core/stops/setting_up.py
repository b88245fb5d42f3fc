"""Setting up (domain.md R10): from an order change, a person's word or the machine's mode to the first good parts.

The machine and people say both when they set up and when they are done. An order change says only the first: what
stands before the first good parts of the order is taken for setup, and their count ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts import Deviation, SetupEnded, SetupStarted
from agent.core.machine.conditions import Condition
from agent.core.orders import plan
from agent.core.state import SettingUp
from agent.core.stops import stops
from agent.core.stops.segments import Segment
from agent.core.turn import Turn
from agent.core.values import replace

Cause: TypeAlias = Literal["mode", "operator", "order"]


@dataclass(frozen=True, slots=True)
class _Norm:
    op_execution_id: str | None
    planned_s: float | None


def begin(turn: Turn, cause: Cause, at: float) -> None:
    """Setting up begins; what an order change began is taken over by whoever says so outright."""
    phase = turn.setting_up
    if phase is not None and (phase.declared or cause == "order"):
        return
    if phase is not None and phase.told:
        turn.setting_up = replace(phase, cause=cause)
        return
    norm = _norm(turn)
    turn.flush()
    turn.setting_up = SettingUp(cause, at, norm.op_execution_id, norm.planned_s)
    if cause != "order":
        _tell_start(turn, at)


def order_begun(turn: Turn, at: float) -> None:
    """An operation began: until its first good parts it is being set up for; where none are counted, until it runs."""
    machine = turn.setup.machine
    if not machine.setup.on_order_change:
        return
    if turn.counts_output or machine.manual or turn.watch.condition is not Condition.RUNNING:
        begin(turn, "order", at)


def runs(turn: Turn, at: float) -> None:
    """The machine runs, for sure. Where nothing is counted that is all that can end what an order change began.

    At a manual station it is the end of the first stop, if nobody has reported good parts before.
    """
    phase = turn.setting_up
    if phase is not None and not phase.declared and not turn.counts_output:
        end(turn, at)


def segment_begun(turn: Turn, segment: Segment) -> None:
    """A segment of a stop began; the first one of a setup that an order change began shows that there is one."""
    phase = turn.setting_up
    if phase is not None and not phase.told and segment.segment_class == "setup":
        turn.setting_up = replace(phase, since=segment.start)
        _tell_start(turn, segment.start)


def counted(turn: Turn, parts: int, at: float) -> None:
    """Parts were counted."""
    phase = turn.setting_up
    if phase is None:
        return
    phase = replace(phase, parts=phase.parts + parts)
    turn.setting_up = phase
    if not phase.declared and phase.parts >= _wanted(turn):
        end(turn, at)


def end(turn: Turn, at: float) -> None:
    """Setting up is over: by the machine's mode, a person's word, the first good parts, or the end of the order."""
    phase = turn.setting_up
    if phase is None:
        return
    if phase.declared:
        turn.flush()
        phase = turn.setting_up or phase
        turn.stops = stops.test_run_over(turn.stops, at)
    turn.setting_up = None
    if phase.told:
        _tell_end(turn, phase, at)


def _tell_start(turn: Turn, at: float) -> None:
    phase = turn.setting_up
    assert phase is not None
    turn.setting_up = replace(phase, told=True)
    data = SetupStarted(
        keys=turn.draft.keys,
        quality=turn.draft.quality(_origin(phase)),
        versions=turn.draft.versions,
        op_execution_id=phase.op_execution_id,
        cause=phase.cause,
        planned_s=_decimal(phase.planned_s),
    )
    turn.draft.add(data, at, f"setup:{turn.wc_id}:{turn.number()}:started", correlation_id=phase.op_execution_id)


def _tell_end(turn: Turn, phase: SettingUp, at: float) -> None:
    actual = max(at - phase.since, 0.0)
    deviation = None
    if phase.planned_s is not None and actual > phase.planned_s:
        expected, found = f"{phase.planned_s:g} s", f"{actual:.0f} s"
        deviation = Deviation(kind="setup_overrun", expected=expected, actual=found, reason=None)
    data = SetupEnded(
        keys=turn.draft.keys,
        quality=turn.draft.quality(_origin(phase)),
        versions=turn.draft.versions,
        op_execution_id=phase.op_execution_id,
        cause=phase.cause,
        planned_s=_decimal(phase.planned_s),
        actual_s=Decimal(round(actual * 1000)).scaleb(-3),
        setup_pieces=Decimal(phase.pieces),
        deviation=deviation,
    )
    turn.draft.add(data, at, f"setup:{turn.wc_id}:{turn.number()}:ended", correlation_id=phase.op_execution_id)


def _origin(phase: SettingUp) -> Literal["plc", "operator", "rule"]:
    if phase.cause == "order":
        return "rule"
    return "plc" if phase.cause == "mode" else "operator"


def _wanted(turn: Turn) -> int:
    """Good parts that end a setup: by the route, else as configured."""
    operation = turn.operations.current
    versions = None if operation is None else operation.versions.route_version
    step = None if operation is None else plan.step_of(turn.directories, operation.item_id, versions, operation.op_no)
    rule = None if step is None else step.setup_parts
    return turn.setup.machine.setup.good_parts if rule is None else rule


def _norm(turn: Turn) -> _Norm:
    operation = turn.operations.current
    return _Norm(None, None) if operation is None else _Norm(operation.op_execution_id, operation.norm_setup_s)


def _decimal(seconds: float | None) -> Decimal | None:
    return None if seconds is None else Decimal(str(seconds))
