"""How people sign on and off: by their badge, or by an entry."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality
from agent.core.observations import Entry
from agent.core.people import labor, rights
from agent.core.people.crew import Activity
from agent.core.people.labor import Cause
from agent.core.sentences import say
from agent.core.turn import Turn

ACTIVITIES: Mapping[str, Activity] = {"direct": "direct", "indirect": "indirect"}
DIGEST_SHOWN = 12
"""Characters of a badge's digest by which somebody is known where no directory says who it is."""


def take_badge(turn: Turn, digest: str, quality: FactQuality) -> str:
    """A badge signs its owner on, and off at the next scan.

    Raises:
        EntryRefusedError: nobody has this badge, or too many are signed on.
    """
    known = () if turn.directories.operators is None else turn.directories.operators.operators
    owner = next((one for one in known if one.badge_hmac == digest), None)
    operator_id = f"badge-{digest[:DIGEST_SHOWN]}" if owner is None else owner.operator_id
    name = operator_id if owner is None else owner.name
    if turn.crew.find(operator_id) is not None:
        labor.sign_off(turn, operator_id, "operator", quality)
        return say("{name} signed off.", name=name)
    labor.sign_on(turn, operator_id, "direct", "badge", quality)
    return say("{name} signed on.", name=name)


def _sign_on(turn: Turn, entry: Entry) -> str:
    operator_id = arguments.name(entry.arguments, "operator_id")
    activity = arguments.one_of({"activity": "direct", **entry.arguments}, "activity", ACTIVITIES)
    labor.sign_on(turn, operator_id, activity, "entry", turn.draft.quality("operator", entry="manual"))
    return say("{operator_id} signed on.", operator_id=operator_id)


def _sign_off(turn: Turn, entry: Entry) -> str:
    operator_id = arguments.name(entry.arguments, "operator_id")
    by_another = entry.actor not in {None, operator_id} and rights.has_role(turn, entry, "supervisor")
    cause: Cause = "supervisor" if by_another else "operator"
    labor.sign_off(turn, operator_id, cause, turn.draft.quality("operator", entry="manual"))
    return say("{operator_id} signed off.", operator_id=operator_id)


def _sign_off_crew(turn: Turn, _: Entry) -> str:
    people = turn.crew.people
    if not people:
        raise EntryRefusedError("NOT_SIGNED_ON", say("Nobody is signed on here."))
    for person in people:
        labor.sign_off(turn, person.operator_id, "crew", turn.draft.quality("operator", entry="manual"))
    return say("{count} signed off.", count=len(people))


ACTIONS: Actions = {
    "sign_on": Action(_sign_on),
    "sign_off": Action(_sign_off),
    "sign_off_crew": Action(_sign_off_crew),
}
