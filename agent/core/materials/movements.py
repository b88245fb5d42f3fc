"""Movements of material to and from the line: proposed on the floor, settled by who accounts for it (requirement 11).

What was done on the floor stays done whatever the owner says: a rejected movement is shown to the people who made it,
and takes back neither the lot nor what was used of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import ValidationError

from agent.core import arguments, code_lists
from agent.core.actions import Action, Actions, Asked, Claims
from agent.core.contract.commands import Settle
from agent.core.draft import Draft
from agent.core.errors import EntryRefusedError
from agent.core.facts import (
    Fact,
    Keys,
    MaterialIssued,
    MaterialReturned,
    MovementSettled,
    MovementState,
)
from agent.core.materials import bom, consumption, lot_records, materials, uoms
from agent.core.materials.bom import Serving
from agent.core.materials.lot_records import LOTS
from agent.core.materials.materials import MOST_MOVEMENTS, Materials, Moved
from agent.core.observations import Entry
from agent.core.people import labor
from agent.core.records import Claims as Taken
from agent.core.records import Records
from agent.core.sentences import say
from agent.core.turn import Turn
from agent.core.values import replace

Kind: TypeAlias = Literal["issue", "return"]
ELSEWHERE = "-"
"""A place that nobody named."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement, kept among the claims of the whole agent."""

    wc_id: str
    item_id: str
    lot_id: str | None
    order_id: str | None
    op_no: str | None
    state: MovementState = "proposed"


MOVEMENTS = Records("mov", Movement)


def claims_of_command(payload: bytes) -> Claims:
    """The claims that settling a movement must be given."""
    try:
        return (MOVEMENTS.key(Settle.model_validate_json(payload).movement_id),)
    except ValidationError:
        return ()


def settle(command: Settle, taken: Taken, draft: Draft) -> None:
    """The accounting owner confirms or rejects a movement.

    Raises:
        EntryRefusedError: no such movement was proposed here, or it was settled before.
    """
    movement = MOVEMENTS.find(taken, command.movement_id)
    if movement is None:
        raise EntryRefusedError("UNKNOWN_MOVEMENT", f"no movement {command.movement_id} was proposed by this agent")
    if movement.state != "proposed":
        raise EntryRefusedError("ALREADY_SETTLED", f"movement {command.movement_id} was {movement.state} before")
    MOVEMENTS.keep(taken, replace(movement, state=command.state), command.movement_id)
    data = MovementSettled(
        keys=Keys(
            wc_id=movement.wc_id,
            order_id=movement.order_id,
            op_no=movement.op_no,
            item_id=movement.item_id,
            lot_id=movement.lot_id,
        ),
        quality=draft.quality("mes"),
        movement_id=command.movement_id,
        state=command.state,
        reason=command.reason,
        actor=command.actor,
    )
    draft.add(data, draft.observed, f"mvs:{command.movement_id}")


def heard(known: Materials, facts: tuple[Fact, ...]) -> Materials:
    """What is shown of movements, after some were settled: a confirmed one is done with, a rejected one stays."""
    said = {fact.data.movement_id: fact.data for fact in facts if isinstance(fact.data, MovementSettled)}
    if not said:
        return known
    shown = tuple(
        replace(one, state=said[one.movement_id].state, answer=said[one.movement_id].reason[: arguments.LONGEST_ID])
        if one.movement_id in said
        else one
        for one in known.movements
    )
    return replace(known, movements=tuple(one for one in shown if one.state != "confirmed"))


def issue(turn: Turn, entry: Entry) -> str:
    """Material was brought to the line.

    Raises:
        EntryRefusedError: it is not known how much of what, or in which unit.
    """
    return _propose(turn, entry, "issue")


def give_back(turn: Turn, entry: Entry) -> str:
    """Material was brought back from the line.

    Raises:
        EntryRefusedError: it is not known how much of what, or in which unit.
    """
    return _propose(turn, entry, "return")


def _propose(turn: Turn, entry: Entry, kind: Kind) -> str:
    moved = _moved(turn, entry, kind)
    keys = turn.draft.keys
    data = _fact(turn, entry, moved)
    _change_lot(turn, moved)
    turn.draft.add(data, moved.at, f"mov:{moved.movement_id}", correlation_id=turn.execution_id)
    movement = Movement(turn.wc_id, moved.item_id, moved.lot_id, keys.order_id, keys.op_no)
    MOVEMENTS.keep(turn, movement, moved.movement_id)
    _show(turn, moved)
    return say(
        "{qty} {uom} of {name} brought here; the MES has still to confirm it."
        if kind == "issue"
        else "{qty} {uom} of {name} brought back; the MES has still to confirm it.",
        qty=f"{moved.qty:f}",
        uom=moved.uom,
        name=moved.lot_id or moved.item_id,
    )


def _moved(turn: Turn, entry: Entry, kind: Kind) -> Moved:
    """What an entry says was moved."""
    given = entry.arguments
    lot_id = arguments.optional_name(given, "lot_id")
    item_id = _item(turn, given, lot_id)
    qty = arguments.quantity(given, "qty")
    loaded, serving = None if lot_id is None else turn.materials.lot(lot_id), _serving(turn, item_id)
    known = uoms.of_item(turn.directories, item_id, lot_id) or (None if loaded is None else loaded.uom)
    if known is None and serving is not None and serving.substitute is None:
        known = serving.line.uom
    uom = uoms.agreed(arguments.optional_name(given, "uom"), known, lot_id or item_id)
    return Moved(f"mov-{turn.draft.ids.take()}", kind, item_id, lot_id, qty, uom, entry.observed.wall)


def _fact(turn: Turn, entry: Entry, moved: Moved) -> MaterialIssued | MaterialReturned:
    given, issued = entry.arguments, moved.kind == "issue"
    serving = _serving(turn, moved.item_id)
    return (MaterialIssued if issued else MaterialReturned)(
        keys=turn.draft.keys.model_copy(update={"item_id": moved.item_id, "lot_id": moved.lot_id}),
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        movement_id=moved.movement_id,
        state="proposed",
        qty=moved.qty,
        uom=moved.uom,
        from_place=arguments.optional_name(given, "from_place") or (ELSEWHERE if issued else turn.wc_id),
        to_place=arguments.optional_name(given, "to_place") or (turn.wc_id if issued else ELSEWHERE),
        bom_line=None if serving is None else serving.line.line,
        reason=code_lists.optional(turn.directories, "deviations" if issued else "returns", given),
        actor=entry.actor or labor.acting(turn),
    )


def _serving(turn: Turn, item_id: str) -> Serving | None:
    return bom.serving(materials.lines_at(turn), item_id)


def _item(turn: Turn, given: Mapping[str, str], lot_id: str | None) -> str:
    """The item, said or known of the lot."""
    loaded = None if lot_id is None else turn.materials.lot(lot_id)
    copy = None if lot_id is None else turn.directories.lots.get(lot_id)
    known = (None if loaded is None else loaded.item_id) or (None if copy is None else copy.item_id)
    said = arguments.optional_name(given, "item_id")
    if said is not None and known is not None and said != known:
        raise EntryRefusedError(
            "WRONG_ITEM",
            say("Lot {lot_id} is {known}, not {said}. Look at the label again.", lot_id=lot_id, known=known, said=said),
        )
    found = said or known
    if found is None:
        raise EntryRefusedError(
            "MISSING_ARGUMENT", say("Nobody knows what item it is. Enter it with its item, or load the lot first.")
        )
    return found


def _change_lot(turn: Turn, moved: Moved) -> None:
    """A lot that lies here, or lay here, has so much more or less in it, where anybody knows how much that is."""
    lot_id, by = moved.lot_id, moved.qty if moved.kind == "issue" else -moved.qty
    if lot_id is None:
        return
    if turn.materials.lot(lot_id) is not None:
        turn.flush()
        consumption.tell_output(turn, moved.at)
    lot_records.holds_otherwise(turn, lot_id, by)


def _show(turn: Turn, moved: Moved) -> None:
    """The last ones are shown; where there are too many, what was settled goes first."""
    shown = [*turn.materials.movements, moved]
    if len(shown) > MOST_MOVEMENTS:
        shown.remove(next((one for one in shown if one.state != "proposed"), shown[0]))
    turn.materials = replace(turn.materials, movements=tuple(shown))


def _lot_record(asked: Asked) -> Claims:
    lot_id = asked.arguments.get("lot_id")
    return (LOTS.key(asked.wc_id, lot_id),) if lot_id else ()


ACTIONS: Actions = {
    "issue_material": Action(issue, _lot_record),
    "return_material": Action(give_back, _lot_record),
}
