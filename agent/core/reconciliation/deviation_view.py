"""Plan against fact of an order as people are shown it, with the reasons (requirement 100)."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import Block, OperationStatus, StopClass


class TimesView(Block):
    """Norm and actual times in seconds, as far as the operation told them; null where nobody planned them."""

    run_s: Decimal
    norm_run_s: Decimal | None
    setup_s: Decimal
    norm_setup_s: Decimal | None
    norm_labor_s: Decimal | None
    delay_s: Decimal
    """Stops with the operation in progress."""
    as_of: str
    """When the operation changed its status last; later times are not among these."""


class ScrapView(Block):
    """Scrap with one defect."""

    defect_code: str | None
    """Null while nobody has coded it."""
    qty: Decimal


class MaterialView(Block):
    """A component: what was used of it beside what the bill of materials allows for what was made."""

    item_id: str | None
    """What was used."""
    substitute_for: str | None
    uom: str
    norm: Decimal | None
    """Of the component; null without one and of what stands in for it."""
    used: Decimal
    over: Decimal


class OverView(Block):
    """Consumption over the norm out of one lot for one reason (requirement 28)."""

    item_id: str | None
    lot_id: str | None
    qty: Decimal
    uom: str
    reason: str | None
    serials: tuple[str, ...]
    """The units that it went into, where they are known."""


class DeviationView(Block):
    """One thing that was done otherwise than planned, so many times with the same reason."""

    kind: str
    expected: str
    actual: str
    reason: str | None
    rule: str | None
    """Refusal code of the check that was overridden."""
    comment: str
    actor: str | None
    times: int
    first: str


class InterruptionView(Block):
    """The operation was paused, broken off or given up, so many times with the same reason."""

    status: OperationStatus
    reason: str | None
    comment: str
    times: int
    first: str


class StandstillView(Block):
    """Standstill of one class with one reason."""

    stop_class: StopClass
    reason: str | None
    stops: int
    seconds: Decimal
    """Of what is over."""
    still_open: int


class SkippedView(Block):
    """A check that was due and was not made."""

    check_id: str
    characteristic: str
    mandatory: bool
    samples: int
    reason: str
    comment: str
    actor: str | None


class OperationView(Block):
    """One operation of the order at this work center."""

    op_no: str | None
    item_id: str | None
    status: OperationStatus | None
    """Null where it was told before the facts that were looked at."""
    planned: Decimal | None
    good: Decimal
    scrap: Decimal
    rework: Decimal
    """Still open."""
    uom: str | None
    labor_s: Decimal
    """Of all persons together, as far as it was told."""
    times: TimesView | None
    """Null where the operation has not told any."""
    scrapped: tuple[ScrapView, ...] = ()
    materials: tuple[MaterialView, ...] = ()
    over: tuple[OverView, ...] = ()
    deviations: tuple[DeviationView, ...] = ()
    interruptions: tuple[InterruptionView, ...] = ()
    stops: tuple[StandstillView, ...] = ()
    skipped: tuple[SkippedView, ...] = ()


class OpenView(Block):
    """A discrepancy that nobody has resolved."""

    discrepancy_id: str
    code: str
    op_no: str | None
    owner_role: str
    due: str
    status: str
    """open, acknowledged or expired."""
    evidence: dict[str, str]


class DeviationReport(Block):
    """All of one order at one work center."""

    order_id: str
    since: str
    """Facts before it were not looked at."""
    operations: tuple[OperationView, ...]
    open_discrepancies: tuple[OpenView, ...]
