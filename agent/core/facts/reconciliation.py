"""Facts from which both sides can tell whether they hold the same (requirements 98 to 101)."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import Block, FactData, Number, ShiftKeys, Timestamp
from agent.core.facts.operations import OperationStatus


class Range(Block):
    """Facts of one epoch: of one work center, not all that lie between."""

    epoch: str
    first: int
    last: int


class DigestRow(Block):
    """What the facts of one order, operation, produced lot and shift add up to, corrections included."""

    order_id: str | None
    op_no: str | None
    lot_id: str | None
    shift: ShiftKeys | None
    status: OperationStatus | None = None
    """Execution status of the operation as told last in that shift, else the one that the shift began with; null where
    none was told, or not within what was looked at."""
    facts: int
    qty_good: Number
    qty_scrap: Number
    qty_rework: Number
    """Still open."""
    uom: str | None
    consumed: dict[str, Number]
    """Item to quantity."""
    labor_s: Number
    stop_s: Number
    """Unplanned stops."""


class ReconciliationDigest(FactData):
    """Counts and sums over the facts of one work center, worked out of the journal itself."""

    TYPE = "reconciliation.digest"
    scope: Literal["shift", "day", "request"]
    start: Timestamp
    end: Timestamp
    ranges: tuple[Range, ...]
    """Where in the sequences the facts lie."""
    facts: int
    by_type: dict[str, int]
    rows: tuple[DigestRow, ...]
    ids_chain: str
    """Made as that of `shift.summary`, of all these facts in the order of their sequence."""
    complete: bool
    """False where a fact of the stretch is parked, damaged or gone."""
    open_discrepancies: int
    command_id: str | None = None
    """The command that asked for it."""
