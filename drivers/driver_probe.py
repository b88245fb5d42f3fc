"""One look at a machine by its driver alone, for kinds that have no other: what each configured value is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Link, Quality, Signal
from agent.core.readings import address_words
from drivers.contract import Driver
from drivers.probed import Probed, ProbeError, Seen, Stage

_ANSWERS: Final = 5
"""That a first reading waits for at most: what was not told then is not there."""


async def probe_by_driver(opened: Callable[[], Driver], machine: MachineSettings) -> Probed:
    """Read until everything was told, and hang up.

    Raises:
        ProbeError: nobody answers there, or what answers refuses us.
    """
    assert machine.source is not None, f"machine '{machine.work_center}' is not read"
    told: dict[str, Signal] = {}
    try:
        async with opened() as driver:
            with suppress(TimeoutError):
                async with asyncio.timeout(_ANSWERS * machine.source.timeout_s):
                    await _read(driver, told, {one.key for one in machine.readings})
    except DeviceError as error:
        raise ProbeError(Stage.PROTOCOL, str(error)) from error
    seen: list[Seen] = []
    for one in machine.readings:
        signal = told.get(one.key)
        if signal is None or signal.quality is Quality.BAD:
            seen.append(Seen(one.key, address_words(one), "it was not told" if signal is None else signal.status))
        else:
            seen.append(Seen(one.key, address_words(one), value=signal.value, doubt=signal.status))
    return Probed(tuple(seen))


async def _read(driver: Driver, told: dict[str, Signal], wanted: set[str]) -> None:
    """Until all is told, or a sign of life comes, which comes when every signal was."""
    async for batch in driver:
        told.update({item.key: item for item in batch if isinstance(item, Signal)})
        if wanted <= told.keys() or any(isinstance(item, Link) for item in batch):
            return
