"""What became of one lot as people are shown it (requirements 29, 39, 99)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from agent.core.facts import Block, MovementState


class LotMovement(Block):
    """So much of the lot was brought here, brought back, or moved from one place to another."""

    kind: Literal["issued", "returned", "moved"]
    qty: Decimal | None
    """Null where nobody said how much was moved."""
    uom: str | None
    from_place: str
    to_place: str
    state: MovementState | None
    """What its accounting owner says; null where there is nothing to say."""


class LotUse(Block):
    """What became of a component lot in one shift and operation."""

    shift: str
    """`{business_date}/{shift_id}`, missing parts `-`."""
    order_id: str | None
    op_no: str | None
    item_id: str | None
    uom: str | None
    loads: int
    """How often it was loaded."""
    loaded: Decimal | None
    """What was in it then, as far as anybody said."""
    used: Decimal
    over: Decimal
    """What of it was over the norm."""
    reasons: tuple[str, ...]
    """Why that was."""
    left: Decimal | None
    """What was in it when it was unloaded last; null where it was not, or nobody knew."""
    movements: tuple[LotMovement, ...]
    split_into: dict[str, Decimal]
    """Lot that came of it to quantity."""
    units: tuple[str, ...]
    """It went into these."""
    lots: tuple[str, ...]
    """Lots made here that it went into, by themselves or in their units."""


class LotComponent(Block):
    """What went into a lot that was made here."""

    item_id: str | None
    lot_id: str | None
    serial: str | None
    uom: str | None
    qty: Decimal | None
    """Null where nobody said how much."""
    units: int
    """How many units of the lot it is in; 0 where it was told of the lot as a whole alone."""


class LotTrace(Block):
    """One lot at one work center, both as a component and as what was made."""

    lot_id: str
    uses: tuple[LotUse, ...]
    components: tuple[LotComponent, ...]
    units: tuple[str, ...]
    """Made in it."""
