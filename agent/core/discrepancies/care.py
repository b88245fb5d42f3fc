"""Who must look at a discrepancy and how soon, where the plant's configuration says nothing else (domain.md G4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    "no_order_running": Care("supervisor", 8 * HOUR_S),
    "operation_out_of_sequence": Care("planner", 8 * HOUR_S),
    "wrong_work_center": Care("planner", 8 * HOUR_S),
    "stale_version": Care("planner", 8 * HOUR_S),
    "over_quantity": Care("planner", 8 * HOUR_S),
    "lot_unresolved": Care("mes_administrator", 8 * HOUR_S),
    "lpn_unresolved": Care("mes_administrator", 8 * HOUR_S),
    "lot_on_hold_used": Care("quality", 4 * HOUR_S),
    "consumption_over_norm": Care("supervisor", 24 * HOUR_S),
    "late_entry": Care("supervisor", 24 * HOUR_S),
    "duplicate_serial": Care("supervisor", 24 * HOUR_S),
    "directory_code_unknown": Care("mes_administrator", 24 * HOUR_S),
    "reconciliation_difference": Care("supervisor", 24 * HOUR_S),
    "clock_skew": Care("maintenance", 24 * HOUR_S),
    "counter_reset": Care("supervisor", 24 * HOUR_S),
    "counter_quarantine": Care("supervisor", 8 * HOUR_S),
    "counter_ambiguous": Care("supervisor", 24 * HOUR_S),
    "counter_vs_serial": Care("supervisor", 24 * HOUR_S),
    "qty_balance": Care("supervisor", 24 * HOUR_S),
    "journal_damaged": Care("maintenance", 24 * HOUR_S),
    "journal_rewound": Care("maintenance", 24 * HOUR_S),
    "mes_restored": Care("mes_administrator", 24 * HOUR_S),
    "rejected_by_mes": Care("mes_administrator", 24 * HOUR_S),
}
UPSTREAM = frozenset({"planner", "mes_administrator"})
"""Roles of people who work at the MES: nobody on the floor decides for them."""
