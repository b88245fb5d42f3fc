"""Modbus TCP servers that a test writes out answer by answer, with a decoder of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from agent.core.sources.modbus_settings import ModbusSettings


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    transaction: int
    unit: int
    function: int
    address: int
    count: int

    def registers(self, *values: int, transaction: int | None = None, unit: int | None = None) -> bytes:
        """An answer to it, framed."""
        body = bytes([self.function, 2 * len(values)]) + b"".join(value.to_bytes(2, "big") for value in values)
        return self.framed(body, transaction=transaction, unit=unit)

    def refused(self, code: int) -> bytes:
        return self.framed(bytes([self.function | 0x80, code]))

    def framed(self, body: bytes, *, transaction: int | None = None, unit: int | None = None) -> bytes:
        number = self.transaction if transaction is None else transaction
        asked = self.unit if unit is None else unit
        return number.to_bytes(2, "big") + b"\0\0" + (len(body) + 1).to_bytes(2, "big") + bytes([asked]) + body


Serve = Callable[["Caller"], Awaitable[None]]


@dataclass
class Caller:
    """One connection to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    """0 for the first connection."""
    asked: list[Asked]
    """By all connections."""

    async def request(self) -> Asked:
        """The next one; whoever hung up ends the server's part."""
        frame = await self.reader.readexactly(12)
        words = [int.from_bytes(frame[at : at + 2], "big") for at in range(0, 12, 2)]
        assert words[1:3] == [0, 6], "a read is one frame of protocol 0 and six octets"
        asked = Asked(words[0], frame[6], frame[7], words[4], words[5])
        self.asked.append(asked)
        return asked

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


@dataclass
class Place:
    """Where a server listens, and what it heard."""

    port: int = 0
    hang_up: Callable[[], None] = lambda: None
    """Takes no further calls; connections stay."""
    calls: int = 0
    asked: list[Asked] = field(default_factory=list)

    def settings(self, **others: Any) -> ModbusSettings:  # noqa: ANN401 - whatever the settings take
        return ModbusSettings(**{"host": "127.0.0.1", "port": self.port, "timeout_s": 30, **others})


@asynccontextmanager
async def serving(serve: Serve, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Place]:
    """A server whose connections are served like this, and closed behind it."""
    place = Place()
    served: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        served.add(task)
        number, place.calls = place.calls, place.calls + 1
        try:
            await serve(Caller(reader, writer, number, place.asked))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # Its caller hung up, or its test is over.
            pass
        finally:
            writer.close()
            served.discard(task)

    server = await asyncio.start_server(connected, host, port)
    place.port = server.sockets[0].getsockname()[1]
    place.hang_up = server.close
    try:
        yield place
    finally:
        server.close()
        for task in list(served):
            task.cancel()
        if served:
            await asyncio.wait(served)
