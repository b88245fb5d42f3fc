"""A machine's history as it comes, put in order: in any order, doubled, with times far off and values not believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from agent.core.backfill.recalled import Past
from agent.core.values import replace


@dataclass(frozen=True, slots=True)
class Moment:
    """What became so at one instant."""

    at: float
    values: tuple[Past, ...]
    beats: bool = False
    """Nothing but the heartbeat, which has moved all the while."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Signals whose values say little one by one."""

    counters: frozenset[str]
    heartbeat: str | None
    timeout_s: float
    """A heartbeat that stands still for longer is that of no living controller."""

    @property
    def quiet(self) -> frozenset[str]:
        """All of them."""
        return self.counters if self.heartbeat is None else self.counters | {self.heartbeat}


def moments(values: Iterable[Past], stretch: tuple[float, float], late_s: float, signs: Signs) -> tuple[Moment, ...]:
    """The history of a stretch, instant by instant.

    Of what was so before it only the last few seconds count, as they may not have got here any more; the rest has been
    seen. Of two values of one signal at one instant neither is believed. A value of another time than the stretch's,
    such as of a clock that stood at the year 2000, belongs nowhere.

    Args:
        values: of all signals.
        stretch: its start and its end.
        late_s: how long before the stretch a value may be one of it.
        signs: signals of which only those values are kept that change anything.
    """
    start, end = stretch
    told: dict[tuple[str, float], Past] = {}
    for one in values:
        if start - late_s <= one.at <= end:
            known = told.setdefault((one.key, one.at), one)
            if (known.value, known.good) != (one.value, one.good):
                told[one.key, one.at] = replace(one, value=None, good=False)
    last: dict[str, Past] = {}
    inside: list[Past] = []
    for one in sorted(told.values(), key=attrgetter("at")):
        if one.at > start:
            inside.append(one)
        else:
            last[one.key] = replace(one, at=start)
    ordered = sorted((*last.values(), *inside), key=lambda one: (one.at, one.key not in signs.counters, one.key))
    beats, others = _thinned(ordered, start, signs)
    found = [Moment(at, tuple(group)) for at, group in groupby(others, key=attrgetter("at"))]
    found += (Moment(one.at, (one,), beats=True) for one in beats)
    return tuple(sorted(found, key=lambda one: (one.at, not one.beats)))


def _thinned(values: Sequence[Past], start: float, signs: Signs) -> tuple[list[Past], list[Past]]:
    """Beats of a heart that moved all the while, and everything else.

    Of what only counts or beats the last value before anything else happens is kept, and those around a silence.
    """
    beats: list[Past] = []
    others: list[Past] = []
    waiting: dict[str, Past] = {}
    beaten, value = start, None

    def keep() -> None:
        for one in waiting.values():
            (beats if one.key == signs.heartbeat else others).append(one)
        waiting.clear()

    for one in values:
        if not one.good or one.key not in signs.quiet:
            keep()
            others.append(one)
        elif one.key != signs.heartbeat:
            waiting[one.key] = one
        elif one.value != value:
            if one.at - beaten > signs.timeout_s:
                keep()
                others.append(one)
            else:
                waiting[one.key] = one
            beaten, value = one.at, one.value
    keep()
    return beats, sorted(others, key=attrgetter("at"))
