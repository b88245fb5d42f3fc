"""What hangs at a work center once a fact about a note or a call is void, holds again or says something else."""

from __future__ import annotations

from agent.core.contract.envelope import Row
from agent.core.corrections.corrected import Data
from agent.core.errors import EntryRefusedError
from agent.core.handover.board import Board, Call, Note
from agent.core.handover.calls import must_not_be_called
from agent.core.handover.notes import must_have_room
from agent.core.sentences import say
from agent.core.times import epoch
from agent.core.turn import Turn

NOTES = frozenset({"shift.note_recorded", "shift.note_closed"})
BEGINS = frozenset({"shift.note_recorded", "call.raised"})
"""With these something is open, with the others it is no more."""
ABOUT = NOTES | {"call.raised", "call.answered"}


def check(turn: Turn, row: Row, was: Data | None, now: Data | None) -> None:
    """Refuse what does not go with what hangs there now.

    Args:
        turn: of the work center.
        row: the fact.
        was: what it said until now; None where it was void.
        now: what it says from now on; None where it is void.

    Raises:
        EntryRefusedError: what would end is not open, or what would be open again has no place.
    """
    if row.type not in ABOUT or (was is None) == (now is None):
        return
    board, said = turn.board, was if now is None else now
    assert said is not None
    if (row.type in BEGINS) != (now is None):
        if row.type in NOTES:
            must_have_room(board)
        else:
            must_not_be_called(board, said["role"], turn.draft.observed)
    elif not _is_open(board, said):
        raise EntryRefusedError("NOT_OPEN_NOW", say("That is not open any more. There is nothing to take back."))


def follow(turn: Turn, row: Row, was: Data | None, now: Data | None) -> None:
    """Have hang there what the facts say from now on."""
    if row.type not in ABOUT:
        return
    board = turn.board
    if row.type in BEGINS:
        if was is not None and now is None:
            turn.board = _without(board, was)
        elif now is not None and (was is None or _is_open(board, now)):
            turn.board = _with(board, now, epoch(row.time))
    elif was is not None and now is None:
        # By a clock that was set back since, it may have begun later than now.
        turn.board = _with(board, was, min(epoch(was["since"]), turn.draft.observed))
    elif was is None and now is not None:
        turn.board = _without(board, now)


def _is_open(board: Board, data: Data) -> bool:
    if "note_id" in data:
        return board.note(data["note_id"]) is not None
    return board.call(data["call_id"]) is not None


def _without(board: Board, data: Data) -> Board:
    return board.without_note(data["note_id"]) if "note_id" in data else board.without_call(data["call_id"])


def _with(board: Board, data: Data, since: float) -> Board:
    if "note_id" in data:
        due, by = data["due"], data.get("written_by", data["actor"])
        return board.with_note(
            Note(data["note_id"], data["text"], data["owner"], None if due is None else epoch(due), by, since)
        )
    by = data.get("called_by", data["actor"])
    comment = data["called_for"] if "called_for" in data else data["comment"]
    return board.with_call(Call(data["call_id"], data["role"], comment, by, since))
