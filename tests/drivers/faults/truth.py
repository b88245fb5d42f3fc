"""What a driver says of a machine whose every value says what it is and how old (`ticks.py`), held against that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.core.observations import Image, Instant, Link, Quality, Signal
from tests.drivers.faults.ticks import SPAN, Clocks

EXACT_S: Final = 0.002
"""A time that a server sent along is that of its tick, as exactly as a tick is."""
MOST: Final = 20
"""Violations that are kept; the rest is counted."""


@dataclass(slots=True)
class Truth:
    """Takes what a driver says, and keeps what of it cannot be."""

    clocks: Clocks
    numbers: Mapping[str, int]
    """By key, which signal it is."""
    awaited: Collection[str]
    """Keys of which each must have been told before the link is said to be up; the rest is telemetry."""
    patience_s: float
    """How old a value may be when it is told for new, and how long a link may be up while nothing moves."""
    offsets: set[float] = field(default_factory=lambda: {0.0})
    """Seconds by which the server's clock was off so far."""
    stalled_s: float = 0.0
    """How long the machine that all of this runs on stood still of late; nobody can be quicker than it."""
    violations: list[str] = field(default_factory=list)
    violated: int = 0
    told: int = 0
    """Values so far."""
    ticks: dict[str, int] = field(default_factory=dict)
    """The newest of each signal that was told as good."""
    now: dict[str, int | None] = field(default_factory=dict)
    """What each signal was last told as since the link was last lost; None is bad."""
    link_up: Instant | None = None
    """The last sign of life; None while the link is down."""
    losses: int = 0
    """How often the link was said to be lost."""

    def see(self, observations: Iterable[object]) -> None:
        """What the intake is handed."""
        for one in observations:
            match one:
                case Image():
                    for signal in one.signals:
                        self._signal(signal)
                case Signal():
                    self._signal(one)
                case Link(up=True):
                    self._alive(one)
                case Link():
                    self.link_up = None
                    self.now.clear()
                    self.losses += 1

    def back_since(self, monotonic: float) -> bool:
        """Whether every signal was told with a value of after that instant, and the link said to be up after it."""
        since = self.clocks.tick(monotonic)
        fresh = all(self.ticks.get(key, -1) > since for key in self.numbers)
        return fresh and self.link_up is not None and self.link_up.monotonic > monotonic

    def _signal(self, signal: Signal) -> None:
        if signal.key not in self.numbers:
            self.violate(f"'{signal.key}' was told, which is none of this machine")
            return
        self.told += 1
        if signal.quality is Quality.BAD:
            self.now[signal.key] = None
            return
        number, tick = divmod(int(signal.value or 0), SPAN)
        if number != self.numbers[signal.key]:
            whose = {number: key for key, number in self.numbers.items()}.get(number, "none of this machine")
            self.violate(f"'{signal.key}' was told with {signal.value}, which is of {whose}")
            return
        before = self.ticks.get(signal.key, -1)
        if tick < before:
            self.violate(f"'{signal.key}' was told as of tick {tick} after it had been of {before}")
        self.now[signal.key] = self.ticks[signal.key] = max(before, tick)
        self._time(signal, tick)

    def _time(self, signal: Signal, tick: int) -> None:
        if signal.source_time is not None:
            off = signal.source_time - self.clocks.wall - tick / 1000
            if min(abs(off - offset) for offset in self.offsets) > EXACT_S:
                self.violate(f"'{signal.key}' of tick {tick} was told with a time that is {off:+.3f} s off")
            return
        age = signal.observed.monotonic - self.clocks.monotonic - tick / 1000
        if not -0.01 <= age <= self.patience_s + self.stalled_s:
            self.violate(f"'{signal.key}' was {age:.3f} s old when it was told as of now")

    def _alive(self, link: Link) -> None:
        self.link_up = link.observed
        for key in self.awaited:
            if key not in self.now:
                self.violate(f"the link was said to be up before '{key}' was told")
        for key, tick in self.now.items():
            if tick is None:
                continue
            age = link.observed.monotonic - self.clocks.monotonic - tick / 1000
            if age > self.patience_s + self.stalled_s:
                self.violate(f"the link was said to be up while '{key}' had not moved for {age:.3f} s")

    def violate(self, what: str) -> None:
        """Something was not so."""
        self.violated += 1
        if len(self.violations) < MOST:
            self.violations.append(what)
