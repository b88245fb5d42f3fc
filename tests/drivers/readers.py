"""Readers for the drivers to listen to, each at the far end of a real line."""

from __future__ import annotations

import os
import pty
import socket
import tty
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Protocol

from agent.core.codes.code_settings import ScannerSettings
from agent.core.observations import Link, Scan
from drivers.contract import Batch, Driver, Tap
from drivers.input_device import InputDeviceDriver
from drivers.registry import open_scanner
from tests.drivers import typist
from tests.drivers.plants import collect, free_port, now


class Reader(Protocol):
    """The far end of a line that is there from the first."""

    def settings(self, **more: Any) -> ScannerSettings: ...  # noqa: ANN401 - whatever the settings take

    def open(self, tap: Tap | None = None, **more: Any) -> Driver:  # noqa: ANN401 - as above
        """A driver that listens to this reader."""
        ...

    def send(self, data: bytes) -> None: ...

    def unplug(self) -> None:
        """Be gone, as the reader's cable does it."""
        ...

    def plug_in(self) -> None:
        """Come back where it was, as far as configuration says."""
        ...

    def close(self) -> None: ...


class SerialReader:
    def __init__(self, folder: Path) -> None:
        self.device = folder / "reader"
        self._far = self._near = -1
        self.plug_in()

    def settings(self, **more: Any) -> ScannerSettings:  # noqa: ANN401 - whatever the settings take
        return ScannerSettings(name="hand", work_center="WC-1", device=self.device, **more)

    def open(self, tap: Tap | None = None, **more: Any) -> Driver:  # noqa: ANN401 - as above
        return open_scanner(self.settings(**more), now, tap)

    def plug_in(self) -> None:
        self._far, self._near = pty.openpty()
        # What a line that was used before looks like, and what bytes wait in raw.
        tty.setraw(self._near)
        self.device.symlink_to(os.ttyname(self._near))

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._far, data) :]

    def unplug(self) -> None:
        self.device.unlink(missing_ok=True)
        for end in (self._far, self._near):
            os.close(end)
        self._far = self._near = -1

    def close(self) -> None:
        if self._far >= 0:
            self.unplug()


class KeyboardReader(SerialReader):
    """Types like a keyboard: its input device is a pseudo-terminal, which carries the kernel's events as they are but
    cannot be taken for one program alone."""

    def settings(self, **more: Any) -> ScannerSettings:  # noqa: ANN401 - whatever the settings take
        return ScannerSettings(name="hand", work_center="WC-1", input=self.device, **more)

    def open(self, tap: Tap | None = None, **more: Any) -> Driver:  # noqa: ANN401 - as above
        return InputDeviceDriver(self.settings(**more), now, tap, take=_open_without_taking)

    def send(self, data: bytes) -> None:
        self.happen(typist.typed(data))

    def happen(self, events: Iterable[typist.Event]) -> None:
        super().send(typist.packed(events))


def _open_without_taking(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)


class NetworkReader:
    """Takes one call at a time."""

    def __init__(self, _: Path) -> None:
        self._port = free_port()
        self._server: socket.socket | None = None
        self._caller: socket.socket | None = None
        self.plug_in()

    def settings(self, **more: Any) -> ScannerSettings:  # noqa: ANN401 - whatever the settings take
        more = {"silence_ms": 150} | more
        return ScannerSettings(name="hand", work_center="WC-1", host="127.0.0.1", port=self._port, trusted=True, **more)

    def open(self, tap: Tap | None = None, **more: Any) -> Driver:  # noqa: ANN401 - as above
        return open_scanner(self.settings(**more), now, tap)

    def plug_in(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self._port))
        self._server.settimeout(5)

    def send(self, data: bytes) -> None:
        self._called().sendall(data)

    def unplug(self) -> None:
        for one in (self._caller, self._server):
            if one is not None:
                one.close()
        self._caller = self._server = None

    def reset(self) -> None:
        """Break the connection off, as a reader that is switched off and on does."""
        self._called().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.unplug()

    def close(self) -> None:
        self.unplug()

    def _called(self) -> socket.socket:
        if self._caller is None:
            assert self._server is not None
            self._caller, _ = self._server.accept()
        return self._caller


def scans(seen: list[Any]) -> list[Scan]:
    return [each for each in seen if isinstance(each, Scan)]


def read_as(seen: list[Any]) -> list[str]:
    """The texts of the scans, and flaws in angle brackets."""
    return [f"<{scan.flaw}>" if scan.flaw else scan.text for scan in scans(seen)]


async def is_up(batches: AsyncIterator[Batch]) -> list[Any]:
    """What came until the reader could be heard."""
    return await collect(batches, lambda seen: any(isinstance(each, Link) for each in seen))


async def heard(batches: AsyncIterator[Batch], count: int) -> list[str]:
    """So many scans, as `read_as` puts them."""
    return read_as(await collect(batches, lambda seen: len(scans(seen)) >= count, within_s=20.0))
