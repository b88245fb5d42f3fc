"""One work center as people and other programs are shown it: the part of the local API's document about it.

All times are RFC 3339 in UTC; the terminal shows them in `time_zone`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from agent.core.directories.items import Issuer
from agent.core.facts import (
    Block,
    CallRole,
    NcDisposition,
    OperationStatus,
    OperationTimes,
    ShiftKeys,
    StopClass,
    TimeElements,
    Timestamp,
)
from agent.core.machine.conditions import Condition, Mode
from agent.core.materials.material_view import ComponentView, LotView, MovementView
from agent.core.quality.quality_views import QualityView


class PredecessorView(Block):
    """An operation before another one."""

    op_no: str
    status: str
    """As the MES knows it."""
    mandatory: bool


class StepView(Block):
    """An operation of the route."""

    op_no: str
    text: dict[str, str]
    """By language: en, ru, kk."""
    work_centers: tuple[str, ...]
    """Where it is done, alternatives included."""
    mandatory: bool
    setup: dict[str, str]
    """How to set up for it, by language."""
    setup_parts: int | None
    """Good parts that end its setup; null where the configuration says it."""


class OrderView(Block):
    """An operation: the one in progress or paused here, or one of the dispatch queue."""

    order_id: str
    op_no: str
    item_id: str
    description: str
    status: OperationStatus
    """Execution status here, the agent's own (requirements 77, 79)."""
    release_status: str
    """Business status, the MES's."""
    qty_planned: Decimal
    qty_good: Decimal
    qty_scrap: Decimal
    qty_rework: Decimal = Decimal(0)
    uom: str
    op_execution_id: str | None = None
    """This one and the next three: of the one in progress or paused only."""
    since: Timestamp | None = None
    """When it came to its status, such as since when it is paused."""
    times: OperationTimes | None = None
    performers: tuple[str, ...] = ()
    priority: int = 0
    start: Timestamp | None = None
    """Planned start."""
    due: Timestamp | None = None
    crew_id: str | None = None
    destination: str | None = None
    resources: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    lots_required: bool = False
    """Component lots must be traced."""
    serials_required: bool = False
    """Each unit must have a serial."""
    work_centers: tuple[str, ...] = ()
    """Where it may be done; anywhere that it was published to, where none is listed."""
    norm_cycle_s: Decimal | None = None
    """Planned run time of one item."""
    norm_setup_s: Decimal | None = None
    """Planned setup time."""
    steps: tuple[StepView, ...] = ()
    """The route that it goes by, of this one and those before and after it."""
    predecessors: tuple[PredecessorView, ...] = ()
    contradictions: tuple[str, ...] = ()
    """Codes of the discrepancies that beginning it would raise, as far as its copy says."""


class RunView(Block):
    """A time without an order, the parts of which may be given to an order."""

    execution_id: str
    since: Timestamp | None
    """Null where it has been so from the very beginning."""
    until: Timestamp | None
    """Null for the present one."""
    qty_good: Decimal
    qty_scrap: Decimal


class PartView(Block):
    """A part of the open stop, with a reason of its own."""

    segment_id: str
    segment_class: StopClass
    since: Timestamp
    until: Timestamp | None
    """Null for the present one."""
    reason_code: str | None
    inherited: bool
    comment: str


class StopView(Block):
    """The stop that is open."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    start: Timestamp
    reason_code: str | None
    reason_wanted: bool
    """Longer than a minor stop and nobody has said why."""
    segment_id: str
    """Its present segment."""
    inherited: bool
    """The reason is one that was carried over; somebody should confirm or change it."""
    suggested_reason: str | None
    """What the machine's first alarm means, as far as anybody said (domain.md R12)."""
    manual: bool = False
    """A person said that it began, and says when it ends (domain.md R22)."""
    parts: tuple[PartView, ...] = ()
    """The last ones, in order; the last of them is its present segment."""


class ClosedStopView(Block):
    """A stop that is over."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    start: Timestamp
    end: Timestamp
    reason_code: str
    unexplained: str | None
    """The first segment that somebody should explain."""
    segment_id: str = ""
    """That one, or else the last one that people can explain."""
    since: Timestamp | None = None
    """When that segment began."""
    until: Timestamp | None = None
    late: bool = False
    """Its shift is over: a reason given now counts as late (domain.md R21)."""


class FiguresView(Block):
    """What a shift or an order has come to so far. Indicative: the MES owns the figures."""

    qty_good: Decimal
    qty_scrap: Decimal
    elements: TimeElements


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


class PersonView(Block):
    """Somebody who is signed on."""

    operator_id: str
    name: str
    """By the directory of operators; the id where it does not know the person."""
    activity: Literal["direct", "indirect"]
    since: Timestamp
    roles: tuple[str, ...] = ()
    """By the directory of operators."""
    language: str | None = None
    """The one that the person reads; null where nobody said it."""


class PinAskedView(Block):
    """Somebody whose PIN is asked for."""

    operator_id: str
    name: str


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


class StripView(Block):
    """The shift so far, in cells of equal length: what the machine did and what was made."""

    since: Timestamp
    """Where the first cell begins."""
    cell_s: float
    """Seconds of each cell."""
    cells: str
    """A letter for each cell, the last one unfinished: what the machine did longest in it. R running, I idle, F fault,
    H held, S starved, B blocked, O off, U unknown, P planned not to work, C setup. At most half a day: where no shift
    begins, the oldest cells are dropped."""
    good_s: float
    """Seconds of each of `good`."""
    good: tuple[Decimal, ...]
    """Good parts as they were told, from the same beginning on; the last one unfinished."""


class LossView(Block):
    """What one reason cost in this shift."""

    reason_code: str
    """`*`: all reasons that are not listed, together."""
    count: int
    """Segments of stops that are over."""
    seconds: float
    """The open stop's as well, up to now."""


class UndoView(Block):
    """What somebody recorded last and may still take back (domain.md E3)."""

    actor: str | None
    type: str
    """Of the fact."""
    text: str
    """What tells it from others of its type."""
    until: Timestamp


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
