"""What a machine said last over OPC UA, in the agent's words, and its way to whoever iterates over it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Controller, Instant, Link, Quality, Signal
from drivers.contract import Batch
from drivers.opcua_readings import Readings
from drivers.opcua_server import Server
from drivers.opcua_values import Reading

LINK_S: Final = 0.1
"""A sign of life is told on at most ten times a second."""


class Told:
    """The readings of one machine as they were told last, by their place among the machine's."""

    def __init__(self, machine: MachineSettings) -> None:
        self.addresses = machine.readings
        self.readings = Readings(machine)
        self.last: list[Reading | None] = [None] * len(self.addresses)
        """None before the first one."""
        self.tellings = [0] * len(self.addresses)
        """How often each was told."""
        self._wc_id = machine.work_center
        self._silent = set(range(len(machine.signal)))
        self._link_due = 0.0

    def news(self, items: Iterable[tuple[int, ua.DataValue]], observed: Instant) -> list[Signal]:
        """What a subscription tells, in the order of the source times; whatever it tells is news."""
        timed = [self.tell(index, self.readings.reading(index, data), observed) for index, data in items]
        # What has no time of its own is as new as its publication.
        return sorted(timed, key=lambda one: float("inf") if one.source_time is None else one.source_time)

    def changes(self, items: Iterable[tuple[int, ua.DataValue]], observed: Instant) -> list[Signal]:
        """What is another value, or another quality, than was told last."""
        return self.news([(index, data) for index, data in items if self.differs(index, data)], observed)

    def refused(self, statuses: dict[int, str], observed: Instant) -> list[Signal]:
        """These cannot be read, for the reason that the server gives; told once."""
        news = {
            index: status
            for index, status in sorted(statuses.items())
            if (last := self.last[index]) is None or (last[1], last[2]) != (Quality.BAD, status)
        }
        return [self.tell(index, (None, Quality.BAD, status, None), observed) for index, status in news.items()]

    def differs(self, index: int, data: ua.DataValue, deadband: float = 0.0) -> bool:
        """Whether this is another value than was told last, by more than a deadband."""
        told, (value, quality, status, _) = self.last[index], self.readings.reading(index, data)
        if told is None or quality is not told[1]:
            return True
        if quality is Quality.BAD:
            return _bare(status) != _bare(told[2])
        if deadband and not isinstance(value, bool | str | None) and not isinstance(told[0], bool | str | None):
            return abs(value - told[0]) > deadband
        return type(value) is not type(told[0]) or value != told[0]

    def life(self, observed: Instant) -> list[Link]:
        """The sign of life, once every signal had its first reading, and not too often."""
        time = asyncio.get_running_loop().time()
        if self._silent or time < self._link_due:
            return []
        self._link_due = time + LINK_S
        return [Link(self._wc_id, "plc", up=True, observed=observed)]

    def controller(self, server: Server) -> list[Controller]:
        """What the server says of itself; nothing where it says nothing."""
        if server.started is None and server.ahead_s is None:
            return []
        return [Controller(self._wc_id, server.observed, server.started, server.ahead_s)]

    def tell(self, index: int, reading: Reading, observed: Instant) -> Signal:
        """Whatever is told is news."""
        self.last[index] = reading
        self.tellings[index] += 1
        self._silent.discard(index)
        value, quality, status, source_time = reading
        return Signal(self._wc_id, self.addresses[index].key, value, quality, source_time, observed, status)


@dataclass(frozen=True, slots=True)
class Post:
    """A batch on its way."""

    batch: Batch
    numbers: Sequence[int] = ()
    """Of the publications that it was made of."""


class Mailbox:
    """Batches on their way, in their order and so many at most; the error with which they end comes after all of them.

    Nobody who waits here holds anything that another one needs to make room.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._posts: deque[Post] = deque()
        self._ended: Exception | None = None
        self._news, self._taken = asyncio.Event(), asyncio.Event()

    async def put(self, post: Post) -> None:
        """Wait for room; after the end nobody takes anything any more."""
        while len(self._posts) >= self._room and self._ended is None:
            self._taken.clear()
            await self._taken.wait()
        self.put_now(post)

    def put_now(self, post: Post) -> None:
        """Wait for nothing, room or not: for once, before anybody takes anything."""
        if self._ended is None:
            self._posts.append(post)
            self._news.set()

    def end(self, error: Exception) -> None:
        """Nothing comes after this; the first word counts."""
        if self._ended is None:
            self._ended = error
            self._news.set()
            self._taken.set()

    async def get(self) -> Post:
        """The next one; raises the error with which they ended after the last."""
        while not self._posts:
            if self._ended is not None:
                raise self._ended
            self._news.clear()
            await self._news.wait()
        self._taken.set()
        return self._posts.popleft()


def _bare(status: str) -> str:
    return status.removesuffix("Overflow").rstrip()
