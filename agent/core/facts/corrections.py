"""Corrections of facts: append-only, each names its target (domain.md G3, Corrections)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.core.facts.blocks import FactData, Reason

CorrectionAction: TypeAlias = Literal["void", "replace", "amend"]
"""B2MML record actions Deleted, Changed and Added."""


class FactCorrected(FactData):
    """A fact is void, or some of its fields are others. The fact itself stays as it is; the last correction holds."""

    TYPE = "fact.corrected"
    action: CorrectionAction
    """void: as if it had never been. replace: these fields are others. amend: fields that were null are known now."""
    target_id: str
    target_type: str
    target_sequence: int
    target_epoch: str
    """In which the sequence counts; a former one where the MES named it."""
    target_dedupkey: str
    before: dict[str, str | None]
    """Fields by `data` paths such as `qty_scrap` or `keys.order_id`, as they held until now: those that change, and all
    that were corrected before, so that the last correction says everything. Null of a fact that was void."""
    after: dict[str, str | None]
    """The same fields from now on; empty for void."""
    reason: Reason
    """Out of the directory of corrections."""
    comment: str = ""
    actor: str | None
    approver: str | None
    """Who agreed, where that is required."""
    correction_no: int
    """Counts the corrections of this target from 1 without a gap."""
    initiator: Literal["local", "mes"]
    late: bool = False
    """After the shift of the target."""
