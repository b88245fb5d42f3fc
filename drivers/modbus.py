"""Machines that speak Modbus TCP. Reads only: function codes 1 to 4 (design.md promise 7)."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self, TypeAlias

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings, SignalSettings
from agent.core.observations import Instant, Link, Quality, Signal
from agent.core.sources.address import AddressSettings
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Now
from drivers.modbus_plan import EXCEPTIONS, Request, decode, plan

# The library logs what is raised here as a sentence, and logs it louder.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)

_ALL_ZERO = "all-zero image"
_LINK_S = 0.1

Reading: TypeAlias = tuple[bool | int | None, Quality, str]
"""Value, quality and status of one signal."""


class ModbusDriver:
    """One connection, read as a whole every `poll_ms`.

    The signals of one poll share the instant at which its last answer was there: what they say was true at most one
    poll's round trips before. The first image is told whole, later ones by what differs. A poll that takes longer than
    its period skips periods rather than drift.

    An image of nothing but zeros is what a controller without its program or behind a dead coupler gives: no data
    (domain.md B11, K7). A machine with a single signal is exempt, as it has no neighbour that could tell.

    Telemetry is read in the requests of its neighbours until the server refuses one in which both stand; from then on
    the two are asked for apart, so that no address of telemetry spoils a signal.
    """

    def __init__(self, machine: MachineSettings, now: Now) -> None:
        assert machine.modbus is not None, f"machine '{machine.work_center}' is not read over Modbus"
        self._machine = machine
        self._settings = machine.modbus
        self._now = now
        self._requests = plan(machine.readings, machine.modbus.gap)
        self._told: dict[str, Reading] = {}
        self._due = 0.0
        self.turns_by = math.inf
        self._link_due = 0.0
        self._lost = asyncio.Event()
        self._patience: asyncio.Timeout | None = None
        self._client = AsyncModbusTcpClient(
            self._settings.host or "",
            port=self._settings.port,
            timeout=self._settings.timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._connection_changed,
        )

    @property
    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there.
        """
        self._turns_within(self._settings.timeout_s)
        try:
            connected = await self._client.connect()
        except ValueError as error:
            text = f"No Modbus server can be at {self._place}: {error}."
            raise DeviceError(f"{text} Is its name spelt right? It is tried again.") from error
        if not connected:
            text = f"No Modbus server answers at {self._place} within {self._settings.timeout_s} s."
            raise DeviceError(f"{text} Is the PLC on, the cable in and Modbus TCP enabled? It is tried again.")
        self._due = asyncio.get_running_loop().time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; nothing is sent, so nothing is waited for."""
        self._client.close()

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
        loop = asyncio.get_running_loop()
        self.turns_by = self._due
        try:
            async with asyncio.timeout_at(self._due):
                await self._lost.wait()
        except TimeoutError:
            period = self._settings.poll_ms / 1000
            self._due += period * (math.floor((loop.time() - self._due) / period) + 1)
        else:
            raise self._closed()

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
        read = {
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
        }[request.table]
        self._turns_within(self._settings.timeout_s)
        try:
            async with asyncio.timeout(self._settings.timeout_s) as self._patience:
                answer = await read(request.address, count=request.count, device_id=self._settings.unit)
        except (TimeoutError, ModbusException) as error:
            raise self._closed() if self._lost.is_set() else self._silent() from error
        finally:
            self._patience = None
        if answer.isError():
            code = answer.exception_code
            return f"Modbus exception {code} ({EXCEPTIONS.get(code, 'unknown')})"
        values = answer.bits if request.table in {"coil", "discrete"} else answer.registers
        if len(values) < request.count:
            text = f"The Modbus server at {self._place} answered {len(values)} of {request.count} values"
            raise DeviceError(
                f"{text} from {request.table} {request.address}. Is it a Modbus server? It is tried again."
            )
        return values[: request.count]

    def _turns_within(self, seconds: float) -> None:
        self.turns_by = asyncio.get_running_loop().time() + seconds

    def _connection_changed(self, connected: bool) -> None:  # noqa: FBT001 - the library calls it so
        if not connected:
            self._lost.set()
            if self._patience is not None and not self._patience.expired():
                # The library lets a read that is under way wait out its time; the closing ends the waiting.
                self._patience.reschedule(0)

    def _closed(self) -> DeviceError:
        text = f"The Modbus server at {self._place} closed the connection."
        return DeviceError(f"{text} Did the PLC restart, or does it allow fewer connections? It is tried again.")

    def _silent(self) -> DeviceError:
        text = f"The Modbus server at {self._place} gave no answer within {self._settings.timeout_s} s."
        return DeviceError(f"{text} Is the PLC on, and is {self._settings.unit} its unit? It is tried again.")


def _reading(signal: AddressSettings, request: Request, answer: Sequence[int]) -> Reading:
    return decode(signal, request, answer), Quality.GOOD, ""


def _is_mixed(request: Request) -> bool:
    return len({isinstance(each, SignalSettings) for each in request.signals}) > 1


def _distrusted(reading: Reading) -> Reading:
    _, quality, status = reading
    return None, Quality.BAD, status if quality is Quality.BAD else _ALL_ZERO
