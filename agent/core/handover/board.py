"""What hangs at a work center for the next crew: notes, the last handover, calls for help. Small and durable."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.core.facts import CallRole, ShiftKeys
from agent.core.values import replace

MOST_NOTES = 9
"""Open notes: as many as can be picked by a digit, and as are read at all."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the next crew must know or do."""

    note_id: str
    text: str
    owner: str | None
    due: float | None
    by: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who was called and has not come yet."""

    call_id: str
    role: CallRole
    comment: str
    by: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Signed:
    """What the outgoing crew signed, in short; the fact of it has all of it."""

    good: Decimal
    scrap: Decimal
    rework: Decimal
    uom: str
    uncoded: int
    uncoded_s: Decimal
    open_stop_id: str | None
    open_discrepancies: int
    open_nc: int


@dataclass(frozen=True, slots=True)
class Handover:
    """The last handover."""

    handover_id: str
    shift: ShiftKeys | None
    by: str
    at: float
    comment: str
    signed: Signed
    acknowledged_by: str | None = None
    """None while nobody of the incoming crew has."""
    acknowledged_at: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """All that hangs there."""

    notes: tuple[Note, ...] = ()
    """The oldest first."""
    handover: Handover | None = None
    calls: tuple[Call, ...] = ()
    """The oldest first; one of a role at most."""

    @property
    def full(self) -> bool:
        """Whether no other note can be open."""
        return len(self.notes) >= MOST_NOTES

    def note(self, note_id: str) -> Note | None:
        """The open note of this id."""
        return next((one for one in self.notes if one.note_id == note_id), None)

    def with_note(self, note: Note) -> Board:
        """With a note, in place of what was known of it."""
        others = self.without_note(note.note_id).notes
        return replace(self, notes=tuple(sorted((*others, note), key=lambda one: one.since)))

    def without_note(self, note_id: str) -> Board:
        """With a note less."""
        return replace(self, notes=tuple(one for one in self.notes if one.note_id != note_id))

    def call(self, call_id: str) -> Call | None:
        """The open call of this id."""
        return next((one for one in self.calls if one.call_id == call_id), None)

    def call_of(self, role: str) -> Call | None:
        """The open call of a role."""
        return next((one for one in self.calls if one.role == role), None)

    def with_call(self, call: Call) -> Board:
        """With a call, in place of what was known of it."""
        others = self.without_call(call.call_id).calls
        return replace(self, calls=tuple(sorted((*others, call), key=lambda one: one.since)))

    def without_call(self, call_id: str) -> Board:
        """With a call less."""
        return replace(self, calls=tuple(one for one in self.calls if one.call_id != call_id))

    def later(self, by: float) -> Board:
        """The same after the wall clock was set: who waits has waited as long as before.

        What was written and signed keeps the time that was told of it, and a note is due when people said.
        """
        return replace(self, calls=tuple(replace(one, since=one.since + by) for one in self.calls))


NOTHING = Board()
