"""Facts about units and lots made here, and what went into them."""

from __future__ import annotations

from typing import Literal

from agent.core.facts.blocks import Block, FactData, Number


class Child(Block):
    """A component that went into a unit or a lot."""

    item_id: str | None
    lot_id: str | None
    serial: str | None
    """A component with a serial of its own; it is in one parent at a time."""
    qty: Number | None
    """Null where nobody said how much of a lot."""
    uom: str | None
    bom_line: str | None = None


class GenealogyLinked(FactData):
    """The components named went into the unit or the lot named (requirement 39)."""

    TYPE = "genealogy.linked"
    parent_serial: str | None
    """The unit; null where a lot was made."""
    parent_lot: str | None = None
    """The lot that was made; null where a unit was."""
    pass_no: int = 1
    """Grows by one each time the unit comes again after rework (domain.md K14)."""
    child_lots: tuple[str, ...]
    """Lots loaded meanwhile; the same as in `children`, for whoever needs no more."""
    children: tuple[Child, ...] = ()
    removed: tuple[Child, ...] = ()
    """Components taken out again in rework."""
    actor: str | None = None


class SerialAssigned(FactData):
    """A unit got its serial here (requirements 54, 55); `keys` name unit and item."""

    TYPE = "serial.assigned"
    issuer: Literal["agent", "mes"]
    """agent: made by the configured template. mes: the next one of the range that came with the order."""
    rule: str
    """Template or range."""
    actor: str | None


class ReworkStarted(FactData):
    """A unit that had left the operation came back to be reworked; it keeps its identity (requirement 38)."""

    TYPE = "rework.started"
    serial: str
    pass_no: int
    nc_id: str | None
    actor: str | None
