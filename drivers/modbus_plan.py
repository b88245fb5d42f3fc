"""Which Modbus requests read a machine's image, and what their answers mean. Pure.

A request costs a round trip and a PLC cycle, an unused register along the way next to nothing: neighbours of one table
share a request. Both words of a 32-bit value always stand in the same request, as two requests may see two different
counts (domain.md K9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.core.sources.address import AddressSettings
from drivers.modbus_wire import MOST, Table


@dataclass(frozen=True, slots=True)
class Request:
    """One read of consecutive registers or bits."""

    table: Table
    address: int
    """Of the first register or bit, from 0."""
    count: int
    signals: tuple[AddressSettings, ...]
    """Whose values the answer carries."""


def plan(signals: Sequence[AddressSettings], gap: int) -> tuple[Request, ...]:
    """The fewest requests in which every signal stands exactly once.

    Args:
        signals: with `table` and `address`, as the settings of a Modbus machine guarantee.
        gap: unused registers or bits read along rather than asked for in a request of their own.
    """
    ordered = sorted(signals, key=lambda signal: (_table(signal), _address(signal)))
    return tuple(
        request for table, members in groupby(ordered, key=_table) for request in _merged(table, tuple(members), gap)
    )


def decode(signal: AddressSettings, request: Request, answer: Sequence[int]) -> bool | int:
    """The value of a signal in the answer to its request: a bool for a bit, else a number with the sign of its type.

    Raises:
        IndexError: the answer is shorter than what was asked for.
    """
    offset = _address(signal) - request.address
    if signal.type == "bit":
        return bool(answer[offset])
    words = [answer[offset + index] for index in range(signal.width)]
    if signal.word_order == "little":
        words.reverse()
    number = 0
    for word in words:
        number = number << 16 | word
    bits = 16 * signal.width
    negative = signal.type in {"int16", "int32"} and number >> (bits - 1)
    return number - (1 << bits) if negative else number


def _merged(table: Table, signals: Sequence[AddressSettings], gap: int) -> list[Request]:
    requests: list[Request] = []
    for signal in signals:
        address = _address(signal)
        end = address + signal.width
        if requests:
            last = requests[-1]
            last_end = last.address + last.count
            count = max(end, last_end) - last.address
            if address - last_end <= gap and count <= MOST[table]:
                requests[-1] = Request(table, last.address, count, (*last.signals, signal))
                continue
        requests.append(Request(table, address, signal.width, (signal,)))
    return requests


def _table(signal: AddressSettings) -> Table:
    assert signal.table is not None, f"signal '{signal.key}' has no Modbus table"
    return signal.table


def _address(signal: AddressSettings) -> int:
    assert signal.address is not None, f"signal '{signal.key}' has no Modbus address"
    return signal.address
