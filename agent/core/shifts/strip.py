"""The shift so far as a strip: cells of equal length, what the machine did longest in each, and how much was made.

Much of a machine's time is known late and dated back (domain.md R4, R15). So the last changes are remembered as they
are and settled into cells only when others push them out; whoever looks on sees them settled up to now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final

from agent.core.facts import ConditionChanged, Fact, OutputRecorded, SetupEnded, SetupStarted
from agent.core.machine.conditions import Condition
from agent.core.stops.segments import Grounds
from agent.core.values import replace

CELL_S: Final = 180.0
GOOD_S: Final = 900.0
CELLS_IN_GOOD: Final = 5
MOST_GOOD: Final = 48
"""Of `GOOD_S` each, so that a strip is at most half a day and 240 cells long; where it would be longer, its oldest part
is dropped."""
MOST_CHANGES: Final = 8
"""Changes of one kind that are remembered: nothing is dated back across more."""
UNKNOWN: Final = "U"
PLANNED: Final = "P"
SETUP: Final = "C"
LETTERS: Final = {
    Condition.RUNNING: "R",
    Condition.IDLE: "I",
    Condition.FAULTED: "F",
    Condition.HELD: "H",
    Condition.STARVED: "S",
    Condition.BLOCKED: "B",
    Condition.OFF: "O",
    Condition.UNKNOWN: UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Change:
    """From an instant on it is so."""

    at: float
    letter: str
    """Empty where a setup is over."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The cells that are settled, and what is not settled yet."""

    since: float
    """Where the first cell begins."""
    until: float
    """Up to where time is settled."""
    cells: str = ""
    """A letter for each finished cell."""
    spent: dict[str, float] = field(default_factory=dict)
    """Seconds of the present cell by letter."""
    conditions: tuple[Change, ...] = ()
    setups: tuple[Change, ...] = ()
    good: tuple[Decimal, ...] = ()
    """Parts told as good, `GOOD_S` after `GOOD_S`."""

    def later(self, by: float) -> Strip:
        """The same after the wall clock was set."""
        return replace(
            self,
            since=self.since + by,
            until=self.until + by,
            conditions=tuple(replace(one, at=one.at + by) for one in self.conditions),
            setups=tuple(replace(one, at=one.at + by) for one in self.setups),
        )

    def begun(self, at: float) -> Strip:
        """The strip of a shift that begins here; what goes on goes on in it."""
        return Strip(at, at, conditions=_from(self.conditions, at), setups=_from(self.setups, at))

    def settled(self, until: float, grounds: Grounds) -> Strip:
        """The strip with time settled up to an instant, as far as it is not too long then.

        Args:
            until: the instant.
            grounds: what time belongs to, for what is planned.
        """
        strip = self.rolled(until)
        until = max(until, strip.until)
        cells, spent = strip.cells, dict(strip.spent)
        for letter, start, end in _pieces(strip, until, grounds):
            cell_end = strip.since + (len(cells) + 1) * CELL_S
            spent[letter] = spent.get(letter, 0.0) + min(end, cell_end) - start
            if end >= cell_end:
                whole, rest = divmod(end - cell_end, CELL_S)
                cells += longest(spent) + letter * int(whole)
                spent = {letter: rest} if rest else {}
        return replace(
            strip,
            until=until,
            cells=cells,
            spent=spent,
            conditions=_from(strip.conditions, until),
            setups=_from(strip.setups, until),
        )

    def rolled(self, at: float) -> Strip:
        """The strip without what is too old, so that an instant lies in it."""
        over = int((at - self.since) // GOOD_S) + 1 - MOST_GOOD
        if over <= 0:
            return self
        begin, good = self.since + over * GOOD_S, self.good[over:]
        if begin >= self.until:
            return replace(self.begun(begin), good=good)
        return replace(self, since=begin, cells=self.cells[over * CELLS_IN_GOOD :], good=good)


def taken(strip: Strip | None, fact: Fact, grounds: Grounds) -> Strip | None:
    """The strip with what a fact says; None before anything was seen.

    Args:
        strip: so far.
        fact: any fact of the work center.
        grounds: what time belongs to.
    """
    data, at = fact.data, fact.time
    if isinstance(data, ConditionChanged):
        strip = strip or Strip(at, at)
        changes = (*strip.conditions, Change(_after(strip.conditions, at), LETTERS[data.to_condition]))
        return _kept(replace(strip, conditions=changes), changes, grounds)
    if strip is None:
        return None
    if isinstance(data, SetupStarted | SetupEnded):
        letter = SETUP if isinstance(data, SetupStarted) else ""
        changes = (*strip.setups, Change(_after(strip.setups, at), letter))
        return _kept(replace(strip, setups=changes), changes, grounds)
    return _made(strip, data.qty_good, at) if isinstance(data, OutputRecorded) else strip


def longest(spent: Mapping[str, float]) -> str:
    """What lasted longest; of two that lasted equally long the first."""
    return max(spent, key=lambda letter: spent[letter], default="")


def _pieces(strip: Strip, until: float, grounds: Grounds) -> Iterator[tuple[str, float, float]]:
    """Letters of the time that is not settled, with start and end."""
    changes = sorted({one.at for one in (*strip.conditions, *strip.setups)})
    for ground in grounds(strip.until, until) if strip.until < until else ():
        points = [ground.start, *(at for at in changes if ground.start < at < ground.end), ground.end]
        for start, end in pairwise(points):
            yield PLANNED if ground.planned else _letter(strip, start), start, end


def _letter(strip: Strip, at: float) -> str:
    condition = _at(strip.conditions, at) or UNKNOWN
    return condition if condition == UNKNOWN else _at(strip.setups, at) or condition


def _made(strip: Strip, parts: Decimal, at: float) -> Strip:
    strip = strip.rolled(at)
    place = int((at - strip.since) // GOOD_S)
    if place < 0:
        # Of the shift before.
        return strip
    good = [*strip.good, *[Decimal(0)] * (place + 1 - len(strip.good))]
    good[place] += parts
    return replace(strip, good=tuple(good))


def _kept(strip: Strip, changes: tuple[Change, ...], grounds: Grounds) -> Strip:
    """The strip settled as far as it takes to remember no more than so many changes."""
    return strip if len(changes) <= MOST_CHANGES else strip.settled(changes[1].at, grounds)


def _after(changes: tuple[Change, ...], at: float) -> float:
    return max(at, changes[-1].at) if changes else at


def _at(changes: tuple[Change, ...], at: float) -> str:
    """What holds at an instant."""
    return next((one.letter for one in reversed(changes) if one.at <= at), "")


def _from(changes: tuple[Change, ...], at: float) -> tuple[Change, ...]:
    """What holds from an instant on."""
    begun = [number for number, one in enumerate(changes) if one.at <= at]
    return changes[begun[-1] :] if begun else changes
