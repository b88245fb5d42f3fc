"""What a station tells of its stops, and what follows from one: facts, figures, what is kept for later edits."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from agent.core.draft import Origin
from agent.core.facts import StopClosed, StopData, StopOpened, StopReasonSet, StopSegmented, StopUpgraded
from agent.core.shifts import figures
from agent.core.stops import closed_stops, setting_up, stops
from agent.core.stops.segments import Segment, Stop
from agent.core.stops.stops import StopChange
from agent.core.times import iso, milliseconds
from agent.core.turn import Turn

STOP = TypeAdapter(Stop)
"""How a closed stop is kept among the claims."""
STOP_FACTS: dict[stops.Change, type[StopData]] = {
    "opened": StopOpened,
    "upgraded": StopUpgraded,
    "closed": StopClosed,
}


def stop_claim(wc_id: str, stop_id: str) -> str:
    """The claim under which a closed stop is kept, so that it can be explained and split later."""
    return f"stop:{wc_id}:{stop_id}"


def let_time_pass(turn: Turn, now: float) -> None:
    """Open, cut, upgrade and close stops up to `now`."""
    if turn.stops.standing_since is None and turn.stops.open is None:
        return
    turn.stops, changes = stops.advance(turn.stops, now, turn.stop_rules(), turn.new_stop_id())
    tell_stops(turn, changes)


def confirm(turn: Turn) -> None:
    """A person speaks of the standstill that has just begun: it is a stop from here on."""
    if turn.stops.open is None and turn.stops.standing_since is not None and turn.watched:
        turn.stops, change = stops.confirmed_by_hand(turn.stops, turn.stop_rules(), turn.new_stop_id())
        tell_stops(turn, (change,))


def cut_here(turn: Turn, at: float) -> None:
    """An order or a setup began or ended: a segment of its own begins here, if the machine is seen standing."""
    if turn.stops.open is not None and turn.watched:
        turn.stops, changes = stops.recut_open(turn.stops, at, turn.stop_rules())
        tell_stops(turn, changes)


def tell_stops(turn: Turn, changes: tuple[StopChange, ...]) -> None:
    """Make the facts of stops that changed."""
    for change in changes:
        match change.change:
            case "segmented":
                _tell_cut(turn, change)
            case "explained":
                _tell_rule(turn, change)
            case _:
                _tell_stop(turn, change)
        if change.change == "upgraded":
            turn.figures = figures.upgraded(turn.figures, change.segments, turn.figure_rules(), turn.grounds)
        if change.change in {"opened", "segmented"}:
            setting_up.segment_begun(turn, change.stop.last)
        if change.change == "closed":
            setting_up.runs(turn, change.at)
            keep(turn, change.stop)
            turn.figures = figures.stop_over(turn.figures, change.stop)


def keep(turn: Turn, stop: Stop) -> None:
    """Keep a closed stop as it now stands."""
    turn.claims.append((stop_claim(turn.wc_id, stop.stop_id), STOP.dump_json(stop).decode()))
    turn.floor = closed_stops.remembered(turn.floor, stop)


def _tell_stop(turn: Turn, change: StopChange) -> None:
    stop = change.stop
    if change.change == "closed" and stop.stop_class != "unknown":
        assert stop.end is not None
        turn.settle(stop.end, stop)
    origin: Origin = "operator" if stop.manual else "plc"
    data = STOP_FACTS[change.change](**as_told(turn, stop, origin, change.segments))
    turn.draft.add(data, change.at, _key(turn, stop, change.change), correlation_id=stop.stop_id)


def as_told(turn: Turn, stop: Stop, origin: Origin, segments: Iterable[Segment]) -> dict[str, Any]:
    """What every fact that tells a whole stop says of it."""
    # As written, so that start, end and duration agree to the millisecond.
    duration = None if stop.end is None else Decimal(milliseconds(stop.end) - milliseconds(stop.start))
    return {
        "keys": turn.draft.keys,
        "quality": turn.draft.quality(origin, time_quality="uncertain" if stop.end_uncertain else "good"),
        "versions": turn.draft.versions,
        "stop_id": stop.stop_id,
        "stop_class": stop.stop_class,
        "condition": stop.condition,
        "mode": stop.mode,
        "machine_reasons": stop.machine_reasons,
        "start": iso(stop.start),
        "end": None if stop.end is None else iso(stop.end),
        "duration_s": None if duration is None else duration.scaleb(-3),
        "bridged": stop.bridged,
        "end_uncertain": stop.end_uncertain,
        "reason": stop.reason,
        "test_run_s": Decimal(round(stop.test_run_s * 1000)).scaleb(-3),
        "segments": tuple(stop.told(segment) for segment in segments),
    }


def _tell_cut(turn: Turn, change: StopChange) -> None:
    stop = change.stop
    turn.settle(change.at, stop)
    data = StopSegmented(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        stop_id=stop.stop_id,
        cause=change.cause,
        before=(),
        segments=tuple(stop.told(segment) for segment in change.segments),
        actor=None,
        comment="",
    )
    turn.draft.add(data, change.at, _key(turn, stop, f"segmented:{turn.number()}"), correlation_id=stop.stop_id)


def _tell_rule(turn: Turn, change: StopChange) -> None:
    stop = change.stop
    (segment,) = change.segments
    assert segment.reason is not None
    data = StopReasonSet(
        keys=turn.draft.keys,
        quality=turn.draft.quality("rule"),
        versions=turn.draft.versions,
        stop_id=stop.stop_id,
        segment_id=stop.id_of(segment),
        reason=segment.reason,
        prev_reason=change.prev_reason,
        inherited=segment.inherited,
        rule_id=segment.rule_id,
        actor=None,
    )
    turn.draft.add(data, change.at, _key(turn, stop, f"reason:{turn.number()}"), correlation_id=stop.stop_id)


def _key(turn: Turn, stop: Stop, what: str) -> str:
    # A stop and what nobody watched may begin at the same instant.
    kind = "unknown:" if stop.stop_class == "unknown" else ""
    return f"stop:{turn.wc_id}:{milliseconds(stop.start)}:{kind}{what}"
