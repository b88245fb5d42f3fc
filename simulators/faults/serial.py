"""A serial line between a driver and a device: two pseudo-terminals, and what passes between them."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from simulators.background import Background
from simulators.faults.direction import Direction, Line
from simulators.faults.kinds import KINDS, Fault, Framing, Kind, Way
from simulators.faults.weather import Strikes, Weather

_CHUNK: Final = 4096


class SerialRelay:
    """Passes on what each end sends to the other; entering makes both ends, leaving takes them away.

    Raises:
        OSError: on entering, a link cannot be made, such as because something else stands at its path.
        ValueError: a fault is none of a serial line.
    """

    def __init__(self, driver: Path, device: Path, framing: Framing = "rtu", seed: int = 0) -> None:
        self._driver = _End(driver)
        self._device = _End(device)
        # A line of two wires has no connections that could be reset.
        self.kinds = tuple(kind for kind in KINDS[framing] if kind is not Kind.RESET)
        """What it can suffer."""
        self._framing: Framing = framing
        self._weather = Weather(seed)
        self._line = Line(self._weather)
        self._open = AsyncExitStack()
        self._passing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Make both ends."""
        async with AsyncExitStack() as stack:
            stack.enter_context(self._device)
            stack.push_async_callback(self.cut)
            await self.mend()
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take them away."""
        await self._open.aclose()

    async def mend(self) -> None:
        """Plug the driver's end in: a new device under the same link."""
        async with AsyncExitStack() as stack:
            driver, device = stack.enter_context(self._driver), self._device
            requests = Direction(self._line, Way.REQUESTS, self._framing).carry(driver.read, device.write)
            answers = Direction(self._line, Way.ANSWERS, self._framing).carry(device.read, driver.write)
            await stack.enter_async_context(Background({"faults.requests": requests, "faults.answers": answers}))
            self._passing = stack.pop_all()

    async def cut(self) -> None:
        """Pull the driver's end out."""
        await self._passing.aclose()

    @asynccontextmanager
    async def suffering(self, fault: Fault) -> AsyncIterator[Strikes]:
        """A fault while open, however long it says itself that it lasts.

        Raises:
            RuntimeError: there is one already.
            ValueError: a serial line cannot suffer it.
        """
        if fault.kind not in self.kinds:
            raise ValueError(f"a serial line has no {fault.kind}; expected one of {', '.join(self.kinds)}")
        with self._weather.suffering(fault) as strikes:
            if fault.kind is Kind.CUT:
                strikes.add()
                await self.cut()
            try:
                yield strikes
            finally:
                if fault.kind is Kind.CUT:
                    await self.mend()


class _End:
    """One pseudo-terminal under a lasting name."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master = -1
        self._made = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._master, slave = os.openpty()
            stack.callback(os.close, self._master)
            # Held open: the kernel keeps what is sent while nobody else has it open, and nobody is told of an end.
            stack.callback(os.close, slave)
            tty.setraw(slave)
            os.set_blocking(self._master, False)
            if self._link.is_symlink():
                self._link.unlink()
            self._link.symlink_to(os.ttyname(slave))
            stack.callback(self._link.unlink, missing_ok=True)
            self._made = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._made.close()

    async def read(self) -> bytes:
        while True:
            with suppress(BlockingIOError):
                return os.read(self._master, _CHUNK)
            await self._ready(asyncio.get_running_loop().add_reader, asyncio.get_running_loop().remove_reader)

    async def write(self, data: bytes) -> None:
        while data:
            with suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]
                continue
            await self._ready(asyncio.get_running_loop().add_writer, asyncio.get_running_loop().remove_writer)

    async def _ready(self, add: Callable[..., None], remove: Callable[[int], bool]) -> None:
        ready = asyncio.Event()
        add(self._master, ready.set)
        try:
            await ready.wait()
        finally:
            remove(self._master)
