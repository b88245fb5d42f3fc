"""Counters checked against each other and against the serials scanned (domain.md K12, K14)."""

from __future__ import annotations

from typing import Literal

from agent.core.counts.output import Baseline, Output
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.machine_settings import Role
from agent.core.turn import Turn
from agent.core.values import replace

CHECK_S = 600.0
COMPARED = (Role.TOTAL, Role.GOOD, Role.SCRAP)


def check_now_and_then(turn: Turn, now: float) -> None:
    """Compare the counters every ten minutes, where all three are measured."""
    if turn.setup.measures_all and not 0 <= now - turn.output.baseline.checked_at < CHECK_S:
        _compare(turn, now)


def check_at_boundary(turn: Turn, at: float, boundary: Literal["order", "shift"]) -> None:
    """Compare the counters, and at the end of an operation with its serials; counting begins anew with an order."""
    if turn.setup.measures_all:
        _compare(turn, at)
    if boundary == "order":
        if turn.setup.machine.output.count_by == "serial" and turn.operations.current is not None:
            _compare_serials(turn, at)
        turn.output = replace(turn.output, baseline=Baseline(_counted(turn), at, at))


def forgotten(output: Output) -> Output:
    """A counter lost or gained what nobody knows: what it had at the beginning is compared to no more."""
    return replace(output, baseline=replace(output.baseline, counts={}))


def _compare(turn: Turn, now: float) -> None:
    base, counted = turn.output.baseline, _counted(turn)
    if any(role not in base.counts or role not in counted for role in COMPARED):
        turn.output = replace(turn.output, baseline=Baseline(counted, now, now, before=turn.output.cums))
        return
    account = turn.account()
    total, good, scrap = ((counted[role] - base.counts[role]) * turn.scale_of(role, account) for role in COMPARED)
    breached = abs(total - good - scrap) > turn.setup.machine.output.in_process
    turn.output = replace(turn.output, baseline=replace(base, checked_at=now, breached=breached))
    if breached and not base.breached:
        evidence = {"total": str(total), "good": str(good), "scrap": str(scrap)}
        turn.raise_discrepancy(Discrepancy("qty_balance", base.since, now, evidence), "rule")


def _compare_serials(turn: Turn, at: float) -> None:
    role, base, cums = turn.setup.output_role, turn.output.baseline, turn.output.cums
    counted = _counted(turn)
    if role is None or role not in counted or role not in base.counts:
        return
    made = (counted[role] - base.counts[role]) * turn.scale_of(role, turn.account())
    before = base.before
    scanned = cums.good + cums.rework - before.good - before.rework
    scanned += cums.scrap - before.scrap if role is Role.TOTAL else 0
    if made != scanned:
        evidence = {"counter": turn.setup.names[role], "counted": str(made), "scanned": str(scanned)}
        turn.raise_discrepancy(Discrepancy("counter_vs_serial", base.since, at, evidence), "rule")


def _counted(turn: Turn) -> dict[Role, int]:
    """What each counter has counted since its first reading, less what was taken off again."""
    return {
        role: counter.count - counter.taken_off
        for role in COMPARED
        if (counter := turn.counters.get(role)) is not None and counter.raw is not None
    }
