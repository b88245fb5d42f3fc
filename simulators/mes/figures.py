"""What the stored facts add up to, as values. `simulators.mes.folding` does the adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from simulators.mes.exchange_figures import Correction, Reconciled
from simulators.mes.facts import NO_ORDER, Operation, ShiftKey
from simulators.mes.floor_figures import Floor
from simulators.mes.sequences import Gap

Period: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class CounterSpan:
    """A stretch of a raw counter that facts cover without a hole; two of one run mean a hole or an overlap."""

    name: str
    counter_run: int
    raw_from: int
    raw_to: int


@dataclass(frozen=True, slots=True)
class OperationTimes:
    """Times of an operation as its agent told them last, in seconds."""

    elapsed_s: Decimal
    run_s: Decimal
    """Machine time."""
    setup_s: Decimal
    delay_s: Decimal
    labor_s: Decimal
    norm_run_s: Decimal | None = None
    norm_setup_s: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """One operation of an order at one work center, plan against fact."""

    order_id: str | None
    """None for what was made without an order."""
    item_id: str | None
    planned: Decimal | None
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    status: str = "waiting"
    """Execution status after the last operation fact."""
    op_no: str | None = None
    uom: str | None = None
    rework: Decimal = Decimal(0)
    """Still open."""
    setup_pieces: Decimal = Decimal(0)
    started: datetime | None = None
    ended: datetime | None = None
    """None while it goes on."""
    executions: tuple[str, ...] = ()
    release_status_seen: str | None = None
    """The order's business status, as the floor knew it."""
    bom_version: str | None = None
    route_version: str | None = None
    times: OperationTimes | None = None
    labor_s: Decimal = Decimal(0)
    """Of all persons together, by their own facts."""
    performers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stop within one shift and one operation, with a reason of its own."""

    segment_id: str
    segment_class: str | None
    start: datetime
    end: datetime | None
    shift: ShiftKey | None = None
    operation: Operation = NO_ORDER
    reason: str | None = None
    inherited: str | None = None


@dataclass(frozen=True, slots=True)
class StopFigures:
    """One stop; the counts tell how many facts of each kind there were, more than one is a doubled fact."""

    stop_id: str
    opened: int = 0
    upgraded: int = 0
    closed: int = 0
    start: datetime | None = None
    end: datetime | None = None
    stop_class: str | None = None
    machine_reasons: tuple[str, ...] = ()
    bridged: bool = False
    end_uncertain: bool = False
    reason: str | None = None
    """Code of the reason set last."""
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Downtime:
    """Standstill of one reason and class, in one shift and operation."""

    reason: str | None
    stop_class: str | None
    shift: ShiftKey | None
    operation: Operation
    seconds: float = 0.0
    """Of what is over."""
    segments: int = 0
    still_open: int = 0


@dataclass(frozen=True, slots=True)
class ConditionSpan:
    """The machine was in one condition and mode from `start` until `end`."""

    start: datetime
    end: datetime
    condition: str
    mode: str
    inferred: bool
    """Concluded from counters; nobody watched."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class ScanFigures:
    """How often one text was scanned, by outcome."""

    accepted: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class LoadedLot:
    """A component lot that was loaded."""

    time: datetime
    lot_id: str | None
    item_id: str | None
    scan_text: str


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A stop was given its reason, or another one."""

    time: datetime
    stop_id: str
    code: str
    prev_code: str | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What an agent saw contradicts the plan or itself."""

    code: str
    start: datetime
    end: datetime
    at_most: Decimal | None
    discrepancy_id: str = ""
    status: str = "open"
    """open, acknowledged, expired or resolved."""
    owner_role: str | None = None
    due: datetime | None = None
    resolution: str | None = None
    actor: str | None = None
    """Who acknowledged or resolved it."""
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkCenterFigures:
    """All that is known of one work center."""

    good: Decimal
    scrap: Decimal
    counters: tuple[CounterSpan, ...]
    orders: tuple[OrderFigures, ...]
    stops: tuple[StopFigures, ...]
    timeline: tuple[ConditionSpan, ...]
    """Within the period asked for; before the first fact there is nothing."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Condition to seconds, as seen."""
    inferred_seconds: Mapping[str, float] = field(default_factory=dict)
    """Condition to seconds, as concluded from counters; not contained in `seconds`."""
    scans: Mapping[str, ScanFigures] = field(default_factory=dict)
    lots: tuple[LoadedLot, ...] = ()
    genealogy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Serial of a unit to the lots in it."""
    reasons: tuple[ReasonGiven, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    rework: Decimal = Decimal(0)
    """Still open."""
    downtime: tuple[Downtime, ...] = ()
    floor: Floor = field(default_factory=Floor)


@dataclass(frozen=True, slots=True)
class AgentStart:
    """An agent began to watch."""

    time: datetime
    version: str
    instance: str
    after: str
    """`first_start`, `clean_stop` or `crash`."""
    down_since: datetime | None


@dataclass(frozen=True, slots=True)
class DoubledKey:
    """Facts of different ids that name the same happening."""

    dedupkey: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts of different ids that claim the same place in a source's order."""

    source: str
    sequence: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithheldFact:
    """A fact that its agent cannot send, and that did not come since."""

    source: str
    sequence: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class MesReport:
    """What the MES knows, and how far it may be trusted."""

    period: Period
    facts: Mapping[str, int]
    """Type, as `family.name`, to how many there are."""
    work_centers: Mapping[str, WorkCenterFigures]
    agent_starts: tuple[AgentStart, ...]
    agent_discrepancies: tuple[Discrepancy, ...]
    """Those that belong to no work center."""
    through: Mapping[str, int]
    """Source to the sequence number up to which nothing is missing."""
    gaps: Mapping[str, tuple[Gap, ...]]
    """Source to what is missing; sources without a gap are left out."""
    conflicts: tuple[Conflict, ...]
    natural_key_duplicates: tuple[DoubledKey, ...]
    duplicates_removed: int
    """Repetitions of facts that were here already; harmless."""
    rejected: int
    unreadable: int
    withheld: tuple[WithheldFact, ...] = ()
    """What agents cannot send; the originals that came later are not listed any more."""
    unavailable: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    """Source to what its agent has no longer and this MES never got."""
    corrections: tuple[Correction, ...] = ()
    """Every correction as it was told; the figures hold them already."""
    reconciled: tuple[Reconciled, ...] = ()
    """Every shift summary and digest, held against what is here."""
