"""Real drivers with one thing broken about each, for the tests of the checks."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from agent.core.errors import DeviceError
from agent.core.observations import Controller, Link, Scan, Signal
from drivers.contract import Batch, Driver
from tests.drivers.faults.plant import PATIENCE_S
from tests.drivers.plants import now


class Broken:
    """A driver that says something else than the one that it wraps."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.turns_by = math.inf
        self.said: list[Signal] = []

    async def __aenter__(self) -> Self:
        await self.driver.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.driver.__aexit__(kind, error, trace)

    async def __aiter__(self) -> AsyncIterator[Batch]:
        async for batch in self.driver:
            self.said = [*self.said, *(one for one in batch if isinstance(one, Signal))][-100:]
            yield [changed for one in batch for changed in self.told(one)]

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [one]

    def rest(self) -> Batch:
        return ()


class TellsAnOldValueAgain(Broken):
    """As new, when the server has fallen silent; it never says that it has."""

    async def __aiter__(self) -> AsyncIterator[Batch]:
        while True:
            try:
                async for batch in super().__aiter__():
                    yield batch
            except DeviceError:
                for _ in range(20):
                    await asyncio.sleep(PATIENCE_S / 10)
                    yield [replace(signal, observed=now()) for signal in self.said[-2:]]
                raise


class TakesALateAnswer(Broken):
    """For that to its next question."""

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        earlier = [signal for signal in self.said[:-8] if isinstance(one, Signal) and signal.key == one.key]
        return [one, *(replace(signal, observed=one.observed) for signal in earlier[:1])]


class MixesUpTwo(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        names = {"s1": "s2", "s2": "s1"}
        return [replace(one, key=names.get(one.key, one.key)) if isinstance(one, Signal) else one]


class StampsWithItsOwnTime(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [replace(one, source_time=one.observed.wall) if isinstance(one, Signal) else one]


class StaysUpInSilence(Broken):
    """It says that the link is up, and nothing else any more."""

    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        return [one] if isinstance(one, Link) or len(self.said) <= 24 else []


class IsUpTooSoon(Broken):
    def told(self, one: Signal | Link | Controller | Scan) -> Sequence[Signal | Link | Controller | Scan]:
        assert not isinstance(one, Scan)
        return [Link(one.wc_id, "plc", up=True, observed=one.observed), one]


class NeverComesBack(Broken):
    """It hangs on its second connection."""

    connections = 0

    async def __aenter__(self) -> Self:
        NeverComesBack.connections += 1
        if NeverComesBack.connections > 1:
            await asyncio.Event().wait()
        return await super().__aenter__()


class IsCancelledByItsLibrary(Broken):
    """On its second connection."""

    connections = 0

    async def __aenter__(self) -> Self:
        IsCancelledByItsLibrary.connections += 1
        if IsCancelledByItsLibrary.connections > 1:
            raise asyncio.CancelledError
        return await super().__aenter__()


class LeavesSomethingBehind(Broken):
    """A socket and a task for each connection."""

    left: list[tuple[socket.socket, asyncio.Task[bool]]] = []  # noqa: RUF012 - of all of them

    async def __aenter__(self) -> Self:
        task = asyncio.create_task(asyncio.Event().wait(), name="left behind")
        LeavesSomethingBehind.left.append((socket.socket(), task))
        return await super().__aenter__()

    @classmethod
    async def clear(cls) -> None:
        for sock, task in cls.left:
            sock.close()
            task.cancel()
        await asyncio.gather(*(task for _, task in cls.left), return_exceptions=True)
        cls.left.clear()
