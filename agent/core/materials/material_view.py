"""Materials as people are shown them: the lots that are loaded, what the order still needs, movements not settled.

A terminal loads what stands here; what it is made of stands in `material_shown`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from agent.core.facts import Block, MovementState, Timestamp


class LotView(Block):
    """A lot that is loaded."""

    lot_id: str
    item_id: str | None
    bom_line: str | None
    """The component that it serves."""
    is_substitute: bool
    left: Decimal | None
    """What is left in it by now; null while nobody knows."""
    uom: str | None
    place: str | None
    since: Timestamp
    expires: Timestamp | None


class ComponentView(Block):
    """A component of the operation in progress."""

    bom_line: str
    item_id: str
    text: dict[str, str]
    """By language: en, ru, kk."""
    mode: Literal["entered", "by_output", "unit"]
    uom: str
    qty_per: Decimal
    required: Decimal
    """For the rest of the order."""
    lots: tuple[str, ...]
    """Loaded for it, the one that is used first stands first."""
    remaining: Decimal | None
    """Of it in these lots; null where nobody knows how much is in one of them."""
    expires: Timestamp | None
    """The earliest date of these lots."""
    short: bool
    """No lot is loaded for it, or less than the order still needs."""


class MovementView(Block):
    """A movement that its accounting owner has not confirmed."""

    movement_id: str
    kind: Literal["issue", "return"]
    item_id: str
    lot_id: str | None
    qty: Decimal
    uom: str
    time: Timestamp
    state: MovementState
    answer: str
    """Why it was rejected."""
