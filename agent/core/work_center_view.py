"""One work center as people and other programs are shown it: the part of the local API's document about it.

All times are RFC 3339 in UTC; the terminal shows them in `time_zone`.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from agent.core.directories.items import Issuer
from agent.core.facts import (
    Block,
    NcDisposition,
    ShiftKeys,
    Timestamp,
)
from agent.core.handover.board_view import CallView, EndedShiftView, HandoverView, NoteView
from agent.core.machine.conditions import Condition, Mode
from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.orders.order_view import OrderView, RunView
from agent.core.people.person_view import PersonView, PinAskedView
from agent.core.quality.quality_views import QualityView
from agent.core.shifts.shift_view import FiguresView, LossView, StripView
from agent.core.stops.stop_view import ClosedStopView, StopView


class EventView(Block):
    """One line of what happened last."""

    time: Timestamp
    type: str
    text: str


class ScanView(Block):
    """What the last scan came to."""

    time: Timestamp
    text: str
    reader: str
    accepted: bool
    code: str
    message: str
    pattern: str = ""
    """Of the message, for other languages; as in an answer."""
    values: dict[str, str] = Field(default_factory=dict)


class NonconformanceView(Block):
    """What does not conform and is not settled."""

    nc_id: str
    serial: str | None
    lot_id: str | None
    qty: Decimal
    """What is not settled of it."""
    defect_code: str
    disposition: NcDisposition | None
    """Null while nobody has decided."""
    since: Timestamp


class AskedView(Block):
    """What is asked once before it is done: a command card `OK` or the entry `confirm` does it."""

    question: str
    """In English."""
    pattern: str
    """The same with names in place of its values, for other languages."""
    values: dict[str, str]
    """What stands in it, by name."""
    until: Timestamp
    """When it is dropped."""


class ExpectedView(Block):
    """What the next scan of a lot or a unit is for."""

    action: str
    """That it makes whole, one of docs/entries.md."""
    arguments: dict[str, str]
    """What was said of it before."""
    until: Timestamp
    """When the scan is what it is everywhere else."""


class UndoView(Block):
    """What somebody recorded last and may still take back (domain.md E3)."""

    actor: str | None
    type: str
    """Of the fact."""
    text: str
    """What tells it from others of its type."""
    until: Timestamp


class WorkCenterView(Block):
    """One work center at present."""

    wc_id: str
    manual: bool = False
    """No machine says here when it stops: people do (domain.md R22)."""
    link_up: bool
    """Whether the machine is connected; true as well where there is none to connect to."""
    link_since: Timestamp
    link_reason: str
    readers_down: tuple[str, ...] = ()
    """Names of the barcode readers that are not connected."""
    last_good: Timestamp | None
    """Time of the last good reading."""
    condition: Condition
    condition_since: Timestamp
    mode: Mode
    order: OrderView | None
    orders: tuple[OrderView, ...]
    """What may be started, the one to begin with first."""
    runs_without_order: tuple[RunView, ...] = ()
    """The last ones that may be given to an order, the newest first."""
    qty_good: Decimal
    qty_scrap: Decimal
    setup_parts: Decimal
    """Made in setups of this order, and not yet said to be good or scrap."""
    scrap_uncoded: Decimal
    """Rejects of this operation that the machine counted and nobody has given a code."""
    uom: str
    stop: StopView | None
    closed_stops: tuple[ClosedStopView, ...]
    """The last ones and earlier ones that somebody should explain, newest first."""
    uncoded: int
    """Segments of downtime of this shift that nobody has explained (domain.md R19)."""
    uncoded_s: Decimal
    setting_up: bool
    """Setting up for an order is under way (domain.md R10)."""
    shift: ShiftKeys | None
    shift_figures: FiguresView | None
    order_figures: FiguresView | None
    lots: tuple[str, ...]
    loaded: tuple[LotView, ...] = ()
    """The same lots, with what is left in them."""
    components: tuple[ComponentView, ...] = ()
    """What the operation in progress needs, by its bill of materials."""
    movements: tuple[MovementView, ...] = ()
    """The last movements of material that are not confirmed, the oldest first."""
    last_serial: str | None
    last_scan: ScanView | None
    asked: AskedView | None = None
    """What waits for a confirmation."""
    expected: ExpectedView | None = None
    """What waits for a scan; the entry `forget_scan` drops it."""
    events: tuple[EventView, ...]
    """The last few facts, newest first."""
    crew: tuple[PersonView, ...] = ()
    """The people signed on; who acts where nobody is named stands last."""
    locked: bool = False
    """Nothing is taken here but badges and PINs."""
    pin_asked: PinAskedView | None = None
    """Whose badge was scanned just now and counts with the PIN only."""
    quality: QualityView = QualityView()
    """Checks that are due, the last ones made, what is held."""
    qty_rework: Decimal = Decimal(0)
    """In rework now: neither good nor scrap."""
    counts_output: bool = True
    """Output is told by itself, by a counter or by serials, and nobody has to report it."""
    issues_serials: bool = False
    """Serials for what is made now are issued here, and may be asked for."""
    lot_issuer: Issuer | None = None
    """Who names the lot that is being made; null where none can be."""
    lot_out: str | None = None
    """The lot that is being made."""
    nonconforming: tuple[NonconformanceView, ...] = ()
    """The last ones that are open, newest first."""
    open_nc: int = 0
    """How many are open, shown or not."""
    strip: StripView | None = None
    """Null before anything was seen."""
    norm_per_hour: Decimal | None = None
    """Good parts per hour by the norm of the operation in progress; null where none is known."""
    shift_end: Timestamp | None = None
    """When this shift ends by the calendar."""
    losses: tuple[LossView, ...] = ()
    """What stops cost in this shift, the dearest first, at most nine; planned time is no loss."""
    favourites: tuple[str, ...] = ()
    """Reasons that people gave most in this shift and the one before, at most four."""
    undo: UndoView | None = None
    notes: tuple[NoteView, ...] = ()
    """Those that are open, the oldest first."""
    handover: HandoverView | None = None
    ended_shift: EndedShiftView | None = None
    """Null where a handover that is signed now is about the present shift."""
    calls: tuple[CallView, ...] = ()
    """The oldest first."""
    barred: tuple[str, ...] = ()
    """Actions that whoever acts here has no right to."""
