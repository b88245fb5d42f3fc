"""A cable to a controller that can be pulled out: TCP passed on as it comes, until it is cut."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from types import TracebackType
from typing import Self

from simulators.broker import HOST

_CHUNK = 65_536


class Relay:
    """Passes on what comes to its own port to another one; entering opens it, leaving closes it."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._writers: set[StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Open; see `mend`."""
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; see `cut`."""
        await self.cut()

    async def mend(self) -> None:
        """Take connections, at the same port each time."""
        self._server = await asyncio.start_server(self._pass_on, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection at once and take no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers.add(writer)
        try:
            # Both ends may be gone at any time: that is what this is for.
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(HOST, self._to_port)
                self._writers.add(far_writer)
                try:
                    there = asyncio.create_task(_copy(reader, far_writer))
                    await _copy(far_reader, writer)
                    await there
                finally:
                    self._writers.discard(far_writer)
                    far_writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.transport.abort()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    """Until one of them is gone; then neither is of use."""
    with suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
