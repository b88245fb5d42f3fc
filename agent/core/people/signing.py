"""How people sign on and off: by their badge, by a PIN, by both, or by an entry."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import FactQuality
from agent.core.observations import Entry
from agent.core.people import labor, locking, rights
from agent.core.people.crew import Activity, LetIn, PinAsked
from agent.core.people.labor import Cause
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace

ACTIVITIES: Mapping[str, Activity] = {"direct": "direct", "indirect": "indirect"}
DIGEST_SHOWN = 12
"""Characters of a badge's digest by which somebody is known where no directory says who it is."""


PIN_WAITED_S = 60.0
"""Plant seconds for which a badge waits for its owner's PIN."""


class PinNeededError(EntryRefusedError):
    """For the operator: this badge counts together with its owner's PIN."""

    def __init__(self, operator_id: str, name: str) -> None:
        super().__init__("PIN_NEEDED", say("{name}: enter your PIN now.", name=name))
        self.operator_id = operator_id


def take_badge(turn: Turn, digest: str, quality: FactQuality) -> str:
    """A badge signs its owner on, and off at the next scan; at a locked work center it unlocks.

    Raises:
        EntryRefusedError: nobody has this badge, its owner needs a PIN too, or too many are signed on.
    """
    known = () if turn.directories.operators is None else turn.directories.operators.operators
    owner = next((one for one in known if one.badge_hmac == digest), None)
    operator_id = f"badge-{digest[:DIGEST_SHOWN]}" if owner is None else owner.operator_id
    name = operator_id if owner is None else owner.name
    here = turn.crew.find(operator_id) is not None
    if here and not turn.crew.is_locked:
        labor.sign_off(turn, operator_id, "operator", quality)
        return say("{name} signed off.", name=name)
    if _needs_pin(turn, operator_id):
        raise PinNeededError(operator_id, name)
    if here:
        _let_in(turn, operator_id)
        return say("Unlocked by {name}.", name=name)
    labor.sign_on(turn, operator_id, "direct", "badge", quality)
    _let_in(turn, operator_id)
    return say("{name} signed on.", name=name)


def remember(turn: Turn, refusal: EntryRefusedError) -> None:
    """Whose PIN is asked for."""
    if isinstance(refusal, PinNeededError):
        asked = PinAsked(refusal.operator_id, turn.draft.observed + PIN_WAITED_S)
        turn.crew = replace(turn.crew, pin_asked=asked)


def _sign_on(turn: Turn, entry: Entry) -> str:
    operator_id = arguments.name(entry.arguments, "operator_id")
    proven, crew = entry.auth == "pin", turn.crew
    here = crew.find(operator_id)
    # Who unlocks goes on with the same.
    usual = here.activity if here is not None and proven and crew.is_locked else "direct"
    activity = arguments.one_of({"activity": usual, **entry.arguments}, "activity", ACTIVITIES)
    if _needs_pin(turn, operator_id):
        _must_have_both(turn, entry, operator_id)
    if proven and here is not None and here.activity == activity:
        _let_in(turn, operator_id)
        name = _called(turn, operator_id)
        if crew.is_locked:
            return say("Unlocked by {name}.", name=name)
        return say("{name} is signed on and acts here now.", name=name)
    quality = turn.draft.quality("operator", entry="manual")
    labor.sign_on(turn, operator_id, activity, "pin" if proven else "entry", quality)
    if proven:
        _let_in(turn, operator_id)
    elif not crew.people:
        locking.unlock(turn)
    return say("{operator_id} signed on.", operator_id=operator_id)


def _let_in(turn: Turn, operator_id: str) -> None:
    """Somebody showed who it is: the work center is open, and what comes in this person's name is believed."""
    locking.unlock(turn)
    turn.crew = turn.crew.shown(operator_id)
    turn.let_in = LetIn(operator_id, turn.crew.let_in, turn.wc_id)


def _must_have_both(turn: Turn, entry: Entry, operator_id: str) -> None:
    """Refuse somebody who did not both scan a badge and enter its PIN; the badge counts once."""
    name = _called(turn, operator_id)
    if entry.auth != "pin":
        raise EntryRefusedError("PIN_NEEDED", say("{name}: scan your badge, then enter your PIN.", name=name))
    if not turn.crew.asked(operator_id, turn.draft.observed):
        raise EntryRefusedError("BADGE_NEEDED", say("{name}: scan your badge first.", name=name))
    turn.crew = replace(turn.crew, pin_asked=None)


def _called(turn: Turn, operator_id: str) -> str:
    known = turn.directories.operator(operator_id)
    return operator_id if known is None else known.name


def _needs_pin(turn: Turn, operator_id: str) -> bool:
    """Whether it takes badge and PIN together to be this person."""
    known = turn.directories.operator(operator_id)
    return known is not None and not set(turn.setup.machine.people.pin_with_badge).isdisjoint(known.roles)


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
