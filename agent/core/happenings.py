"""What happened last at a work center, in a few lines for people."""

from __future__ import annotations

from agent.core.event_words import words_of
from agent.core.facts import Fact, FactData, StopData
from agent.core.state import Event, StationState
from agent.core.values import replace

SHOWN_EVENTS = 6
NOT_SHOWN = frozenset(
    {
        "output.recorded",
        "machine.condition_changed",
        "scan.accepted",
        "stop.segmented",
        "labor.recorded",
        "lot.unloaded",
        "material.consumed",
        "stop.corrected",
        "stop.voided",
    }
)
"""Too frequent, or told by the fact that follows."""


def shown(state: StationState, facts: tuple[Fact, ...]) -> StationState:
    """With what of these facts people are shown."""
    lines = [Event(fact.time, fact.data.TYPE, words_of(fact.data)) for fact in facts if _is_shown(fact.data)]
    if not lines:
        return state
    events = (*reversed(lines), *state.floor.events)[:SHOWN_EVENTS]
    return replace(state, floor=replace(state.floor, events=events))


def _is_shown(data: FactData) -> bool:
    """Stops that were found out later come many at once, and are summed up by the correction behind them."""
    found_out = isinstance(data, StopData) and data.quality.origin == "rule"
    return data.TYPE not in NOT_SHOWN and not found_out
