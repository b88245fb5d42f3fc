"""Barcode readers that type codes: on a pseudo-terminal as serial readers do, and over TCP as network readers do."""

from __future__ import annotations

import asyncio
import os
import tty
from abc import ABC, abstractmethod
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from simulators.truth import TruthLog


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reader types."""

    prefix: str = ""
    """Before each code, its AIM identifier if it sends one included."""
    suffix: str = "\r"
    delay_s: float = 0.005
    """Real seconds between two characters."""


PLAIN = Manner()


class Reader(ABC):
    """Types what it is told to, one code after the other, whoever tells it."""

    def __init__(self, wc: str, log: TruthLog, manner: Manner) -> None:
        self._wc = wc
        self._log = log
        self._manner = manner
        self._typing = asyncio.Lock()

    async def type(self, code: str) -> None:
        """Type one code, character by character in real time, with prefix and suffix; then log it as scanned."""
        await self.stall(code, 0, 0.0)

    async def stall(self, code: str, after: int, seconds: float) -> None:
        """Type one code and fall silent for real seconds after so many of its characters; then log it as scanned."""
        async with self._typing:
            await self._type(self._manner.prefix + code[:after])
            await asyncio.sleep(seconds)
            await self._type(code[after:] + self._manner.suffix)
            self._log.say(self._wc, "scanned", code=code)

    async def cut(self, code: str, after: int) -> None:
        """Type so many characters of a code and never the rest; log it as cut."""
        async with self._typing:
            await self._type(self._manner.prefix + code[:after])
            self._log.say(self._wc, "scan_cut", code=code)

    async def _type(self, text: str) -> None:
        for character in text:
            await self._write(character.encode())
            await asyncio.sleep(self._manner.delay_s)

    @abstractmethod
    async def _write(self, data: bytes) -> None:
        """Send bytes to whoever reads."""


class ScannerSimulator(Reader):
    """A reader on a pseudo-terminal. It keeps what nobody reads yet, as far as the kernel's buffer goes.

    Raises:
        OSError: the link cannot be made, such as because something else than a link stands at its path.
    """

    def __init__(self, link: Path, wc: str, log: TruthLog, manner: Manner = PLAIN) -> None:
        super().__init__(wc, log, manner)
        self.link = link
        """Where the device is found, as under `/dev/serial/by-id/`; a link that is there already is replaced."""
        self._device = ExitStack()
        self._master = -1

    async def __aenter__(self) -> Self:
        """Plug the reader in."""
        self.plug_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Unplug it."""
        self.unplug()

    def plug_in(self) -> None:
        """Plug it in: a new device under the same link."""
        with ExitStack() as stack:
            master, slave = os.openpty()
            stack.callback(os.close, master)
            # Held open so that the kernel keeps what is typed while nobody else has the device open.
            stack.callback(os.close, slave)
            tty.setraw(slave)
            os.set_blocking(master, False)
            if self.link.is_symlink():
                self.link.unlink()
            self.link.symlink_to(os.ttyname(slave))
            self._master = master
            self._device = stack.pop_all()

    def unplug(self) -> None:
        """Pull it out, whatever has been typed."""
        self._device.close()
        self.link.unlink(missing_ok=True)

    def replug(self) -> None:
        """Pull it out and plug it in again: it comes back as a device of another name, under the same link."""
        with self._device:
            self.plug_in()

    async def _write(self, data: bytes) -> None:
        while data:
            with suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]
                continue
            await self._writable()

    async def _writable(self) -> None:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(self._master, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(self._master)


class TcpScannerSimulator(Reader):
    """A reader on the network: a server that types to everybody who has dialled in, and waits until somebody has.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(self, wc: str, log: TruthLog, manner: Manner = PLAIN, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(wc, log, manner)
        self.host = host
        self.port = port
        """Where it listens; 0 takes a free one on switching on and keeps it."""
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.StreamWriter] = set()
        self._called = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Switch it on."""
        self._server = await asyncio.start_server(self._admit, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch it off."""
        assert self._server is not None
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close every connection, whatever has been typed."""
        for caller in self._callers:
            caller.close()
        self._callers.clear()
        self._called.clear()

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers.add(writer)
        self._called.set()
        try:
            # Nobody says anything to a reader; what comes is its end.
            while await reader.read(1024):
                pass
        except ConnectionError:
            pass
        finally:
            self._callers.discard(writer)
            if not self._callers:
                self._called.clear()
            writer.close()

    async def _write(self, data: bytes) -> None:
        await self._called.wait()
        for caller in tuple(self._callers):
            with suppress(ConnectionError):
                caller.write(data)
                await caller.drain()
