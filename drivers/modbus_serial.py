"""The way to Modbus units over a serial device: RS-485, RS-422 or RS-232, as a rule with an adapter for USB."""

from __future__ import annotations

import asyncio
import errno
import os
import termios
from contextlib import suppress
from typing import Final

from serial import Serial

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.aside import Aside
from drivers.modbus_transport import Lose, Loss, Take, Transport

_OPENS_S: Final = 5.0
_MOST: Final = 4096
_PARITIES: Final = {"even": "E", "odd": "O", "none": "N"}
_ADVICE: Final = {
    errno.ENOENT: "there is no such device. Is the adapter plugged in?",
    errno.EACCES: "permission denied. Is the agent's user in the group of the device, usually 'dialout'?",
    errno.EAGAIN: "another program has it open. One program alone can ask on a line: close the other one.",
    errno.EIO: "it gives errors. Is the adapter still plugged in?",
}


class SerialWay:
    """Through a serial device, which is locked against other programs and found by its name anew each time."""

    may_die_unnoticed = False

    def __init__(self, settings: ModbusSettings) -> None:
        assert settings.serial is not None, "a network has no serial device"
        self._name = settings.serial
        self._settings = settings
        self._opening = Aside(self._opened, _Port.shut)
        self.opens_s = _OPENS_S

    async def open(self, take: Take, lose: Lose) -> Transport:
        """Open it.

        Raises:
            DeviceError: it is absent, in use, or cannot be set up so.
        """
        try:
            async with asyncio.timeout(_OPENS_S):
                port = await self._opening.result()
        except (OSError, ValueError) as error:
            # A ValueError says that there can be no such speed.
            raise DeviceError(
                f"The serial line {self._name} cannot be opened: {_why(error)} It is tried again."
            ) from error
        return _Port(self._name, port, take, lose)

    def answered(self) -> None:
        """There is one way only."""

    def _opened(self) -> Serial:
        """Blocks for as long as the driver of the device likes."""
        settings = self._settings
        # A terminal that a program passes off as a device has no parity, and on some systems refuses to be told of one.
        is_pseudo = os.path.realpath(self._name).startswith("/dev/pts/")
        port = Serial(
            baudrate=settings.baud,
            parity=_PARITIES["none" if is_pseudo else settings.parity],
            stopbits=settings.stop_bits,
            timeout=0,
            exclusive=True,
        )
        port.port = self._name
        try:
            port.open()
        except termios.error as error:
            raise OSError(*error.args) from error
        return port


class _Port:
    """The open device."""

    def __init__(self, name: str, port: Serial, take: Take, lose: Lose) -> None:
        self._name = name
        self._port: Serial | None = port
        self._take = take
        self._lose = lose
        asyncio.get_running_loop().add_reader(port.fileno(), self._read)

    def write(self, data: bytes) -> None:
        """Into the kernel's buffer, which is empty before each request."""
        if self._port is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if os.write(self._port.fileno(), data) < len(data):
            raise OSError(errno.EAGAIN, "its buffer is full")

    def close(self) -> None:
        """What was not sent yet is not waited for."""
        if self._port is not None:
            port, self._port = self._port, None
            asyncio.get_running_loop().remove_reader(port.fileno())
            self.shut(port)

    @staticmethod
    def shut(port: Serial) -> None:
        """Close a device, whatever became of it."""
        # One that is gone has nothing left to send, and says so with an error of termios' own.
        with suppress(OSError, termios.error):
            port.reset_output_buffer()
        port.close()

    def _read(self) -> None:
        assert self._port is not None, "nothing is read from a closed device"
        try:
            data = os.read(self._port.fileno(), _MOST)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(_why(error))
            return
        if data:
            self._take(data)
        else:
            self._end("end of file. Is the adapter still plugged in?")

    def _end(self, why: str) -> None:
        self.close()
        self._lose(Loss(f"The serial line {self._name} was lost: {why} It is tried again."))


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, TimeoutError):
        return f"its driver does not answer within {_OPENS_S:g} s. Does it help to plug the adapter in anew?"
    code = error.errno if isinstance(error, OSError) else None
    return _ADVICE.get(code or 0, f"{error}.")
