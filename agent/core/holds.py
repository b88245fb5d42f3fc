"""Holds: a lot, a unit or an order that is not to be used or gone on with (requirement 36)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core.facts import Reason
from agent.core.records import Records
from agent.core.turn import Turn

Target: TypeAlias = Literal["lot", "serial", "order"]
RESTRICTED = Reason(code="RESTRICTED", dir="lots", rev=None)
"""Reason of a hold that the directory of lots says, and nobody placed here."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force."""

    hold_id: str | None
    """None where the directory of lots says that the lot is restricted."""
    target: Target
    target_id: str
    reason: Reason
    since: float
    released: bool = False


HOLDS = Records("hold", Hold)


def claim(target: Target, target_id: str) -> str:
    """The claim that holds it; to be named in the needs of whatever asks `held`."""
    return HOLDS.key(target, target_id)


def held(turn: Turn, target: Target, target_id: str) -> Hold | None:
    """The hold in force, placed here or, for lots, said by the directory; None where it is free."""
    hold = HOLDS.find(turn, target, target_id)
    if hold is not None and not hold.released:
        return hold
    lot = turn.directories.lots.get(target_id) if target == "lot" else None
    if lot is not None and lot.status == "restricted":
        return Hold(None, target, target_id, RESTRICTED, turn.draft.observed)
    return None
