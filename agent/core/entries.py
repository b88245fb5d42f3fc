"""Everything that people can do, by the name of its action."""

from __future__ import annotations

from agent.core import expecting, questions
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.attempts import attempt
from agent.core.corrections import corrections, undo
from agent.core.corrections.targets import Target
from agent.core.counts import quantities, scrapping
from agent.core.discrepancies import discrepancy_entries
from agent.core.errors import EntryRefusedError
from agent.core.handover import calls, handovers, notes
from agent.core.materials import consuming, loading, lot_splits, movements, moving
from agent.core.observations import Entry
from agent.core.orders import attaching, execution
from agent.core.people import labor, locking, rights, signing
from agent.core.quality import checking, checks, holds
from agent.core.replies import accepted, refused
from agent.core.stops import stop_entries
from agent.core.turn import Turn
from agent.core.units import genealogy, issuing, making, nc_entries
from agent.core.values import replace
from agent.core.views import Reply

_IN_ROOMS: Actions = {
    **discrepancy_entries.ACTIONS,
    **execution.ACTIONS,
    **attaching.ACTIONS,
    **loading.ACTIONS,
    **moving.ACTIONS,
    **movements.ACTIONS,
    **consuming.ACTIONS,
    **quantities.ACTIONS,
    **signing.ACTIONS,
    **locking.ACTIONS,
    **checking.ACTIONS,
    **checks.ACTIONS,
    **holds.ACTIONS,
    **scrapping.ACTIONS,
    **genealogy.ACTIONS,
    **nc_entries.ACTIONS,
    **issuing.ACTIONS,
    **making.ACTIONS,
    **lot_splits.ACTIONS,
    **stop_entries.ACTIONS,
    **notes.ACTIONS,
    **handovers.ACTIONS,
    **calls.ACTIONS,
    **corrections.ACTIONS,
    **undo.ACTIONS,
    **expecting.ACTIONS,
}
ACTIONS: Actions = {**_IN_ROOMS, **questions.answers(_IN_ROOMS)}


def claims_needed(action: str, asked: Asked) -> Claims:
    """The claims that `take` must be given for an entry with this action."""
    known = ACTIONS.get(action)
    return () if known is None else known.needs(asked)


def target_named(action: str, asked: Asked) -> Target | None:
    """The fact that an entry with this action is about."""
    known = ACTIONS.get(action)
    return None if known is None else known.target(asked)


def take(turn: Turn, entry: Entry) -> Reply:
    """Carry out what somebody entered, or say why not: then nothing changed."""
    try:
        locking.must_be_open_to(turn, entry)
        if entry.actor is None and entry.role != "mes":
            entry = replace(entry, actor=labor.acting(turn))
        message = carry_out(turn, entry)
    except EntryRefusedError as refusal:
        return refused(refusal)
    if turn.floor.last_scan is not None:
        turn.floor = replace(turn.floor, last_scan=replace(turn.floor.last_scan, overtaken=True))
    if entry.role != "mes":
        locking.use(turn)
    return accepted(message)


def carry_out(turn: Turn, entry: Entry) -> str:
    """Carry out what somebody entered, and say so in one sentence.

    Raises:
        EntryRefusedError: they may not, or it cannot be done; nothing changed.
    """
    action = _action(entry.action)
    rights.must_be(turn, entry, *action.roles)
    with attempt(turn):
        return action.carry_out(turn, entry)


def _action(name: str) -> Action:
    known = ACTIONS.get(name)
    if known is None:
        raise EntryRefusedError("UNKNOWN_ACTION", f"There is no action '{name}'; expected one of {', '.join(ACTIONS)}.")
    return known
