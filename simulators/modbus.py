"""A machine behind a Modbus TCP server. Registers are computed when they are asked for, so none is ever torn or old.

Input registers (function code 4): 0-1 total (uint32, high word first), 2 scrap, 3 alarm, 4 mode, 5 heartbeat, 6 boot.
Discrete inputs (function code 2): 0 running, 1 fault, 2 starved, 3 blocked.

While the controller is away nobody listens at the port; shortly before it is back, its network module answers alone:
everything is 0.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.simulator.simdevice import SimAction

from simulators.background import Background
from simulators.clock import Clock
from simulators.day import Day, Image
from simulators.ports import kept_port
from simulators.truth import TruthLog

EMPTY_S = 10.0
"""Plant seconds before the controller's return in which its network module answers with zeros."""

_READING = range(1, 5)
"""Function codes that read."""
_READ_DISCRETE = 2
_READ_INPUTS = 4
_UNDECODED = 0x80
"""Function code of the library's answer to a request with a function code it does not know."""


class ModbusSimulator:
    """A Modbus TCP server for one machine, unit identifier 1.

    Raises:
        ValueError: a counter of the machine does not fit its registers.
        OSError: the port cannot be listened on.
    """

    def __init__(self, day: Day, clock: Clock, log: TruthLog, host: str = "127.0.0.1", port: int = 0) -> None:
        if day.script.total.modulus > 2**32 or day.script.scrap.modulus > 2**16:
            raise ValueError(f"the counters of {day.wc_id} do not fit; expected 32 bits for total and 16 for scrap")
        self.port = port
        """The port that is listened on; 0 until a free one was chosen."""
        self.violations: list[str] = []
        """Every request that is more than reading, such as `function code 6`."""
        self._day = day
        self._clock = clock
        self._log = log
        self._host = host
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start serving; the port is kept while the controller is away, too."""
        async with AsyncExitStack() as stack:
            self.port = stack.enter_context(kept_port(self._host, self.port))
            ready = asyncio.Event()
            await stack.enter_async_context(Background({f"modbus {self._day.wc_id}": self._serve(ready)}))
            await ready.wait()
            self._stack = stack.pop_all()
        self._log.say(self._day.wc_id, "serving", port=self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        await self._stack.__aexit__(kind, error, trace)

    async def _serve(self, ready: asyncio.Event) -> None:
        """Listen but for the controller's absences, until cancelled."""
        for away, back in self._day.absences():
            answering = self._clock.plant(max(away, back - EMPTY_S))
            if self._clock.now() < self._clock.plant(away):
                async with self._listening():
                    ready.set()
                    await self._clock.sleep_until(self._clock.plant(away))
            if self._clock.now() < answering:
                ready.set()
                await self._clock.sleep_until(answering)
        async with self._listening():
            ready.set()
            await asyncio.Event().wait()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        server = ModbusTcpServer(
            _device(self._answer),
            address=(self._host, self.port),
            trace_pdu=self._watch,
            trace_connect=self._greet,
        )
        await server.serve_forever(background=True)
        try:
            yield
        finally:
            server.close()

    async def _answer(
        self,
        function_code: int,
        start_address: int,
        address: int,
        count: int,
        current_registers: list[int],
        set_values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        del start_address, address, count
        if function_code not in _READING or set_values is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        image = self._day.at(self._clock.elapsed())
        # The library's list is longer than the device and must stay so: it is changed in place.
        if function_code == _READ_INPUTS:
            current_registers[: len(_registers(image))] = _registers(image)
        elif function_code == _READ_DISCRETE:
            current_registers[0] = _bits(image)
        return None

    def _watch(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:  # noqa: FBT001  # the library's signature
        if sending and pdu.function_code == _UNDECODED:
            self._refuse("unknown function code")
        elif not sending and pdu.function_code not in _READING:
            self._refuse(f"function code {pdu.function_code}")
        return pdu

    def _greet(self, connected: bool) -> None:  # noqa: FBT001  # the library's signature
        if connected:
            self._log.say(self._day.wc_id, "client")

    def _refuse(self, what: str) -> None:
        self.violations.append(what)
        self._log.say(self._day.wc_id, "write_attempt", what=what)


def _registers(image: Image) -> list[int]:
    high, low = divmod(image.total, 2**16)
    return [high, low, image.scrap, image.alarm, image.mode, image.heartbeat, image.boot]


def _bits(image: Image) -> int:
    return image.running | image.fault << 1 | image.starved << 2 | image.blocked << 3


def _device(answer: SimAction) -> SimDevice:
    """The device's tables; there is nothing behind its coils, and no holding register."""
    coils = SimData(0, values=[False] * 16, datatype=DataType.BITS, readonly=True)
    discrete = SimData(0, values=[False] * 16, datatype=DataType.BITS, readonly=True)
    holding = SimData(0, datatype=DataType.INVALID)
    inputs = SimData(0, values=_registers(Image()), datatype=DataType.REGISTERS, readonly=True)
    return SimDevice(1, simdata=([coils], [discrete], [holding], [inputs]), action=answer)
