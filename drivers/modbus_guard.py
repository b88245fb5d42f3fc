"""Counters that are torn apart: read while the device had written one of their registers and not yet the other. Pure.

A counter that goes from 131,071 to 131,072 shows 65,536 or 196,607 for a moment where its words are written one after
the other (domain.md K9). What such a reading is off by is about what its lower words hold; nearer ones cost nothing.
A suspicious one is asked for anew, after a pause in which a controller comes to its next cycle, until two in a row are
the same, or one goes on from what was believed.

A counter that truly jumped shows the same twice, and is believed. One that never stands still is believed as soon as it
goes on from what it showed in the poll before, and in the third poll in any case: nothing freezes a counter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from agent.core.machine_settings import COUNTER_ROLES, SignalSettings
from agent.core.observations import Quality
from agent.core.sources.address import AddressSettings
from drivers.modbus_values import Reading

PAUSES_S: Final = (0.02, 0.05)
"""Real seconds before each further reading of one poll: asked again at once, a torn counter is as torn as before."""
READS: Final = 1 + len(PAUSES_S)
"""Readings of one poll at most, the first one included (domain.md K9: three)."""
POLLS: Final = 3
"""The poll in a row in which the last reading is believed, whatever it is."""
STATUS: Final = "torn: the registers of this counter do not fit together, three times over"


class Verdict(Enum):
    """What is to be done with a reading."""

    BELIEVE = auto()
    AGAIN = auto()
    """Ask anew, after the next of the pauses."""
    REJECT = auto()
    """No value in this poll."""


@dataclass(slots=True)
class _Counter:
    modulus: int | None
    """None of a floating point number, which does not wrap."""
    step: float
    """What it changes by between two polls at most without being suspicious."""
    believed: float | None = None
    before: float | None = None
    """The last reading of the poll before, where it was rejected."""
    doubted: float | None = None
    """The last reading of this poll."""
    reads: int = 0
    """Of this poll."""
    polls: int = 0
    """In a row that ended without a value."""


class TornGuard:
    """What is known of the counters of one connection that take more than one register."""

    def __init__(self, readings: Iterable[AddressSettings]) -> None:
        self._counters = {
            one.key: _counter(one)
            for one in readings
            if isinstance(one, SignalSettings) and one.role in COUNTER_ROLES and one.width > 1
        }

    def judge(self, key: str, reading: Reading) -> Verdict:
        """Take the next reading of a signal; readings asked for anew follow before those of the next poll."""
        counter = self._counters.get(key)
        value, quality, _ = reading
        if counter is None:
            return Verdict.BELIEVE
        if quality is not Quality.GOOD or not isinstance(value, int | float):
            counter.doubted, counter.reads = None, 0
            return Verdict.BELIEVE
        if _is_believable(counter, value):
            return _believed(counter, value)
        counter.doubted = value
        counter.reads += 1
        if counter.reads < READS:
            return Verdict.AGAIN
        counter.polls += 1
        if counter.polls == POLLS:
            # As fast as that it cannot be judged any nearer.
            counter.step = max(counter.step, 2 * abs(_moved(counter, counter.believed or 0, value)))
            return _believed(counter, value)
        counter.before, counter.doubted, counter.reads = value, None, 0
        return Verdict.REJECT


def _counter(signal: SignalSettings) -> _Counter:
    if signal.type.startswith("float"):
        return _Counter(None, 0.0)
    base = 10_000 if signal.type.startswith("bcd") else 65_536
    return _Counter(base**signal.width, base / 2)


def _is_believable(counter: _Counter, value: float) -> bool:
    if counter.believed is None or value == counter.doubted:
        return True
    known = (counter.believed,) if counter.before is None else (counter.believed, counter.before)
    return any(_goes_on(counter, one, value) for one in known)


def _goes_on(counter: _Counter, known: float, value: float) -> bool:
    moved = _moved(counter, known, value)
    # Words of a floating point number say nothing by themselves; it is suspicious that it fell.
    return moved >= -counter.step if counter.modulus is None else abs(moved) < counter.step


def _moved(counter: _Counter, known: float, value: float) -> float:
    """By how much it changed, the shorter way round through 0."""
    if counter.modulus is None:
        return value - known
    half = counter.modulus // 2
    return (value - known + half) % counter.modulus - half


def _believed(counter: _Counter, value: float) -> Verdict:
    counter.believed, counter.before, counter.doubted = value, None, None
    counter.reads = counter.polls = 0
    return Verdict.BELIEVE
