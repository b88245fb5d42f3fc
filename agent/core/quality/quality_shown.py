"""What people are shown of quality, made of what a station knows."""

from __future__ import annotations

from agent.core.directories import Directories
from agent.core.quality import sampling
from agent.core.quality.quality import OpenHold, Result
from agent.core.quality.quality_views import CheckView, DueCheckView, HoldView, QualityView
from agent.core.quality.sampling import DueCheck
from agent.core.state import StationState
from agent.core.times import iso


def view(state: StationState, directories: Directories) -> QualityView:
    """Checks and holds at present."""
    return QualityView(
        due=tuple(_due(one) for one in sampling.due_checks(state, directories)),
        results=tuple(_result(one) for one in state.quality.results),
        holds=tuple(_hold(one) for one in state.quality.holds),
    )


def _due(due: DueCheck) -> DueCheckView:
    check = due.check
    return DueCheckView(
        check_id=check.check_id,
        kind=check.kind,
        text=dict(check.text),
        uom=check.uom,
        lower=check.lower,
        upper=check.upper,
        target=check.target,
        limits_version=due.limits_version,
        sampling=check.sampling,
        every=check.every,
        mandatory=check.mandatory,
        samples=due.samples,
        lots=due.lots,
    )


def _result(result: Result) -> CheckView:
    return CheckView(
        time=iso(result.at),
        check_id=result.check_id,
        characteristic=result.characteristic,
        result=result.result,
        value=result.value,
        uom=result.uom,
        about=result.about,
    )


def _hold(hold: OpenHold) -> HoldView:
    return HoldView(
        hold_id=hold.hold_id,
        target=hold.target,
        target_id=hold.target_id,
        reason_code=hold.reason,
        since=iso(hold.since),
    )
