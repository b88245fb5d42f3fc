"""Holds a driver that others wrote to the contract: whatever it does, the agent is told, and turns."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Final, Self, TypeAlias

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Driver, Now
from drivers.guarded_batches import Breach, Judge
from drivers.probed import AGAIN

LEAVE_S: Final = 0.8
"""Real seconds that leaving may take; who takes longer is left behind."""
ENTER_TIMEOUTS: Final = 3.0
"""Time-outs that entering may take: a name, a connection, a greeting."""
SILENT_TIMEOUTS: Final = 5.0
"""Time-outs between two batches: an image of many values takes several answers."""
MARGIN_S: Final = 1.0
"""Real seconds beside that: a sign of life is due each second."""
_LONGEST_TEXT: Final = 400
_LONGEST_AGAIN_S: Final = 300.0

_Item: TypeAlias = "Batch | DeviceError | None"
"""None: it is connected."""
_ABANDONED: Final[set[asyncio.Task[None]]] = set()


def failure(kind: str, error: BaseException) -> str:
    """Of an error that no driver may raise: where it arose, and never its text, which may hold a secret."""
    trace = extract_tb(error.__traceback__)
    where = f" in {Path(trace[-1].filename).name}, line {trace[-1].lineno}" if trace else ""
    return f"the driver '{kind}' failed with {type(error).__name__}{where}: tell its makers"


class GuardedDriver:
    """One connection of a driver that others wrote.

    It runs in a task of its own, so that nobody waits for it longer than agreed: what hangs is given up with words, and
    what hangs on leaving is left behind. It may tell values again that did not change, and tells them without scale.
    """

    def __init__(self, driver: Driver, machine: MachineSettings, now: Now) -> None:
        assert machine.driver is not None, f"machine '{machine.work_center}' is not read by a driver of another kind"
        self._driver = driver
        self._settings = machine.driver
        self._judge = Judge(machine, now)
        self._items: asyncio.Queue[_Item] = asyncio.Queue(1)
        self._task: asyncio.Task[None] | None = None
        self._is_left = False
        self._turns_by = math.inf

    @property
    def turns_by(self) -> float:
        """When it is given up: what it promises itself is not believed."""
        return self._turns_by

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there, or the driver fails or does not come to an end.
        """
        self._task = asyncio.create_task(self._run(), name=f"driver.{self._settings.kind}")
        try:
            await self._next(ENTER_TIMEOUTS * self._settings.timeout_s + MARGIN_S, "has not connected")
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect, or leave it behind."""
        await self._leave()

    def __aiter__(self) -> AsyncIterator[Batch]:
        """What the driver tells, as far as it is news."""
        return self

    async def __anext__(self) -> Batch:
        """The next batch with news.

        Raises:
            DeviceError: the connection is lost, or the driver fails, is silent or breaks its contract.
        """
        while True:
            honour_cancellation()
            batch = await self._next(SILENT_TIMEOUTS * self._settings.timeout_s + MARGIN_S, "has told nothing")
            try:
                news = self._judge.news(() if batch is None else batch)
            except Breach as breach:
                text = f"the driver '{self._settings.kind}' breaks its contract: {breach}. Tell its makers"
                raise DeviceError(text + "." + AGAIN) from None
            if news:
                return news

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    async def _next(self, within_s: float, what: str) -> Batch | None:
        self._turns_by = asyncio.get_running_loop().time() + within_s
        try:
            async with asyncio.timeout(within_s):
                item = await self._items.get()
        except TimeoutError:
            raise DeviceError(f"the driver '{self._settings.kind}' {what} within {within_s:g} s.{AGAIN}") from None
        if isinstance(item, DeviceError):
            raise item
        return item

    async def _run(self) -> None:
        try:
            async with self._driver as driver:
                await self._items.put(None)
                async for batch in driver:
                    await self._items.put(batch)
            lost = DeviceError(f"the driver '{self._settings.kind}' ended without saying why.{AGAIN}")
        except (Exception, SystemExit, asyncio.CancelledError) as error:  # noqa: BLE001 - told as a loss; it is not ours
            if self._is_left:
                return
            lost = self._lost(error)
        await self._items.put(lost)

    def _lost(self, error: BaseException) -> DeviceError:
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if not isinstance(error, DeviceError):
            return DeviceError(f"{failure(self._settings.kind, error)}.{AGAIN}")
        text = str(error)[:_LONGEST_TEXT]
        if not text.endswith(AGAIN):
            text = text.rstrip(" .")
            text += AGAIN if text.endswith(("?", "!")) else f".{AGAIN}"
        again_s = error.again_s if math.isfinite(error.again_s) else 0.0
        return DeviceError(text, again_s=min(max(again_s, 0.0), _LONGEST_AGAIN_S))

    async def _leave(self) -> None:
        self._is_left = True
        task = self._task
        if task is None:
            return
        task.cancel()
        try:
            await asyncio.wait([task], timeout=LEAVE_S)
        finally:
            if not task.done():
                _ABANDONED.add(task)
                task.add_done_callback(_ABANDONED.discard)
            elif not task.cancelled():
                with suppress(BaseException):
                    task.result()
