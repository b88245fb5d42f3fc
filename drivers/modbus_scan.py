"""Finds out what a Modbus device lets be read, for who commissions a machine.

Function codes 1 to 4 only: nothing is written (design.md promise 7). One request at a time with a pause behind each,
and a bounded number of them: a controller notices a scan no more than one more display.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeAlias

from agent.core.errors import DeviceError
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_look import ModbusLook
from drivers.modbus_wire import Table

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

    def __init__(self, settings: ModbusSettings) -> None:
        self.is_cut = False
        """Whether the last scan ended by its number of requests before it had asked for everything."""
        self._unit = settings.unit
        self._silences = 0
        self._look = ModbusLook(settings)

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._look.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        await self._look.__aexit__(kind, error, trace)

    async def scan(self, stretch: Stretch, tell: Tell | None = None) -> dict[Place, int]:
        """What can be read, with its present values; bits are 0 and 1."""
        self.is_cut = False
        before = self._look.requests
        found: dict[Place, int] = {}
        waiting = deque(_blocks(stretch))
        absent: set[Table] = set()
        while waiting:
            block = waiting.popleft()
            if block.table in absent:
                continue
            if self._look.requests - before >= stretch.requests:
                self.is_cut = True
                break
            answer = await self._read(block, stretch.pause_s)
            if answer == _ILLEGAL_FUNCTION:
                absent.add(block.table)
            elif isinstance(answer, int):
                waiting.extendleft(reversed(await self._parts(block, stretch, found, before)))
            else:
                _keep(found, block, answer)
            if tell is not None:
                tell(self._look.requests - before, len(found))
        return found

    async def read(self, places: Sequence[Place], pause_s: float = 0.02) -> dict[Place, int]:
        """What these show now; what is refused is left out."""
        found: dict[Place, int] = {}
        for block in _gathered(places):
            answer = await self._read(block, pause_s)
            if not isinstance(answer, int):
                _keep(found, block, answer)
        return found

    async def _parts(self, block: _Block, stretch: Stretch, found: dict[Place, int], before: int) -> tuple[_Block, ...]:
        """What is still to be asked for of a refused block. A small one is done at once, up to its first wide gap."""
        if block.count > _SMALLEST:
            return block.halves()
        refused = 0
        for address in range(block.address, block.address + block.count):
            single = _Block(block.table, address, 1)
            if self._look.requests - before >= stretch.requests:
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
        answer = await self._look.read(block.table, block.address, block.count, self._unit)
        if answer is None:
            self._silences += 1
            if self._silences >= _SILENCES:
                raise DeviceError(self._look.silence)
            return 0
        self._silences = 0
        await asyncio.sleep(pause_s)
        return answer


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
