"""Contradictions with the plan or within what was seen: raised, never refused and never swallowed (domain.md G4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agent.core.draft import Draft, Origin
from agent.core.facts import DiscrepancyCode, DiscrepancyRaised
from agent.core.times import iso

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Care:
    """Who must look at a discrepancy, and how soon."""

    owner_role: str
    due_s: float


CARE: Mapping[DiscrepancyCode, Care] = {
    "order_not_released": Care("planner", 4 * HOUR_S),
    "order_unknown": Care("planner", 4 * HOUR_S),
    "directory_code_unknown": Care("mes_administrator", 24 * HOUR_S),
    "no_order_running": Care("supervisor", 8 * HOUR_S),
    "clock_skew": Care("maintenance", 24 * HOUR_S),
    "counter_reset": Care("supervisor", 24 * HOUR_S),
    "counter_quarantine": Care("supervisor", 8 * HOUR_S),
    "counter_ambiguous": Care("supervisor", 24 * HOUR_S),
    "counter_vs_serial": Care("supervisor", 24 * HOUR_S),
    "duplicate_serial": Care("supervisor", 24 * HOUR_S),
    "qty_balance": Care("supervisor", 24 * HOUR_S),
    "journal_damaged": Care("maintenance", 24 * HOUR_S),
    "journal_rewound": Care("maintenance", 24 * HOUR_S),
    "mes_restored": Care("mes_administrator", 24 * HOUR_S),
    "rejected_by_mes": Care("mes_administrator", 24 * HOUR_S),
}


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One contradiction."""

    code: DiscrepancyCode
    start: float
    end: float
    evidence: dict[str, str]
    at_most: Decimal | None = None
    """The quantity that may be missing."""

    def tell(self, draft: Draft, origin: Origin, key: str) -> str:
        """Make the fact of it; returns the id under which it may be resolved.

        Args:
            draft: takes the fact.
            origin: where it was found out.
            key: names the happening, beside the code, in the natural key.
        """
        care = CARE[self.code]
        discrepancy_id = f"dsc-{draft.ids.take()}"
        data = DiscrepancyRaised(
            keys=draft.keys,
            quality=draft.quality(origin),
            versions=draft.versions,
            discrepancy_id=discrepancy_id,
            code=self.code,
            owner_role=care.owner_role,
            due=iso(self.end + care.due_s),
            start=iso(self.start),
            end=iso(self.end),
            at_most=self.at_most,
            evidence=self.evidence,
        )
        draft.add(data, self.end, f"dsc:{draft.keys.wc_id or '-'}:{self.code}:{key}")
        return discrepancy_id
