"""Machines that speak Modbus. Reads only: function codes 1 to 4 (design.md promise 7)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self, TypeAlias

from agent.core.machine_settings import MachineSettings, SignalSettings
from agent.core.observations import Instant, Link, Quality, Signal
from agent.core.sources.address import AddressSettings
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Now
from drivers.modbus_client import ModbusClient
from drivers.modbus_lines import Lines
from drivers.modbus_plan import Request, decode, plan
from drivers.modbus_wire import Read, Refusal

_ALL_ZERO = "all-zero image"
_LINK_S = 0.1

Reading: TypeAlias = tuple[bool | int | None, Quality, str]
"""Value, quality and status of one signal."""


class ModbusDriver:
    """One unit, read as a whole every `poll_ms`.

    The signals of one poll share the instant at which its last answer was there: what they say was true at most one
    poll's round trips before. The first image is told whole, later ones by what differs. A poll that takes longer than
    its period skips periods rather than drift.

    An image of nothing but zeros is what a controller without its program or behind a dead coupler gives: no data
    (domain.md B11, K7). A machine with a single signal is exempt, as it has no neighbour that could tell.

    Telemetry is read in the requests of its neighbours until the server refuses one in which both stand; from then on
    the two are asked for apart, so that no address of telemetry spoils a signal.
    """

    def __init__(self, machine: MachineSettings, now: Now, lines: Lines | None = None) -> None:
        assert machine.modbus is not None, f"machine '{machine.work_center}' is not read over Modbus"
        self._machine = machine
        self._settings = machine.modbus
        self._now = now
        self._requests = plan(machine.readings, machine.modbus.gap)
        self._told: dict[str, Reading] = {}
        self._due = 0.0
        self._since = 0.0
        self._link_due = 0.0
        self._client = ModbusClient(machine.modbus, Lines() if lines is None else lines)

    @property
    def turns_by(self) -> float:
        """As the client has it: on a line with many, everybody's turn comes."""
        return self._client.turns_by

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there.
        """
        await self._client.__aenter__()
        self._due = asyncio.get_running_loop().time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; nothing is sent, so nothing is waited for."""
        await self._client.__aexit__(kind, error, trace)

    def __aiter__(self) -> AsyncIterator[Batch]:
        """Images, then changes, as they are polled."""
        return self

    async def __anext__(self) -> Batch:
        """What the next poll with news brought.

        Raises:
            DeviceError: the connection was closed, or an answer did not come in time or does not fit its question.
        """
        while True:
            honour_cancellation()
            await self._until_due()
            if batch := await self._poll():
                return batch

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    async def _until_due(self) -> None:
        await self._client.sleep_until(self._due)
        period = self._settings.poll_ms / 1000
        self._since = self._due
        self._due += period * (math.floor((asyncio.get_running_loop().time() - self._due) / period) + 1)

    async def _poll(self) -> Batch:
        image: dict[str, Reading] = {}
        alive = False
        for request in self._requests:
            answer = await self._read(request)
            if isinstance(answer, str) and _is_mixed(request):
                gap = self._settings.gap
                self._requests = (*plan(self._machine.signal, gap), *plan(self._machine.telemetry, gap))
                return await self._poll()
            if isinstance(answer, str):
                image.update((signal.key, (None, Quality.BAD, answer)) for signal in request.signals)
            else:
                image.update((signal.key, _reading(signal, request, answer)) for signal in request.signals)
                alive = alive or any(answer)
        if not alive and len(self._machine.signal) > 1:
            image = {key: _distrusted(reading) for key, reading in image.items()}
        return self._news(image, self._now())

    def _news(self, image: dict[str, Reading], observed: Instant) -> Batch:
        wc_id = self._machine.work_center
        news: list[Signal | Link] = [
            Signal(wc_id, key, value, quality, None, observed, status)
            for key, (value, quality, status) in image.items()
            if self._told.get(key) != (value, quality, status)
        ]
        self._told = image
        time = asyncio.get_running_loop().time()
        answers = any(quality is Quality.GOOD for _, quality, _ in image.values())
        if answers and time >= self._link_due:
            self._link_due = time + _LINK_S
            news.append(Link(wc_id, "plc", up=True, observed=observed))
        return news

    async def _read(self, request: Request) -> Sequence[int] | str:
        """The registers or bits, or what the server said instead."""
        answer = await self._client.read(Read(request.table, request.address, request.count), self._since)
        return str(answer) if isinstance(answer, Refusal) else answer


def _reading(signal: AddressSettings, request: Request, answer: Sequence[int]) -> Reading:
    return decode(signal, request, answer), Quality.GOOD, ""


def _is_mixed(request: Request) -> bool:
    return len({isinstance(each, SignalSettings) for each in request.signals}) > 1


def _distrusted(reading: Reading) -> Reading:
    _, quality, status = reading
    return None, Quality.BAD, status if quality is Quality.BAD else _ALL_ZERO
