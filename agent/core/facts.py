"""The whole vocabulary of facts (domain.md G2, G3): what happened, said once.

The models here are the one source of the published JSON Schemas. Quantities are decimals written as strings with their
unit, nulls are explicit, and no field is ever called "produced".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agent.core.conditions import Condition, Mode

Timestamp: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
StopClass: TypeAlias = Literal["minor", "down", "setup", "external", "planned", "unknown"]
"""unknown: nobody watched and nobody has said what it was; it is no downtime until somebody does (domain.md R15)."""
PlannedKind: TypeAlias = Literal["no_shift", "break", "maintenance", "other"]
Cut: TypeAlias = Literal["shift", "order", "planned", "mode", "split", "merge"]
DiscrepancyCode: TypeAlias = Literal[
    "order_not_released",
    "order_unknown",
    "no_order_running",
    "clock_skew",
    "counter_reset",
    "counter_quarantine",
    "counter_ambiguous",
    "counter_vs_serial",
    "qty_balance",
    "journal_damaged",
    "journal_rewound",
    "mes_restored",
    "rejected_by_mes",
]
WithheldReason: TypeAlias = Literal["damaged", "retired", "too_large", "format", "disconnects"]
StorageLevel: TypeAlias = Literal["ample", "low", "scarce", "reserve"]
OperationStatus: TypeAlias = Literal["waiting", "in_progress", "completed"]
QuantityCategory: TypeAlias = Literal["good", "scrap", "rework", "setup"]
Allocation: TypeAlias = Annotated[
    Literal["exact", "estimated"],
    Field(
        description="estimated: counted while nobody watched and orders, shifts or lots changed; all of it is said of "
        "what was in progress when the watching ended (domain.md K11)"
    ),
]


class Block(BaseModel):
    """A part of a fact's data."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Keys(Block):
    """What the fact is about; every key that does not apply is null."""

    wc_id: str | None = None
    """Work center; null where the fact is about the agent itself."""
    order_id: str | None = None
    op_no: str | None = None
    item_id: str | None = None
    lot_id: str | None = None
    serial: str | None = None


class FactQuality(Block):
    """How the fact came about and how far its time may be believed."""

    origin: Literal["plc", "scanner", "operator", "rule", "mes"]
    execution_mode: Literal["production", "test", "simulation"]
    time_quality: Literal["good", "uncertain", "estimated"] = "good"
    entry: Literal["auto", "scan", "manual"] = "auto"


class Versions(Block):
    """Versions of the MES's objects in force when the fact was made (requirement 59)."""

    bom_version: str | None = None
    route_version: str | None = None
    norm_version: str | None = None
    reasons_rev: str | None = None


class ShiftKeys(Block):
    """The shift of a work center in which it happened (domain.md G2)."""

    shift_id: str | None
    """Null outside every shift."""
    business_date: str | None
    """Local date on which the shift began, YYYY-MM-DD."""
    crew_id: str | None
    planned: PlannedKind | None = None
    """The planned window in force; what runs in it runs outside the plan (domain.md R7)."""


class Reason(Block):
    """A code out of a directory; the code wins over any text."""

    code: str
    dir: str
    rev: str | None


class Counter(Block):
    """The raw counter behind a quantity, so that loss and doubling are provable (domain.md K17)."""

    name: str
    counter_run: int
    """Starts anew at 1 and grows by one whenever the counter itself starts anew."""
    raw_from: int
    raw_to: int


class Interval(Block):
    """From the instant before which everything was reported to the instant up to which this fact reports."""

    start: Timestamp
    end: Timestamp


class FactData(Block):
    """What every fact says besides its own fields."""

    TYPE: ClassVar[str]
    """`family.name`; the CloudEvents type is `io.lineside.edge.{TYPE}.v1`."""
    DETAIL: ClassVar[bool] = False
    """May be shed while space is scarce; it gets no sequence then."""
    keys: Keys
    quality: FactQuality
    versions: Versions = Versions()
    shift: ShiftKeys | None = None
    """Null where no calendar is known."""


class ConditionChanged(FactData):
    """The machine's condition or mode is another one from `time` on, until the next such fact of this work center."""

    TYPE = "machine.condition_changed"
    DETAIL = True
    from_condition: Condition
    to_condition: Condition
    mode: Mode
    inferred: bool = False
    """Not seen: concluded from a counter that went on while nobody watched (domain.md R15)."""
    cause: Literal["link_lost", "silence", "bad_quality", "agent_down", "frozen"] | None = None
    """Why nobody watched, where `to_condition` is UNKNOWN or inferred."""


class SegmentData(Block):
    """A part of a stop that lies within one shift, one order and one planned window, with a reason of its own.

    The segments of a stop follow each other without a gap and sum exactly to it.
    """

    segment_id: str
    """`{stop_id}.{number}`; the segment that was told last under an id holds."""
    segment_class: StopClass
    start: Timestamp
    end: Timestamp | None
    shift: ShiftKeys | None
    order_id: str | None
    op_no: str | None
    reason: Reason | None
    inherited: Literal["shift", "break", "recent"] | None = None
    """The reason is that of the segment before a shift change or a break (R8), or of the stop just before (R14), and
    nobody has confirmed it yet."""
    rule_id: str | None = None
    """The rule that gave the reason, where no person did."""
    comment: str = ""


class SignalContradiction(FactData):
    """The machine's state and its counter contradict each other; the state is believed (domain.md R2)."""

    TYPE = "signal.contradiction"
    kind: Literal["running_without_parts", "parts_while_standing"]
    condition: Condition
    """What the machine says."""
    since: Timestamp
    """They contradict each other from here on."""
    parts: int | None
    """Counted while the machine says that it stands, so far."""
    counter: str


class SpeedReduced(FactData):
    """The machine ran, and more slowly than its norm (domain.md R23)."""

    TYPE = "speed.reduced"
    interval: Interval
    actual_cycle_s: Decimal
    """Mean seconds a part in that interval."""
    norm_cycle_s: Decimal
    parts: int
    """Counted in that interval."""


class StopData(FactData):
    """A stop as it stands."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    mode: Mode
    machine_reasons: tuple[str, ...]
    """Alarm codes of the machine, the first one out first, word for word."""
    start: Timestamp
    end: Timestamp | None = None
    duration_s: Decimal | None = None
    bridged: bool = False
    """Goes on through a gap after which the machine stood as before and had counted nothing (domain.md R15)."""
    end_uncertain: bool = False
    """It ended somewhere in a gap; `end` is the last instant at which it was seen."""
    reason: Reason | None = None
    """Of its last segment."""
    test_run_s: Decimal = Decimal(0)
    """Seconds within the stop in which the machine ran without ending it (domain.md R13)."""
    segments: tuple[SegmentData, ...] = ()
    """Those that are new or changed by this fact; for the rest holds what was told before. Of a closed stop all."""


class StopOpened(StopData):
    """A standstill lasted long enough to be a stop (domain.md R3)."""

    TYPE = "stop.opened"


class StopUpgraded(StopData):
    """The same stop outlasted the longest minor stop (domain.md R5)."""

    TYPE = "stop.upgraded"


class StopClosed(StopData):
    """The stop is over, and consists of these segments.

    What else was told of it never was: it was cut behind its end, or told by another time before the clock was set.
    Only of a stop of very many segments those before the first one here stay as they were told.
    """

    TYPE = "stop.closed"


class StopSegmented(FactData):
    """A stop has other segments from now on: cut at a boundary by a rule, or edited by a person (domain.md R7, R20)."""

    TYPE = "stop.segmented"
    stop_id: str
    cause: Cut
    before: tuple[SegmentData, ...]
    """The segments that are replaced; empty where a rule only adds one."""
    segments: tuple[SegmentData, ...]
    """New or changed ones. Of `before` those whose id does not stand here are gone."""
    actor: str | None
    comment: str


class StopMerged(FactData):
    """Two stops were one, says a supervisor; the second is void and the first lasts until its end (domain.md R20)."""

    TYPE = "stop.merged"
    stop_id: str
    """The stop that is left."""
    void_stop_id: str
    start: Timestamp
    end: Timestamp
    segments: tuple[SegmentData, ...]
    """All of them."""
    actor: str | None
    comment: str


class StopEdited(FactData):
    """The times of a stop that a person entered were wrong; those of a machine are never edited (domain.md R20)."""

    TYPE = "stop.edited"
    stop_id: str
    start_before: Timestamp
    end_before: Timestamp
    start: Timestamp
    end: Timestamp
    segments: tuple[SegmentData, ...]
    actor: str | None
    comment: str


class StopReasonSet(FactData):
    """A person, or a rule, gave a segment of a stop its reason. The reasons before it stay in the facts before it."""

    TYPE = "stop.reason_set"
    stop_id: str
    segment_id: str
    reason: Reason
    prev_reason: Reason | None
    inherited: Literal["shift", "break", "recent"] | None = None
    rule_id: str | None = None
    """The rule that gave it; null where a person did."""
    actor: str | None
    comment: str = ""
    late: bool = False
    """Given after the shift in which the segment ended (domain.md R21)."""


class SetupStarted(FactData):
    """Setting up for an order began (domain.md R10)."""

    TYPE = "setup.started"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Decimal | None


class Deviation(Block):
    """What is otherwise than the plan says (requirement 42)."""

    kind: str
    expected: str
    actual: str
    reason: Reason | None


class SetupEnded(FactData):
    """Setting up is over."""

    TYPE = "setup.ended"
    op_execution_id: str | None
    cause: Literal["mode", "operator", "order"]
    planned_s: Decimal | None
    actual_s: Decimal
    setup_pieces: Decimal
    """Made meanwhile; neither good nor scrap until somebody says so."""
    deviation: Deviation | None


class TimeElements(Block):
    """Time elements of ISO 22400-2 in seconds and their ratios, as seen here. Indicative: the MES owns the figures."""

    pbt_s: Decimal
    """Planned busy time so far: the shift or the order without planned windows and without what nobody watched."""
    apt_s: Decimal
    """Actual production time: running with an order."""
    aust_s: Decimal
    """Actual unit setup time."""
    adet_s: Decimal
    """Actual unit delay time: stops with an order in progress."""
    adot_s: Decimal
    """Actual unit down time: idle without an order although available."""
    waiting_s: Decimal
    """Starved or blocked, where that does not count against the line (domain.md R11)."""
    no_order_run_s: Decimal
    """Running without an order."""
    unknown_s: Decimal
    """Nobody watched; counted in no other element."""
    planned_s: Decimal
    """Planned windows."""
    outside_plan_s: Decimal
    """Running in planned windows; part of `planned_s`."""
    availability: Decimal | None
    """APT / PBT."""
    effectiveness: Decimal | None
    """PRI x PQ / APT."""
    quality_ratio: Decimal | None
    """GQ / PQ."""
    oee: Decimal | None
    """Their product."""
    indicative: Literal[True] = True


class ShiftOrder(Block):
    """What one shift made of one order."""

    order_id: str | None
    op_no: str | None
    qty_good: Decimal
    qty_scrap: Decimal
    uom: str
    elements: TimeElements


class ShiftSummary(FactData):
    """A shift is over; what it came to, as far as seen by then (domain.md G3)."""

    TYPE = "shift.summary"
    start: Timestamp
    end: Timestamp
    qty_good: Decimal
    qty_scrap: Decimal
    uom: str
    orders: tuple[ShiftOrder, ...]
    elements: TimeElements
    stops: int
    """That ended in the shift, or stand open at its end."""
    open_stop_id: str | None
    uncoded: int
    """Segments of downtime of the shift without a reason."""
    uncoded_s: Decimal


class OutputRecorded(FactData):
    """Parts were made: good ones, or in a setup such as are neither good nor scrap until somebody says so (R10)."""

    TYPE = "output.recorded"
    qty_good: Decimal
    qty_setup: Decimal = Decimal(0)
    uom: str
    cum_good: Decimal
    """Good parts of this order and operation at this work center so far, what was turned into scrap taken off."""
    cum_good_shift: Decimal
    """The same, of this shift alone; below zero where parts of the shift before were rejected in it."""
    counter: Counter | None
    """Null where no counter counted them."""
    interval: Interval | None
    """Null where no counter counted them."""
    lots_in: tuple[str, ...]
    """Component lots loaded meanwhile."""
    lower_bound: bool = False
    """At least so many: the counter was not watched and may have gone further (domain.md K5)."""
    allocation: Allocation = "exact"
    serials: tuple[str, ...] = ()
    """The units, where output is counted by serials (domain.md K14)."""


class ScrapRecorded(FactData):
    """Parts were rejected."""

    TYPE = "scrap.recorded"
    qty_scrap: Decimal
    """What this adds to the scrap; 0 where it only gives rejects that were counted before their code."""
    qty_from_good: Decimal
    """How many of them had been reported as good and are good no more (domain.md K13)."""
    pool_coded_qty: Decimal = Decimal(0)
    """Rejects counted before, without a code, that get theirs now; they are not added again (domain.md K13)."""
    uom: str
    cum_good: Decimal
    cum_scrap: Decimal
    cum_good_shift: Decimal
    cum_scrap_shift: Decimal
    defect_code: str | None
    """Null while nobody has coded the reject."""
    place: str
    """Where they were rejected: the work center, or a place in it."""
    disposition: str | None = None
    """What becomes of them, as the operator said."""
    counter: Counter | None
    """Null where an operator reported them."""
    interval: Interval | None
    """Null where an operator reported them."""
    allocation: Allocation = "exact"


class ReworkRecorded(FactData):
    """Parts were sent to rework."""

    TYPE = "rework.recorded"
    qty_rework: Decimal
    uom: str
    cum_rework: Decimal
    """Of this order and operation at this work center so far."""
    counter: Counter | None
    interval: Interval | None
    defect_code: str | None
    target_op: str | None
    """Operation at which they are reworked, where anybody said."""
    allocation: Allocation = "exact"


class QuantityAdjusted(FactData):
    """A quantity is another one than was counted: the counter was set back, or somebody who knows says so."""

    TYPE = "quantity.adjusted"
    category: QuantityCategory
    delta: Decimal
    """What is added to it; negative takes away."""
    uom: str
    cum_after: Decimal
    """Of this order and operation at this work center; never below zero."""
    source: Literal["plc", "operator"]
    counter: Counter | None
    """The readings between which it lies, where a counter is behind it."""
    reason: str | None
    comment: str | None
    actor: str | None


class OperationChanged(FactData):
    """The execution of an operation changed its status."""

    op_execution_id: str
    from_status: OperationStatus
    to_status: OperationStatus
    transition_no: int
    release_status_seen: str
    """The business status of the order as the agent knew it; never merged with the execution status."""
    qty_good: Decimal
    qty_scrap: Decimal
    qty_planned: Decimal
    uom: str
    actor: str | None


class OperationStarted(OperationChanged):
    """Work on an operation began."""

    TYPE = "operation.started"


class OperationCompleted(OperationChanged):
    """Work on an operation ended; the quantities are its final ones at this work center."""

    TYPE = "operation.completed"


class LotLoaded(FactData):
    """A component lot was loaded at the work center; `keys` name lot and item."""

    TYPE = "lot.loaded"
    scan_text: str


class GenealogyLinked(FactData):
    """The lots named went into the unit named (requirement 39)."""

    TYPE = "genealogy.linked"
    parent_serial: str
    child_lots: tuple[str, ...]


class ScanAccepted(FactData):
    """A code was read and meant something."""

    TYPE = "scan.accepted"
    text: str
    reader: str
    meaning: Literal["order", "lot", "serial", "reason"]


class ScanRefused(FactData):
    """A code was read and refused."""

    TYPE = "scan.refused"
    text: str
    reader: str
    refusal_code: str


class DiscrepancyRaised(FactData):
    """What was seen contradicts the plan or itself; somebody must look (domain.md G4)."""

    TYPE = "discrepancy.raised"
    discrepancy_id: str
    code: DiscrepancyCode
    owner_role: str
    due: Timestamp
    start: Timestamp
    """Span of time that is in doubt."""
    end: Timestamp
    at_most: Decimal | None
    """The quantity that may be missing in that span, where it is a quantity."""
    evidence: dict[str, str]


class DiscrepancyResolved(FactData):
    """Somebody who may decide decided what a contradiction comes to."""

    TYPE = "discrepancy.resolved"
    discrepancy_id: str
    code: DiscrepancyCode
    resolution: Literal["post", "ignore", "edit"]
    """post: what was held counts. ignore: it counts for nothing. edit: another quantity counts."""
    actor: str | None
    comment: str | None


class AgentStarted(FactData):
    """The agent began to watch."""

    TYPE = "agent.started"
    version: str
    instance: str
    after: Literal["first_start", "clean_stop", "crash"]
    down_since: Timestamp | None
    """The last instant of which the journal holds a sign of life."""


class AgentStopping(FactData):
    """The agent was told to stop and finishes what it has in hand."""

    TYPE = "agent.stopping"
    instance: str


class LinkChanged(FactData):
    """A device cannot be reached, or can be again."""

    device: str
    detail: str


class LinkLost(LinkChanged):
    """A device cannot be reached any more."""

    TYPE = "link.lost"


class LinkRestored(LinkChanged):
    """A device can be reached again."""

    TYPE = "link.restored"


class DirectoryApplied(FactData):
    """A read-only copy of an object that the MES owns was taken, refused or withdrawn."""

    TYPE = "agent.directory_applied"
    name: str
    outcome: Literal["applied", "refused", "withdrawn"]
    rev: str | None
    sha256: str
    detail: str


class CommandRun(FactData):
    """A command of the MES was carried out or refused."""

    TYPE = "agent.command_run"
    command_id: str
    name: str
    outcome: Literal["done", "refused"]
    detail: str
    actor: str | None


class FactWithheld(FactData):
    """Stands in the place of a fact that cannot be sent, under its sequence, so that nothing behind it waits.

    It is made when it is sent and stands in no journal. A retry sends the fact itself, under its own id.
    """

    TYPE = "fact.withheld"
    sequence: int
    withheld_id: str | None
    """Id of the fact; null where not even that can be read any more."""
    reason: WithheldReason
    detail: str
    sha256: str | None
    """Of the fact's data as UTF-8 JSON, hexadecimal; null where it cannot be read."""


class StorageChanged(FactData):
    """The space that is left for facts fell below a threshold, or rose above it again."""

    TYPE = "storage.low"
    level: StorageLevel
    """low: no telemetry is kept. scarce: detail is shed too. reserve: scans and entries are refused. ample: as ever."""
    free_bytes: int
    """Free on the disk."""
    journal_bytes: int


class ClockStepped(FactData):
    """The wall clock was set (domain.md R24). What was open goes on by the new time, and lasts what it truly did."""

    TYPE = "clock.stepped"
    cause: Literal["set", "restart"]
    """set: while the agent ran. restart: it was set back while the agent did not run, by this much at least."""
    before: Timestamp
    """By the old time."""
    after: Timestamp
    """By the new time, the same instant."""
    offset_s: Decimal
    """Seconds that it is later now; negative where it was set back."""


class DetailShed(FactData):
    """Detail was not kept while space was scarce (domain.md G6)."""

    TYPE = "detail.shed"
    count: int
    start: Timestamp
    end: Timestamp


FACT_TYPES: tuple[type[FactData], ...] = (
    ConditionChanged,
    SignalContradiction,
    SpeedReduced,
    StopOpened,
    StopUpgraded,
    StopClosed,
    StopSegmented,
    StopMerged,
    StopEdited,
    StopReasonSet,
    SetupStarted,
    SetupEnded,
    ShiftSummary,
    OutputRecorded,
    ScrapRecorded,
    ReworkRecorded,
    QuantityAdjusted,
    OperationStarted,
    OperationCompleted,
    LotLoaded,
    GenealogyLinked,
    ScanAccepted,
    ScanRefused,
    DiscrepancyRaised,
    DiscrepancyResolved,
    AgentStarted,
    AgentStopping,
    LinkLost,
    LinkRestored,
    DirectoryApplied,
    CommandRun,
    FactWithheld,
    StorageChanged,
    ClockStepped,
    DetailShed,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact before it is committed; the journal adds sequence and recorded time."""

    id: UUID
    """UUIDv7, made once; every re-send keeps it."""
    data: FactData
    time: float
    """When it happened, in seconds since 1970 UTC."""
    observed: float
    """When the agent noticed."""
    natural_key: str
    """Names the happening itself; equal keys under different ids are a doubled fact (domain.md K20)."""
    correlation_id: str | None = None
    """Stop, operation execution or scan that it belongs to."""
    causation_id: str | None = None
    """Fact that brought it about."""
