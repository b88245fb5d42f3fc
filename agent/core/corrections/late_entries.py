"""What is entered long after it happened is told as late (requirement 95): how late, and when that is too late."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import FactQuality
from agent.core.times import milliseconds
from agent.core.turn import Turn
from agent.core.values import replace

TOLD_EVERY_S = 3600.0
"""A work center raises one contradiction an hour: who enters a whole shift late does so many times."""


def quality(turn: Turn, origin: Literal["operator", "mes"], happened: float) -> FactQuality:
    """The quality of a fact that is entered about something that happened before."""
    delay = max(milliseconds(turn.draft.observed) - milliseconds(happened), 0)
    made = turn.draft.quality(origin, entry="auto" if origin == "mes" else "manual")
    return made.model_copy(update={"entry_delay_s": Decimal(delay).scaleb(-3)})


def note(turn: Turn, happened: float, evidence: dict[str, str]) -> None:
    """Raise `late_entry` where it is entered too late; what the MES itself says late is not late here.

    Args:
        turn: of the work center.
        happened: when what is entered now happened.
        evidence: what was entered.
    """
    now, told = turn.draft.observed, turn.floor.late_told
    if now - happened <= turn.setup.machine.correction.late_entry_s:
        return
    if told is not None and 0 <= now - told < TOLD_EVERY_S:
        return
    turn.raise_discrepancy(Discrepancy("late_entry", happened, now, evidence), "operator")
    turn.floor = replace(turn.floor, late_told=now)
