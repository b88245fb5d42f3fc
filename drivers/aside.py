"""What blocks, such as opening a device, in a thread of its own.

Nobody can break it off. Whoever waited in vain leaves it behind, and no second one begins before it is over: a device
that hangs costs one thread, and none of those that the rest of the agent uses or waits for at its end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Aside(Generic[_T]):
    """One piece of work that blocks, for one who waits at a time.

    Args:
        work: what is done; runs in the thread.
        drop: undoes a result that nobody waits for any more.
    """

    def __init__(self, work: Callable[[], _T], drop: Callable[[_T], None]) -> None:
        self._work = work
        self._drop = drop
        self._waiting: asyncio.Future[_T] | None = None
        self._runs = False

    async def result(self) -> _T:
        """Of the work, which begins unless it is still under way. Raises whatever the work raises."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[_T] = loop.create_future()
        self._waiting = waiting
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._run, args=(loop,), daemon=True, name="aside").start()
        try:
            return await waiting
        except asyncio.CancelledError:
            # The result may have come in the same turn as the cancellation.
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._drop(waiting.result())
            raise
        finally:
            self._waiting = None

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            result = self._work()
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            self._tell(loop, self._failed, error)
        else:
            if not self._tell(loop, self._done, result):
                self._drop(result)

    @staticmethod
    def _tell(loop: asyncio.AbstractEventLoop, what: Callable[..., None], *arguments: object) -> bool:
        try:
            loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            # The loop was closed meanwhile.
            return False
        return True

    def _done(self, result: _T) -> None:
        self._runs = False
        if self._waiting is None or self._waiting.done():
            self._drop(result)
        else:
            self._waiting.set_result(result)

    def _failed(self, error: Exception) -> None:
        self._runs = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
