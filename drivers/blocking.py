"""Calls of a library that blocks, for drivers that are made of one: in a thread of their own, one after the other.

Nobody can break a call off. Whoever waits no longer leaves the thread behind, which ends as soon as its call does, and
no other call begins in it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from agent.core.errors import DeviceError

_T = TypeVar("_T")


class Blocking:
    """One thread for one connection.

    Args:
        name: of the thread.
        close: hangs up; the last that runs in the thread, whatever came before.
        interrupt: wakes a call that waits, from another thread, such as by shutting its socket down.
    """

    def __init__(self, name: str, close: Callable[[], object], interrupt: Callable[[], None] = lambda: None) -> None:
        self._close = close
        self._interrupt = interrupt
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)

    async def call(self, work: Callable[[], _T], within_s: float) -> _T:
        """What the work returns. Raises whatever it raises.

        Args:
            work: what blocks.
            within_s: real seconds that it may take.

        Raises:
            DeviceError: it took longer; the thread is of no more use then.
        """
        if self._is_over:
            raise DeviceError("a former call has not come back")
        if self._thread.ident is None:
            self._thread.start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()
        self._work.put(lambda: _tell(loop, answer, work))
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            if answer.done() and not answer.cancelled():
                # Its own time-out, or what came in the very turn in which time was up.
                return answer.result()
            self.end()
            raise DeviceError(f"no answer within {within_s:g} s") from None
        except asyncio.CancelledError:
            self.end()
            raise

    def end(self) -> None:
        """Hang up and end the thread, after the call that is under way, which is woken; nobody waits for that."""
        if not self._is_over:
            self._is_over = True
            self._work.put(None)
            self._interrupt()
            if self._thread.ident is None:
                self._thread.start()

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                if not self._is_over:
                    work()
        finally:
            self._close()


def _tell(loop: asyncio.AbstractEventLoop, answer: asyncio.Future[_T], work: Callable[[], _T]) -> None:
    settle: Callable[[], None]
    try:
        settle = partial(answer.set_result, work())
    except Exception as error:  # noqa: BLE001 - raised again where it is waited for
        settle = partial(answer.set_exception, error)
    # A loop that was closed meanwhile has nobody who waits.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, answer, settle)


def _settle(answer: asyncio.Future[_T], settle: Callable[[], None]) -> None:
    if not answer.done():
        settle()
