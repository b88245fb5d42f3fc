"""Taking back what one has just said (domain.md E3): the fact is void by a correction, nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable

from agent.core.actions import Action, Actions, Asked
from agent.core.corrections import correction_changes, correction_effects, correction_rules, corrections
from agent.core.corrections.targets import Target
from agent.core.errors import EntryRefusedError
from agent.core.event_words import words_of
from agent.core.facts import Fact, Reason
from agent.core.observations import Entry
from agent.core.people import labor
from agent.core.sentences import say
from agent.core.state import Floor, Own
from agent.core.stops import reasons
from agent.core.turn import Turn
from agent.core.values import replace

UNDO = Reason(code="UNDO", dir=reasons.SYSTEM, rev=None)
FAMILIES = frozenset({"output", "scrap", "rework", "material", "lot", "quality", "call"})
TYPES = frozenset({"shift.note_recorded", "shift.note_closed"})
"""Those of other families: a signature is not taken back, it is given anew."""
MOST_PEOPLE = 4
"""Of whom the last word is remembered."""
LONGEST_NAME = 64
"""Characters of a person's id; whoever has a longer one corrects facts by their ids."""
LONGEST_TEXT = 40
"""Characters that are remembered of what tells a fact from others."""


def remembered(floor: Floor, actor: str | None, facts: Iterable[Fact]) -> Floor:
    """With the last of these facts that its actor may take back."""
    last = next((fact for fact in reversed(tuple(facts)) if _is_word(fact)), None)
    if last is None or len(actor or "") > LONGEST_NAME:
        return floor
    others = tuple(one for one in floor.own if one.actor != actor)
    mine = Own(actor, last.id, last.observed, last.data.TYPE, words_of(last.data)[:LONGEST_TEXT])
    return replace(floor, own=(mine, *others)[:MOST_PEOPLE])


def _is_word(fact: Fact) -> bool:
    """Whether a person said it, by hand or by a scan."""
    name = fact.data.TYPE
    may_be = name in TYPES or name.partition(".")[0] in FAMILIES
    return may_be and fact.data.quality.origin in {"operator", "scanner"}


def _undo(turn: Turn, entry: Entry) -> str:
    allowed_s = turn.setup.machine.correction.undo_s
    own = still_own(turn.floor, entry.actor, entry.observed.wall, allowed_s)
    if own is None:
        raise EntryRefusedError(
            "NOTHING_TO_UNDO", say("You said nothing here in the last {allowed_s} seconds.", allowed_s=f"{allowed_s:g}")
        )
    if turn.target is None or turn.target.id != own.fact_id.bytes:
        raise EntryRefusedError("TOO_MUCH_SINCE", say("Too much was recorded since. Void the fact by its id instead."))
    target = corrections.named(turn, entry)
    correction_rules.check_void(turn, entry, target, "void")
    change = correction_changes.changed(turn, target, "void", {})
    message = corrections.carry_out(turn, entry, change, UNDO, None)
    turn.floor = replace(turn.floor, own=tuple(one for one in turn.floor.own if one is not own))
    return message


def own_word(floor: Floor, actor: str | None) -> Own | None:
    """The last word of a person, or of nobody in particular: a code was scanned."""
    return next((one for one in floor.own if one.actor in {actor, None}), None)


def still_own(floor: Floor, actor: str | None, now: float, allowed_s: float) -> Own | None:
    """The last word of a person, or of nobody in particular, while it may be taken back."""
    own = own_word(floor, actor)
    return own if own is not None and 0 <= now - own.at <= allowed_s else None


def _target(asked: Asked) -> Target | None:
    own = own_word(asked.state.floor, asked.actor or labor.acting(asked.state))
    return None if own is None else Target(own.fact_id, None)


ACTIONS: Actions = {"undo_last": Action(_undo, correction_effects.records_of, _target)}
