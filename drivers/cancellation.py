"""Cancellations that a library swallows or makes its own of, made good: the agent would never stop, or stop reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def honour_cancellation() -> None:
    """Raise the cancellation that was asked of this task and never reached it; call it once a turn of a loop.

    Up to Python 3.11 `asyncio.wait_for`, which both protocol libraries use, returns a result that comes in the same
    turn as a cancellation and forgets the cancellation (python/cpython issue 86296). No good after a TaskGroup of this
    task has failed: up to Python 3.12 it leaves a cancellation behind that nobody asked for.

    Raises:
        asyncio.CancelledError: somebody cancelled this task and has not taken it back.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout` around calls of a library that raises a cancellation of its own kind.

    Where an answer comes in the same turn as the time-out, `wait_for2`, which asyncua uses up to Python 3.11, raises a
    subclass of CancelledError. `asyncio.timeout` takes none but CancelledError itself for its own there, so that the
    time-out of one answer would end for ever, and without a word, the task that reads the machine.

    Raises:
        TimeoutError: it took longer.
    """
    async with asyncio.timeout(seconds):
        try:
            yield
        except asyncio.CancelledError:
            raise asyncio.CancelledError from None
