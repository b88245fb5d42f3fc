"""Barcode readers on a serial line: RS-232, or USB in serial (COM) mode. Waits for bytes, never polls."""

from __future__ import annotations

import asyncio
import errno
import os

from serial import Serial

from agent.core.codes.code_settings import ScannerSettings
from drivers.contract import Now, Tap
from drivers.framing import LONGEST
from drivers.reader import ReaderDriver

_ADVICE = {
    errno.ENOENT: "there is no such device. Is the reader plugged in and switched to serial (COM) mode?",
    errno.EACCES: "permission denied. Is the agent's user in the group of the device, usually 'dialout'?",
    errno.EAGAIN: "another program has it open. Close that program, or give each its own reader.",
}


class _KeepingSerial(Serial):
    """A serial port that keeps what the kernel received before it was opened.

    pyserial throws that away on opening; it may be the scan during which the agent came back, which is to be refused
    aloud rather than not heard of.
    """

    def _reset_input_buffer(self) -> None:
        """Keep it."""


class SerialScannerDriver(ReaderDriver):
    """A reader on a serial line, locked against other programs."""

    def __init__(self, scanner: ScannerSettings, now: Now, tap: Tap | None = None) -> None:
        super().__init__(scanner, now, tap)
        self._port = _KeepingSerial(baudrate=scanner.baud, exclusive=True)
        self._port.port = str(scanner.device)

    async def _open(self) -> None:
        self._port.open()

    def _listen(self) -> None:
        asyncio.get_running_loop().add_reader(self._port.fileno(), self._read)

    def _close(self) -> None:
        if self._port.is_open:
            asyncio.get_running_loop().remove_reader(self._port.fileno())
            self._port.close()

    def _why(self, error: OSError) -> str:
        return _ADVICE.get(error.errno or 0, f"{error}.")

    def _read(self) -> None:
        try:
            data = os.read(self._port.fileno(), LONGEST)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"{os.strerror(error.errno or 0)}. Is it still plugged in?")
            return
        if data:
            self._take(data)
        else:
            self._lose("end of file. Is it still plugged in?")
