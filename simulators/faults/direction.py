"""One direction of one connection: what comes goes out in its order, but for what a fault does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from simulators.faults.frames import Frames, number_at
from simulators.faults.harm import Part
from simulators.faults.kinds import Framing, Way
from simulators.faults.weather import Weather

Read: TypeAlias = Callable[[], Awaitable[bytes]]
"""What came next; nothing at the end."""
Write: TypeAlias = Callable[[bytes], Awaitable[None]]

_MOST: Final = 1 << 18
"""Bytes that wait at most before no more is read."""


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    number: int
    part: Part | None = field(compare=False)
    """None is the end."""


class Line:
    """What the two directions of one connection share."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.is_dead = False
        """Nothing will ever pass it again, and neither end is told."""

    @property
    def swallows(self) -> bool:
        """Whether what is sent now comes nowhere."""
        return self.is_dead or self.weather.swallows


class Direction:
    """Reads, harms and writes until the end."""

    def __init__(self, line: Line, way: Way, framing: Framing) -> None:
        self._line = line
        self._weather = line.weather
        self._way = way
        self._framing: Framing = framing
        self._frames = Frames(framing, way)
        self._waiting: list[_Waiting] = []
        self._size = 0
        self._number = 0
        self._due = 0.0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def carry(self, read: Read, write: Write) -> None:
        """Until what is read ends and all of it is written; a fault may leave it open, and mute, for ever.

        Raises:
            OSError: one end was reset, or a fault resets it.
        """
        writing = asyncio.create_task(self._write_out(write), name=f"faults.{self._way}")
        reading = asyncio.create_task(self._read_in(read), name=f"faults.{self._way}.in")
        self._weather.when_over.add(self._hasten)
        try:
            done, _ = await asyncio.wait((reading, writing), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            self._weather.when_over.discard(self._hasten)
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)

    async def _read_in(self, read: Read) -> None:
        while data := await read():
            if self._line.swallows:
                self._weather.strike()
                continue
            for frame in self._frames.feed(data):
                self._put(self._parts(frame))
            await self._room.wait()
        if self._line.is_dead:
            await self._end_of_the_dead()
        if rest := self._frames.rest():
            self._put(self._parts(rest))
        self._push(self._due, None)

    def _parts(self, frame: bytes) -> tuple[Part, ...]:
        return self._weather.parts(frame, self._way, number_at(self._framing, frame))

    async def _end_of_the_dead(self) -> None:
        """The driver is not told that the machine has hung up; the machine is told of the driver, once it can be."""
        if self._way is Way.ANSWERS:
            await asyncio.Event().wait()
        await self._weather.over()
        raise ConnectionResetError("the driver has hung up")

    def _put(self, parts: tuple[Part, ...]) -> None:
        came = asyncio.get_running_loop().time()
        for place, part in enumerate(parts):
            since = max(came, self._due) if place else came
            due = max(self._due, since + part.wait_s)
            if part.overtaken:
                due = came + part.wait_s
            else:
                self._due = due
            self._push(due, part)

    def _hasten(self) -> None:
        """What waits only while a fault lasts waits no longer, in its order."""
        now = self._due = asyncio.get_running_loop().time()
        for waiting in sorted(self._waiting, key=lambda one: one.number):
            if waiting.part is None or not waiting.part.overtaken:
                drips = waiting.part is None or waiting.part.drips
                self._due = waiting.due = max(self._due, now if drips else waiting.due)
        heapify(self._waiting)
        self._changed.set()

    def _push(self, due: float, part: Part | None) -> None:
        self._number += 1
        heappush(self._waiting, _Waiting(due, self._number, part))
        self._resize(len(part.data) if part else 0)
        self._changed.set()

    def _resize(self, by: int) -> None:
        self._size += by
        if self._size > _MOST:
            self._room.clear()
        else:
            self._room.set()

    async def _write_out(self, write: Write) -> None:
        while True:
            await self._until_due()
            await self._weather.passable()
            part = heappop(self._waiting).part
            if part is None:
                return
            self._resize(-len(part.data))
            if self._line.swallows:
                continue
            if part.data:
                await write(part.data)
            if part.resets:
                raise ConnectionResetError("reset by a fault")

    async def _until_due(self) -> None:
        time = asyncio.get_running_loop().time
        while not self._waiting or self._waiting[0].due > time():
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._waiting[0].due if self._waiting else None):
                    await self._changed.wait()
