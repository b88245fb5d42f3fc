"""Cancellations that reach whom they are meant for, whatever a library makes of them."""

from __future__ import annotations

import asyncio
import time

import pytest
from asyncua.common.utils import wait_for

from drivers.cancellation import honour_cancellation, within


class OwnKindError(asyncio.CancelledError):
    """As wait_for2 raises it."""


async def makes_its_own_of_it() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise OwnKindError from None


async def test_an_answer_in_the_very_turn_of_the_time_out_is_a_time_out() -> None:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()
    loop.call_later(0.01, answer.set_result, "late")
    # The loop comes to the answer and to the time-out at once.
    loop.call_soon(time.sleep, 0.2)
    with pytest.raises(TimeoutError):
        async with within(0.05):
            await wait_for(answer, 10)


async def test_a_cancellation_of_a_librarys_own_kind_is_a_time_out() -> None:
    with pytest.raises(TimeoutError):
        async with within(0.01):
            await makes_its_own_of_it()
    honour_cancellation()


async def test_a_task_that_is_cancelled_within_ends_as_cancelled() -> None:
    async def work() -> None:
        async with within(10.0):
            await makes_its_own_of_it()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_in_time_is_as_it_was() -> None:
    async with within(10.0):
        answer = 7
    assert answer == 7
    with pytest.raises(ValueError, match="mine"):
        async with within(10.0):
            raise ValueError("mine")
