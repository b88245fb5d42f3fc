"""Who reads a unit on a line: what the line has to know of him, and how he hears that it is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ForbiddenRange
from drivers.modbus_wire import Read


@dataclass(eq=False, slots=True)
class Member:
    """One reader of one unit."""

    unit: int
    timeout_s: float
    backoff_s: float
    forbidden: tuple[ForbiddenRange, ...] = ()
    """Addresses that no request may touch."""
    found: str = ""
    """What came instead of the last answer; follows the sender's name."""
    lost: str = ""
    """Why the line is lost, in sentences; empty while it is not."""
    sleeper: asyncio.Future[None] | None = None
    """Ends a wait between two readings."""

    def may(self, read: Read) -> bool:
        """Whether the unit's device may be asked this."""
        return not any(one.touches(read.table, read.address, read.address + read.count - 1) for one in self.forbidden)

    def lose(self, reason: str) -> None:
        """The line is lost."""
        self.lost = self.lost or reason
        if self.sleeper is not None and not self.sleeper.done():
            self.sleeper.set_result(None)

    def check(self) -> None:
        """Go on only with a line.

        Raises:
            DeviceError: it was lost.
        """
        if self.lost:
            raise DeviceError(self.lost)

    async def sleep_until(self, when: float) -> None:
        """Until the loop's time is that late.

        Raises:
            DeviceError: the line was lost meanwhile.
        """
        self.check()
        loop = asyncio.get_running_loop()
        self.sleeper = loop.create_future()
        timer = loop.call_at(when, self._wake, self.sleeper)
        try:
            await self.sleeper
        finally:
            timer.cancel()
            self.sleeper = None
        self.check()

    @staticmethod
    def _wake(sleeper: asyncio.Future[None]) -> None:
        if not sleeper.done():
            sleeper.set_result(None)
