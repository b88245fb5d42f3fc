"""Handing a shift over: the outgoing crew signs what stands, somebody else of the incoming one acknowledges it.

A handover stays until it is acknowledged or another one takes its place: nobody's reading is taken for granted
(domain.md E4).
"""

from __future__ import annotations

from agent.core.actions import Action, Actions
from agent.core.errors import EntryRefusedError
from agent.core.facts import HandoverNote, ShiftHandover, ShiftHandoverAcknowledged
from agent.core.handover import words
from agent.core.handover.board import Board, Handover, Note, Signed
from agent.core.handover.subject import subject
from agent.core.observations import Entry
from agent.core.sentences import say
from agent.core.shifts import so_far
from agent.core.shifts.time_elements import elements
from agent.core.times import iso
from agent.core.turn import Turn
from agent.core.values import replace

MOST_DISCREPANCIES = 20
"""Named in one handover: a fact stays small however many there are."""


def _sign(turn: Turn, entry: Entry) -> str:
    actor, comment = words.signer(entry), words.text(entry.arguments, "comment")
    turn.flush()
    turn.count_facts()
    data, now = _what_stands(turn, actor, comment), turn.draft.observed
    turn.draft.add(data, now, f"handover:{turn.wc_id}:{turn.number()}", correlation_id=data.handover_id)
    signed = Signed(
        good=data.qty_good,
        scrap=data.qty_scrap,
        rework=data.qty_rework,
        uom=data.uom,
        uncoded=data.uncoded,
        uncoded_s=data.uncoded_s,
        open_stop_id=data.open_stop_id,
        open_discrepancies=data.open_discrepancies,
        open_nc=data.open_nc,
    )
    handover = Handover(data.handover_id, data.handed_over, actor, now, comment, signed)
    turn.board = replace(turn.board, handover=handover)
    return say("Signed. Somebody of the next crew reads it and acknowledges it.")


def _what_stands(turn: Turn, actor: str, comment: str) -> ShiftHandover:
    board, about, stop = turn.board, subject(turn), turn.stops.open
    discrepancies, discrepancy_ids = so_far.open_discrepancies(turn)
    remembered = (*turn.floor.closed_stops, *turn.floor.unexplained_stops)
    unexplained = tuple(one.stop_id for one in remembered if one.unexplained is not None)
    return ShiftHandover(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        handover_id=f"handover-{turn.draft.ids.take()}",
        replaces=None if (former := _waiting(board)) is None else former.handover_id,
        actor=actor,
        crew=tuple(one.operator_id for one in turn.crew.people),
        handed_over=about.shift,
        start=iso(about.since),
        qty_good=about.total.good,
        qty_scrap=about.total.scrap,
        qty_rework=about.total.rework,
        uom=turn.setup.machine.output.uom,
        orders=about.orders,
        elements=elements(about.total),
        stops=about.stops,
        uncoded=about.uncoded,
        uncoded_s=about.uncoded_s,
        open_stop_id=None if stop is None else stop.stop_id,
        unexplained_stops=unexplained,
        lots=turn.materials.lots,
        open_discrepancies=discrepancies,
        discrepancy_ids=discrepancy_ids[:MOST_DISCREPANCIES],
        open_nc=turn.units.open_count,
        nc_ids=tuple(one.nc_id for one in turn.units.open),
        notes=tuple(_told(note) for note in board.notes),
        calls=tuple(call.call_id for call in board.calls),
        comment=comment,
    )


def _told(note: Note) -> HandoverNote:
    return HandoverNote(
        note_id=note.note_id,
        text=note.text,
        owner=note.owner,
        due=None if note.due is None else iso(note.due),
        actor=note.by,
        since=iso(note.since),
    )


def _waiting(board: Board) -> Handover | None:
    """The handover that nobody has acknowledged."""
    last = board.handover
    return None if last is None or last.acknowledged_by is not None else last


def _acknowledge(turn: Turn, entry: Entry) -> str:
    actor, comment = words.signer(entry), words.text(entry.arguments, "comment")
    last, now = _waiting(turn.board), turn.draft.observed
    if last is None:
        raise EntryRefusedError(
            "NOTHING_TO_ACKNOWLEDGE", say("No handover waits here to be acknowledged. There is nothing to do.")
        )
    if last.by == actor:
        raise EntryRefusedError(
            "SAME_PERSON", say("You signed this handover yourself. Somebody of the next crew must acknowledge it.")
        )
    data = ShiftHandoverAcknowledged(
        keys=turn.draft.keys,
        quality=turn.draft.quality("operator", entry="manual"),
        versions=turn.draft.versions,
        handover_id=last.handover_id,
        signed_by=last.by,
        signed_at=iso(last.at),
        actor=actor,
        comment=comment,
    )
    turn.draft.add(data, now, f"handover:{turn.wc_id}:{turn.number()}", correlation_id=last.handover_id)
    turn.board = replace(turn.board, handover=replace(last, acknowledged_by=actor, acknowledged_at=now))
    return say("Acknowledged: the handover that {signed_by} signed.", signed_by=last.by)


ACTIONS: Actions = {"sign_handover": Action(_sign), "acknowledge_handover": Action(_acknowledge)}
