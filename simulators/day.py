"""One machine-day as a pure function of time: what the controller shows at any instant, and what truly happened.

    day = Day(FILLER)
    day.at(90.0)               # the controller's image 90 plant seconds after the day began
    day.changes(90.0, 120.0)   # every edge after 90 s and up to 120 s, with the image from then on
    day.happenings(90.0)       # parts, rejects, stops and reboots after 90 s, without an end

Parts grow in Execute only, one per cycle; a part in work at a stop is finished after it. All times are plant seconds
since the day began, on whole milliseconds. Before its begin the machine looks as it does at 0.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby, pairwise
from random import Random

from simulators.script import Counter, Script
from simulators.timeline import Span, State, millis, spans

HEARTBEAT_MODULUS = 2**16
_FOR_EVER = 10**15


@dataclass(frozen=True, slots=True)
class Image:
    """What the controller shows. Without power everything is 0."""

    powered: bool = False
    """False while the controller reboots: nobody can read it."""
    state: int = 0
    """PackML StateCurrent: Stopped 2, Idle 4, Suspended 5, Execute 6, Aborted 9, Held 11."""
    mode: int = 0
    """PackML UnitModeCurrent: 1 produce, 4 setup."""
    starved: bool = False
    blocked: bool = False
    alarm: int = 0
    """Code of the standing alarm; 0 is none."""
    total: int = 0
    """Raw counter of all parts, rejects included."""
    scrap: int = 0
    """Raw counter of rejects."""
    heartbeat: int = 0
    """Rises every second, from 1 at boot, modulo 65536."""
    boot: int = 0
    """Number of this run of the controller's program, from 1."""
    speed: float = 0.0
    """PackML CurMachSpeed: parts a minute; 0 while none are made."""

    @property
    def running(self) -> bool:
        """The machine makes parts."""
        return self.state == State.EXECUTE

    @property
    def fault(self) -> bool:
        """An alarm stands."""
        return self.alarm != 0


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that truly happened, seen or not."""

    at: float
    event: str
    """`part`, `scrap`, `stop_started`, `stop_ended`, `controller_away`, `controller_back` or `reboot`."""
    detail: dict[str, int | str]
    """part: `total`, all parts of the day so far. scrap: `scrap`, likewise. Stops: `kind`, `alarm`. Reboot: `boot`."""


@dataclass(frozen=True, slots=True)
class _Boot:
    at: int
    total: int
    """What the raw counter shows more than was made."""
    scrap: int


class Day:
    """A script, played."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._cycle = millis(script.cycle_s)
        self._spans = spans(script)
        self._starts = [span.start for span in self._spans]
        self._rejects = _rejects(script, self._spans[-1].worked)
        self._boots = [_Boot(0, script.total.start, script.scrap.start), *self._reboots()]
        self._boot_starts = [boot.at for boot in self._boots]

    @property
    def wc_id(self) -> str:
        """Work center of this machine."""
        return self.script.wc_id

    def at(self, seconds: float) -> Image:
        """The controller's image at an instant; on an edge, the image after it.

        Before the day begins the machine is as it will be then, and the controller's program runs already.
        """
        ms = millis(seconds)
        image = self._image(max(0, ms))
        return image if ms >= 0 else replace(image, heartbeat=(ms // 1000 + 1) % HEARTBEAT_MODULUS)

    def made(self, seconds: float) -> int:
        """True number of parts made since the day began, rejects included."""
        return self._work(max(0, millis(seconds))) // self._cycle

    def rejected(self, seconds: float) -> int:
        """True number of rejects counted since the day began."""
        return bisect_right(self._rejects, self._work(max(0, millis(seconds))))

    def absences(self) -> list[tuple[float, float]]:
        """When the controller is away, and when it is back."""
        return [(one.start / 1000, two.start / 1000) for one, two in pairwise(self._spans) if not one.look.powered]

    def standing_since(self, seconds: float) -> float | None:
        """When the stop in which an instant lies began; None while running."""
        index = self._index(max(0, millis(seconds)))
        if self._spans[index].running:
            return None
        while index and not self._spans[index - 1].running:
            index -= 1
        return self._starts[index] / 1000

    def changes(self, after: float, until: float = math.inf) -> Iterator[tuple[float, Image]]:
        """Every edge with after < time <= until, in order: counts, states, alarms, heartbeats, boots."""
        for ms in range(_next_multiple(millis(after) + 1, 1000), min(0, _end(until)) + 1, 1000):
            yield ms / 1000, self.at(ms / 1000)
        for ms, _ in groupby(self._edges(_begin(after), _end(until))):
            yield ms / 1000, self._image(ms)

    def happenings(self, after: float, until: float = math.inf) -> Iterator[Happening]:
        """What truly happened with after < time <= until, in order."""
        low, high = _begin(after), _end(until)
        for index, first, last in self._pieces(low, high):
            span = self._spans[index]
            if index and first == span.start:
                yield from self._turn(self._spans[index - 1], span)
            for ms in merge(self._part_times(span, first, last), self._reject_times(span, first, last)):
                yield self._count(span, ms)

    def _index(self, ms: int) -> int:
        return bisect_right(self._starts, ms) - 1

    def _work(self, ms: int) -> int:
        return self._spans[self._index(ms)].work(ms)

    def _reboots(self) -> Iterator[_Boot]:
        for one, two in pairwise(self._spans):
            if two.look.powered and not one.look.powered:
                yield _Boot(two.start, -(two.worked // self._cycle), -bisect_right(self._rejects, two.worked))

    def _boot(self, ms: int) -> int:
        return bisect_right(self._boot_starts, ms)

    def _image(self, ms: int) -> Image:
        span = self._spans[self._index(ms)]
        if not span.look.powered:
            return Image()
        number, work = self._boot(ms), span.work(ms)
        boot = self._boots[number - 1]
        return Image(
            powered=True,
            state=int(span.look.state),
            mode=span.look.mode,
            starved=span.look.starved,
            blocked=span.look.blocked,
            alarm=span.alarm,
            total=_raw(self.script.total, boot.total + work // self._cycle),
            scrap=_raw(self.script.scrap, boot.scrap + bisect_right(self._rejects, work)),
            heartbeat=((ms - boot.at) // 1000 + 1) % HEARTBEAT_MODULUS,
            boot=number,
            speed=60.0 / self.script.cycle_s if span.look.state is State.EXECUTE else 0.0,
        )

    def _pieces(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Spans that touch (low, high], each with its first and last millisecond in there."""
        for index in range(max(0, self._index(low)), len(self._spans)):
            end = self._starts[index + 1] - 1 if index + 1 < len(self._spans) else _FOR_EVER
            first, last = max(self._starts[index], low + 1), min(end, high)
            if self._starts[index] > high:
                return
            if first <= last:
                yield index, first, last

    def _edges(self, low: int, high: int) -> Iterator[int]:
        for index, first, last in self._pieces(low, high):
            span = self._spans[index]
            turn = (span.start,) if index and first == span.start else ()
            yield from merge(
                turn,
                self._part_times(span, first, last),
                self._reject_times(span, first, last),
                self._beat_times(span, first, last),
            )

    def _part_times(self, span: Span, first: int, last: int) -> range:
        if not span.running:
            return range(0)
        offset = span.start - span.worked
        return range(offset + _next_multiple(first - offset, self._cycle), last + 1, self._cycle)

    def _reject_times(self, span: Span, first: int, last: int) -> Iterator[int]:
        if span.running:
            offset = span.start - span.worked
            index = bisect_right(self._rejects, first - offset - 1)
            while index < len(self._rejects) and (ms := self._rejects[index] + offset) <= last:
                yield ms
                index += 1

    def _beat_times(self, span: Span, first: int, last: int) -> range:
        if not span.look.powered:
            return range(0)
        boot = self._boots[self._boot(first) - 1].at
        return range(boot + _next_multiple(first - boot, 1000), last + 1, 1000)

    def _turn(self, before: Span, after: Span) -> Iterator[Happening]:
        at = after.start / 1000
        if before.running:
            yield Happening(at, "stop_started", {"kind": str(after.kind), "alarm": after.alarm})
        if after.running:
            yield Happening(at, "stop_ended", {"kind": str(before.kind)})
        if before.look.powered and not after.look.powered:
            yield Happening(at, "controller_away", {})
        if after.look.powered and not before.look.powered:
            yield Happening(at, "controller_back", {})
            yield Happening(at, "reboot", {"boot": self._boot(after.start)})

    def _count(self, span: Span, ms: int) -> Happening:
        made, half = divmod(span.work(ms), self._cycle)
        if half:
            return Happening(ms / 1000, "scrap", {"scrap": self.rejected(ms / 1000)})
        return Happening(ms / 1000, "part", {"total": made})


def _rejects(script: Script, worked: int) -> list[int]:
    """Milliseconds of work at which each reject of the day is counted."""
    dice = Random(f"{script.seed} rejects")  # noqa: S311  # a simulated reject needs no secrecy
    cycle = millis(script.cycle_s)
    return [ms + cycle // 2 for ms in range(cycle, worked, cycle) if dice.random() < script.scrap_share]


def _raw(counter: Counter, value: int) -> int:
    return value % counter.modulus


def _next_multiple(value: int, step: int) -> int:
    return -(-value // step) * step


def _begin(after: float) -> int:
    # Nothing happens before the day begins, nor at its very begin: no part is done after no work.
    return max(0, millis(after))


def _end(until: float) -> int:
    return _FOR_EVER if math.isinf(until) else millis(until)
