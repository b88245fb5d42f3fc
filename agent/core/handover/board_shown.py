"""What hangs at a work center as people are shown it."""

from __future__ import annotations

from agent.core.directories import Directories
from agent.core.handover.board import Board
from agent.core.handover.board_view import CallView, EndedShiftView, HandoverView, NoteView
from agent.core.handover.subject import ended
from agent.core.station import Station
from agent.core.times import iso


def notes(board: Board, directories: Directories) -> tuple[NoteView, ...]:
    """The open notes, the oldest first."""
    return tuple(
        NoteView(
            note_id=one.note_id,
            text=one.text,
            owner=one.owner,
            due=None if one.due is None else iso(one.due),
            by=one.by,
            since=iso(one.since),
            by_name=_name(one.by, directories),
        )
        for one in board.notes
    )


def handover(board: Board, directories: Directories) -> HandoverView | None:
    """The last handover."""
    last = board.handover
    if last is None:
        return None
    signed = last.signed
    return HandoverView(
        handover_id=last.handover_id,
        shift=last.shift,
        signed_by=last.by,
        signed_at=iso(last.at),
        acknowledged_by=last.acknowledged_by,
        acknowledged_at=None if last.acknowledged_at is None else iso(last.acknowledged_at),
        signed_by_name=_name(last.by, directories) or last.by,
        acknowledged_by_name=_name(last.acknowledged_by, directories),
        comment=last.comment,
        qty_good=signed.good,
        qty_scrap=signed.scrap,
        qty_rework=signed.rework,
        uom=signed.uom,
        uncoded=signed.uncoded,
        uncoded_s=signed.uncoded_s,
        open_stop_id=signed.open_stop_id,
        open_discrepancies=signed.open_discrepancies,
        open_nc=signed.open_nc,
    )


def ended_shift(station: Station, now: float) -> EndedShiftView | None:
    """The shift that ended just now, where a signature is about it."""
    over = None if station.working is None else ended(station.state, station.working.calendar, now)
    if over is None or over.shift is None:
        return None
    return EndedShiftView(
        shift=over.shift,
        qty_good=over.total.good,
        qty_scrap=over.total.scrap,
        qty_rework=over.total.rework,
        uncoded=over.uncoded,
        uncoded_s=over.uncoded_s,
    )


def calls(board: Board, directories: Directories) -> tuple[CallView, ...]:
    """The open calls, the oldest first."""
    return tuple(
        CallView(
            call_id=one.call_id,
            role=one.role,
            since=iso(one.since),
            by=one.by,
            by_name=_name(one.by, directories),
            comment=one.comment,
        )
        for one in board.calls
    )


def _name(operator_id: str | None, directories: Directories) -> str | None:
    known = None if operator_id is None else directories.operator(operator_id)
    return operator_id if known is None else known.name
