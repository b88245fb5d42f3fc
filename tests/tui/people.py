"""A crew, its notes, its handover and its calls, for pages to show."""

from __future__ import annotations

from decimal import Decimal

from agent.core.handover.board_view import CallView, HandoverView, NoteView
from agent.core.people.person_view import PersonView
from agent.core.work_center_view import WorkCenterView
from agent.tui.sheets.sheet import Page
from tests.tui.views import CENTER, LOCKED, SHIFT, STOP

ASEL = PersonView(
    operator_id="OP-7", name="Asel", activity="direct", since="2026-03-04T01:00:00.000Z", roles=("operator",)
)
MARAT = PersonView(
    operator_id="OP-8", name="Marat", activity="indirect", since="2026-03-04T06:30:00.000Z", roles=("supervisor",)
)
NOTE = NoteView(
    note_id="note-1",
    text="The feeder jams at the third nozzle when the bottles are wet",
    owner="maintenance",
    due="2026-03-04T11:00:00.000Z",
    by="OP-7",
    since="2026-03-04T05:00:00.000Z",
    by_name="Asel",
)
OVERDUE = NOTE.model_copy(update={"note_id": "note-2", "owner": None, "due": "2026-03-04T06:00:00.000Z"})
SIGNED = HandoverView(
    handover_id="handover-1",
    shift=None,
    signed_by="OP-7",
    signed_at="2026-03-04T06:50:00.000Z",
    acknowledged_by=None,
    acknowledged_at=None,
    signed_by_name="Asel",
    acknowledged_by_name=None,
    comment="",
    qty_good=Decimal(1100),
    qty_scrap=Decimal(12),
    qty_rework=Decimal(0),
    uom="pcs",
    uncoded=3,
    uncoded_s=Decimal(700),
    open_stop_id=None,
    open_discrepancies=1,
    open_nc=2,
)
ACKNOWLEDGED = SIGNED.model_copy(
    update={
        "acknowledged_by": "OP-8",
        "acknowledged_by_name": "Marat",
        "acknowledged_at": "2026-03-04T06:55:00.000Z",
    }
)
TECHNICIAN = CallView(
    call_id="call-1", role="maintenance", since="2026-03-04T06:51:00.000Z", by="OP-7", by_name="Asel", comment=""
)
MANNED = CENTER.model_copy(update={"crew": (MARAT, ASEL)})
"""Asel acts: she signed on last."""

SHORT = NOTE.model_copy(update={"text": "Feeder jams"})
"""A longer one ends early in a list, and stands in full on its own page."""
NOTES = tuple(SHORT.model_copy(update={"note_id": f"note-{number}"}) for number in range(3))
CALLS = tuple(TECHNICIAN.model_copy(update={"role": role}) for role in ("maintenance", "quality", "logistics"))
BUSY = MANNED.model_copy(
    update={
        "handover": SIGNED,
        "calls": CALLS,
        "notes": (*NOTES, OVERDUE.model_copy(update={"text": SHORT.text})),
        "uncoded": 3,
        "open_nc": 2,
        "shift_figures": SHIFT,
        "stop": STOP,
    }
)
WRITTEN = {"text": "x" * 115}
PAGES: list[tuple[WorkCenterView, Page, dict[str, str]]] = [
    (MANNED.model_copy(update={"handover": SIGNED, "calls": CALLS[:1]}), Page.RUN, {}),
    (MANNED.model_copy(update={"notes": NOTES[:1]}), Page.HANDOVER, {}),
    (BUSY, Page.HANDOVER, {}),
    (BUSY.model_copy(update={"handover": ACKNOWLEDGED}), Page.HANDOVER, {}),
    (BUSY, Page.NOTES, {}),
    (MANNED.model_copy(update={"notes": (NOTE,)}), Page.NOTE, {"note_id": "note-1"}),
    (BUSY, Page.ADD_NOTE, {}),
    (BUSY, Page.ADD_NOTE, WRITTEN),
    (BUSY, Page.ADD_NOTE, {**WRITTEN, "owner": "quality"}),
    (BUSY, Page.CALL, {}),
    (BUSY, Page.CREW, {}),
    (BUSY, Page.PERSON, {"operator_id": "OP-7"}),
    (LOCKED, Page.SIGN_ON, {}),
    (LOCKED, Page.SIGN_ON, {"operator_id": "OP-7"}),
]
"""Every page about people, as full as they come."""
