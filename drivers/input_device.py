"""Barcode readers that type like a keyboard, read from their Linux input device and taken for the agent alone.

Nothing that such a reader types reaches a console, a terminal or a focus, and no layout or CapsLock of this PC changes
it (domain.md F4).
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import TypeAlias

from agent.core.codes.code_settings import ScannerSettings
from agent.logs.events import Event
from agent.logs.telling import tell
from drivers.contract import Now, Tap
from drivers.keymap import Keyboard, Lost
from drivers.reader import ReaderDriver

EVENT = Struct("@llHHi")
"""The kernel's `struct input_event` on this machine: seconds, microseconds, kind, code, value."""
EVIOCGRAB = 0x40044590
"""`_IOW('E', 0x90, int)` of `linux/input.h`."""
Take: TypeAlias = Callable[[Path], int]
"""Opens an input device for one program alone and gives its file descriptor; raises OSError."""

_AT_ONCE = 256
_UNKNOWN_ADVICE = "program the reader for a US keyboard with control characters as Ctrl and a key, or for serial mode."
_ADVICE = {
    errno.ENOENT: "there is no such device. Is the reader plugged in and set up as a keyboard?",
    errno.EACCES: "permission denied. A udev rule gives the device to the agent's group, as docs/scans.md has it.",
    errno.EBUSY: "another program has taken it. Close that program, or give each its own reader.",
    errno.ENOTTY: "it is no input device. Expected is a path such as /dev/input/by-id/usb-…-event-kbd.",
}


def take_exclusively(path: Path) -> int:
    """Open an input device so that its keys come here and nowhere else."""
    device = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(device, EVIOCGRAB, 1)
    except OSError:
        os.close(device)
        raise
    return device


class InputDeviceDriver(ReaderDriver):
    """A reader that types like a keyboard."""

    def __init__(
        self, scanner: ScannerSettings, now: Now, tap: Tap | None = None, take: Take = take_exclusively
    ) -> None:
        super().__init__(scanner, now, tap)
        self._take_device = take
        self._device = -1
        self._keyboard = Keyboard()
        self._cut = b""
        """The first bytes of an event whose rest has not come."""
        self._unknown: set[int] = set()
        """Keys that were told of."""

    async def _open(self) -> None:
        assert self._scanner.input is not None
        self._device = self._take_device(self._scanner.input)

    def _listen(self) -> None:
        asyncio.get_running_loop().add_reader(self._device, self._read)

    def _close(self) -> None:
        if self._device >= 0:
            device, self._device = self._device, -1
            asyncio.get_running_loop().remove_reader(device)
            # Lets go of it, too.
            os.close(device)

    def _why(self, error: OSError) -> str:
        return _ADVICE.get(error.errno or 0, f"{error}.")

    def _read(self) -> None:
        try:
            data = os.read(self._device, EVENT.size * _AT_ONCE)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"{os.strerror(error.errno or 0)}. Is it still plugged in?")
            return
        if not data:
            self._lose("end of file. Is it still plugged in?")
            return
        events = self._cut + data
        whole = len(events) - len(events) % EVENT.size
        self._cut = events[whole:]
        typed = b""
        for _, _, kind, code, value in EVENT.iter_unpack(events[:whole]):
            heard = self._keyboard.hear(kind, code, value)
            if isinstance(heard, Lost):
                self._take(typed)
                self._miss(heard, code)
                typed = b""
            else:
                typed += heard
        self._take(typed)

    def _miss(self, lost: Lost, code: int) -> None:
        self._spoil("overrun")
        if lost is Lost.UNKNOWN and code not in self._unknown:
            self._unknown.add(code)
            text = "Reader '%s' of %s pressed key %d in a way that stands for no character; %s"
            center, name = self._scanner.work_center, self._scanner.name
            tell(Event.READER_MISREAD, text, name, center, code, _UNKNOWN_ADVICE, work_center=center, reader=name)
