"""Calls for help: one of a role at a time, open until somebody says that they came."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import CallAnswered, CallRaised, CallRole
from agent.core.handover import words
from agent.core.handover.board import Board, Call
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn

ROLES: Mapping[str, CallRole] = {
    "maintenance": "maintenance",
    "quality": "quality",
    "supervisor": "supervisor",
    "logistics": "logistics",
}


def must_not_be_called(board: Board, role: str, now: float) -> None:
    """Refuse a second call of a role.

    Raises:
        EntryRefusedError: CALL_OPEN.
    """
    call = board.call_of(role)
    if call is not None:
        raise EntryRefusedError(
            "CALL_OPEN",
            say(
                "Called already, {minutes} min ago: {role}. The call is open until somebody comes.",
                minutes=_minutes(call, now),
                role=role,
            ),
        )


def _call(turn: Turn, entry: Entry) -> str:
    role, now = arguments.one_of(entry.arguments, "role", ROLES), turn.draft.observed
    must_not_be_called(turn.board, role, now)
    comment = words.text(entry.arguments, "comment")
    call = Call(f"call-{turn.draft.ids.take()}", role, comment, words.actor(entry), now)
    turn.board = turn.board.with_call(call)
    data = CallRaised(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        call_id=call.call_id,
        role=role,
        comment=comment,
        actor=call.by,
    )
    turn.draft.add(data, now, f"call:{turn.wc_id}:{turn.number()}", correlation_id=call.call_id)
    return say("Called: {role}.", role=role)


def _answer(turn: Turn, entry: Entry) -> str:
    call, now = _named(turn.board, entry), turn.draft.observed
    data = CallAnswered(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        call_id=call.call_id,
        role=call.role,
        called_by=call.by,
        called_for=call.comment,
        since=iso(call.since),
        waited_s=Decimal(max(milliseconds(now) - milliseconds(call.since), 0)).scaleb(-3),
        comment=words.text(entry.arguments, "comment"),
        actor=words.actor(entry),
    )
    turn.board = turn.board.without_call(call.call_id)
    turn.draft.add(data, now, f"call:{turn.wc_id}:{turn.number()}", correlation_id=call.call_id)
    return say("Somebody came after {minutes} min: {role}.", minutes=_minutes(call, now), role=call.role)


def _named(board: Board, entry: Entry) -> Call:
    call_id = entry.arguments.get("call_id")
    found = board.call(call_id) if call_id else board.call_of(arguments.one_of(entry.arguments, "role", ROLES))
    if found is None:
        raise EntryRefusedError("UNKNOWN_CALL", say("That call is not open here. There is nothing to answer."))
    return found


def _minutes(call: Call, now: float) -> int:
    return int(max(now - call.since, 0.0) // 60.0)


ACTIONS: Actions = {"call": Action(_call), "answer_call": Action(_answer)}
