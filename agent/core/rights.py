"""Who may do what at a work center."""

from __future__ import annotations

from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.turn import Turn


def must_be(turn: Turn, entry: Entry, *roles: str) -> None:
    """Refuse what only people of these roles may do.

    Raises:
        EntryRefusedError: the actor has none of them.
    """
    if not has_role(turn, entry, *roles):
        raise EntryRefusedError("NEEDS_SUPERVISOR", "Only a supervisor may decide this. Call one to sign on.")


def has_role(_turn: Turn, entry: Entry, *roles: str) -> bool:
    """Whether the actor has one of these roles."""
    return entry.role in roles
