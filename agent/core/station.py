"""The one door to a work center: an observation goes in, a new station comes out, with facts and a reply.

Everything that decides what happened at a work center is behind this door, and nothing behind it reads a clock, draws
a number or touches a file: the same observations with the same ids always make the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from agent.core import entries, expecting, happenings, questions, scan_turn, snapshots
from agent.core.actions import Asked, Claims
from agent.core.backfill import backfilling
from agent.core.backfill.recalled import Recalled
from agent.core.codes.code_settings import CodeSettings
from agent.core.context import Context
from agent.core.contract.envelope import Row
from agent.core.corrections import undo
from agent.core.corrections.targets import Target
from agent.core.counts import counting
from agent.core.directories import Directories, PublishedCalendar
from agent.core.draft import Provenance
from agent.core.facts import DiscrepancyResolved, Fact
from agent.core.identity import IdBlock
from agent.core.machine import controller, machine_turn, manual, reader_links
from agent.core.machine_settings import MachineSettings
from agent.core.materials import movements
from agent.core.observations import ClockStep, Controller, Entry, Image, Link, Resetting, Scan, Started, Tick
from agent.core.orders import against_plan
from agent.core.people import labor, locking
from agent.core.reconciliation.chain import with_facts
from agent.core.settings import DEFAULT_FLOOR, FloorRules
from agent.core.shifts import calendar, clock_steps, shifts
from agent.core.shifts.calendar import Calendar
from agent.core.shifts.calendar_settings import CalendarSettings
from agent.core.shifts.figures import Figures, settled
from agent.core.shifts.schedule import grounds
from agent.core.shifts.time_spent import between_stops, open_spans
from agent.core.state import StationState
from agent.core.station_setup import UTC, Setup, figure_rules, make_setup
from agent.core.turn import Turn
from agent.core.turn_bounds import Around, begin, end
from agent.core.units import issuing
from agent.core.values import replace
from agent.core.views import Reply

StationObservation = Image | Link | Controller | Scan | Entry | Started | Resetting | ClockStep | Recalled | Tick
BREAKS = (Started, ClockStep)
"""After these nothing of what was open may be taken as seen."""
NOTHING_KNOWN: Mapping[str, str] = {}
NO_IDS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one observation came to."""

    station: Station
    facts: tuple[Fact, ...]
    reply: Reply | None
    """For scans and entries."""
    claims: tuple[tuple[str, str], ...]
    """Names taken with their values, to be stored with the facts and handed in when asked for again."""


@dataclass(frozen=True, slots=True)
class Working:
    """The calendar in force and the MES's part in it."""

    published: PublishedCalendar | None
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Station:
    """The state of one work center."""

    setup: Setup
    state: StationState
    working: Working | None = field(default=None, compare=False)
    """Made anew out of configuration and directory whenever that is another one."""

    @staticmethod
    def new(
        machine: MachineSettings,
        codes: CodeSettings,
        provenance: Provenance,
        pattern: CalendarSettings | None = None,
        zone: ZoneInfo = UTC,
        floor: FloorRules = DEFAULT_FLOOR,
    ) -> Station:
        """A station that has seen nothing yet.

        Args:
            machine: its work center and machine.
            codes: what plain codes look like.
            provenance: what all its facts share.
            pattern: when the plant works, where the MES says nothing else.
            zone: the plant's time zone.
            floor: what all work centers of the site go by.
        """
        return Station(make_setup(machine, codes, provenance, pattern, zone, floor), StationState())

    def restored(self, snapshot: bytes) -> Station:
        """The station as the snapshot left it.

        Raises:
            ValueError: not a snapshot of this version.
        """
        return self._holding(snapshots.unpacked(snapshot))

    def taking_over(self, former: Station) -> Station:
        """The station as another one left it by other settings. Call it after that one observed `Resetting`."""
        same_calendar = (self.setup.calendar, self.setup.zone) == (former.setup.calendar, former.setup.zone)
        state = replace(
            former.state,
            counters=counting.read_elsewhere(former.state.counters, former.setup.signals, self.setup.signals),
            floor=reader_links.without_removed(former.state.floor, self.setup),
        )
        return replace(self._holding(state), working=former.working if same_calendar else None)

    def _holding(self, state: StationState) -> Station:
        # A counter that counts no more has no name, or no place, to tell its last counts by.
        tallies = {role: tally for role, tally in state.output.tallies.items() if role in self.setup.counted}
        return replace(self, state=replace(state, output=replace(state.output, tallies=tallies)))

    def snapshot(self) -> bytes:
        """The whole state, at most 16 KiB whatever was produced."""
        return snapshots.packed(self.state)

    def target_named(self, observation: StationObservation, directories: Directories) -> Target | None:
        """The fact that `claims_needed` and `observe` must be given, where it exists."""
        if isinstance(observation, Scan):
            asked = Asked(self.setup, self.state, directories, {}, observation.actor)
            return scan_turn.target_named(observation, asked)
        if isinstance(observation, Entry):
            return entries.target_named(observation.action, self._asked(observation, directories))
        return None

    def claims_needed(
        self,
        observation: StationObservation,
        directories: Directories,
        target: Row | None = None,
        known: Mapping[str, str] = NOTHING_KNOWN,
    ) -> Claims:
        """Claims whose values `observe` must be given.

        Args:
            observation: what is to be observed.
            directories: of the MES.
            target: the fact that it names.
            known: the claims asked for before; what they say may name more, so it is asked until it names no more.
        """
        if isinstance(observation, Scan):
            asked = Asked(self.setup, self.state, directories, {}, observation.actor, target=target, known=known)
            return scan_turn.claims_needed(observation, asked)
        if isinstance(observation, Entry):
            asked = self._asked(observation, directories)
            return entries.claims_needed(observation.action, replace(asked, target=target, known=known))
        if isinstance(observation, Recalled):
            return backfilling.claims_needed(self.state, self.setup.machine.work_center, observation)
        return ()

    def _asked(self, entry: Entry, directories: Directories) -> Asked:
        return Asked(self.setup, self.state, directories, entry.arguments, entry.actor)

    def observe(self, observation: StationObservation, ids: UUID, context: Context) -> Outcome:
        """Take one observation.

        Args:
            observation: what reached the work center.
            ids: base of the block of ids for this observation; the same again makes the same facts.
            context: the MES's directories and the claims asked for.
        """
        working = self._working(context)
        now = observation.observed.wall
        around = Around(context.directories, working.calendar, context.claims, context.target, context.register)
        turn = begin(self.setup, self.state, now, IdBlock(ids), around)
        if isinstance(observation, BREAKS):
            reply = None
            _take_break_in_time(turn, observation)
        else:
            _follow_calendar(turn, now, changed=working is not self.working)
            labor.end_forgotten(turn, now)
            locking.follow(turn, now)
            questions.drop_late(turn, now)
            expecting.drop_late(turn, now)
            reply = _dispatch(turn, observation)
            if turn.draft.facts:
                issuing.follow_output(turn)
        if turn.draft.facts:
            against_plan.look_at_quantities(turn)
        state = end(turn)
        facts = tuple(turn.draft.facts)
        if facts:
            state = happenings.shown(state, facts)
        if reply is not None and reply.accepted:
            actor = observation.actor if isinstance(observation, Scan | Entry) else None
            state = replace(state, floor=undo.remembered(state.floor, actor or labor.acting(state), facts))
        if reply is not None:
            fact_ids = tuple(str(fact.id) for fact in facts)
            reply = reply.model_copy(update={"fact_ids": fact_ids, "let_in": turn.let_in})
        return Outcome(Station(self.setup, state, working), facts, reply, tuple(turn.claims))

    def told(self, facts: tuple[Fact, ...]) -> Station:
        """Facts about this work center that were made elsewhere: by the desk, or at another one."""
        state = self.state
        chain = with_facts(state.chain, facts, self.setup.machine.work_center)
        settled = {fact.data.discrepancy_id for fact in facts if isinstance(fact.data, DiscrepancyResolved)}
        held = tuple(one for one in state.output.held if one.discrepancy_id not in settled)
        output = replace(state.output, held=held) if held != state.output.held else state.output
        materials = movements.heard(state.materials, facts)
        return replace(self, state=replace(state, chain=chain, output=output, materials=materials))

    def untold(self, now: float) -> tuple[Fact, ...]:
        """What was counted and is no fact yet, as facts that nobody keeps."""
        turn = self.glance(now, Directories())
        turn.flush()
        return tuple(turn.draft.facts)

    def glance(self, now: float, directories: Directories) -> Turn:
        """A turn to look at what is, of which nothing is kept.

        Args:
            now: the plant's time.
            directories: what the MES said.
        """
        known = calendar.NO_CALENDAR if self.working is None else self.working.calendar
        return begin(self.setup, self.state, now, IdBlock(NO_IDS), Around(directories, known))

    def figures(self, now: float) -> Figures:
        """The figures of shift and order, with what the time since they were settled seems to have been."""
        state, known = self.state, self.working
        if known is None:
            return state.figures
        return settled(
            state.figures,
            open_spans(
                state.figures, state.watch, state.stops, now, between_stops(self.setup.machine, state.operations)
            ),
            now,
            figure_rules(self.setup.machine),
            lambda start, end: grounds(known.calendar, state.schedule, start, end),
        )

    def _working(self, context: Context) -> Working:
        published = context.directories.calendar_of(self.setup.machine.work_center)
        if self.working is not None and self.working.published is published:
            return self.working
        setup = self.setup
        made = calendar.of_work_center(setup.calendar, setup.zone, published, setup.machine.work_center)
        return Working(published, made)


def _follow_calendar(turn: Turn, now: float, *, changed: bool) -> None:
    if changed:
        shifts.adopt(turn, now)
    elif turn.schedule.until is not None and now >= turn.schedule.until:
        shifts.follow(turn, now)


def _take_break_in_time(turn: Turn, observation: Started | ClockStep) -> None:
    now = observation.observed.wall
    if isinstance(observation, ClockStep):
        clock_steps.carry_over(turn, observation.by)
        shifts.look_up(turn, now)
        return
    clock_steps.catch_up(turn, observation)
    turn.floor = reader_links.without_removed(turn.floor, turn.setup)
    if turn.setup.machine.manual:
        shifts.adopt(turn, now)
        manual.pass_time(turn, now)
    else:
        # What nobody saw is known before the calendar goes on over it.
        machine_turn.begin_watching(turn, observation)
        shifts.adopt(turn, now)


def _dispatch(
    turn: Turn, observation: Image | Link | Controller | Scan | Entry | Resetting | Recalled | Tick
) -> Reply | None:
    match observation:
        case Scan():
            return scan_turn.take(turn, observation)
        case Entry():
            return entries.take(turn, observation)
        case Tick():
            _pass_time(turn, observation)
        case Resetting():
            turn.flush()
        case Link() if observation.device != "plc":
            reader_links.hear(turn, observation)
        case Image() | Link() | Controller() | Recalled():
            _hear_machine(turn, observation)
    return None


def _hear_machine(turn: Turn, observation: Image | Link | Controller | Recalled) -> None:
    match observation:
        case Image():
            machine_turn.read_image(turn, observation)
        case Link():
            machine_turn.hear_link(turn, observation)
        case Controller():
            controller.hear(turn, observation)
        case Recalled():
            backfilling.recall(turn, observation)


def _pass_time(turn: Turn, tick: Tick) -> None:
    against_plan.follow(turn)
    if turn.setup.machine.manual:
        manual.pass_time(turn, tick.observed.wall)
    else:
        machine_turn.pass_time(turn, tick)
