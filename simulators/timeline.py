"""From a script to the spans of a day: what the machine looks like from when on. Pure, in whole milliseconds.

Whole milliseconds make edges exact: what `day.py` says of an instant never depends on rounding.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from simulators.script import Episode, Kind, Script


class State(IntEnum):
    """The PackML states that occur, by their standard numbers (OPC 30050)."""

    STOPPED = 2
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    ABORTED = 9
    HELD = 11


PRODUCE = 1
"""Unit mode while producing."""
SETUP = 4
"""Unit mode of this plant while setting up."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a phase of an episode looks like from outside."""

    state: State
    mode: int = PRODUCE
    starved: bool = False
    blocked: bool = False
    alarm: bool = False
    """The episode's alarm stands."""
    powered: bool = True


_RUN = Look(State.EXECUTE)
_REST = None
_PHASES: dict[Kind, tuple[tuple[int | None, Look], ...]] = {
    Kind.SETUP: ((_REST, Look(State.STOPPED, mode=SETUP)),),
    Kind.MICRO: ((_REST, Look(State.HELD)),),
    Kind.BREAKDOWN: ((_REST, Look(State.ABORTED, alarm=True)), (8_000, Look(State.IDLE))),
    Kind.STARVED: ((_REST, Look(State.SUSPENDED, starved=True)),),
    Kind.BLOCKED: ((_REST, Look(State.SUSPENDED, blocked=True)),),
    Kind.HELD: ((_REST, Look(State.HELD, alarm=True)),),
    Kind.REBOOT: (
        (5_000, Look(State.STOPPED)),
        (_REST, Look(State.STOPPED, powered=False)),
        (20_000, Look(State.IDLE)),
    ),
    Kind.IDLE: ((_REST, Look(State.IDLE)),),
}
"""Phases of an episode in milliseconds; the one without a length takes what is left."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the day without a change of look. Times are milliseconds since the day began."""

    start: int
    look: Look
    worked: int
    """Milliseconds in Execute before this span."""
    kind: Kind | None = None
    """None while running."""
    alarm: int = 0

    @property
    def running(self) -> bool:
        """Parts are made in this span and in no other."""
        return self.look.state is State.EXECUTE

    def work(self, ms: int) -> int:
        """Milliseconds in Execute up to an instant of this span."""
        return self.worked + (ms - self.start if self.running else 0)


def spans(script: Script) -> tuple[Span, ...]:
    """The whole day, without gaps; the last span has no end."""
    run = Span(0, _RUN, 0)
    made = [run]
    for episode in _standstills(script):
        start = _off_the_beat(run, millis(episode.start_s), script)
        worked = run.work(start)
        made.extend(_phases(episode, start, worked))
        run = Span(start + millis(episode.duration_s), _RUN, worked)
        made.append(run)
    end = _off_the_beat(run, millis(script.length_s), script)
    return (*made, Span(end, Look(State.IDLE), run.work(end), Kind.IDLE))


def millis(seconds: float) -> int:
    """Whole milliseconds, downwards; what stands on a millisecond keeps it."""
    return int(seconds * 1000 + 1e-6)


def _standstills(script: Script) -> list[Episode]:
    """Every standstill of the day in order, at least `min_run_s` apart. What is planned goes before micro-stops."""
    kept: list[Episode] = []
    for episode in (*sorted(_repeated(script), key=lambda one: one.start_s), *_micro_stops(script)):
        if _fits(episode, script) and all(_apart(episode, other, script.min_run_s) for other in kept):
            kept.append(episode)
    return sorted(kept, key=lambda one: one.start_s)


def _repeated(script: Script) -> Iterator[Episode]:
    for episode in script.episodes:
        yield episode
        start = episode.start_s
        while episode.every_s is not None and (start := start + episode.every_s) < script.length_s:
            yield replace(episode, start_s=start)


def _micro_stops(script: Script) -> Iterator[Episode]:
    dice = random.Random(f"{script.seed} micro-stops")  # noqa: S311  # a simulated jam needs no secrecy
    start = 0.0
    while (start := start + script.micro_every_s * dice.uniform(0.5, 1.5)) < script.length_s:
        yield Episode(Kind.MICRO, round(start, 3), round(dice.uniform(*script.micro_s), 3))


def _fits(episode: Episode, script: Script) -> bool:
    return script.min_run_s <= episode.start_s <= script.length_s - episode.duration_s - script.min_run_s


def _apart(one: Episode, other: Episode, least_s: float) -> bool:
    # A stop may be moved on by up to half a cycle, so the gap is asked for with a second to spare.
    gap = max(one.start_s, other.start_s) - min(one.start_s + one.duration_s, other.start_s + other.duration_s)
    return gap >= least_s + 1.0


def _off_the_beat(run: Span, ms: int, script: Script) -> int:
    """Move a stop that falls on the very instant of a count: which of the two came first would be a matter of taste."""
    half = millis(script.cycle_s) // 2
    return ms if run.work(ms) % half else ms + half // 3


def _phases(episode: Episode, start: int, worked: int) -> Iterable[Span]:
    phases = _PHASES[episode.kind]
    rest = millis(episode.duration_s) - sum(length or 0 for length, _ in phases)
    for length, look in phases:
        yield Span(start, look, worked, episode.kind, episode.alarm if look.alarm else 0)
        start += rest if length is None else length
