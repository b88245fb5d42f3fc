"""Stops, their segments, and downtime by reason, shift and order.

The segment that was told last under an id holds. Facts that tell all segments of a stop take the place of what was
told before; of a stop of very many segments `stop.closed` tells the last ones, and those before them stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from simulators.mes.facts import Operation, ShiftKey, StoredFact, code, instant
from simulators.mes.figures import Downtime, ReasonGiven, Segment, StopFigures


@dataclass(slots=True)
class _Stop:
    figures: StopFigures
    segments: dict[str, Segment] = field(default_factory=dict)


def stops(facts: Iterable[StoredFact]) -> tuple[StopFigures, ...]:
    """Every stop that was not merged into another one, and is not void."""
    found: dict[str, _Stop] = {}
    for fact in facts:
        family, _, name = fact.type.partition(".")
        if family == "stop":
            stop = found.setdefault(fact.data["stop_id"], _Stop(StopFigures(fact.data["stop_id"])))
            _take(stop, name, fact.data)
            if name == "merged":
                found.pop(fact.data["void_stop_id"], None)
            elif name == "voided":
                del found[fact.data["stop_id"]]
    return tuple(
        replace(stop.figures, segments=tuple(sorted(stop.segments.values(), key=lambda one: one.start)))
        for stop in found.values()
    )


def reasons(facts: Iterable[StoredFact]) -> Iterable[ReasonGiven]:
    """Every reason that was given, in order."""
    for fact in facts:
        if fact.type == "stop.reason_set":
            stop_id, reason = fact.data["stop_id"], fact.data["reason"]["code"]
            yield ReasonGiven(fact.time, stop_id, reason, code(fact.data.get("prev_reason")), fact.data.get("actor"))


def downtimes(found: Iterable[StopFigures]) -> tuple[Downtime, ...]:
    """Seconds by reason, class, shift and operation; a stop without segments counts by itself."""
    sums: dict[tuple[str | None, str | None, ShiftKey | None, Operation], Downtime] = {}
    for stop in found:
        for part in stop.segments or _whole(stop):
            key = (part.reason, part.segment_class, part.shift, part.operation)
            known = sums.get(key, Downtime(*key))
            lasted = 0.0 if part.end is None else (part.end - part.start).total_seconds()
            sums[key] = replace(
                known,
                seconds=known.seconds + lasted,
                segments=known.segments + 1,
                still_open=known.still_open + (part.end is None),
            )
    return tuple(sums.values())


def _whole(stop: StopFigures) -> tuple[Segment, ...]:
    if stop.start is None:
        return ()
    return (Segment(stop.stop_id, stop.stop_class, stop.start, stop.end, reason=stop.reason),)


def _take(stop: _Stop, name: str, data: Mapping[str, Any]) -> None:
    told = {segment["segment_id"]: _segment(segment) for segment in data.get("segments", ())}
    match name:
        case "opened" | "upgraded":
            stop.figures = _with_stop_fact(stop.figures, name, data)
            stop.segments |= told
        case "corrected":
            stop.figures = replace(_with_stop_fact(stop.figures, name, data), reason=code(data["reason"]))
            stop.segments = told
        case "closed":
            stop.figures = _with_stop_fact(stop.figures, name, data)
            stop.segments = _before(stop, told) | told if told else stop.segments
        case "segmented":
            gone = {segment["segment_id"] for segment in data["before"]}
            stop.segments = {known: kept for known, kept in stop.segments.items() if known not in gone} | told
        case "merged" | "edited":
            stop.figures = replace(stop.figures, start=instant(data["start"]), end=instant(data["end"]))
            stop.segments = told
        case "reason_set":
            reason = data["reason"]["code"]
            stop.figures = replace(stop.figures, reason=reason)
            segment = stop.segments.get(data.get("segment_id", ""))
            if segment is not None:
                inherited = data.get("inherited")
                stop.segments[segment.segment_id] = replace(segment, reason=reason, inherited=inherited)


def _before(stop: _Stop, told: Mapping[str, Segment]) -> dict[str, Segment]:
    """Segments that lie before the first one told, where that is not the beginning of the stop."""
    first = min(segment.start for segment in told.values())
    if stop.figures.start is None or first <= stop.figures.start:
        return {}
    return {known: segment for known, segment in stop.segments.items() if segment.start < first}


def _with_stop_fact(stop: StopFigures, name: str, data: Mapping[str, Any]) -> StopFigures:
    return replace(
        stop,
        opened=stop.opened + (name == "opened"),
        upgraded=stop.upgraded + (name == "upgraded"),
        closed=stop.closed + (name == "closed"),
        start=datetime.fromisoformat(data["start"]),
        end=instant(data["end"]),
        stop_class=data["stop_class"],
        machine_reasons=tuple(data["machine_reasons"]),
        bridged=data["bridged"],
        end_uncertain=data["end_uncertain"],
    )


def _segment(told: Mapping[str, Any]) -> Segment:
    return Segment(
        segment_id=told["segment_id"],
        segment_class=told["segment_class"],
        start=datetime.fromisoformat(told["start"]),
        end=instant(told["end"]),
        shift=ShiftKey.of(told["shift"]),
        operation=Operation(told["order_id"], told["op_no"]),
        reason=code(told["reason"]),
        inherited=told.get("inherited"),
    )
