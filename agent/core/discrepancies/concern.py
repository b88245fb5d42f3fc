"""One discrepancy as it stands, and the facts of what becomes of it (domain.md G4).

open ──acknowledge──▶ acknowledged          both become expired once, when they are due
│                        │
└──── resolve ──▶ resolved ◀── resolve ───┘  an expired one too; nothing leaves `resolved`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agent.core.draft import Draft, Origin
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    DiscrepancyAcknowledged,
    DiscrepancyCode,
    DiscrepancyExpired,
    DiscrepancyRaised,
    DiscrepancyResolved,
    FactQuality,
    Keys,
    Resolution,
)
from agent.core.records import Records
from agent.core.times import epoch, iso
from agent.core.values import replace

Status: TypeAlias = Literal["open", "acknowledged", "expired", "resolved"]
By: TypeAlias = Literal["local", "mes", "rule"]
ORIGINS: Mapping[By, Origin] = {"local": "operator", "mes": "mes", "rule": "rule"}
LONGEST_WORDS: Final = 80
AGENT: Final = "-"
"""Stands for the agent itself where work centers are counted."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One discrepancy as it stands."""

    discrepancy_id: str
    code: DiscrepancyCode
    keys: Keys
    about: str
    """The order, the lot, `{directory}/{code}` or the row of figures that it is about, so that a rule can tell when it
    is over."""
    owner_role: str
    due: float
    status: Status = "open"
    words: str = ""
    """The evidence, in short."""

    @property
    def pending(self) -> bool:
        """It still becomes expired when it is due."""
        return self.status in {"open", "acknowledged"}

    @property
    def center(self) -> str:
        """Where it is counted."""
        return self.keys.wc_id or AGENT


RECORDS: Final = Records("dsc", Concern)
"""Of every discrepancy, resolved or not."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, and what they say."""

    by: By
    actor: str | None = None
    comment: str = ""


BY_RULE: Final = Decision("rule")


def concern_of(raised: DiscrepancyRaised) -> Concern:
    """A discrepancy as it was raised."""
    words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in raised.evidence.items())
    return Concern(
        discrepancy_id=raised.discrepancy_id,
        code=raised.code,
        keys=raised.keys,
        about=_about(raised),
        owner_role=raised.owner_role,
        due=epoch(raised.due),
        words=words[:LONGEST_WORDS],
    )


def _about(raised: DiscrepancyRaised) -> str:
    evidence, keys = raised.evidence, raised.keys
    match raised.code:
        case "order_not_released" | "order_unknown":
            return evidence.get("order_id") or keys.order_id or ""
        case "lot_unresolved":
            return evidence.get("lot_id") or keys.lot_id or ""
        case "lpn_unresolved":
            return evidence.get("lpn", "")
        case "directory_code_unknown":
            return f"{evidence.get('directory', '')}/{evidence.get('code', '')}"
        case "reconciliation_difference":
            return evidence.get("row", "")
        case _:
            return ""


def acknowledged(concern: Concern, decision: Decision, draft: Draft) -> Concern:
    """Somebody who looks after it has seen it: the fact of it, and how it stands then.

    Raises:
        EntryRefusedError: it was acknowledged, is expired or resolved.
    """
    if concern.status != "open":
        todo = " It is overdue: resolve it." if concern.status == "expired" else ""
        raise EntryRefusedError("NOT_OPEN", f"The discrepancy is {concern.status} already.{todo}")
    data = DiscrepancyAcknowledged(
        keys=concern.keys,
        quality=_quality(decision, draft),
        discrepancy_id=concern.discrepancy_id,
        code=concern.code,
        actor=decision.actor,
        comment=decision.comment or None,
    )
    draft.add(data, draft.observed, f"dsa:{concern.discrepancy_id}")
    return replace(concern, status="acknowledged")


def resolved(concern: Concern, resolution: Resolution, decision: Decision, draft: Draft) -> Concern:
    """It is settled: the fact of it, and how it stands then.

    Raises:
        EntryRefusedError: it is resolved already, or a quantity hangs on it.
    """
    if concern.status == "resolved":
        raise EntryRefusedError("NOT_OPEN", "The discrepancy is resolved already.")
    if concern.code == "counter_quarantine" and resolution != "ignore":
        raise EntryRefusedError(
            "USE_RELEASE",
            "Parts are held back under it. Say with release_quarantine what of them counts; 'ignore' counts none.",
        )
    data = DiscrepancyResolved(
        keys=concern.keys,
        quality=_quality(decision, draft),
        discrepancy_id=concern.discrepancy_id,
        code=concern.code,
        resolution=resolution,
        actor=decision.actor,
        comment=decision.comment or None,
        by=decision.by,
    )
    draft.add(data, draft.observed, f"dsr:{concern.discrepancy_id}")
    return replace(concern, status="resolved")


def expired(concern: Concern, draft: Draft) -> Concern:
    """Nobody resolved it by the time it was due: the fact of it, and how it stands then."""
    data = DiscrepancyExpired(
        keys=concern.keys,
        quality=draft.quality("rule"),
        discrepancy_id=concern.discrepancy_id,
        code=concern.code,
        owner_role=concern.owner_role,
        due=iso(concern.due),
    )
    draft.add(data, concern.due, f"dse:{concern.discrepancy_id}")
    return replace(concern, status="expired")


def _quality(decision: Decision, draft: Draft) -> FactQuality:
    return draft.quality(ORIGINS[decision.by], entry="manual" if decision.by == "local" else "auto")
