"""Facts about contradictions (domain.md G4)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import FactData, Number, Timestamp

DiscrepancyCode: TypeAlias = Literal[
    "order_not_released",
    "order_unknown",
    "no_order_running",
    "operation_out_of_sequence",
    "wrong_work_center",
    "stale_version",
    "over_quantity",
    "lot_unresolved",
    "lpn_unresolved",
    "lot_on_hold_used",
    "consumption_over_norm",
    "late_entry",
    "duplicate_serial",
    "directory_code_unknown",
    "reconciliation_difference",
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
Resolution: TypeAlias = Literal[
    "post", "ignore", "edit", "released", "known", "attached", "corrected", "accepted", "agreed"
]
"""post: what was held counts. ignore: it counts for nothing. edit: another quantity counts. released: the order was
released. known: what was unknown came. attached: it belongs to an order now. corrected: a fact was put right. accepted:
it stays as it is. agreed: both sides hold the same now."""


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
    at_most: Number | None
    """The quantity that may be missing in that span, where it is a quantity."""
    evidence: dict[str, str]


class DiscrepancyResolved(FactData):
    """Somebody who may decide decided what a contradiction comes to."""

    TYPE = "discrepancy.resolved"
    discrepancy_id: str
    code: DiscrepancyCode
    resolution: Resolution
    actor: str | None
    comment: str | None
    by: Literal["local", "mes", "rule"] = "local"
    """Who decided: a person here, the MES, or a rule when the contradiction was gone."""


class DiscrepancyAcknowledged(FactData):
    """Its owner has seen a contradiction and deals with it."""

    TYPE = "discrepancy.acknowledged"
    discrepancy_id: str
    code: DiscrepancyCode
    actor: str | None
    comment: str | None


class DiscrepancyExpired(FactData):
    """Nobody resolved a contradiction by the time it was due; it can still be resolved."""

    TYPE = "discrepancy.expired"
    discrepancy_id: str
    code: DiscrepancyCode
    owner_role: str
    due: Timestamp
