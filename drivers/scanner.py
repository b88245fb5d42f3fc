"""Barcode readers on a serial line: RS-232, or USB in serial (COM) mode. Waits for bytes, never polls."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from serial import Serial, SerialException

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.observations import Instant, Link, Scan
from drivers.contract import Batch, Now, Tap
from drivers.framing import LONGEST, Framer

_log = logging.getLogger(__name__)

_ADVICE = {
    errno.ENOENT: "there is no such device. Is the reader plugged in and switched to serial (COM) mode?",
    errno.EACCES: "permission denied. Is the agent's user in the group of the device, usually 'dialout'?",
    errno.EAGAIN: "another program has it open. Close that program, or give each its own reader.",
}


class _KeepingSerial(Serial):
    """A serial port that keeps what the kernel received before it was opened.

    pyserial throws that away on opening; it may be the scan during which the agent came back.
    """

    def _reset_input_buffer(self) -> None:
        """Keep it."""


class SerialScannerDriver:
    """One reader, open; the device is locked against other programs.

    A reader gives no sign of life between scans, so `Link(up=True)` comes once, on opening. A code without its end when
    the reader is unplugged is dropped: it may be half of one. Scans wait in memory until they are taken, however many.
    """

    def __init__(self, scanner: ScannerSettings, now: Now, tap: Tap | None = None) -> None:
        self._scanner = scanner
        self._now = now
        self._tap = tap
        self._framer = Framer(scanner.prefix, scanner.suffix, scanner.silence_s)
        self._port = _KeepingSerial(baudrate=scanner.baud, exclusive=True)
        self._port.port = str(scanner.device)
        self._arrived: asyncio.Queue[Batch | DeviceError] = asyncio.Queue()
        self._silence: asyncio.TimerHandle | None = None
        self._last_read: Instant = now()

    async def __aenter__(self) -> Self:
        """Open the device.

        Raises:
            DeviceError: it is absent, in use, or not ours to open.
        """
        try:
            self._port.open()
        except (SerialException, OSError) as error:
            reason = _ADVICE.get(error.errno or 0, f"{error}.")
            text = f"The reader '{self._scanner.name}' cannot be opened at {self._scanner.device}: {reason}"
            raise DeviceError(f"{text} It is tried again.") from error
        self._arrived.put_nowait([Link(self._scanner.work_center, "scanner", up=True, observed=self._now())])
        asyncio.get_running_loop().add_reader(self._port.fileno(), self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the device back."""
        self._stop_reading()
        self._port.close()

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Scans as they are read."""
        return self

    async def __anext__(self) -> Batch:
        """The next scans.

        Raises:
            DeviceError: the reader was unplugged.
        """
        batch = await self._arrived.get()
        if isinstance(batch, DeviceError):
            raise batch
        return batch

    def _read(self) -> None:
        try:
            data = os.read(self._port.fileno(), LONGEST)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(os.strerror(error.errno or 0))
            return
        if not data:
            self._lose("end of file")
            return
        self._last_read = self._now()
        if self._tap is not None:
            self._tap(data)
        self._feed(data)

    def _feed(self, data: bytes = b"") -> None:
        loop = asyncio.get_running_loop()
        dropped = self._framer.dropped
        codes = self._framer.feed(data, loop.time())
        if self._framer.dropped > dropped:
            text = "Reader '%s' sent more than %d bytes without an end of code; they are dropped. Check its baud rate."
            _log.warning(text, self._scanner.name, LONGEST)
        if codes:
            self._arrived.put_nowait([self._scan(code) for code in codes])
        if self._silence is not None:
            self._silence.cancel()
        # When bytes and this timer are due in one turn of the loop, the bytes are read first and move the timer.
        self._silence = None if self._framer.due is None else loop.call_at(self._framer.due, self._feed)

    def _scan(self, code: str) -> Scan:
        return Scan(self._scanner.work_center, code, self._last_read, reader=self._scanner.name)

    def _lose(self, reason: str) -> None:
        self._stop_reading()
        text = f"The reader '{self._scanner.name}' at {self._scanner.device} was lost: {reason}."
        self._arrived.put_nowait(DeviceError(f"{text} Is it still plugged in? It is tried again."))

    def _stop_reading(self) -> None:
        if self._port.is_open:
            asyncio.get_running_loop().remove_reader(self._port.fileno())
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
