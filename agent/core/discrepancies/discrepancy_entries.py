"""What people on the floor say of discrepancies. The desk's register follows the facts of it in the same commit."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core import arguments
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.discrepancies import concern as concerns
from agent.core.discrepancies.care import UPSTREAM
from agent.core.discrepancies.concern import RECORDS, Concern, Decision
from agent.core.errors import EntryRefusedError
from agent.core.facts import Resolution
from agent.core.observations import Entry
from agent.core.turn import Turn
from agent.core.values import replace

OF_PEOPLE: Mapping[str, Resolution] = {"accepted": "accepted", "corrected": "corrected", "ignore": "ignore"}
"""What people on the floor may say that a discrepancy comes to."""


def acknowledge(turn: Turn, entry: Entry) -> str:
    """Who looks after it has seen it.

    Raises:
        EntryRefusedError: it was acknowledged, is expired or resolved, or there is none.
    """
    concern = _named(turn, entry)
    _keep(turn, concerns.acknowledged(concern, _decision(entry), turn.draft))
    return "Discrepancy acknowledged."


def resolve(turn: Turn, entry: Entry) -> str:
    """It is settled, where it is for people here to settle.

    Raises:
        EntryRefusedError: it is not, is resolved already, or there is none.
    """
    concern = _named(turn, entry)
    resolution = arguments.one_of(entry.arguments, "resolution", OF_PEOPLE)
    if not arguments.text(entry.arguments, "comment").strip():
        raise EntryRefusedError("MISSING_ARGUMENT", "Say in 'comment' why it is settled.")
    if concern.owner_role in UPSTREAM:
        owner = concern.owner_role.replace("_", " ")
        raise EntryRefusedError("NOT_YOURS", f"The {owner} settles this in the MES. Call them, and go on working.")
    _keep(turn, concerns.resolved(concern, resolution, _decision(entry), turn.draft))
    held = tuple(one for one in turn.output.held if one.discrepancy_id != concern.discrepancy_id)
    turn.output = replace(turn.output, held=held)
    return f"Discrepancy resolved: {resolution}."


def _named(turn: Turn, entry: Entry) -> Concern:
    discrepancy_id = arguments.name(entry.arguments, "discrepancy_id")
    found = RECORDS.find(turn, discrepancy_id)
    if found is None:
        raise EntryRefusedError("UNKNOWN_DISCREPANCY", f"There is no discrepancy {discrepancy_id}.")
    return found


def _decision(entry: Entry) -> Decision:
    return Decision("local", entry.actor, arguments.text(entry.arguments, "comment"))


def _keep(turn: Turn, concern: Concern) -> None:
    RECORDS.keep(turn, concern, concern.discrepancy_id)


def _needs(asked: Asked) -> Claims:
    return (RECORDS.key(asked.arguments.get("discrepancy_id", "")),)


ACTIONS: Actions = {
    "acknowledge_discrepancy": Action(acknowledge, _needs),
    "resolve_discrepancy": Action(resolve, _needs, roles=("supervisor",)),
}
