"""All that a station knows: small, and the same after a restart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from agent.core.counts.counters import CounterState
from agent.core.counts.output import Output
from agent.core.facts import StopClass
from agent.core.handover.board import NOTHING, Board
from agent.core.machine.conditions import Condition
from agent.core.machine.signs import NO_SIGNS, Signs
from agent.core.machine.watching import Watch
from agent.core.machine_settings import Role
from agent.core.materials.materials import NO_MATERIALS, Materials
from agent.core.orders.operations import Operations
from agent.core.people.crew import NOBODY, Crew
from agent.core.quality.quality import NO_QUALITY, Quality
from agent.core.reconciliation.chain import NO_FACTS, Chain
from agent.core.shifts.figures import Figures
from agent.core.shifts.schedule import Schedule
from agent.core.shifts.strip import Strip
from agent.core.stops.segments import Stop
from agent.core.stops.stops import StopWatch
from agent.core.units.units import NO_UNITS, Units


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened, for people."""

    time: float
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class LastScan:
    """The last code and what it came to."""

    text: str
    reader: str
    at: float
    accepted: bool
    code: str
    message: str
    badge: str | None = None
    """Digest of a badge, whose text is not kept."""
    pattern: str = ""
    """Of the message, where it is a sentence that can be said in other languages."""
    values: dict[str, str] = field(default_factory=dict)
    overtaken: bool = False
    """Somebody entered something since: the same code again is another scan."""


@dataclass(frozen=True, slots=True)
class ScannedLot:
    """The lot whose label was taken last: a place that is scanned next is where it goes."""

    lot_id: str
    at: float


@dataclass(frozen=True, slots=True)
class ClosedStop:
    """A stop that closed, as it is shown; the whole of it is kept among the claims."""

    stop_id: str
    stop_class: StopClass
    condition: Condition
    start: float
    end: float
    reason: str
    """Code of its last segment's reason."""
    unexplained: str | None
    """The first segment that nobody has explained and somebody should."""
    part: int = 1
    """Number of that segment, or else of the last one that people can explain."""
    since: float | None = None
    """When that began."""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class SettingUp:
    """A setup that is under way (domain.md R10)."""

    cause: Literal["mode", "operator", "order"]
    since: float
    op_execution_id: str | None
    planned_s: float | None
    parts: int = 0
    """Counted meanwhile."""
    pieces: int = 0
    """Of them those that have been told as neither good nor scrap."""
    told: bool = False

    @property
    def declared(self) -> bool:
        """The machine or a person said so: what is made is neither good nor scrap until somebody says so."""
        return self.cause != "order"


@dataclass(frozen=True, slots=True)
class Own:
    """The last thing that a person recorded, which that person may take back."""

    actor: str | None
    """None where nobody in particular scanned a code."""
    fact_id: UUID
    at: float
    type: str = ""
    """Of the fact."""
    text: str = ""
    """What tells it from others of its type, for people."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked once before it is done: an entry that waits for its word."""

    action: str
    arguments: dict[str, str]
    actor: str
    """Who asked for it, and alone may confirm it."""
    about: str
    """The execution of an operation, or the fact, that it is about; about another one nothing was asked."""
    until: float
    pattern: str
    """Of the question."""
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the next scan of a lot or a unit is for: an entry that lacks nothing but what is scanned."""

    action: str
    arguments: dict[str, str]
    actor: str | None
    """Who said so."""
    until: float


@dataclass(frozen=True, slots=True)
class Floor:
    """What lies and happens around the machine."""

    last_serial: str | None = None
    last_scan: LastScan | None = None
    last_lot: ScannedLot | None = None
    readers_down: tuple[str, ...] = ()
    """Names of the barcode readers that are not connected, as far as anybody said."""
    separating: tuple[str, ...] = ()
    """Readers that have sent a separator; `]` before the name where they send AIM identifiers."""
    last_stop: Stop | None = None
    """The stop that closed last, in short: the next one may inherit its reason."""
    closed_stops: tuple[ClosedStop, ...] = ()
    """The last ones, newest first."""
    unexplained_stops: tuple[ClosedStop, ...] = ()
    """Earlier ones that somebody should explain, newest first."""
    no_order_told: bool = False
    """That it runs without an order has been said."""
    no_order_discrepancy: str | None = None
    """Under which that was raised."""
    no_order_since: float | None = None
    """Since when nothing has been in progress."""
    own: tuple[Own, ...] = ()
    """What may be taken back, the last first."""
    question: Question | None = None
    """What waits for the word of whoever asked for it."""
    expected: Expected | None = None
    """What waits for a scan."""
    late_told: float | None = None
    """When it was last raised that something was entered late."""
    events: tuple[Event, ...] = ()
    happenings: int = 0
    """Numbers whatever has no natural number of its own."""


@dataclass(frozen=True, slots=True)
class StationState:
    """All that a station knows: small, and the same after a restart."""

    watch: Watch = field(default_factory=Watch)
    stops: StopWatch = field(default_factory=StopWatch)
    counters: dict[Role, CounterState] = field(default_factory=dict)
    output: Output = field(default_factory=Output)
    operations: Operations = field(default_factory=Operations)
    floor: Floor = field(default_factory=Floor)
    schedule: Schedule = field(default_factory=Schedule)
    figures: Figures = field(default_factory=Figures)
    setting_up: SettingUp | None = None
    signs: Signs = NO_SIGNS
    materials: Materials = NO_MATERIALS
    units: Units = NO_UNITS
    quality: Quality = NO_QUALITY
    crew: Crew = NOBODY
    chain: Chain = NO_FACTS
    """Of the facts since the last shift summary."""
    board: Board = NOTHING
    strip: Strip | None = None
    """Of the present shift; None before anything was seen."""
