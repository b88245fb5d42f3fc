"""Facts about contradictions (domain.md G4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts.blocks import FactData, Timestamp

DiscrepancyCode: TypeAlias = Literal[
    "order_not_released",
    "order_unknown",
    "no_order_running",
    "clock_skew",
    "counter_reset",
    "counter_quarantine",
    "counter_ambiguous",
    "counter_vs_serial",
    "qty_balance",
    "journal_damaged",
    "journal_rewound",
    "mes_restored",
    "rejected_by_mes",
]


class DiscrepancyRaised(FactData):
    """What was seen contradicts the plan or itself; somebody must look (domain.md G4)."""

    TYPE = "discrepancy.raised"
    discrepancy_id: str
    code: DiscrepancyCode
    owner_role: str
    due: Timestamp
    start: Timestamp
    """Span of time that is in doubt."""
    end: Timestamp
    at_most: Decimal | None
    """The quantity that may be missing in that span, where it is a quantity."""
    evidence: dict[str, str]


class DiscrepancyResolved(FactData):
    """Somebody who may decide decided what a contradiction comes to."""

    TYPE = "discrepancy.resolved"
    discrepancy_id: str
    code: DiscrepancyCode
    resolution: Literal["post", "ignore", "edit"]
    """post: what was held counts. ignore: it counts for nothing. edit: another quantity counts."""
    actor: str | None
    comment: str | None
