"""Notes for the next crew: written down, and closed by whoever did what they say."""

from __future__ import annotations

from agent.core import arguments
from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import ShiftNoteClosed, ShiftNoteRecorded
from agent.core.handover import words
from agent.core.handover.board import MOST_NOTES, Board, Note
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.stops.named_stops import instant_in
from agent.core.times import iso
from agent.core.turn import Turn


def must_have_room(board: Board) -> None:
    """Refuse another note where as many are open as can be.

    Raises:
        EntryRefusedError: NOTES_FULL.
    """
    if board.full:
        raise EntryRefusedError(
            "NOTES_FULL", say("{most} notes are open, and no more can be. Close one that is done.", most=MOST_NOTES)
        )


def _add(turn: Turn, entry: Entry) -> str:
    text, now = words.needed(entry.arguments, "text"), turn.draft.observed
    owner, due = arguments.optional_name(entry.arguments, "owner"), _due(entry, now)
    must_have_room(turn.board)
    note = Note(f"note-{turn.draft.ids.take()}", text, owner, due, words.actor(entry), now)
    turn.board = turn.board.with_note(note)
    data = ShiftNoteRecorded(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        note_id=note.note_id,
        text=text,
        owner=owner,
        due=None if due is None else iso(due),
        actor=note.by,
    )
    turn.draft.add(data, now, f"note:{turn.wc_id}:{turn.number()}", correlation_id=note.note_id)
    return say("Noted. Open notes: {count}.", count=len(turn.board.notes))


def _close(turn: Turn, entry: Entry) -> str:
    note = turn.board.note(arguments.name(entry.arguments, "note_id"))
    if note is None:
        raise EntryRefusedError("UNKNOWN_NOTE", say("That note is not open here. There is nothing to close."))
    data = ShiftNoteClosed(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        note_id=note.note_id,
        text=note.text,
        owner=note.owner,
        due=None if note.due is None else iso(note.due),
        written_by=note.by,
        since=iso(note.since),
        comment=words.text(entry.arguments, "comment"),
        actor=words.actor(entry),
    )
    turn.board = turn.board.without_note(note.note_id)
    key = f"note:{turn.wc_id}:{turn.number()}"
    turn.draft.add(data, turn.draft.observed, key, correlation_id=note.note_id)
    return say("Note closed. Open notes: {count}.", count=len(turn.board.notes))


def _due(entry: Entry, now: float) -> float | None:
    if not entry.arguments.get("due"):
        return None
    due = instant_in(entry.arguments, "due", now)
    if due <= now:
        raise EntryRefusedError("BAD_TIME", say("That time is over. Give one that is to come, or none."))
    return due


ACTIONS: Actions = {"add_note": Action(_add), "close_note": Action(_close)}
