"""What is used up of the material that is loaded (requirements 24, 27, 28)."""

from __future__ import annotations

from agent.core.counting import Boundary
from agent.core.turn import Turn


def boundary(_turn: Turn, _at: float, _what: Boundary) -> None:
    """Tell what was used by output since the last boundary. Call it after the flush and before anything changes."""


def for_unit(_turn: Turn, _serial: str, _at: float) -> None:
    """A unit was taken: the components that go into each unit were used."""
