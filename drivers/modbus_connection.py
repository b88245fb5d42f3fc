"""The way to a Modbus device over TCP, with one address or two."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import deque

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_transport import Lose, Loss, Take, Transport
from drivers.naming import addresses

_AWAY = "Is the PLC on, the cable in and Modbus TCP enabled? It is tried again."
_CLOSED = "closed the connection. Did the PLC restart, or does it allow fewer connections? It is tried again."


class NetworkWay:
    """To `host`, or to `fallback_host` where there is one.

    Whichever answered last is called first, and the other one if that fails. A connection over which nothing was ever
    answered has failed, too: behind it may be a network module without its controller.
    """

    may_die_unnoticed = True

    def __init__(self, settings: ModbusSettings) -> None:
        assert settings.host is not None, "a serial line is reached another way"
        self._hosts = deque([settings.host, *([settings.fallback_host] if settings.fallback_host else [])])
        self._port = settings.port
        self._timeout_s = settings.timeout_s
        self._fruitless = False
        self.opens_s = len(self._hosts) * settings.timeout_s

    async def open(self, take: Take, lose: Lose) -> Transport:
        """Connect.

        Raises:
            DeviceError: nobody answers.
        """
        if self._fruitless:
            self._hosts.rotate(-1)
        self._fruitless = False
        why: list[str] = []
        for _ in range(len(self._hosts)):
            place = f"{self._hosts[0]}:{self._port}"
            try:
                async with asyncio.timeout(self._timeout_s):
                    found = await addresses(self._hosts[0], self._port, self._timeout_s)
                    connection = await _dialled(found, self._port, _Connection(place, take, lose))
            except (OSError, ValueError) as error:
                # A ValueError says that there can be no such name.
                why.append(f"No Modbus server answers at {place}{self._words(error)}.")
                self._hosts.rotate(-1)
            else:
                self._fruitless = True
                return connection
        raise DeviceError(f"{' '.join(why)} {_AWAY}")

    def answered(self) -> None:
        """It is called first from now on."""
        self._fruitless = False

    def _words(self, error: OSError | ValueError) -> str:
        if isinstance(error, socket.gaierror):
            return f": its name is not known ({error.strerror})"
        if isinstance(error, TimeoutError):
            return f" within {self._timeout_s:g} s"
        return f": {os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error}"


class _Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, place: str, take: Take, lose: Lose) -> None:
        self._place = place
        self._take = take
        self._lose = lose
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._transport = None
            self._lose(Loss(f"The Modbus server at {self._place} {_CLOSED}", is_orderly=exc is None))

    def write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
        self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            transport, self._transport = self._transport, None
            transport.abort()


async def _dialled(found: list[str], port: int, connection: _Connection) -> Transport:
    """One address after the other: asked for all at once, asyncio's error tells no reason."""
    loop = asyncio.get_running_loop()
    reason = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
    for address in found:
        try:
            await loop.create_connection(lambda: connection, address, port)
        except OSError as error:
            reason = error
        else:
            return connection
    raise reason
