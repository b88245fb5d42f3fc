"""Who may do what at a work center: the one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.people.crew import Crew
from agent.core.people.people_settings import PeopleSettings
from agent.core.sentences import say
from agent.core.turn import Turn

Roles: TypeAlias = tuple[str, ...]
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
    allowed = _allowed(turn.setup.machine.people, entry.action, roles)
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
    return not roles_of(entry.actor, turn.crew, turn.directories, turn.setup.machine.people).isdisjoint(roles)


def roles_of(actor: str | None, crew: Crew, directories: Directories, settings: PeopleSettings) -> frozenset[str]:
    """The roles that somebody acts in at a work center, by the directory of operators."""
    known = None if actor is None else directories.operator(actor)
    if known is None or (settings.rights_need_sign_on and crew.find(known.operator_id) is None):
        return frozenset({OPERATOR})
    return frozenset({OPERATOR, *known.roles})


def barred(
    actor: str | None, crew: Crew, directories: Directories, settings: PeopleSettings, table: Mapping[str, Roles]
) -> tuple[str, ...]:
    """What somebody has no right to, of actions and the roles that they need.

    Nothing where no directory of operators has come: an entry says itself in which role it is made.
    """
    if directories.operators is None:
        return ()
    has = roles_of(actor, crew, directories, settings)
    return tuple(action for action, roles in table.items() if not _may(has, _allowed(settings, action, roles)))


def _allowed(settings: PeopleSettings, action: str, roles: Roles) -> Roles:
    """Who may do something; everybody where no role is named."""
    return settings.rights.get(action, roles)


def _may(has: frozenset[str], allowed: Roles) -> bool:
    return not allowed or not has.isdisjoint(allowed)
