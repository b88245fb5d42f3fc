"""What hangs at a work center, as people and other programs are shown it: notes, calls, the last handover."""

from __future__ import annotations

from decimal import Decimal

from agent.core.facts import (
    Block,
    CallRole,
    ShiftKeys,
    Timestamp,
)


class NoteView(Block):
    """Something that the next crew must know or do."""

    note_id: str
    text: str
    owner: str | None
    """Who is to do it: a role or a name."""
    due: Timestamp | None
    by: str | None
    """Id of whoever wrote it."""
    since: Timestamp
    by_name: str | None = None
    """By the directory of operators; the id where it does not know the person."""


class HandoverView(Block):
    """The last handover of this work center, with what the outgoing crew signed."""

    handover_id: str
    shift: ShiftKeys | None
    signed_by: str
    """Id of the person; nobody acknowledges what they signed themselves."""
    signed_at: Timestamp
    acknowledged_by: str | None
    """Null while the incoming crew has not said that it read it."""
    acknowledged_at: Timestamp | None
    signed_by_name: str
    """By the directory of operators; the id where it does not know the person."""
    acknowledged_by_name: str | None
    comment: str
    qty_good: Decimal
    """Of the shift up to then, as the next three."""
    qty_scrap: Decimal
    qty_rework: Decimal
    uom: str
    uncoded: int
    """Segments of downtime that nobody had explained."""
    uncoded_s: Decimal
    open_stop_id: str | None
    open_discrepancies: int
    open_nc: int


class EndedShiftView(Block):
    """The shift that ended just now: who signs a handover signs that of this one."""

    shift: ShiftKeys
    qty_good: Decimal
    qty_scrap: Decimal
    qty_rework: Decimal
    uncoded: int
    """Segments of downtime that nobody has explained."""
    uncoded_s: Decimal


class CallView(Block):
    """Somebody who was called and has not come yet."""

    call_id: str
    role: CallRole
    since: Timestamp
    by: str | None
    """Id of whoever called."""
    by_name: str | None = None
    """By the directory of operators; the id where it does not know the person."""
    comment: str = ""
