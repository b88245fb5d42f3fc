"""Contradictions with the plan or within what was seen: raised, never refused and never swallowed (domain.md G4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agent.core.facts import DiscrepancyCode

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Care:
    """Who must look at a discrepancy, and how soon."""

    owner_role: str
    due_s: float


CARE: Mapping[DiscrepancyCode, Care] = {
    "order_not_released": Care("planner", 4 * HOUR_S),
    "order_unknown": Care("planner", 4 * HOUR_S),
    "counter_reset": Care("supervisor", 24 * HOUR_S),
    "counter_quarantine": Care("supervisor", 8 * HOUR_S),
    "counter_ambiguous": Care("supervisor", 24 * HOUR_S),
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
