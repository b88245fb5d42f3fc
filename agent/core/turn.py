"""One observation's turn at a station: the parts of its state while they change, and what all rules do with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from agent.core import output, stops
from agent.core.counters import CounterRules, CounterState
from agent.core.discrepancies import Discrepancy
from agent.core.draft import Draft, Origin, Provenance
from agent.core.facts import Keys, StopClosed, StopData, StopOpened, StopUpgraded, Versions
from agent.core.identity import IdBlock
from agent.core.machine_settings import COUNTER_ROLES, MachineSettings, Role
from agent.core.operations import Operations
from agent.core.output import Output
from agent.core.settings import CodeSettings
from agent.core.stops import Stop, StopChange, StopRules, StopWatch
from agent.core.times import iso, milliseconds
from agent.core.watching import Watch

RATE_PER_CYCLE = 3.0
"""Counts per nominal cycle that are believed where no rate is configured."""
STOP_FACTS: dict[stops.Change, type[StopData]] = {
    "opened": StopOpened,
    "upgraded": StopUpgraded,
    "closed": StopClosed,
}


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


@dataclass(frozen=True, slots=True)
class Floor:
    """What lies and happens around the machine."""

    lots: tuple[str, ...] = ()
    last_serial: str | None = None
    last_scan: LastScan | None = None
    reader_up: bool = True
    """Whether the barcode reader is connected, as far as anybody said."""
    last_stop: Stop | None = None
    """The stop that closed last; it may still get its reason."""
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


@dataclass(frozen=True, slots=True)
class Setup:
    """What a station is told about its work center."""

    machine: MachineSettings
    codes: CodeSettings
    provenance: Provenance
    roles: dict[str, Role]
    """By signal key."""
    names: dict[Role, str]
    """Signal keys by role."""


@dataclass(slots=True)
class Turn:
    """The working copy of a station."""

    setup: Setup
    draft: Draft
    watch: Watch
    stops: StopWatch
    counters: dict[Role, CounterState]
    output: Output
    operations: Operations
    floor: Floor
    claims: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cycle_s(self) -> float:
        """Nominal seconds for one part: the norm of the order, else what is configured."""
        operation = self.operations.current
        if operation is not None and operation.cycle_s is not None:
            return operation.cycle_s
        return self.setup.machine.output.cycle_s

    @property
    def wc_id(self) -> str:
        """The work center."""
        return self.setup.machine.work_center

    @property
    def counts(self) -> bool:
        """Whether the machine counts its output."""
        return Role.TOTAL in self.setup.names or Role.GOOD in self.setup.names

    def counter_rules(self, role: Role) -> CounterRules:
        """What is known of a counter."""
        signal = next(signal for signal in self.setup.machine.signal if signal.role is role)
        configured = None if signal.counter is None else signal.counter.max_rate
        return CounterRules(signal.modulus, configured or RATE_PER_CYCLE / self.cycle_s)

    def number(self) -> int:
        """The next number for a natural key."""
        self.floor = replace(self.floor, happenings=self.floor.happenings + 1)
        return self.floor.happenings

    def operation_changed(self) -> None:
        """Facts from here on are about the operation now in progress."""
        self.draft.keys, self.draft.versions = keys_of(self.operations, self.wc_id)

    def flush(self) -> None:
        """Turn what was counted into facts; always at a boundary."""
        if not self.output.tallies:
            return
        operation = self.operations.current
        flush = output.Flush(
            counters=self.counters,
            names=self.setup.names,
            uom=self.setup.machine.output.uom if operation is None else operation.uom,
            lots=self.floor.lots,
            now=self.draft.observed,
        )
        self.output = output.flushed(self.output, flush, self.draft)

    def let_time_pass(self, now: float) -> None:
        """Open, upgrade and close stops up to `now`."""
        if self.stops.standing_since is None and self.stops.open is None:
            return
        rules = StopRules(self.setup.machine.stop, self.cycle_s, self.counts)
        self.stops, changes = stops.advance(self.stops, now, rules, f"stop-{self.draft.ids.take()}")
        self.tell_stops(changes)

    def tell_stops(self, changes: tuple[StopChange, ...]) -> None:
        """Make the facts of stops that changed."""
        for change in changes:
            stop = change.stop
            # As written, so that start, end and duration agree to the millisecond.
            duration = None if stop.end is None else Decimal(milliseconds(stop.end) - milliseconds(stop.start))
            data = STOP_FACTS[change.change](
                keys=self.draft.keys,
                quality=self.draft.quality("plc", time_quality="uncertain" if stop.end_uncertain else "good"),
                versions=self.draft.versions,
                stop_id=stop.stop_id,
                stop_class=stop.stop_class,
                condition=stop.condition,
                mode=stop.mode,
                machine_reasons=stop.machine_reasons,
                start=iso(stop.start),
                end=None if stop.end is None else iso(stop.end),
                duration_s=None if duration is None else duration.scaleb(-3),
                bridged=stop.bridged,
                end_uncertain=stop.end_uncertain,
                reason=stop.reason,
            )
            key = f"stop:{self.wc_id}:{milliseconds(stop.start)}:{change.change}"
            self.draft.add(data, change.at, key, correlation_id=stop.stop_id)
            if change.change == "closed":
                self.floor = replace(self.floor, last_stop=stop)

    def raise_discrepancy(self, discrepancy: Discrepancy, origin: Origin) -> None:
        """Make the fact of a contradiction."""
        discrepancy.tell(self.draft, origin, str(self.number()))


def begin(setup: Setup, state: StationState, observed: float, ids: IdBlock) -> Turn:
    """Start a turn from a station's state."""
    keys, versions = keys_of(state.operations, setup.machine.work_center)
    draft = Draft(ids, observed, setup.provenance, keys, versions)
    return Turn(setup, draft, state.watch, state.stops, state.counters, state.output, state.operations, state.floor)


def keys_of(operations: Operations, wc_id: str) -> tuple[Keys, Versions]:
    """What facts are about while these operations stand as they do."""
    operation = operations.current
    if operation is None:
        return Keys(wc_id=wc_id), Versions()
    return operation.keys(wc_id), operation.versions


def make_setup(machine: MachineSettings, codes: CodeSettings, provenance: Provenance) -> Setup:
    """The setup of a work center."""
    roles = {signal.key: signal.role for signal in machine.signal}
    return Setup(machine, codes, provenance, roles, {role: key for key, role in roles.items()})


def is_output(role: Role) -> bool:
    """Whether a role's counter counts as output (domain.md K12)."""
    return role in COUNTER_ROLES and role is not Role.SCRAP
