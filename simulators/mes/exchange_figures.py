"""What was corrected, and whether both sides hold the same, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from simulators.mes.facts import ShiftKey


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction as it was told."""

    time: datetime
    target_id: str
    target_type: str
    correction_no: int
    action: str
    after: Mapping[str, str | None]
    reason: str | None
    actor: str | None
    target_known: bool
    """Whether the fact that it corrects is here."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the agent says otherwise than what is here."""

    what: str
    told: str
    held: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One summary or digest, held against what is here."""

    id: str
    kind: str
    """shift, or the scope of a digest."""
    wc_id: str | None
    shift: ShiftKey | None
    time: datetime
    complete: bool
    """False where the agent itself says that it has not everything any more."""
    differences: tuple[Difference, ...]
