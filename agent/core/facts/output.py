"""Facts about quantities (domain.md D)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from agent.core.facts.blocks import Counter, FactData, Interval, Number

QuantityCategory: TypeAlias = Literal["good", "scrap", "rework", "setup"]
Allocation: TypeAlias = Annotated[
    Literal["exact", "estimated"],
    Field(
        description="estimated: counted while nobody watched and orders, shifts or lots changed; all of it is said of "
        "what was in progress when the watching ended (domain.md K11)"
    ),
]


class OutputRecorded(FactData):
    """Parts were made: good ones, or in a setup such as are neither good nor scrap until somebody says so (R10)."""

    TYPE = "output.recorded"
    qty_good: Number
    qty_setup: Number = Decimal(0)
    uom: str
    cum_good: Number
    """Good parts of this order and operation at this work center so far, what was turned into scrap taken off."""
    cum_good_shift: Number
    """The same, of this shift alone; below zero where parts of the shift before were rejected in it."""
    counter: Counter | None
    """Null where no counter counted them."""
    interval: Interval | None
    """Null where no counter counted them."""
    lots_in: tuple[str, ...]
    """Component lots loaded meanwhile."""
    lower_bound: bool = False
    """At least so many: the counter was not watched and may have gone further (domain.md K5)."""
    allocation: Allocation = "exact"
    serials: tuple[str, ...] = ()
    """The units, where output is counted by serials (domain.md K14)."""
    pass_no: int = 1
    """Of those units: 2 and more after rework."""
    qty_from_rework: Number = Decimal(0)
    """How many of them had been sent to rework, which they have left with this."""
    lot_out: str | None = None
    """The lot that is being made."""


class ScrapRecorded(FactData):
    """Parts were rejected."""

    TYPE = "scrap.recorded"
    qty_scrap: Number
    """What this adds to the scrap; 0 where it only gives rejects that were counted before their code."""
    qty_from_good: Number
    """How many of them had been reported as good and are good no more (domain.md K13)."""
    pool_coded_qty: Number = Decimal(0)
    """Rejects counted before, without a code, that get theirs now; they are not added again (domain.md K13)."""
    uom: str
    cum_good: Number
    cum_scrap: Number
    cum_good_shift: Number
    cum_scrap_shift: Number
    defect_code: str | None
    """Null while nobody has coded the reject."""
    place: str
    """Where they were rejected: the work center, or a place in it."""
    disposition: str | None = None
    """What becomes of them, as the operator said."""
    qty_from_rework: Number = Decimal(0)
    """How many of them had been sent to rework, which they have left with this."""
    nc_id: str | None = None
    """The nonconformance that they were written off for."""
    lot_out: str | None = None
    """The lot that is being made."""
    counter: Counter | None
    """Null where an operator reported them."""
    interval: Interval | None
    """Null where an operator reported them."""
    allocation: Allocation = "exact"


class ReworkRecorded(FactData):
    """Parts were sent to rework: neither good nor scrap until they leave it (requirement 19)."""

    TYPE = "rework.recorded"
    qty_rework: Number
    qty_from_good: Number = Decimal(0)
    """How many of them had been reported as good and are good no more."""
    uom: str
    cum_rework: Number
    """Of this order and operation at this work center, those that are in rework now."""
    serial: str | None = None
    """The unit, where it has one."""
    nc_id: str | None = None
    """The nonconformance that they are reworked for."""
    counter: Counter | None
    interval: Interval | None
    defect_code: str | None
    target_op: str | None
    """Operation at which they are reworked, where anybody said."""
    lot_out: str | None = None
    """The lot that they were made in."""
    allocation: Allocation = "exact"


class QuantityAdjusted(FactData):
    """A quantity is another one than was counted: the counter was set back, or somebody who knows says so."""

    TYPE = "quantity.adjusted"
    category: QuantityCategory
    delta: Number
    """What is added to it; negative takes away."""
    uom: str
    cum_after: Number
    """Of this order and operation at this work center; never below zero."""
    source: Literal["plc", "operator"]
    counter: Counter | None
    """The readings between which it lies, where a counter is behind it."""
    reason: str | None
    comment: str | None
    actor: str | None
