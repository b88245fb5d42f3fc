"""Facts about lots, components and their movements. Quantities are decimals in the item's unit of measure."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, FactData, Number, Reason

MovementState: TypeAlias = Literal["proposed", "confirmed", "rejected"]
Validated: TypeAlias = Literal["online", "offline", "skipped"]
"""online: checked while the MES was heard. offline: against the copies that were here. skipped: nothing to check by."""


class LotLoaded(FactData):
    """A component lot was loaded at the work center; `keys` name lot and item."""

    TYPE = "lot.loaded"
    scan_text: str
    """Empty where it was entered by hand."""
    qty: Number | None = None
    """What is in it, as far as anybody said."""
    uom: str | None = None
    place: str | None = None
    """Where in the work center."""
    bom_line: str | None = None
    """The component of the bill of materials that it serves; null where none is known."""
    check_result: str = "ok"
    """`ok`, or the code (such as `LOT_EXPIRED`) of the check that was warned of or overridden."""
    validated: Validated = "skipped"
    is_substitute: bool = False
    substitute_for: str | None = None
    """Item of the bill of materials that it stands in for."""
    reason: Reason | None = None
    """Why a substitute, or an override."""
    actor: str | None = None


class LotUnloaded(FactData):
    """A component lot was taken from the work center."""

    TYPE = "lot.unloaded"
    qty_left: Number | None
    """What is left in it, where anybody said or it can be worked out."""
    uom: str | None
    cause: Literal["operator", "empty", "order_end", "swap"]
    actor: str | None


class LotMoved(FactData):
    """A lot was moved between places (requirement 29)."""

    TYPE = "lot.moved"
    qty: Number | None
    uom: str | None
    from_place: str
    to_place: str
    actor: str | None


class LotPart(Block):
    """A part of a lot that became a lot of its own."""

    lot_id: str
    qty: Number


class LotSplit(FactData):
    """A lot was split into others; `keys` name the lot that was."""

    TYPE = "lot.split"
    into: tuple[LotPart, ...]
    uom: str | None
    actor: str | None


class MovementFact(FactData):
    """A movement of material that its accounting owner confirms or rejects (requirement 11)."""

    movement_id: str
    state: MovementState
    """proposed as long as nobody answered."""
    qty: Number
    uom: str
    from_place: str
    to_place: str
    bom_line: str | None
    reason: Reason | None
    actor: str | None


class MaterialIssued(MovementFact):
    """Material was brought to the line."""

    TYPE = "material.issued"


class MaterialReturned(MovementFact):
    """Material was brought back from the line."""

    TYPE = "material.returned"


class MovementSettled(FactData):
    """The accounting owner confirmed or rejected a movement."""

    TYPE = "material.movement_settled"
    movement_id: str
    state: Literal["confirmed", "rejected"]
    reason: str
    actor: str | None


class MaterialConsumed(FactData):
    """Material was used up; `keys` name its item and lot, or serial (requirements 24, 27, 28)."""

    TYPE = "material.consumed"
    qty: Number
    uom: str
    bom_line: str | None
    mode: Literal["entered", "by_output", "unit"]
    """entered: somebody said how much. by_output: coefficient of the bill of materials times what was made. unit: a
    component was put into one unit."""
    norm_qty: Number | None
    """What the bill of materials allows for what has been made of this operation so far; null without one."""
    cum_qty: Number
    """Used of this component by this execution so far, this fact included."""
    over_qty: Number
    """What of `qty` is over the norm."""
    reason: Reason | None
    is_substitute: bool
    substitute_for: str | None
    parent_serial: str | None = None
    """The unit that it went into, where one is known."""
    actor: str | None
