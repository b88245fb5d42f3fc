"""What people are shown of quality: which checks are due, how the last ones went, what is held.

A terminal loads what stands here; what it is made of stands in `quality_shown`.
"""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import Block, CheckKind, CheckResult, Sampling, Timestamp


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
