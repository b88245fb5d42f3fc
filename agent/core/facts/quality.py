"""Facts about quality: checks, holds, nonconformances and what becomes of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, FactData, Number, Reason, Timestamp

CheckKind: TypeAlias = Literal["incoming", "in_process", "final"]
CheckResult: TypeAlias = Literal["pass", "fail"]
Sampling: TypeAlias = Literal["every_unit", "every_n", "first_piece", "last_piece", "per_shift", "per_lot", "once"]
"""When a characteristic is checked."""
NcDisposition: TypeAlias = Literal["repair", "write_off", "retest", "use_as_is"]


class Limits(Block):
    """The limits that a value was held against, as the MES gave them."""

    version: str
    lower: Number | None
    upper: Number | None
    target: Number | None


class QualityChecked(FactData):
    """A characteristic was checked (requirements 33, 35); `keys` name the lot or the unit."""

    TYPE = "quality.checked"
    check_id: str
    """Of the control characteristic, as the MES calls it."""
    check_no: int
    """Counts the checks of this work center."""
    kind: CheckKind
    characteristic: str
    value: Number | None
    """Null where it only passes or fails."""
    uom: str | None
    result: CheckResult
    limits: Limits | None
    """Null where it has none."""
    sample_no: int
    """Of this characteristic and execution."""
    pass_no: int = 1
    """Of the unit, which may come again after rework."""
    planned: bool = True
    """Whether it stands in a check plan; else somebody checked more than was asked for."""
    place: str
    defect_code: str | None
    comment: str = ""
    actor: str | None


class QualityCheckSkipped(FactData):
    """A check that was due was not made, and somebody said why (requirement 34)."""

    TYPE = "quality.check_skipped"
    check_id: str
    kind: CheckKind
    characteristic: str
    mandatory: bool
    samples: int = 1
    """So many samples were due and are not made."""
    reason: Reason
    comment: str = ""
    actor: str | None


class HoldPlaced(FactData):
    """A lot, a unit or an order is not to be used or gone on with until the hold is released."""

    TYPE = "hold.placed"
    hold_id: str
    target: Literal["lot", "serial", "order"]
    target_id: str
    reason: Reason
    comment: str = ""
    actor: str | None


class HoldReleased(FactData):
    """A hold is over."""

    TYPE = "hold.released"
    hold_id: str
    target: Literal["lot", "serial", "order"]
    target_id: str
    since: Timestamp
    comment: str = ""
    actor: str | None


class NcRaised(FactData):
    """A unit or a quantity does not conform; somebody must decide what becomes of it (requirement 36)."""

    TYPE = "nc.raised"
    nc_id: str
    qty: Number
    uom: str
    serial: str | None
    lot_id: str | None
    defect_code: str
    cause: str | None
    """Code of the cause, where anybody said."""
    place: str
    check_no: int | None
    """The check that found it."""
    pass_no: int = 1
    comment: str = ""
    actor: str | None


class NcDispositioned(FactData):
    """What becomes of what does not conform (requirement 37). The last one told of an `nc_id` holds."""

    TYPE = "nc.dispositioned"
    nc_id: str
    disposition: NcDisposition
    qty: Number
    uom: str
    serial: str | None
    lot_id: str | None
    decided_by: str | None
    corrective_action: str | None
    comment: str = ""
