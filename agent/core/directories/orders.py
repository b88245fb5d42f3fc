"""Orders: what is to be made, as released to a work center."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from agent.core.directories.codes import tell_apart
from agent.core.directories.copies import Code, Copy, Moment, Part, is_strict

ReleaseStatus: TypeAlias = Literal["planned", "released", "closed"]


def _checked_cycle(seconds: Decimal) -> Decimal:
    if not Decimal("0.001") <= seconds <= 1_000_000:
        raise ValueError(f"found {seconds}; expected 0.001 to 1,000,000 seconds for one part")
    return seconds


class Predecessor(Part):
    """An operation of the route before this one."""

    op_no: Code
    status: Literal["waiting", "in_progress", "completed"]
    """As the MES knows it."""
    mandatory: bool = True


class SerialRange(Part):
    """Serials that the MES issued for this order."""

    prefix: Annotated[str, Field(max_length=40)] = ""
    first: Annotated[int, Field(ge=0)]
    last: Annotated[int, Field(ge=0)]
    digits: Annotated[int, Field(ge=1, le=18)] = 1
    """Digits that the number is filled up to with zeros."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"serials from {self.first} to {self.last}; expected the first no greater than the last")
        return self


class Traceability(Part):
    """What must be traced (requirement 69)."""

    lots: bool = False
    """Component lots must be scanned."""
    serials: bool = False
    """Each unit has a serial."""
    lot_out: Code | None = None
    """The lot that is made, where the MES names it."""
    serial_range: SerialRange | None = None


class Order(Copy):
    """One operation of an order, as released to a work center."""

    order_id: Code
    op_no: Code
    item_id: Code
    description: str = ""
    qty_planned: Annotated[Decimal, Field(ge=0)]
    uom: Code
    release_status: ReleaseStatus
    priority: int = 0
    due: Moment | None = None
    norm_cycle_s: Annotated[Decimal, Field(gt=0), AfterValidator(_checked_cycle)] | None = None
    """Planned run time per item (ISO 22400 PRI)."""
    norm_setup_s: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    """Planned setup time."""
    parts_per_count: Annotated[int, Field(ge=1)] | None = None
    """Parts that one count of the machine's output stands for, from the order's start on (domain.md K1)."""
    bom_version: Code | None = None
    route_version: Code | None = None
    norm_version: Code | None = None
    route: tuple[Predecessor, ...] = ()
    """The operations before this one."""
    work_centers: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    """Where it may be done; anywhere that it was published to, where none is listed."""
    crew_id: Code | None = None
    resources: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    """Tools and other resources assigned (requirement 70)."""
    start: Moment | None = None
    """Planned start."""
    destination: Code | None = None
    over_tolerance_pct: Annotated[Decimal, Field(ge=0, le=1000)] | None = None
    """How far more than planned may be made before it is a discrepancy; as configured where it is not given."""
    trace: Traceability = Traceability()
    instructions: Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=20)] = ()
    """What to do, for the operator (requirement 73)."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        if is_strict(info):
            tell_apart("operations", [*(step.op_no for step in self.route), self.op_no], once=False)
        return self


def in_order(op_no: str) -> tuple[bool, int, str]:
    """What operations of an order are sorted by: 5, 10, 100, then those that are no numbers."""
    number = op_no.isascii() and op_no.isdigit()
    return (not number, int(op_no) if number else 0, op_no)
