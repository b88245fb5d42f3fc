"""One observation's turn at a station: the parts of its state while they change, and what all rules do with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agent.core.contract.envelope import Row
from agent.core.counts import output
from agent.core.counts.accounts import Account
from agent.core.counts.counters import CounterState
from agent.core.counts.output import Output
from agent.core.directories import Directories
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.discrepancies.register import EMPTY, Register
from agent.core.draft import Draft, Origin
from agent.core.facts import Keys, Versions
from agent.core.handover.board import Board
from agent.core.machine import pulses
from agent.core.machine.conditions import Mode, mode_of
from agent.core.machine.signs import Signs
from agent.core.machine.watching import Watch
from agent.core.machine_settings import Role
from agent.core.materials.materials import Materials
from agent.core.orders.operations import Operations
from agent.core.people.crew import Crew, LetIn
from agent.core.quality.quality import Quality
from agent.core.reconciliation.chain import NO_FACTS, Chain, with_facts
from agent.core.shifts import tally
from agent.core.shifts.calendar import Calendar
from agent.core.shifts.figures import Figures, Rules, settled
from agent.core.shifts.schedule import Schedule, grounds
from agent.core.shifts.spans import Span, spans_of
from agent.core.shifts.strip import Strip, taken
from agent.core.shifts.time_spent import between_stops, open_spans
from agent.core.state import Floor, SettingUp
from agent.core.station_setup import NO_COUNTER, Setup, figure_rules
from agent.core.stops.segments import Ground, Stop
from agent.core.stops.stops import StopRules, StopWatch
from agent.core.units.units import Units
from agent.core.values import replace


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
    schedule: Schedule
    figures: Figures
    setting_up: SettingUp | None
    signs: Signs
    calendar: Calendar
    directories: Directories
    materials: Materials
    units: Units
    quality: Quality
    crew: Crew
    chain: Chain
    board: Board
    strip: Strip | None
    known: Mapping[str, str] = field(default_factory=dict)
    """Claims asked for that had been taken."""
    target: Row | None = None
    """The fact that is to be corrected, as the journal holds it."""
    register: Register = EMPTY
    """Of discrepancies that were unresolved before this turn."""
    claims: list[tuple[str, str]] = field(default_factory=list)
    """Claims taken in this turn, with their values."""
    by: str | None = None
    """In whose session a scan came."""
    let_in: LetIn | None = None
    """Who showed in this turn who it is."""
    in_figures: int = 0
    """Facts of this turn whose quantities the figures have."""
    in_chain: int = 0
    """Facts of this turn that the chain has."""

    def claim(self, key: str) -> str | None:
        """The value of a claim as it stands in this turn; None where it has not been taken."""
        mine = next((value for taken, value in reversed(self.claims) if taken == key), None)
        return self.known.get(key) if mine is None else mine

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
        return self.setup.output_role is not None

    @property
    def counts_output(self) -> bool:
        """Whether output is told by itself, by a counter or by serials, and nobody has to report it."""
        return self.setup.counts_output

    @property
    def says_setup(self) -> bool:
        """Whether the machine's own words say setup now, heard or not."""
        return mode_of(self.watch.words, self.setup.machine.condition.setup_modes) is Mode.SETUP

    @property
    def execution_id(self) -> str:
        """What quantities are summed up under: the execution of the operation, or this time without one."""
        operation = self.operations.current
        return self.operations.none_id if operation is None else operation.op_execution_id

    def account(self) -> Account:
        """What parts are credited to at present."""
        operation = self.operations.current
        return Account(
            book=self.operations.book,
            execution_id=self.execution_id,
            keys=self.draft.keys,
            versions=self.draft.versions,
            shift=self.draft.shift,
            uom=self.setup.machine.output.uom if operation is None else operation.uom,
            lots=self.materials.lots,
            parts_per_count=None if operation is None else operation.parts_per_count,
            cycle_s=self.cycle_s,
            cums=self.output.cums,
            lot_out=None if self.units.lot_out is None else self.units.lot_out.lot_id,
        )

    @property
    def pulse_s(self) -> float:
        """Nominal seconds between two counts of what comes out."""
        role = self.setup.output_role
        return self.cycle_s if role is None else self.cycle_s * self.scale(role)

    def scale(self, role: Role) -> int:
        """Parts for one count, at present."""
        operation = self.operations.current
        if operation is not None and operation.parts_per_count is not None and role in {Role.TOTAL, Role.GOOD}:
            return operation.parts_per_count
        return (self.setup.signals[role].counter or NO_COUNTER).scale

    def scale_of(self, role: Role, account: Account) -> int:
        """Parts for one count; for what comes out, as the order has it (domain.md K1)."""
        if account.parts_per_count is not None and role in {Role.TOTAL, Role.GOOD}:
            return account.parts_per_count
        return (self.setup.signals[role].counter or NO_COUNTER).scale

    def number(self) -> int:
        """The next number for a natural key."""
        self.floor = replace(self.floor, happenings=self.floor.happenings + 1)
        return self.floor.happenings

    def new_stop_id(self) -> str:
        """An id for a stop."""
        return f"stop-{self.draft.ids.take()}"

    def operation_changed(self) -> None:
        """Facts from here on are about the operation now in progress."""
        self.draft.keys, self.draft.versions = keys_of(self.operations, self.wc_id)

    def flush(self) -> None:
        """Turn what was counted into facts; always at a boundary."""
        if not self.output.tallies:
            return
        here, phase = self.account(), self.setting_up
        declared = phase is not None and phase.declared and (phase.cause != "mode" or self.says_setup)
        before = self.output.cums.setup
        flush = output.Flush(self.counters, self.setup.names, here, self.draft.observed, declared)
        self.output = output.flushed(self.output, flush, self.draft)
        if phase is not None and declared:
            self.setting_up = replace(phase, pieces=phase.pieces + self.output.cums.setup - before)

    @property
    def watched(self) -> bool:
        """Whether the machine is being watched; a station without one always is."""
        return self.watch.gap is None

    def grounds(self, start: float, end: float) -> Iterator[Ground]:
        """What a stretch of time belongs to."""
        return grounds(self.calendar, self.schedule, start, end)

    def stop_rules(self) -> StopRules:
        """What stops depend on besides the machine."""
        settings = self.setup.machine.stop
        reasons = self.directories.reasons.reasons
        return StopRules(
            settings=settings,
            cycle_s=self.pulse_s,
            counts=self.counts,
            grounds=self.grounds,
            orders=self.setup.machine.orders,
            setting_up=self.setting_up is not None,
            declared_setup=self.setting_up is not None and self.setting_up.declared,
            previous=self.floor.last_stop,
            alarms=self.directories.alarms_of(self.wc_id),
            confirm_s=pulses.confirm_s(self.signs.pulse, self.pulse_s, settings) if self.setup.pulses else None,
            reasons_rev=self.directories.reasons.rev if reasons else None,
            sticky=frozenset(entry.code for entry in reasons if entry.sticky),
        )

    def seen_from(self, at: float) -> None:
        """Time counts in the figures from here on, if it did not before."""
        if self.figures.settled is None:
            self.figures = replace(self.figures, settled=at)

    def settle(self, until: float, stop: Stop | None = None) -> None:
        """Time up to `until` is known for good: a stop was in it, or the machine ran."""
        self.seen_from(until)
        spans = spans_of(stop, self.figures.settled or until, until, between_stops(self.setup.machine, self.operations))
        self.figures = settled(self.figures, spans, until, self.figure_rules(), self.grounds)

    def settle_running(self, until: float) -> None:
        """The machine ran up to `until`, if nothing else may still turn out."""
        if self.watched and self.stops.open is None and self.stops.standing_since is None:
            self.settle(until)

    def settle_gap(self, start: float, end: float, ran_s: float) -> None:
        """Nobody watched from `start` to `end`, at the end of which the machine ran for a while."""
        before = self.figures.settled if self.figures.settled is not None else start
        spans = (Span("run", before, start), Span("unknown", start, end - ran_s), Span("run", end - ran_s, end))
        self.figures = settled(self.figures, spans, end, self.figure_rules(), self.grounds)

    def count_facts(self) -> None:
        """Have what the facts of this turn say counted in the figures and drawn on the strip."""
        facts, self.in_figures = self.draft.facts[self.in_figures :], len(self.draft.facts)
        if facts:
            norms = {one.account.execution_id: one.account.cycle_s for one in self.output.past}
            norms[self.execution_id] = self.cycle_s
            for fact in facts:
                norm = norms.get(fact.correlation_id or "", self.cycle_s)
                self.figures = tally.counted(self.figures, fact, norm)
                self.strip = taken(self.strip, fact, self.grounds)

    def chain_facts(self) -> Chain:
        """The chain with the facts of this turn."""
        facts, self.in_chain = self.draft.facts[self.in_chain :], len(self.draft.facts)
        self.chain = with_facts(self.chain, facts, self.wc_id)
        return self.chain

    def begin_chain(self) -> None:
        """What was told until now, a shift's summary last, is not in the chain that begins."""
        self.chain, self.in_chain = NO_FACTS, len(self.draft.facts)

    def figure_rules(self) -> Rules:
        """How stops are counted here."""
        return figure_rules(self.setup.machine)

    def figures_at(self, now: float) -> Figures:
        """The figures with what the time since they were settled seems to have been."""
        between = between_stops(self.setup.machine, self.operations)
        spans = open_spans(self.figures, self.watch, self.stops, now, between)
        return settled(self.figures, spans, now, self.figure_rules(), self.grounds)

    def raise_discrepancy(self, discrepancy: Discrepancy, origin: Origin) -> str:
        """Make the fact of a contradiction; returns the id under which it may be resolved."""
        return discrepancy.tell(self.draft, origin, str(self.number()))


def keys_of(operations: Operations, wc_id: str) -> tuple[Keys, Versions]:
    """What facts are about while these operations stand as they do."""
    operation = operations.current
    if operation is None:
        return Keys(wc_id=wc_id), Versions()
    return operation.keys(wc_id), operation.versions
