"""Facts about the execution of operations, setups included."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts.blocks import Deviation, FactData

OperationStatus: TypeAlias = Literal["waiting", "in_progress", "completed"]


class OperationChanged(FactData):
    """The execution of an operation changed its status."""

    op_execution_id: str
    from_status: OperationStatus
    to_status: OperationStatus
    transition_no: int
    release_status_seen: str
    """The business status of the order as the agent knew it; never merged with the execution status."""
    qty_good: Decimal
    qty_scrap: Decimal
    qty_planned: Decimal
    uom: str
    actor: str | None


class OperationStarted(OperationChanged):
    """Work on an operation began."""

    TYPE = "operation.started"


class OperationCompleted(OperationChanged):
    """Work on an operation ended; the quantities are its final ones at this work center."""

    TYPE = "operation.completed"


class SetupStarted(FactData):
    """Setting up for an order began (domain.md R10)."""

    TYPE = "setup.started"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Decimal | None


class SetupEnded(FactData):
    """Setting up is over."""

    TYPE = "setup.ended"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Decimal | None
    actual_s: Decimal
    setup_pieces: Decimal
    """Made meanwhile; neither good nor scrap until somebody says so."""
    deviation: Deviation | None
