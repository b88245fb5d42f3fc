"""A cancellation that a library swallowed, made good; the agent would never stop."""

from __future__ import annotations

import asyncio


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
