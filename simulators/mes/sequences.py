"""Which sequence numbers of a source have arrived, and so how far there is no gap."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Sequence numbers that did not arrive though a higher one did; both ends belong to it."""

    first: int
    last: int


class Sequences:
    """The numbers seen so far, as runs without holes: a hundred thousand in order cost as much as one."""

    def __init__(self) -> None:
        # Number 0 is never sent; with it the first run always tells `through`.
        self._firsts = [0]
        self._lasts = [0]

    @property
    def through(self) -> int:
        """Every number from 1 up to this one has arrived."""
        return self._lasts[0]

    def add(self, number: int) -> None:
        """Note an arrival, in any order and any number of times."""
        after = bisect_right(self._firsts, number)
        if number <= self._lasts[after - 1]:
            return
        extends = self._lasts[after - 1] == number - 1
        reaches = after < len(self._firsts) and self._firsts[after] == number + 1
        if extends and reaches:
            self._lasts[after - 1] = self._lasts.pop(after)
            del self._firsts[after]
        elif extends:
            self._lasts[after - 1] = number
        elif reaches:
            self._firsts[after] = number
        else:
            self._firsts.insert(after, number)
            self._lasts.insert(after, number)

    def fill(self, gap: Gap) -> None:
        """Note that all of these will never arrive: nothing waits for them any more."""
        for number in range(gap.first, gap.last + 1):
            self.add(number)

    def gaps(self) -> tuple[Gap, ...]:
        """What is missing below the highest number, in order."""
        return tuple(Gap(last + 1, first - 1) for last, first in zip(self._lasts, self._firsts[1:], strict=False))
