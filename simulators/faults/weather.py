"""What the lines of a relay go through at present."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

from simulators.faults.harm import Part, harmed
from simulators.faults.kinds import OF_SERVERS, Fault, Kind, Way

_OF_FRAMES: Final = frozenset(Kind) - {Kind.CUT, Kind.STALL, Kind.HALF_OPEN, *OF_SERVERS}


class Strikes:
    """What a fault has truly hit: one that came and went between two frames was none."""

    def __init__(self) -> None:
        self.count = 0
        """Frames changed, delayed or swallowed, and connections ended or refused."""
        self.first = asyncio.Event()
        """Set from the first one on."""

    def add(self, count: int = 1) -> None:
        """So many more."""
        self.count += count
        if count:
            self.first.set()


class Weather:
    """One fault at a time, or none."""

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)  # noqa: S311 - a fault needs no secrecy
        self._fault: Fault | None = None
        self._strikes = Strikes()
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_over = asyncio.Event()
        self._is_over.set()
        self.when_over: set[Callable[[], None]] = set()
        """Called when a fault is over."""

    @contextmanager
    def suffering(self, fault: Fault) -> Iterator[Strikes]:
        """A fault while open.

        Raises:
            RuntimeError: there is one already.
        """
        if self._fault is not None:
            raise RuntimeError(f"the line suffers already: {self._fault}; one fault at a time")
        self._fault, self._strikes = fault, Strikes()
        self._is_over.clear()
        if fault.kind is Kind.STALL:
            self._passes.clear()
        try:
            yield self._strikes
        finally:
            self._fault = None
            self._passes.set()
            self._is_over.set()
            for call in self.when_over:
                call()

    @property
    def swallows(self) -> bool:
        """Whether what is sent now comes nowhere, ever."""
        return self._fault is not None and self._fault.kind is Kind.HALF_OPEN

    async def passable(self) -> None:
        """Wait while nothing passes."""
        if not self._passes.is_set():
            self._strikes.add()
            await self._passes.wait()

    async def over(self) -> None:
        """Wait until there is no fault."""
        await self._is_over.wait()

    def strike(self) -> None:
        """A whole line was hit."""
        self._strikes.add()

    def parts(self, frame: bytes, way: Way, number_at: int | None) -> tuple[Part, ...]:
        """What becomes of a frame; see `harm.harmed`."""
        fault = self._fault
        if fault is None or fault.kind not in _OF_FRAMES or not fault.hits(way):
            return (Part(frame),)
        parts = harmed(fault, frame, self._dice, number_at)
        self._strikes.add(parts != (Part(frame),))
        return parts
