"""What blocks is done aside, and not twice at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from drivers.aside import Aside
from tests.drivers.plants import eventually


class Slow:
    """Work that waits until it is let, and counts itself."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.begun = 0
        self.dropped: list[int] = []

    def work(self) -> int:
        self.begun += 1
        assert self.let.wait(10)
        return self.begun

    def aside(self) -> Aside[int]:
        return Aside(self.work, self.dropped.append)


async def waited_in_vain(aside: Aside[int]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await aside.result()


async def test_whoever_waited_in_vain_leaves_it_to_the_next_one() -> None:
    slow = Slow()
    aside = slow.aside()
    for _ in range(3):
        await waited_in_vain(aside)
    slow.let.set()
    assert await aside.result() == 1
    assert await aside.result() == 2
    assert slow.dropped == []


async def test_what_nobody_waits_for_any_more_is_undone() -> None:
    slow = Slow()
    aside = slow.aside()
    await waited_in_vain(aside)
    slow.let.set()
    await eventually(lambda: slow.dropped == [1], within_s=10)


async def test_its_error_is_that_of_who_waits() -> None:
    def fail() -> int:
        raise FileNotFoundError(2, "no such device")

    aside = Aside(fail, lambda _: None)
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            await aside.result()


async def test_it_outlives_a_loop_that_is_closed() -> None:
    slow = Slow()
    loop = asyncio.new_event_loop()

    def begin() -> None:
        with pytest.raises(TimeoutError):
            loop.run_until_complete(asyncio.wait_for(slow.aside().result(), 0.02))
        loop.close()

    await asyncio.to_thread(begin)
    slow.let.set()
    await eventually(lambda: slow.dropped == [1], within_s=10)
