"""The one door to a work center: an observation goes in, a new station comes out, with facts and a reply.

Everything that decides what happened at a work center is behind this door, and nothing behind it reads a clock, draws
a number or touches a file: the same observations with the same ids always make the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import TypeAdapter

from agent.core import barcodes, clock_steps, machine_turn, operator_turn
from agent.core.draft import Provenance
from agent.core.errors import EntryRefusedError
from agent.core.facts import DiscrepancyRaised, Fact, FactData, ScanRefused, ScrapRecorded, StopData, StopReasonSet
from agent.core.identity import IdBlock
from agent.core.machine_settings import MachineSettings
from agent.core.observations import ClockStep, Entry, Image, Link, Scan, Started, Tick
from agent.core.operator_turn import Context, serial_claim
from agent.core.settings import CodeSettings
from agent.core.turn import Event, Setup, StationState, Turn, begin, make_setup
from agent.core.views import Reply

StationObservation = Image | Link | Scan | Entry | Started | ClockStep | Tick
SHOWN_EVENTS = 6
SHOWN_CHARACTERS = 80
NOT_SHOWN = frozenset({"output.recorded", "machine.condition_changed", "scan.accepted"})
"""Too frequent, or told by the fact that follows."""
_SNAPSHOT = TypeAdapter(StationState)


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
class Station:
    """The state of one work center."""

    setup: Setup
    state: StationState

    @staticmethod
    def new(machine: MachineSettings, codes: CodeSettings, provenance: Provenance) -> Station:
        """A station that has seen nothing yet."""
        return Station(make_setup(machine, codes, provenance), StationState())

    def restored(self, snapshot: bytes) -> Station:
        """The station as the snapshot left it.

        Raises:
            pydantic.ValidationError: not a snapshot of this version.
        """
        state = _SNAPSHOT.validate_json(snapshot)
        # A counter taken out of the configuration has no name to tell its last counts by.
        tallies = {role: tally for role, tally in state.output.tallies.items() if role in self.setup.names}
        return replace(self, state=replace(state, output=replace(state.output, tallies=tallies)))

    def snapshot(self) -> bytes:
        """The whole state as JSON, at most 16 KiB whatever was produced."""
        return _SNAPSHOT.dump_json(self.state)

    def claims_needed(self, observation: StationObservation) -> tuple[str, ...]:
        """Claims whose values `observe` must be given."""
        if isinstance(observation, Scan):
            code = barcodes.read(observation.text, self.setup.codes)
            if code is not None and code.kind == "serial":
                return (serial_claim(observation.wc_id, code.identity),)
        return ()

    def observe(self, observation: StationObservation, ids: UUID, context: Context) -> Outcome:
        """Take one observation.

        Args:
            observation: what reached the work center.
            ids: base of the block of ids for this observation; the same again makes the same facts.
            context: the MES's directories and the claims asked for.
        """
        turn = begin(self.setup, self.state, observation.observed.wall, IdBlock(ids))
        reply = _dispatch(turn, observation, context)
        facts = tuple(turn.draft.facts)
        _note_events(turn, facts)
        state = StationState(turn.watch, turn.stops, turn.counters, turn.output, turn.operations, turn.floor)
        if reply is not None:
            reply = reply.model_copy(update={"fact_ids": tuple(str(fact.id) for fact in facts)})
        return Outcome(replace(self, state=state), facts, reply, tuple(turn.claims))


def _dispatch(turn: Turn, observation: StationObservation, context: Context) -> Reply | None:
    match observation:
        case Image():
            machine_turn.read_image(turn, observation)
        case Link(device="plc"):
            machine_turn.hear_link(turn, observation)
        case Link():
            machine_turn.hear_reader_link(turn, observation)
        case ClockStep():
            clock_steps.carry_over(turn, observation.by)
        case Tick():
            machine_turn.pass_time(turn, observation)
        case Started():
            machine_turn.begin_watching(turn, observation)
        case Scan():
            return operator_turn.take_scan(turn, observation, context)
        case Entry():
            try:
                return operator_turn.take_entry(turn, observation, context)
            except EntryRefusedError as refusal:
                return Reply(accepted=False, code=refusal.code, message=str(refusal))
    return None


def _note_events(turn: Turn, facts: tuple[Fact, ...]) -> None:
    shown = [Event(fact.time, fact.data.TYPE, _words(fact.data)) for fact in facts if fact.data.TYPE not in NOT_SHOWN]
    if shown:
        events = (*reversed(shown), *turn.floor.events)[:SHOWN_EVENTS]
        turn.floor = replace(turn.floor, events=events)


def _words(data: FactData) -> str:
    """What tells one fact of its kind from another, in a few characters and no language."""
    match data:
        case StopData():
            lasted = "" if data.duration_s is None else f" {data.duration_s:.0f} s"
            words = f"{data.condition if data.reason is None else data.reason.code}{lasted}"
        case StopReasonSet():
            words = data.reason.code
        case ScrapRecorded():
            words = f"{data.qty_scrap} {data.uom}"
        case ScanRefused():
            words = f"{data.refusal_code} {data.text}"
        case DiscrepancyRaised():
            words = data.code
        case _:
            words = data.keys.serial or data.keys.lot_id or data.keys.order_id or ""
    return words[:SHOWN_CHARACTERS]
