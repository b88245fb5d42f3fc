"""How a turn begins, from a station's state and what lies around it, and the state that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.core.contract.envelope import Row
from agent.core.directories import Directories
from agent.core.discrepancies.register import EMPTY, Register
from agent.core.draft import Draft
from agent.core.identity import IdBlock
from agent.core.shifts.calendar import Calendar
from agent.core.shifts.schedule import shift_keys
from agent.core.state import StationState
from agent.core.station_setup import Setup
from agent.core.turn import Turn, keys_of


@dataclass(frozen=True, slots=True)
class Around:
    """What lies outside a station but decides on an observation."""

    directories: Directories
    calendar: Calendar
    claims: Mapping[str, str] = field(default_factory=dict)
    target: Row | None = None
    register: Register = EMPTY


def begin(setup: Setup, state: StationState, observed: float, ids: IdBlock, around: Around) -> Turn:
    """Start a turn from a station's state.

    Args:
        setup: what the station is told about its work center.
        state: what it knows.
        observed: when the observation was made.
        ids: for its facts.
        around: what lies outside the station.
    """
    keys, versions = keys_of(state.operations, setup.machine.work_center)
    draft = Draft(ids, observed, setup.provenance, keys, versions)
    turn = Turn(
        setup,
        draft,
        state.watch,
        state.stops,
        state.counters,
        state.output,
        state.operations,
        state.floor,
        state.schedule,
        state.figures,
        state.setting_up,
        state.signs,
        around.calendar,
        around.directories,
        state.materials,
        state.units,
        state.quality,
        state.crew,
        state.chain,
        state.board,
        state.strip,
        around.claims,
        around.target,
        around.register,
    )
    draft.time_trusted = state.watch.clocks_agree
    draft.enter_shift(state.schedule.shift, state.schedule.since)
    draft.shift_at = lambda at: shift_keys(around.calendar.slot(at))
    return turn


def end(turn: Turn) -> StationState:
    """The state that a turn came to, with what its facts say counted in the figures."""
    if turn.draft.facts:
        turn.count_facts()
        turn.chain_facts()
    return StationState(
        turn.watch,
        turn.stops,
        turn.counters,
        turn.output,
        turn.operations,
        turn.floor,
        turn.schedule,
        turn.figures,
        turn.setting_up,
        turn.signs,
        turn.materials,
        turn.units,
        turn.quality,
        turn.crew,
        turn.chain,
        turn.board,
        turn.strip,
    )
