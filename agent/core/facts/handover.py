"""Facts about what one crew tells the next, and whom it calls for help (domain.md E2, E4, G3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from agent.core.facts.blocks import Block, FactData, Number, ShiftKeys, Timestamp
from agent.core.facts.shifts import ShiftOrder, TimeElements

CallRole: TypeAlias = Literal["maintenance", "quality", "supervisor", "logistics"]


class HandoverNote(Block):
    """A note that was open when a shift was handed over."""

    note_id: str
    text: str
    owner: str | None
    due: Timestamp | None
    actor: str | None
    """Who wrote it."""
    since: Timestamp


class ShiftHandover(FactData):
    """The outgoing crew signs what stands (domain.md E2)."""

    TYPE = "shift.handover"
    handover_id: str
    replaces: str | None
    """The handover before it, which nobody acknowledged and which counts no more."""
    actor: str
    """Who signed."""
    crew: tuple[str, ...]
    """Everybody who was signed on."""
    handed_over: ShiftKeys | None
    """The shift that it is about, which may have ended half an hour ago; null where no calendar is known."""
    start: Timestamp
    """Where that shift began, as far as it was seen; the quantities and times are those from then on."""
    qty_good: Number
    qty_scrap: Number
    qty_rework: Number
    uom: str
    orders: tuple[ShiftOrder, ...]
    """Empty where the shift had ended: its summary tells them."""
    elements: TimeElements
    stops: int
    """That ended in the shift, or stand open."""
    uncoded: int
    """Segments of downtime of the shift without a reason."""
    uncoded_s: Number
    open_stop_id: str | None
    unexplained_stops: tuple[str, ...]
    """Ids of the last stops that nobody has explained, newest first."""
    lots: tuple[str, ...]
    """Loaded."""
    open_discrepancies: int
    discrepancy_ids: tuple[str, ...]
    """Of them the newest, at most 20."""
    open_nc: int
    nc_ids: tuple[str, ...]
    """Of the nonconformances that are open the newest, at most 12."""
    notes: tuple[HandoverNote, ...]
    """Those that are open."""
    calls: tuple[str, ...]
    """Ids of the calls for help that nobody has answered."""
    comment: str = ""


class ShiftHandoverAcknowledged(FactData):
    """The incoming crew says that it read a handover."""

    TYPE = "shift.handover_acknowledged"
    handover_id: str
    signed_by: str
    signed_at: Timestamp
    actor: str
    """Somebody else than who signed it."""
    comment: str = ""


class ShiftNoteRecorded(FactData):
    """Somebody wrote down what the next crew must know or do."""

    TYPE = "shift.note_recorded"
    note_id: str
    text: str
    owner: str | None
    """Who is to do it: a role or a name."""
    due: Timestamp | None
    actor: str | None


class ShiftNoteClosed(FactData):
    """A note is done, or needs to be known no more."""

    TYPE = "shift.note_closed"
    note_id: str
    text: str
    owner: str | None
    due: Timestamp | None
    written_by: str | None
    since: Timestamp
    comment: str = ""
    actor: str | None


class CallRaised(FactData):
    """Somebody was called for help."""

    TYPE = "call.raised"
    call_id: str
    role: CallRole
    comment: str = ""
    actor: str | None


class CallAnswered(FactData):
    """Somebody who was called has come."""

    TYPE = "call.answered"
    call_id: str
    role: CallRole
    called_by: str | None
    called_for: str = ""
    """The comment of the call."""
    since: Timestamp
    waited_s: Number = Decimal(0)
    comment: str = ""
    actor: str | None
