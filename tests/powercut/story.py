"""What happens to a journal, step by step, and what it must show after each step.

A story is drawn from a seed, so that the process that lives it and the judge who was not there know the same one. The
judge's side is a model of its own: it shares nothing with the journal but the facts that go in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, TypeAlias

from agent.core.facts import Fact
from agent.journal.retention import CONFIRMED_FOR_S, STEP
from tests.agent.happenings import fact

BEGAN = 1.7e9
HOURS = 2 * 3600.0
"""Plant time from one step to the next: long enough for retention to have something to do in a short story."""
WORK_CENTERS = ("PRESS-1", "FILL-1", "-")


@dataclass(frozen=True, slots=True)
class Append:
    """Facts, with a snapshot and a claim, in one commit."""

    facts: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """The MES has everything up to this sequence."""

    through: int


@dataclass(frozen=True, slots=True)
class Park:
    """A fact is taken out of the way, and a notice kept with it."""

    position: int


@dataclass(frozen=True, slots=True)
class Unpark:
    """It was sent after all."""

    position: int


@dataclass(frozen=True, slots=True)
class Tell:
    """A notice has become a fact."""

    position: int


@dataclass(frozen=True, slots=True)
class Retire:
    """Facts past their retention are removed."""


@dataclass(frozen=True, slots=True)
class Connect:
    """A new session with the broker."""


Step: TypeAlias = Append | Confirm | Park | Unpark | Tell | Retire | Connect


@dataclass(frozen=True, slots=True)
class State:
    """What was acknowledged so far, as the judge reckons it."""

    last: int = 0
    confirmed: int = 0
    present: tuple[int, ...] = ()
    """Positions of the facts that retention has left."""
    appended: tuple[tuple[int, int], ...] = ()
    """Of each commit its step and the position of its last fact."""
    parked: tuple[tuple[int, int], ...] = ()
    """Positions, and the steps that parked them."""
    notices: frozenset[int] = frozenset()
    notes: tuple[tuple[float, int], ...] = ()
    """Plant times of confirmations, and up to where everything was confirmed then."""
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """The steps, and the state before the first and after each."""

    steps: Sequence[Step]
    states: Sequence[State]
    recorded: Mapping[int, int]
    """By position, the step in which a fact was recorded."""


def told(seed: int, length: int) -> Story:
    """The story of this seed; a longer one begins like a shorter one."""
    dice = Random(seed)
    steps: list[Step] = []
    states = [State()]
    for index in range(length):
        step = _drawn(dice, states[-1], index)
        steps.append(step)
        states.append(_after(states[-1], step, index))
    recorded: dict[int, int] = {}
    for index, last in states[-1].appended:
        recorded.update(dict.fromkeys(range(len(recorded) + 1, last + 1), index))
    return Story(steps, states, recorded)


def at(index: int) -> float:
    """Plant time of a step, in seconds since 1970 UTC."""
    return BEGAN + index * HOURS


@cache
def the_fact(position: int) -> Fact:
    """The fact at a position; every tenth needs overflow pages."""
    dice = Random(position)
    return fact(position, text="x" * (dice.randint(3000, 9000) if position % 10 == 0 else dice.randint(0, 500)))


@cache
def snapshot(index: int) -> tuple[str, bytes]:
    """The snapshot that the commit of a step carries: of which work center, and how it stands."""
    dice = Random(index)
    return WORK_CENTERS[index % len(WORK_CENTERS)], dice.randbytes(dice.choice((40, 900, 9000)))


def claim(index: int) -> tuple[str, str]:
    """The claim that the commit of a step takes."""
    return f"serial:PRESS-1:S{index}", f"PO-1/{index}"


def directory(index: int) -> tuple[str, bytes]:
    """The copy of a directory that the commit of a step carries; an empty one withdraws."""
    return f"orders/PO-{index % 4}", b"" if index % 9 == 0 else b'{"step":%d}' % index


def _drawn(dice: Random, state: State, index: int) -> Step:
    parked = [position for position, _ in state.parked]
    free = [position for position in state.present[-40:] if position not in parked]
    kinds: dict[Step, int] = {Append(dice.choice((1, 1, 1, 2, 3, 8, 25))): 10, Connect(): 1}
    if state.confirmed < state.last:
        kinds[Confirm(dice.randint(state.confirmed + 1, state.last))] = 6
    if free:
        kinds[Park(dice.choice(free))] = 1
    if parked:
        kinds[Unpark(dice.choice(parked))] = 1
    if state.notices:
        kinds[Tell(dice.choice(sorted(state.notices)))] = 1
    if _retired(state, index):
        kinds[Retire()] = 3
    return dice.choices(list(kinds), list(kinds.values()))[0]


def _after(state: State, step: Step, index: int) -> State:
    changed: dict[str, Any]
    match step:
        case Append():
            last = state.last + step.facts
            present = (*state.present, *range(state.last + 1, last + 1))
            changed = {"last": last, "present": present, "appended": (*state.appended, (index, last))}
        case Confirm():
            changed = {"confirmed": step.through, "notes": (*state.notes, (at(index), step.through))}
        case Park():
            parked = tuple(sorted((*state.parked, (step.position, index))))
            changed = {"parked": parked, "notices": state.notices | {step.position}}
        case Unpark():
            changed = {"parked": tuple(each for each in state.parked if each[0] != step.position)}
        case Tell():
            changed = {"notices": state.notices - {step.position}}
        case Retire():
            gone = _retired(state, index)
            changed = {"present": tuple(each for each in state.present if each not in gone)}
        case Connect():
            changed = {"sessions": state.sessions + 1}
    return replace(state, **changed)


def _retired(state: State, index: int) -> frozenset[int]:
    """What retention removes: confirmed a day ago, not parked, not the last."""
    confirmed = max((position for when, position in state.notes if when <= at(index) - CONFIRMED_FOR_S), default=0)
    parked = {position for position, _ in state.parked}
    removable = min(confirmed, state.last - 1)
    return frozenset([each for each in state.present if each <= removable and each not in parked][:STEP])
