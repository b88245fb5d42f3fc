"""A barcode reader on a pseudo-terminal: whoever opens the slave's path sees it type codes, as a serial reader does."""

from __future__ import annotations

import asyncio
import os
import tty
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from simulators.truth import TruthLog


class ScannerSimulator:
    """A reader that types what it is told to. It keeps what nobody reads yet, as far as the kernel's buffer goes.

    Raises:
        OSError: the link cannot be made, such as because something else than a link stands at its path.
    """

    def __init__(self, link: Path, wc: str, log: TruthLog, delay_s: float = 0.005, suffix: str = "\r") -> None:
        self.link = link
        """Where the device is found; a link that is there already is replaced."""
        self._wc = wc
        self._log = log
        self._delay_s = delay_s
        self._suffix = suffix
        self._stack = ExitStack()
        self._typing = asyncio.Lock()
        self._master = -1

    async def __aenter__(self) -> Self:
        """Plug the reader in."""
        with ExitStack() as stack:
            self._master, slave = os.openpty()
            stack.callback(os.close, self._master)
            # Held open so that the kernel keeps what is typed while nobody else has the device open.
            stack.callback(os.close, slave)
            tty.setraw(slave)
            os.set_blocking(self._master, False)
            if self.link.is_symlink():
                self.link.unlink()
            self.link.symlink_to(os.ttyname(slave))
            stack.callback(self.link.unlink, missing_ok=True)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Unplug it."""
        self._stack.close()

    async def type(self, code: str) -> None:
        """Type one code, character by character in real time, and its suffix; then log it as scanned.

        Two codes are never mixed, whoever types them.
        """
        async with self._typing:
            for character in code + self._suffix:
                await self._write(character.encode())
                await asyncio.sleep(self._delay_s)
            self._log.say(self._wc, "scanned", code=code)

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
