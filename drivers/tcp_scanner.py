"""Barcode readers on the network. The agent dials out to the reader and never listens."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import socket
from collections.abc import Callable, Iterable

from agent.core.codes.code_settings import ScannerSettings
from drivers.contract import Now, Tap
from drivers.reader import ReaderDriver

CONNECT_S = 3.0
"""Seconds within which a reader takes a call."""
KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 4), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3))
"""A reader that is silent for hours and one whose cable was cut look alike; the kernel tells them apart within 10 s."""

_ADVICE = {
    errno.ECONNREFUSED: "it refuses. Is its TCP server on and the port right, and does no other program hold its line?",
    errno.EHOSTUNREACH: "no way leads there. Is the reader on, and the cable in?",
    errno.ENETUNREACH: "no way leads to its network. Is this PC's network up, and the address right?",
}


class _Line(asyncio.Protocol):
    """The connection; it takes nothing until it is told to."""

    def __init__(self, take: Callable[[bytes], None], lose: Callable[[str], None]) -> None:
        self._take = take
        self._lose = lose
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if isinstance(exc, TimeoutError):
            self._lose("it answers no more. Is it on, and the cable in?")
        elif isinstance(exc, OSError):
            self._lose(f"{os.strerror(exc.errno or 0)}.")
        else:
            self._lose("it closed the connection. Does another program call it, or was it switched off?")


class TcpScannerDriver(ReaderDriver):
    """A reader on the network."""

    def __init__(self, scanner: ScannerSettings, now: Now, tap: Tap | None = None) -> None:
        super().__init__(scanner, now, tap)
        self._line: _Line | None = None

    async def _open(self) -> None:
        assert self._scanner.host is not None
        loop, host, port = asyncio.get_running_loop(), self._scanner.host, self._scanner.port
        # Asking for a name cannot be broken off, and has limits of its own: whoever asked anew meanwhile would take one
        # thread after the other from everybody. No driver hangs because a name server is silent.
        self.turns_by = math.inf
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        self.turns_by = loop.time() + CONNECT_S
        addresses = [str(address[0]) for *_, address in found]
        async with asyncio.timeout(CONNECT_S):
            self._line = await self._dial(addresses, port)
        sock: socket.socket = self._line.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEP_ALIVE:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)

    async def _dial(self, addresses: Iterable[str], port: int) -> _Line:
        """One address after the other: asked for all at once, asyncio's error tells no reason."""
        loop = asyncio.get_running_loop()
        reason = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        for address in addresses:
            try:
                _, line = await loop.create_connection(lambda: _Line(self._take, self._hang_up), address, port)
            except OSError as error:
                reason = error
            else:
                return line
        raise reason

    def _listen(self) -> None:
        assert self._line is not None
        self._line.transport.resume_reading()

    def _close(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            line.transport.abort()

    def _why(self, error: OSError) -> str:
        if isinstance(error, socket.gaierror):
            return f"its name is not known ({error.strerror}). Is it spelt right, and does DNS answer?"
        if isinstance(error, TimeoutError):
            return f"no answer within {CONNECT_S:g} s. Is the reader on, and the address right?"
        return _ADVICE.get(error.errno or 0, f"{error}.")

    def _hang_up(self, reason: str) -> None:
        if self._line is not None:
            self._lose(reason)
