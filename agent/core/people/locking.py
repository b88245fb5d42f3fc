"""A work center that is locked takes badges and PINs and nothing else (domain.md E2, E3).

It is locked while nobody is signed on where that is required, by whoever leaves it, and by itself after some time in
which nobody did anything. Machines are counted on, and no fact is made of it: who works stays signed on.
"""

from __future__ import annotations

from agent.core.actions import Action, Actions
from agent.core.codes.reading import Code
from agent.core.errors import EntryRefusedError
from agent.core.observations import Entry
from agent.core.people.crew import Crew
from agent.core.people.people_settings import PeopleSettings
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace


def is_locked(crew: Crew, settings: PeopleSettings) -> bool:
    """Whether nothing is taken from people but what says who they are."""
    return crew.is_locked or (settings.sign_on == "required" and not crew.people)


def must_be_open(turn: Turn, code: Code) -> None:
    """Refuse a code at a locked work center, unless it is a badge.

    Raises:
        EntryRefusedError: LOCKED.
    """
    if code.kind != "badge":
        _must_not_be_locked(turn)


def must_be_open_to(turn: Turn, entry: Entry) -> None:
    """Refuse what is entered at a locked work center, where neither a PIN nor the sender says who acts.

    A script that may name an actor answers for it, and what the MES commands is not held up; whose session it was is
    outside like everybody else. While nobody is signed on somebody may sign on by an entry; what was locked on purpose
    opens by badge or PIN alone.

    Raises:
        EntryRefusedError: LOCKED.
    """
    answered_for = entry.role == "mes" or (entry.actor is not None and entry.auth != "session")
    if answered_for or (entry.action == "sign_on" and not turn.crew.people):
        return
    _must_not_be_locked(turn)


def follow(turn: Turn, now: float) -> None:
    """Lock what nobody has used for as long as is configured."""
    after_s, crew = turn.setup.machine.people.lock_after_s, turn.crew
    if after_s is None or crew.locked or not crew.people:
        return
    used = max(crew.used or 0.0, crew.people[-1].since)
    if now - used >= after_s:
        turn.crew = replace(crew.shut(), locked=True)


def use(turn: Turn) -> None:
    """Somebody did something here just now."""
    if turn.setup.machine.people.lock_after_s is not None:
        turn.crew = replace(turn.crew, used=turn.draft.observed)


def unlock(turn: Turn) -> None:
    """Somebody said by badge or PIN who it is."""
    turn.crew = replace(turn.crew, locked=False)


def _must_not_be_locked(turn: Turn) -> None:
    if not is_locked(turn.crew, turn.setup.machine.people):
        return
    if turn.crew.people:
        raise EntryRefusedError("LOCKED", say("This work center is locked. Scan your badge or enter your PIN first."))
    raise EntryRefusedError("LOCKED", say("Nobody is signed on here. Scan your badge first."))


def _lock(turn: Turn, _: Entry) -> str:
    if not turn.crew.people:
        raise EntryRefusedError("NOT_SIGNED_ON", say("Nobody is signed on here. There is nothing to lock."))
    turn.crew = replace(turn.crew.shut(), locked=True)
    return say("Locked. A badge or a PIN unlocks it.")


ACTIONS: Actions = {"lock": Action(_lock)}
