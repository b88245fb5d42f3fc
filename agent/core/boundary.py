"""What ends where the order, the shift or the loaded lots change, before they do."""

from __future__ import annotations

from agent.core.counts import counting
from agent.core.counts.counting import Boundary
from agent.core.materials import consumption
from agent.core.people import labor
from agent.core.quality import checks
from agent.core.turn import Turn
from agent.core.units import genealogy


def end(turn: Turn, at: float, what: Boundary) -> None:
    """End it. Call it after the flush and before keys, shift or lots change.

    Args:
        turn: as it was before the boundary.
        at: the instant of the boundary.
        what: what changes.
    """
    labor.boundary(turn, at, what)
    checks.boundary(turn, at, what)
    consumption.boundary(turn, at, what)
    genealogy.boundary(turn, at, what)
    counting.context_ends(turn, at, what)
