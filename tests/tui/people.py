"""A crew, its notes, its handover and its calls, for pages to show."""

from __future__ import annotations

from decimal import Decimal

from agent.core.work_center_view import CallView, HandoverView, NoteView, PersonView
from tests.tui.views import CENTER

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
