"""Contradictions with the plan or within what was seen: raised, never refused and never swallowed (domain.md G4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.draft import Draft, Origin
from agent.core.facts import DiscrepancyCode, DiscrepancyRaised
from agent.core.times import iso


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
        care = draft.provenance.care[self.code]
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
