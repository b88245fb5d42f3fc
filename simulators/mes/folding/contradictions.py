"""What contradicts the plan or itself: discrepancies with who deals with them, and deviations with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from simulators.mes.facts import StoredFact, code, instant
from simulators.mes.figures import Discrepancy
from simulators.mes.floor_figures import DeviationFigures

_STATUSES = {
    "discrepancy.acknowledged": "acknowledged",
    "discrepancy.expired": "expired",
    "discrepancy.resolved": "resolved",
}


def discrepancies(facts: Iterable[StoredFact]) -> dict[str | None, tuple[Discrepancy, ...]]:
    """Every contradiction that was raised, in order, by the work center that raised it.

    Args:
        facts: Of the whole site: who resolves a contradiction needs not be at the work center.
    """
    raised: dict[str, tuple[str | None, Discrepancy]] = {}
    for fact in facts:
        identity = fact.data.get("discrepancy_id", "")
        if fact.type == "discrepancy.raised":
            raised[identity] = fact.wc_id, _raised(fact)
        elif fact.type in _STATUSES and identity in raised:
            wc_id, known = raised[identity]
            raised[identity] = wc_id, _with(known, _STATUSES[fact.type], fact)
    found: dict[str | None, tuple[Discrepancy, ...]] = {}
    for wc_id, discrepancy in raised.values():
        found[wc_id] = (*found.get(wc_id, ()), discrepancy)
    return found


def _raised(fact: StoredFact) -> Discrepancy:
    return Discrepancy(
        fact.data["code"],
        datetime.fromisoformat(fact.data["start"]),
        datetime.fromisoformat(fact.data["end"]),
        fact.quantity("at_most"),
        discrepancy_id=fact.data["discrepancy_id"],
        owner_role=fact.data.get("owner_role"),
        due=instant(fact.data.get("due")),
        evidence=fact.data.get("evidence", {}),
    )


def _with(known: Discrepancy, status: str, fact: StoredFact) -> Discrepancy:
    if known.status == "resolved" or (known.status == "expired" and status == "acknowledged"):
        status = known.status
    resolution = fact.data.get("resolution", known.resolution)
    return replace(known, status=status, resolution=resolution, actor=fact.data.get("actor") or known.actor)


def deviations(facts: Iterable[StoredFact]) -> Iterator[DeviationFigures]:
    """Everything that was done otherwise than planned, in order, whichever fact says so."""
    for fact in facts:
        told: Mapping[str, Any] | None = fact.data.get("deviation")
        if told is not None:
            yield DeviationFigures(
                fact.time,
                fact.operation,
                told["kind"],
                told["expected"],
                told["actual"],
                code(told["reason"]),
                fact.data.get("rule"),
                fact.data.get("actor"),
            )
