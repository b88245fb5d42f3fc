"""Whose turn it is on a line that many share. Pure.

One request at a time is on a line. The one whose reading was due first goes first, so that the requests of one image
stay together; among equals whoever asked first. As each reading is due later than the one before, nobody starves: who
waits is preceded by readings that were due before its own alone.

A unit that fell silent waits out its back-off, and is never asked right after another silence while one that answers
waits: however many are dead, nobody waits for more than one of them at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that waits."""

    number: int
    """In the order of asking."""
    due: float
    """When the reading that it is a part of was due."""
    not_before: float = -math.inf
    """Until then the unit is left alone."""
    is_silent: bool = False
    """Whether the unit did not answer the last time."""


def order(asks: Sequence[Ask], now: float, *, after_silence: bool) -> list[Ask]:
    """Those that may be asked now, the next one first."""

    def rank(ask: Ask) -> tuple[bool, float, int]:
        return after_silence and ask.is_silent, max(ask.due, ask.not_before), ask.number

    return sorted((ask for ask in asks if ask.not_before <= now), key=rank)


def look_again_at(asks: Sequence[Ask], now: float) -> float:
    """When the next of those may be asked that have to wait; infinity for none."""
    return min((ask.not_before for ask in asks if ask.not_before > now), default=math.inf)
