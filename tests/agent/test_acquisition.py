from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent.acquisition import Device, _watch
from agent.clock import Clock
from agent.core.errors import DeviceError
from drivers.contract import Batch


class Deaf:
    """A device that cannot be reached and whose library loses a cancellation, as `asyncio.wait_for` of 3.11 does."""

    def __init__(self) -> None:
        self.reached_for = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.reached_for.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        raise DeviceError("nobody answers")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Batch:
        raise StopAsyncIteration


async def test_watching_ends_when_told_though_a_library_loses_the_cancellation() -> None:
    device = Deaf()

    async def take(batch: Batch) -> None:
        raise AssertionError(f"the agent stops, and {batch} is not taken")

    watching = asyncio.create_task(
        _watch(Device("the machine", "PRESS-1", "plc"), Clock.of(None), take, open_device=lambda: device)
    )
    await device.reached_for.wait()
    watching.cancel()
    done, _ = await asyncio.wait([watching], timeout=5)
    assert done == {watching}
    assert watching.cancelled()
