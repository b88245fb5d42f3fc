"""Holds: a lot, a unit or an order that is not to be used or gone on with (requirement 36).

Anybody places one, quality or a supervisor releases it. The MES's own word on a lot, that it is restricted, holds it
too and ends only by another word of the MES.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.errors import EntryRefusedError
from agent.core.facts import HoldPlaced, HoldReleased, Keys, Reason
from agent.core.observations import Entry
from agent.core.quality.quality import OpenHold
from agent.core.records import Records
from agent.core.sentences import say
from agent.core.times import iso
from agent.core.turn import Turn
from agent.core.values import replace

Target: TypeAlias = Literal["lot", "serial", "order"]
TARGETS: Mapping[str, Target] = {"lot": "lot", "serial": "serial", "order": "order"}
RESTRICTED = Reason(code="RESTRICTED", dir="lots", rev=None)
"""Reason of a hold that the directory of lots says, and nobody placed here."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that was placed."""

    hold_id: str | None
    """None where the directory of lots says that the lot is restricted."""
    target: Target
    target_id: str
    reason: Reason
    since: float
    wc_id: str
    """Where it was placed, and is released."""
    released: bool = False


HOLDS = Records("hold", Hold)


def claim(target: Target, target_id: str) -> str:
    """The claim that holds it; to be named in the needs of whatever asks `held`."""
    return HOLDS.key(target, target_id)


def held(turn: Turn, target: Target, target_id: str) -> Hold | None:
    """The hold in force, placed here or, for lots, said by the directory; None where it is free."""
    hold = placed(turn, target, target_id)
    if hold is not None:
        return hold
    lot = turn.directories.lots.get(target_id) if target == "lot" else None
    if lot is not None and lot.status == "restricted":
        return Hold(None, target, target_id, RESTRICTED, turn.draft.observed, turn.wc_id)
    return None


def placed(turn: Turn, target: Target, target_id: str) -> Hold | None:
    """The hold that somebody placed and nobody has released."""
    hold = HOLDS.find(turn, target, target_id)
    return None if hold is None or hold.released else hold


@dataclass(frozen=True, slots=True)
class Word:
    """Why something is held, and who says so."""

    reason: Reason
    comment: str
    actor: str | None


def place(turn: Turn, target: Target, target_id: str, word: Word) -> str:
    """Hold it; returns the hold's id. It must not be held already."""
    now, hold_id = turn.draft.observed, f"hold-{turn.draft.ids.take()}"
    HOLDS.keep(turn, Hold(hold_id, target, target_id, word.reason, now, turn.wc_id), target, target_id)
    turn.quality = turn.quality.with_hold(OpenHold(hold_id, target, target_id, word.reason.code, now))
    data = HoldPlaced(
        keys=_keys(turn, target, target_id),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        hold_id=hold_id,
        target=target,
        target_id=target_id,
        reason=word.reason,
        comment=word.comment,
        actor=word.actor,
    )
    turn.draft.add(data, now, f"hold:{turn.wc_id}:{target}:{target_id}:{turn.number()}")
    return hold_id


def _place(turn: Turn, entry: Entry) -> str:
    target, target_id = _target_of(entry.arguments)
    comment = arguments.text(entry.arguments, "comment")
    reason = code_lists.coded(turn.directories, "holds", arguments.name(entry.arguments, "reason"), comment)
    if placed(turn, target, target_id) is not None:
        raise EntryRefusedError("ALREADY_HELD", say("{name} is on hold already. Nothing to do.", name=target_id))
    place(turn, target, target_id, Word(reason, comment, entry.actor))
    return say("{name} is on hold.", name=target_id)


def _release(turn: Turn, entry: Entry) -> str:
    target, target_id = _released(turn.quality.holds, entry.arguments)
    hold = held(turn, target, target_id)
    if hold is None:
        raise EntryRefusedError("NOT_ON_HOLD", say("{name} is not on hold. Nothing to do.", name=target_id))
    if hold.hold_id is None:
        raise EntryRefusedError(
            "HELD_BY_MES", say("The MES restricts lot {lot_id}; only the MES can release it.", lot_id=target_id)
        )
    if hold.wc_id != turn.wc_id:
        raise EntryRefusedError("WRONG_WC", say("The hold was placed at {wc_id}. Release it there.", wc_id=hold.wc_id))
    HOLDS.keep(turn, replace(hold, released=True), target, target_id)
    turn.quality = turn.quality.without_hold(hold.hold_id)
    data = HoldReleased(
        keys=_keys(turn, target, target_id),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        hold_id=hold.hold_id,
        target=target,
        target_id=target_id,
        since=iso(hold.since),
        comment=arguments.text(entry.arguments, "comment"),
        actor=entry.actor,
    )
    turn.draft.add(data, turn.draft.observed, f"hold:{turn.wc_id}:{target}:{target_id}:{turn.number()}")
    return say("{name} is free again.", name=target_id)


def _target_of(given: Mapping[str, str]) -> tuple[Target, str]:
    return arguments.one_of(given, "target", TARGETS), arguments.name(given, "target_id")


def _released(shown: tuple[OpenHold, ...], given: Mapping[str, str]) -> tuple[Target, str]:
    hold_id = given.get("hold_id")
    if not hold_id:
        return _target_of(given)
    found = next((one for one in shown if one.hold_id == hold_id), None)
    if found is None:
        raise EntryRefusedError(
            "UNKNOWN_HOLD", say("No hold of this id is open here. Name what is held: target, target_id.")
        )
    return TARGETS[found.target], found.target_id


def _of_target(asked: Asked) -> Claims:
    try:
        return (claim(*_target_of(asked.arguments)),)
    except EntryRefusedError:
        return ()


def _of_hold(asked: Asked) -> Claims:
    try:
        return (claim(*_released(asked.state.quality.holds, asked.arguments)),)
    except EntryRefusedError:
        return ()


def _keys(turn: Turn, target: Target, target_id: str) -> Keys:
    match target:
        case "lot":
            lot = turn.directories.lots.get(target_id)
            return Keys(wc_id=turn.wc_id, lot_id=target_id, item_id=None if lot is None else lot.item_id)
        case "serial":
            return Keys(wc_id=turn.wc_id, serial=target_id)
        case "order":
            return Keys(wc_id=turn.wc_id, order_id=target_id)


ACTIONS: Actions = {
    "place_hold": Action(_place, _of_target),
    "release_hold": Action(_release, _of_hold, roles=("quality", "supervisor")),
}
