"""A cable between a driver and a server on the network: TCP passed on as it comes, but for what a fault does to it."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from simulators.faults.direction import Direction, Line, Read, Write
from simulators.faults.kinds import KINDS, Fault, Framing, Kind, Way
from simulators.faults.weather import Strikes, Weather
from simulators.ports import kept_port

_CHUNK: Final = 65_536
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """Where what is sent to a relay goes."""

    port: int
    host: str = _LOOPBACK


class Relay:
    """Passes on what comes to its own port; entering opens it, leaving closes it.

    Raises:
        OSError: on entering, its port cannot be listened on.
    """

    def __init__(self, server: Server | int, framing: Framing = "bytes", seed: int = 0, port: int = 0) -> None:
        self.port = port
        """The port that is listened on; 0 until a free one was chosen, which it then keeps."""
        self.server = server if isinstance(server, Server) else Server(server)
        """Where new connections lead; may be changed at any time, such as when the server comes back elsewhere."""
        self.kinds = KINDS[framing]
        """What it can suffer."""
        self._framing: Framing = framing
        self._weather = Weather(seed)
        self._listener: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None], Line] = {}
        self._kept = ExitStack()

    async def __aenter__(self) -> Self:
        """Open it."""
        self.port = self._kept.enter_context(kept_port(_LOOPBACK, self.port))
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, whatever is under way."""
        await self.cut()
        self._kept.close()

    async def mend(self) -> None:
        """Take connections, at the same port each time."""
        self._listener = await asyncio.start_server(self._taken, _LOOPBACK, self.port)

    async def cut(self) -> None:
        """End every connection at once and take no more; until then its port stays its own."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        tasks = tuple(self._lines)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def suffering(self, fault: Fault) -> AsyncIterator[Strikes]:
        """A fault while open, however long it says itself that it lasts.

        Raises:
            RuntimeError: there is one already.
        """
        with self._weather.suffering(fault) as strikes:
            if fault.kind is Kind.HALF_OPEN:
                for line in self._lines.values():
                    line.is_dead = True
            if fault.kind is Kind.CUT:
                strikes.add(len(self._lines))
                await self.cut()
            try:
                yield strikes
            finally:
                if fault.kind is Kind.CUT:
                    await self.mend()

    async def _taken(self, reader: StreamReader, writer: StreamWriter) -> None:
        # The library prints a traceback where one of its callers is cancelled, and a cut is no mistake.
        with suppress(asyncio.CancelledError):
            await self._pass_on(reader, writer)

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        line, task = Line(self._weather), asyncio.current_task()
        assert task is not None
        if self._listener is None:
            writer.transport.abort()
            return
        self._lines[task] = line
        line.is_dead = self._weather.swallows
        writers = [writer]
        try:
            await self._weather.passable()
            far_reader, far_writer = await asyncio.open_connection(self.server.host, self.server.port)
            writers.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(line, Way.REQUESTS, reader, far_writer))
                both.create_task(self._carry(line, Way.ANSWERS, far_reader, writer))
        except* OSError:
            # Both ends may be gone at any time: that is what this is for.
            for each in writers:
                _reset_on_close(each)
        finally:
            del self._lines[task]
            for each in writers:
                each.transport.abort()

    async def _carry(self, line: Line, way: Way, reader: StreamReader, writer: StreamWriter) -> None:
        await Direction(line, way, self._framing).carry(_reading(reader), _writing(writer))
        # The other direction may have something to say yet.
        writer.write_eof()
        await writer.drain()


def _reading(reader: StreamReader) -> Read:
    async def read() -> bytes:
        return await reader.read(_CHUNK)

    return read


def _writing(writer: StreamWriter) -> Write:
    # What was written has been handed to the kernel, so that nothing of it is lost when the connection ends.
    writer.transport.set_write_buffer_limits(0)

    async def write(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    return write


def _reset_on_close(writer: StreamWriter) -> None:
    """So that the other end is told of a reset and not of an orderly end."""
    connected: socket.socket = writer.get_extra_info("socket")
    if connected.fileno() >= 0:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
