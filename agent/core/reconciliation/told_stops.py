"""Stops by what was told of them: the segment that was told last under an id holds (domain.md R7 to R9, R20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.core.reconciliation.amendments import Data


@dataclass(slots=True)
class ToldStops:
    """What was taken in so far."""

    _segments: dict[str, dict[str, Data]] = field(default_factory=dict)
    """By stop and segment."""

    def take(self, kind: str, data: Data) -> None:
        """One more fact, in the order of their sequence; those that are not about stops change nothing."""
        family, _, name = kind.partition(".")
        if family != "stop":
            return
        stop_id = data["stop_id"]
        known = self._segments.setdefault(stop_id, {})
        if name == "reason_set":
            _set_reason(known, data)
            return
        if name == "voided":
            del self._segments[stop_id]
            return
        told = {segment["segment_id"]: segment for segment in data["segments"]}
        match name:
            case "opened" | "upgraded":
                known.update(told)
            case "closed" if told:
                first = min(segment["start"] for segment in told.values())
                before = {name: one for name, one in known.items() if one["start"] < first}
                self._segments[stop_id] = {**(before if first > data["start"] else {}), **told}
            case "segmented":
                gone = {segment["segment_id"] for segment in data["before"]}
                self._segments[stop_id] = {**{name: one for name, one in known.items() if name not in gone}, **told}
            case "merged" | "edited" | "corrected":
                self._segments[stop_id] = told
                self._segments.pop(data.get("void_stop_id", ""), None)

    def segments(self) -> Iterator[tuple[str, Data]]:
        """Every segment with the stop that it is of."""
        for stop_id, segments in self._segments.items():
            for one in segments.values():
                yield stop_id, one


def _set_reason(known: dict[str, Data], data: Data) -> None:
    one = known.get(data["segment_id"])
    if one is not None:
        known[data["segment_id"]] = {**one, "reason": data["reason"]}
