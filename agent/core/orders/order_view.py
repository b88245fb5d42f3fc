"""An operation as people and other programs are shown it."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import (
    Block,
    OperationStatus,
    OperationTimes,
    Timestamp,
)


class PredecessorView(Block):
    """An operation before another one."""

    op_no: str
    status: str
    """As the MES knows it."""
    mandatory: bool


class StepView(Block):
    """An operation of the route."""

    op_no: str
    text: dict[str, str]
    """By language: en, ru, kk."""
    work_centers: tuple[str, ...]
    """Where it is done, alternatives included."""
    mandatory: bool
    setup: dict[str, str]
    """How to set up for it, by language."""
    setup_parts: int | None
    """Good parts that end its setup; null where the configuration says it."""


class OrderView(Block):
    """An operation: the one in progress or paused here, or one of the dispatch queue."""

    order_id: str
    op_no: str
    item_id: str
    description: str
    status: OperationStatus
    """Execution status here, the agent's own (requirements 77, 79)."""
    release_status: str
    """Business status, the MES's."""
    qty_planned: Decimal
    qty_good: Decimal
    qty_scrap: Decimal
    qty_rework: Decimal = Decimal(0)
    uom: str
    op_execution_id: str | None = None
    """This one and the next three: of the one in progress or paused only."""
    since: Timestamp | None = None
    """When it came to its status, such as since when it is paused."""
    times: OperationTimes | None = None
    performers: tuple[str, ...] = ()
    priority: int = 0
    start: Timestamp | None = None
    """Planned start."""
    due: Timestamp | None = None
    crew_id: str | None = None
    destination: str | None = None
    resources: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    lots_required: bool = False
    """Component lots must be traced."""
    serials_required: bool = False
    """Each unit must have a serial."""
    work_centers: tuple[str, ...] = ()
    """Where it may be done; anywhere that it was published to, where none is listed."""
    norm_cycle_s: Decimal | None = None
    """Planned run time of one item."""
    norm_setup_s: Decimal | None = None
    """Planned setup time."""
    steps: tuple[StepView, ...] = ()
    """The route that it goes by, of this one and those before and after it."""
    predecessors: tuple[PredecessorView, ...] = ()
    contradictions: tuple[str, ...] = ()
    """Codes of the discrepancies that beginning it would raise, as far as its copy says."""


class RunView(Block):
    """A time without an order, the parts of which may be given to an order."""

    execution_id: str
    since: Timestamp | None
    """Null where it has been so from the very beginning."""
    until: Timestamp | None
    """Null for the present one."""
    qty_good: Decimal
    qty_scrap: Decimal
