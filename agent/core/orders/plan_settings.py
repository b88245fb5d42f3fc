"""How strictly work is held against the plan (domain.md G4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import Field

from agent.core.settings_base import Section

Answer: TypeAlias = Literal["allow", "warn", "block"]


class PlanSettings(Section):
    """What becomes of work that contradicts the plan (domain.md G4).

    `allow` says nothing, `warn` records it and raises a discrepancy, `block` refuses to begin it.
    """

    order_unknown: Answer = "warn"
    """The order is not in the directory."""
    order_not_released: Answer = "warn"
    """The order's business status is another one than released."""
    operation_out_of_sequence: Answer = "warn"
    """A mandatory operation before it is not completed, neither as the MES knows nor here."""
    wrong_work_center: Answer = "warn"
    """The plan has it done elsewhere."""
    stale_version: Answer = "warn"
    """Another version of bill of materials, route or norm is in force than it works with. One that comes into force
    while it is in progress is raised, never refused."""
    over_quantity: Literal["allow", "warn"] = "warn"
    """More was made than planned: good, scrap and rework together."""
    over_tolerance_pct: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    """How far more than planned may be made, in percent, where the order says nothing."""
    order_on_hold: Answer = "block"
    """The order is held; where that does not block it is recorded as a deviation."""
