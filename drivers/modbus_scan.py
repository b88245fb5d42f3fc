"""Finds out what a Modbus TCP server lets be read, for who commissions a machine.

Function codes 1 to 4 only: nothing is written (design.md promise 7). One request at a time with a pause behind each,
and a bounded number of them: a controller notices a scan no more than one more display.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeAlias

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from agent.core.errors import DeviceError
from drivers.cancellation import honour_cancellation
from drivers.modbus_wire import Table

# The library logs what is raised here as a sentence, and logs it louder.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many requests were made and how many registers and bits were found."""
Place: TypeAlias = tuple[Table, int]
"""A register or bit: its table, and its address from 0."""

TABLES: Final[tuple[Table, ...]] = ("input", "holding", "discrete", "coil")
_BLOCK: Final = 100
"""Registers or bits asked for at once; every server takes so many."""
_SMALLEST: Final = 25
"""Of a refused block so small a part is not halved any further: its addresses are tried one by one from its first."""
_GAP: Final = 2
"""Refused addresses in a row after which the rest of such a part is left alone; many maps begin at 1."""
_ILLEGAL_FUNCTION: Final = 1
_ABSENT_BEHIND_GATEWAY: Final = frozenset({10, 11})
_SILENCES: Final = 2
"""Requests in a row without an answer after which nobody is believed to be there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is looked at, and how politely."""

    tables: tuple[Table, ...] = TABLES
    first: int = 0
    """Address in each table."""
    count: int = 500
    """Addresses in each table."""
    requests: int = 600
    """At most."""
    pause_s: float = 0.02
    """Behind each request."""


@dataclass(frozen=True, slots=True)
class _Block:
    table: Table
    address: int
    count: int

    def halves(self) -> tuple[_Block, _Block]:
        front = self.count // 2
        return (
            _Block(self.table, self.address, front),
            _Block(self.table, self.address + front, self.count - front),
        )


class ModbusScanner:
    """One connection that only looks.

    Raises:
        DeviceError: nobody answers there, or nobody has this unit identifier.
    """

    def __init__(self, host: str, port: int = 502, unit: int = 1, timeout_s: float = 1.0) -> None:
        self.is_cut = False
        """Whether the last scan ended by its number of requests before it had asked for everything."""
        self._place = f"{host}:{port}"
        self._unit = unit
        self._timeout_s = timeout_s
        self._requests = 0
        self._silences = 0
        self._client = AsyncModbusTcpClient(host, port=port, timeout=timeout_s, retries=0, reconnect_delay=0)

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._client.close()

    async def scan(self, stretch: Stretch, tell: Tell | None = None) -> dict[Place, int]:
        """What can be read, with its present values; bits are 0 and 1."""
        self.is_cut = False
        self._requests = 0
        found: dict[Place, int] = {}
        waiting = deque(_blocks(stretch))
        absent: set[Table] = set()
        while waiting:
            block = waiting.popleft()
            if block.table in absent:
                continue
            if self._requests >= stretch.requests:
                self.is_cut = True
                break
            answer = await self._read(block, stretch.pause_s)
            if answer == _ILLEGAL_FUNCTION:
                absent.add(block.table)
            elif isinstance(answer, int):
                waiting.extendleft(reversed(await self._parts(block, stretch, found)))
            else:
                _keep(found, block, answer)
            if tell is not None:
                tell(self._requests, len(found))
        return found

    async def read(self, places: Sequence[Place], pause_s: float = 0.02) -> dict[Place, int]:
        """What these show now; what is refused is left out."""
        found: dict[Place, int] = {}
        for block in _gathered(places):
            answer = await self._read(block, pause_s)
            if not isinstance(answer, int):
                _keep(found, block, answer)
        return found

    async def _parts(self, block: _Block, stretch: Stretch, found: dict[Place, int]) -> tuple[_Block, ...]:
        """What is still to be asked for of a refused block. A small one is done at once, up to its first wide gap."""
        if block.count > _SMALLEST:
            return block.halves()
        refused = 0
        for address in range(block.address, block.address + block.count):
            single = _Block(block.table, address, 1)
            if self._requests >= stretch.requests:
                self.is_cut = True
                break
            answer = await self._read(single, stretch.pause_s)
            if not isinstance(answer, int):
                refused = 0
                _keep(found, single, answer)
            elif (refused := refused + 1) == _GAP:
                break
        return ()

    async def _read(self, block: _Block, pause_s: float) -> Sequence[int] | int:
        """The registers or bits, or the exception code that the server answered; 0 for none in time."""
        honour_cancellation()
        self._requests += 1
        read = {
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
        }[block.table]
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await read(block.address, count=block.count, device_id=self._unit)
        except (TimeoutError, ModbusException) as error:
            await self._again(error)
            return 0
        self._silences = 0
        await asyncio.sleep(pause_s)
        if answer.isError():
            code = int(answer.exception_code)
            if code in _ABSENT_BEHIND_GATEWAY:
                raise DeviceError(f"The gateway at {self._place} finds no unit {self._unit}. Is that its number?")
            return code
        values = answer.bits if block.table in {"coil", "discrete"} else answer.registers
        return [int(value) for value in values[: block.count]]

    async def _again(self, error: Exception) -> None:
        """Connect anew after a request without an answer: some servers close where others say no."""
        self._silences += 1
        self._client.close()
        if self._silences >= _SILENCES:
            text = f"The Modbus server at {self._place} gave no answer within {self._timeout_s:g} s."
            raise DeviceError(f"{text} Is {self._unit} its unit?") from error
        await self._connect()

    async def _connect(self) -> None:
        if not await self._client.connect():
            text = f"No Modbus server answers at {self._place} within {self._timeout_s:g} s."
            raise DeviceError(f"{text} Is the PLC on, the cable in, Modbus TCP enabled and the address right?")


def _blocks(stretch: Stretch) -> list[_Block]:
    end = min(stretch.first + stretch.count, 65536)
    return [
        _Block(table, address, min(_BLOCK, end - address))
        for address in range(stretch.first, end, _BLOCK)
        for table in stretch.tables
    ]


def _gathered(places: Sequence[Place]) -> list[_Block]:
    """Neighbours share a request."""
    blocks: list[_Block] = []
    for table, address in sorted(places):
        last = blocks[-1] if blocks else None
        if last and last.table == table and address == last.address + last.count and last.count < _BLOCK:
            blocks[-1] = _Block(table, last.address, last.count + 1)
        else:
            blocks.append(_Block(table, address, 1))
    return blocks


def _keep(found: dict[Place, int], block: _Block, answer: Sequence[int]) -> None:
    found.update(((block.table, block.address + offset), value) for offset, value in enumerate(answer))
