"""Facts about the execution of operations, setups included."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, Deviation, FactData, Number, Reason

OperationStatus: TypeAlias = Literal[
    "waiting", "in_progress", "paused", "partially_completed", "completed", "stopped", "aborted"
]
"""Execution status, the agent's own. The order's business status is the MES's and never merged with it."""
FINAL: frozenset[OperationStatus] = frozenset({"completed", "aborted"})
"""Statuses after which an operation is not gone on with."""


class OperationTimes(Block):
    """Actual times of one execution beside the norm, in seconds (requirements 22, 23, 30, 32)."""

    elapsed_s: Number
    """From the first start until now, pauses included."""
    run_s: Number
    """Machine time: running for this operation (ISO 22400 APT)."""
    setup_s: Number
    """AUST."""
    delay_s: Number
    """Stops with this operation in progress (ADET)."""
    labor_s: Number
    """Of all persons together, apart from machine time."""
    norm_run_s: Number | None
    """Norm per item times what was made; null without a norm."""
    norm_setup_s: Number | None


class OperationChanged(FactData):
    """The execution of an operation changed its status."""

    op_execution_id: str
    from_status: OperationStatus
    to_status: OperationStatus
    transition_no: int
    release_status_seen: str
    """The business status of the order as the agent knew it; never merged with the execution status."""
    qty_good: Number
    qty_scrap: Number
    qty_rework: Number = Decimal(0)
    """Rework that is still open."""
    qty_planned: Number
    uom: str
    actor: str | None
    performers: tuple[str, ...] = ()
    """Operators signed on at the work center."""
    reason: Reason | None = None
    """Why it was paused, stopped or aborted, or begun otherwise than the route says."""
    comment: str = ""
    times: OperationTimes | None = None
    """Null where it begins."""


class OperationStarted(OperationChanged):
    """Work on an operation began."""

    TYPE = "operation.started"


class OperationPaused(OperationChanged):
    """Work on an operation pauses; it keeps its place at the work center until another one is begun."""

    TYPE = "operation.paused"


class OperationResumed(OperationChanged):
    """Work on an operation goes on: after a pause, a partial completion or a stop. Its quantities go on too."""

    TYPE = "operation.resumed"


class OperationPartiallyCompleted(OperationChanged):
    """A part of the quantity is reported as done and the work center is free; the rest follows (requirement 20)."""

    TYPE = "operation.partially_completed"


class OperationCompleted(OperationChanged):
    """Work on an operation ended; the quantities are its final ones at this work center."""

    TYPE = "operation.completed"


class OperationStopped(OperationChanged):
    """Work on an operation was broken off before its end; it may be gone on with."""

    TYPE = "operation.stopped"


class OperationAborted(OperationChanged):
    """Work on an operation was given up for good."""

    TYPE = "operation.aborted"


class OperationAttached(FactData):
    """What was made without an order belongs to one (domain.md R18).

    All facts whose correlation id is `execution_id` count for the order in `keys` from now on.
    """

    TYPE = "operation.attached"
    execution_id: str
    """`none-{n}`: the time without an order."""
    op_execution_id: str
    """The execution of the operation that they now belong to."""
    qty_good: Number
    qty_scrap: Number
    uom: str
    reason: str
    comment: str = ""
    actor: str | None


class DeviationRecorded(FactData):
    """Something was done otherwise than plan, norm, route or bill of materials say (requirement 42)."""

    TYPE = "deviation.recorded"
    deviation: Deviation
    rule: str | None = None
    """Refusal code of the check that somebody overrode (domain.md F6); null where nothing was overridden."""
    comment: str = ""
    actor: str | None


class SetupStarted(FactData):
    """Setting up for an order began (domain.md R10)."""

    TYPE = "setup.started"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Number | None


class SetupEnded(FactData):
    """Setting up is over."""

    TYPE = "setup.ended"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Number | None
    actual_s: Number
    setup_pieces: Number
    """Made meanwhile; neither good nor scrap until somebody says so."""
    deviation: Deviation | None
