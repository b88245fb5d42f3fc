"""Keeps each machine and each reader connected and hands what they say to the intake. Never waits for the uplink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

from agent.clock import Clock
from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Image, Link, Signal
from agent.core.station import StationObservation
from agent.intake import Intake
from agent.logs.events import Event
from agent.logs.outages import Outage
from agent.readings import without_clocks
from agent.retry import Backoff
from agent.telemetry import Telemetry
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Driver, Now
from drivers.registry import open_machine, open_scanner

Opener: TypeAlias = Callable[[MachineSettings, Now], Driver]
"""Makes the driver for a machine."""

FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 0.5
"""Real seconds: a device that is back is found within a second."""
STEADY_S = 5.0
"""Real seconds after which the connection to a reader counts as one that holds."""
LONGEST_SHAKY_S = 10.0
"""Real seconds between two connections to a reader that do not hold, as each of them is two facts."""

IN_HAND_S = 3.0
"""Real seconds that a slow disk may take for the scans of a reader that is let go of."""


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


@dataclass(slots=True)
class Waiting:
    """What one watcher waits for."""

    driver: Driver | None = None
    """The device; None while it waits for the intake, or for the time of its next try."""


@dataclass(frozen=True, slots=True)
class Watchers:
    """Those that watch at present, and whether each still turns: connects, is given something, or tries again."""

    _waiting: dict[Device, Waiting] = field(default_factory=dict)

    @contextmanager
    def watching(self, device: Device) -> Iterator[Waiting]:
        """One more while open."""
        waiting = self._waiting[device] = Waiting()
        try:
            yield waiting
        finally:
            del self._waiting[device]

    def stuck(self, now: float, grace_s: float) -> str | None:
        """Which one does not turn any more.

        Args:
            now: the loop's time.
            grace_s: real seconds that a driver may be later than it promises.
        """
        for device, waiting in self._waiting.items():
            if waiting.driver is not None and now - waiting.driver.turns_by > grace_s:
                return f"the watcher of {device.name} of {device.wc_id}"
        return None


async def watch_machine(
    machine: MachineSettings,
    intake: Intake,
    clock: Clock,
    watchers: Watchers,
    telemetry: Telemetry | None = None,
    opener: Opener = open_machine,
) -> None:
    """Read a machine for ever; what is telemetry goes aside where somebody keeps it, and no station ever sees it."""

    async def take(batch: Batch) -> None:
        if not clock.is_real:
            batch = without_clocks(batch)
        intake.readings.note(batch)
        await intake.take(together(batch if telemetry is None else telemetry.aside(batch)))

    intake.readings.begin(machine)
    device = Device("the machine", machine.work_center, "plc")
    with watchers.watching(device) as waiting:
        await _watch(device, clock, take, waiting, open_device=lambda: opener(machine, clock.now))


async def watch_scanner(scanner: ScannerSettings, intake: Intake, clock: Clock, watchers: Watchers) -> None:
    """Read a barcode reader for ever. A code that it has confirmed to its user is taken though it is let go of."""

    async def take(batch: Batch) -> None:
        await _wholly(intake.take(together(batch)))

    device = Device(f"reader {scanner.name}", scanner.work_center, "scanner", scanner.name)
    with watchers.watching(device) as waiting:
        await _watch(device, clock, take, waiting, open_device=lambda: open_scanner(scanner, clock.now))


async def _watch(
    device: Device,
    clock: Clock,
    take: Callable[[Batch], Awaitable[None]],
    waiting: Waiting,
    *,
    open_device: Callable[[], Driver],
) -> None:
    loop = asyncio.get_running_loop()
    event = Event.MACHINE_LOST if device.kind == "plc" else Event.READER_LOST
    outage = Outage(event, work_center=device.wc_id, reader=device.reader or None)
    backoff, shaky = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S), Backoff(FIRST_RETRY_S, LONGEST_SHAKY_S)
    answered_at, reason = None, ""
    while True:
        try:
            waiting.driver = open_device()
            async with waiting.driver as driver, _to_the_last(driver, take):
                async for batch in driver:
                    waiting.driver = None
                    if backoff.failures:
                        outage.over(f"{device.name} of {device.wc_id} answers")
                        backoff.succeeded()
                    answered_at = answered_at or loop.time()
                    await take(batch)
                    waiting.driver = driver
        except DeviceError as error:
            waiting.driver = None
            honour_cancellation()
            outage.failed(f"{device.name} of {device.wc_id}: {error}")
            if backoff.failures == 0 or reason != str(error):
                # A server that comes back with a certificate that nobody knows is no longer one that hung up.
                reason, now = str(error), clock.now()
                lost = Link(device.wc_id, device.kind, up=False, observed=now, reason=reason, reader=device.reader)
                await take([lost])
            pause = max(backoff.failed(), error.again_s)
            if answered_at is not None and device.kind == "scanner":
                if loop.time() - answered_at >= STEADY_S:
                    shaky.succeeded()
                pause = max(pause, shaky.failed())
            answered_at = None
            await asyncio.sleep(pause)


@asynccontextmanager
async def _to_the_last(driver: Driver, take: Callable[[Batch], Awaitable[None]]) -> AsyncIterator[None]:
    """What came before it was let go of is taken, as far as that does not take too long."""
    try:
        yield
    except asyncio.CancelledError:
        if rest := driver.rest():
            with suppress(TimeoutError):
                async with asyncio.timeout(IN_HAND_S):
                    await take(rest)
        raise


async def _wholly(taking: Coroutine[None, None, None]) -> None:
    """Take what is in hand even when cancelled meanwhile, as far as that does not take too long."""
    task = asyncio.ensure_future(taking)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=IN_HAND_S)
        task.cancel()
        raise


def together(batch: Batch) -> Iterable[StationObservation]:
    """The batch with its neighbouring signals put into one image each."""
    for is_signal, group in groupby(batch, key=lambda item: isinstance(item, Signal)):
        if is_signal:
            signals = tuple(item for item in group if isinstance(item, Signal))
            yield Image(signals[0].wc_id, signals, signals[-1].observed)
        else:
            yield from (item for item in group if not isinstance(item, Signal))
