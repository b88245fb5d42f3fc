"""Keeps each machine and each reader connected and hands what they say to the intake. Never waits for the uplink."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from agent.clock import Clock
from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Image, Link, Signal
from agent.core.station import StationObservation
from agent.intake import Intake
from agent.retry import Backoff
from agent.telemetry import Telemetry
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Driver
from drivers.registry import open_machine, open_scanner

LOG = logging.getLogger(__name__)
FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 0.5
"""Real seconds: a device that is back is found within a second."""
STEADY_S = 5.0
"""Real seconds after which the connection to a reader counts as one that holds."""
LONGEST_SHAKY_S = 10.0
"""Real seconds between two connections to a reader that do not hold, as each of them is two facts."""


@dataclass(frozen=True, slots=True)
class Device:
    """What is watched."""

    name: str
    """For people."""
    wc_id: str
    kind: str
    """`plc` or `scanner`."""
    reader: str = ""
    """The name of a barcode reader."""


async def watch_machine(
    machine: MachineSettings, intake: Intake, clock: Clock, telemetry: Telemetry | None = None
) -> None:
    """Read a machine for ever; what is telemetry goes aside where somebody keeps it, and no station ever sees it."""

    async def take(batch: Batch) -> None:
        await intake.take(together(batch if telemetry is None else telemetry.aside(batch)))

    device = Device("the machine", machine.work_center, "plc")
    await _watch(device, clock, take, open_device=lambda: open_machine(machine, clock.now))


async def watch_scanner(scanner: ScannerSettings, intake: Intake, clock: Clock) -> None:
    """Read a barcode reader for ever."""

    async def take(batch: Batch) -> None:
        await intake.take(together(batch))

    device = Device(f"reader {scanner.name}", scanner.work_center, "scanner", scanner.name)
    await _watch(device, clock, take, open_device=lambda: open_scanner(scanner, clock.now))


async def _watch(
    device: Device, clock: Clock, take: Callable[[Batch], Awaitable[None]], *, open_device: Callable[[], Driver]
) -> None:
    loop = asyncio.get_running_loop()
    backoff, shaky = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S), Backoff(FIRST_RETRY_S, LONGEST_SHAKY_S)
    answered_at: float | None = None
    while True:
        try:
            async with open_device() as driver:
                async for batch in driver:
                    if backoff.failures:
                        LOG.info("%s of %s answers", device.name, device.wc_id)
                        backoff.succeeded()
                    answered_at = answered_at or loop.time()
                    await take(batch)
        except DeviceError as error:
            honour_cancellation()
            if backoff.failures == 0:
                LOG.warning("%s of %s: %s", device.name, device.wc_id, error)
                reason, now = str(error), clock.now()
                lost = Link(device.wc_id, device.kind, up=False, observed=now, reason=reason, reader=device.reader)
                await take([lost])
            pause = backoff.failed()
            if answered_at is not None and device.kind == "scanner":
                if loop.time() - answered_at >= STEADY_S:
                    shaky.succeeded()
                pause = max(pause, shaky.failed())
            answered_at = None
            await asyncio.sleep(pause)


def together(batch: Batch) -> Iterable[StationObservation]:
    """The batch with its neighbouring signals put into one image each."""
    for is_signal, group in groupby(batch, key=lambda item: isinstance(item, Signal)):
        if is_signal:
            signals = tuple(item for item in group if isinstance(item, Signal))
            yield Image(signals[0].wc_id, signals, signals[-1].observed)
        else:
            yield from (item for item in group if not isinstance(item, Signal))
