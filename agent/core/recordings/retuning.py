"""What two configurations make of the same observations: stops side by side, and how they differ.

The stops of one work center never overlap, so stops of both sides that share an instant, directly or through others,
are one happening told in two ways.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from math import inf
from typing import Any, Literal, TypeAlias
from uuid import UUID

from agent.core.facts import DiscrepancyRaised, Fact, OutputRecorded, ScrapRecorded, StopClass, StopData, StopVoided
from agent.core.machine.conditions import Condition
from agent.core.settings import Settings
from agent.core.station import Station
from agent.core.times import epoch
from agent.core.values import replace

ChangeKind: TypeAlias = Literal["appears", "vanishes", "merges", "splits", "changes", "regroups"]
NO_IDS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Span:
    """A stop as it was told last."""

    stop_id: str
    start: float
    end: float | None
    """None while it goes on at the end of the recording."""
    stop_class: StopClass
    condition: Condition
    machine_reasons: tuple[str, ...] = ()

    def lasts(self, until: float) -> float:
        """Seconds, of one that goes on up to `until`."""
        return (until if self.end is None else self.end) - self.start


@dataclass(frozen=True, slots=True)
class Doubt:
    """A discrepancy."""

    code: str
    start: float
    end: float


@dataclass(slots=True)
class Account:
    """What one configuration made of one work center."""

    spans: dict[str, Span] = field(default_factory=dict)
    good: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """By unit of measure."""
    scrap: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    doubts: list[Doubt] = field(default_factory=list)

    def begin(self, station: Station, until: float) -> None:
        """Set out anew from a state; what was open before is cut at `until`, or is what the state has open."""
        stop = station.state.stops.open
        for span in [span for span in self.spans.values() if span.end is None]:
            if stop is not None and stop.start <= span.start:
                del self.spans[span.stop_id]
            else:
                self.spans[span.stop_id] = replace(span, end=until)
        if stop is not None:
            opened = Span(stop.stop_id, stop.start, None, stop.stop_class, stop.condition, stop.machine_reasons)
            self.spans[stop.stop_id] = opened

    def take(self, facts: Iterable[Fact]) -> None:
        """Take what was made."""
        for fact in facts:
            match fact.data:
                case StopData() as stop:
                    self.spans[stop.stop_id] = _span(stop)
                case StopVoided() as void:
                    self.spans.pop(void.stop_id, None)
                case OutputRecorded() as output:
                    self.good[output.uom] += output.qty_good
                case ScrapRecorded() as scrap:
                    self.scrap[scrap.uom] += scrap.qty_scrap
                    self.good[scrap.uom] -= scrap.qty_from_good
                case DiscrepancyRaised() as raised:
                    self.doubts.append(Doubt(raised.code, epoch(raised.start), epoch(raised.end)))

    def end(self, station: Station, now: float) -> None:
        """Take what was counted and is not told yet."""
        self.take(station.untold(now))

    def totals(self, until: float) -> dict[StopClass, Total]:
        """Stops by class."""
        found: dict[StopClass, Total] = {}
        for span in self.spans.values():
            known = found.get(span.stop_class, Total(0, 0.0))
            found[span.stop_class] = Total(known.count + 1, known.seconds + span.lasts(until))
        return found

    def codes(self) -> Mapping[str, int]:
        """Discrepancies by code."""
        return Counter(doubt.code for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class Total:
    """So many stops, so long together."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Change:
    """One happening that the two sides tell differently."""

    kind: ChangeKind
    before: tuple[Span, ...]
    after: tuple[Span, ...]


def changes(before: Account, after: Account) -> tuple[Change, ...]:
    """Where the stops differ, in order of time."""
    groups = _together(before.spans.values(), after.spans.values())
    return tuple(Change(_kind(old, new), old, new) for old, new in groups if _told(old) != _told(new))


def settings_changed(before: Settings, after: Settings, wc_id: str) -> dict[str, tuple[Any, Any]]:
    """What decides the facts of a work center and differs: its name, the old value and the new one."""
    old, new = _flat(before, wc_id), _flat(after, wc_id)
    return {
        name: (old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _span(stop: StopData) -> Span:
    end = None if stop.end is None else epoch(stop.end)
    return Span(stop.stop_id, epoch(stop.start), end, stop.stop_class, stop.condition, stop.machine_reasons)


def _told(spans: tuple[Span, ...]) -> list[tuple[object, ...]]:
    return [(span.start, span.end, span.stop_class, span.condition) for span in spans]


def _kind(old: tuple[Span, ...], new: tuple[Span, ...]) -> ChangeKind:
    match len(old), len(new):
        case 0, _:
            return "appears"
        case _, 0:
            return "vanishes"
        case 1, 1:
            return "changes"
        case 1, _:
            return "splits"
        case _, 1:
            return "merges"
    return "regroups"


def _together(old: Iterable[Span], new: Iterable[Span]) -> Iterator[tuple[tuple[Span, ...], tuple[Span, ...]]]:
    """Stops that share an instant, directly or through others."""
    sides: tuple[list[Span], list[Span]] = ([], [])
    reach = start = -inf
    tagged = chain(((span, 0) for span in old), ((span, 1) for span in new))
    for span, side in sorted(tagged, key=lambda item: item[0].start):
        if span.start >= reach and span.start != start and any(sides):
            yield tuple(sides[0]), tuple(sides[1])
            sides = ([], [])
        sides[side].append(span)
        start = span.start
        reach = max(reach, inf if span.end is None else span.end)
    if any(sides):
        yield tuple(sides[0]), tuple(sides[1])


def _flat(settings: Settings, wc_id: str) -> dict[str, Any]:
    machine = next(machine for machine in settings.machine if machine.work_center == wc_id)
    own = machine.model_dump(mode="json", exclude={"opcua", "modbus", "telemetry", "signal"})
    signals = {
        f"signal {signal.key}": signal.model_dump(mode="json", include={"role", "counter"}) for signal in machine.signal
    }
    return dict(_leaves(own | signals | {"codes": settings.codes.model_dump(mode="json")}))


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
