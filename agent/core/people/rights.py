"""Who may do what at a work center: the one place that decides it."""

from __future__ import annotations

from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.turn import Turn

OPERATOR = "operator"
"""The role of everybody."""


def must_be(turn: Turn, entry: Entry, *roles: str) -> None:
    """Refuse what only people of some roles may do.

    Args:
        turn: with the crew and the directory of operators.
        entry: its action may have other roles by configuration.
        roles: any one of them will do; none at all is everybody.

    Raises:
        EntryRefusedError: the actor has none of them.
    """
    allowed = turn.setup.machine.people.rights.get(entry.action, roles)
    if not allowed or has_role(turn, entry, *allowed):
        return
    code = "NEEDS_SUPERVISOR" if "supervisor" in allowed else "NEEDS_ROLE"
    raise EntryRefusedError(
        code, say("Only {roles} may do this. Call one to sign on here.", roles=" or ".join(allowed))
    )


def has_role(turn: Turn, entry: Entry, *roles: str) -> bool:
    """Whether whoever acts has one of these roles.

    What an entry says of itself is believed only where nobody knows better: no directory of operators has come. What
    the MES itself commands needs no role.
    """
    if entry.role == "mes":
        return True
    if turn.directories.operators is None:
        return entry.role in roles or OPERATOR in roles
    known = None if entry.actor is None else turn.directories.operator(entry.actor)
    if known is None or (turn.setup.machine.people.rights_need_sign_on and turn.crew.find(known.operator_id) is None):
        return OPERATOR in roles
    return not {OPERATOR, *known.roles}.isdisjoint(roles)
