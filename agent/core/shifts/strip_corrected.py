"""The strip of a shift with a stretch of it told otherwise, as a machine's history has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from agent.core.machine.conditions import Condition
from agent.core.shifts.strip import CELL_S, LETTERS, MOST_CHANGES, UNKNOWN, Change, Strip, longest
from agent.core.stops.segments import Grounds
from agent.core.values import replace

_LEAST_S: Final = CELL_S / 3
"""What is told of a cell that was unknown for the most part; where it is less, most was unknown for other reasons."""


class Stretch(Protocol):
    """What the machine did for a while."""

    @property
    def condition(self) -> Condition:
        """What it did."""
        ...

    @property
    def start(self) -> float:
        """Since when."""
        ...

    @property
    def end(self) -> float:
        """Until when."""
        ...


def corrected(strip: Strip | None, told: Sequence[Stretch], grounds: Grounds) -> Strip | None:
    """The strip with a stretch told otherwise.

    Of what is settled only cells change that were unknown for the most part: the rest of each was shorter.

    Args:
        strip: so far; None before anything was seen.
        told: what the machine did, without gaps between.
        grounds: what time belongs to.
    """
    if strip is None or not told:
        return strip
    changes = _changes(strip, told)
    strip = replace(strip, cells=_cells(strip, told), spent=_present(strip, told), conditions=changes)
    return strip if len(changes) <= MOST_CHANGES else strip.settled(changes[-MOST_CHANGES].at, grounds)


def _cells(strip: Strip, told: Sequence[Stretch]) -> str:
    cells = list(strip.cells)
    for number, letter in enumerate(cells):
        begin = strip.since + number * CELL_S
        if letter == UNKNOWN:
            now = _spent(told, begin, begin + CELL_S)
            cells[number] = longest(now) if sum(now.values()) > _LEAST_S else letter
    return "".join(cells)


def _present(strip: Strip, told: Sequence[Stretch]) -> dict[str, float]:
    """The cell that is not finished: what was unknown in it is what was told now, as far as it goes."""
    now = _spent(told, strip.since + len(strip.cells) * CELL_S, strip.until)
    whole, lost = sum(now.values()), strip.spent.get(UNKNOWN, 0.0)
    if not whole or not lost:
        return strip.spent
    taken = min(whole, lost)
    spent = {**strip.spent, UNKNOWN: lost - taken}
    for letter, seconds in now.items():
        spent[letter] = spent.get(letter, 0.0) + seconds * taken / whole
    return {letter: seconds for letter, seconds in spent.items() if seconds > 0}


def _changes(strip: Strip, told: Sequence[Stretch]) -> tuple[Change, ...]:
    start, end = told[0].start, told[-1].end
    if end <= strip.until:
        return strip.conditions
    before = [one for one in strip.conditions if one.at < start]
    after = [one for one in strip.conditions if one.at >= end]
    now = [Change(one.start, LETTERS[one.condition]) for one in told if one.end > strip.until]
    return (*before, *now, *after)


def _spent(told: Sequence[Stretch], begin: float, end: float) -> dict[str, float]:
    """Seconds by letter of a while."""
    spent: dict[str, float] = {}
    for one in told:
        seconds = min(one.end, end) - max(one.start, begin)
        if seconds > 0:
            letter = LETTERS[one.condition]
            spent[letter] = spent.get(letter, 0.0) + seconds
    return spent
