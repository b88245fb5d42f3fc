"""What people are shown of quality: which checks are due, how the last ones went, what is held."""

from __future__ import annotations

from decimal import Decimal

from agent.core.directories import Directories
from agent.core.directories.items import Sampling
from agent.core.facts import Block, CheckKind, CheckResult, Timestamp
from agent.core.quality import sampling
from agent.core.quality.quality import OpenHold, Result
from agent.core.quality.sampling import DueCheck
from agent.core.state import StationState
from agent.core.times import iso


class DueCheckView(Block):
    """A characteristic of which samples are to be checked now."""

    check_id: str
    kind: CheckKind
    text: dict[str, str]
    """By language: en, ru, kk."""
    uom: str | None
    """Of the value to be measured; null where it only passes or fails."""
    lower: Decimal | None
    upper: Decimal | None
    target: Decimal | None
    limits_version: str
    sampling: Sampling
    every: int
    mandatory: bool
    samples: int
    """So many are due."""
    lots: tuple[str, ...]
    """The lots that it is due of, where it is due for each lot."""


class CheckView(Block):
    """A check that was made."""

    time: Timestamp
    check_id: str
    characteristic: str
    result: CheckResult
    value: Decimal | None
    uom: str | None
    about: str | None
    """Serial or lot."""


class HoldView(Block):
    """A hold that was placed here and is open."""

    hold_id: str
    target: str
    target_id: str
    reason_code: str
    since: Timestamp


class QualityView(Block):
    """Checks and holds of one work center."""

    due: tuple[DueCheckView, ...] = ()
    results: tuple[CheckView, ...] = ()
    """The last ones, newest first."""
    holds: tuple[HoldView, ...] = ()
    """The last ones, newest first."""


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
