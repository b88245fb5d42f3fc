"""Which Modbus requests read a machine's image. Pure.

A request costs a round trip and a PLC cycle, an unused register along the way next to nothing: neighbours of one table
share a request. The registers of one value always stand in the same request, as two requests may see two different
counts (domain.md K9). What a device forbids is never asked for, not even along the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.core.machine_settings import SignalSettings
from agent.core.sources.address import TABLES_OF_BITS, AddressSettings
from agent.core.sources.modbus_settings import ForbiddenRange, ModbusSettings
from drivers.modbus_wire import Table


@dataclass(frozen=True, slots=True)
class Request:
    """One read of consecutive registers or bits."""

    table: Table
    address: int
    """Of the first register or bit, from 0."""
    count: int
    signals: tuple[AddressSettings, ...]
    """Whose values the answer carries, by their addresses."""

    @property
    def end(self) -> int:
        """The address behind the last one."""
        return self.address + self.count

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among others of its table."""
        return self.address, self.count


def plan(signals: Sequence[AddressSettings], device: ModbusSettings) -> tuple[Request, ...]:
    """The fewest requests that the device takes in which every signal stands exactly once.

    Args:
        signals: with `table` and `address`, each within what the device lets be read (`ModbusSettings.obstacle`).
        device: its `gap`, its greatest answers and its forbidden addresses.
    """
    requests: list[Request] = []
    for signal in sorted(signals, key=_place):
        last = requests[-1] if requests else None
        joint = None if last is None else _joined(last, signal, device)
        if joint is None:
            requests.append(Request(table_of(signal), address_of(signal), signal.width, (signal,)))
        else:
            requests[-1] = joint
    return tuple(requests)


def raw_of(signal: AddressSettings, request: Request, answer: Sequence[int]) -> Sequence[int]:
    """The registers or the bit of a signal in the answer to its request."""
    offset = address_of(signal) - request.address
    return answer[offset : offset + signal.width]


def finer(request: Request, device: ModbusSettings) -> tuple[Request, ...]:
    """What may be asked for in place of a request that was refused; nothing where it is about one place only.

    First what facts are made of apart from telemetry, none of which is read along; then in two, where most unused
    addresses lie, nearest the middle.
    """
    kinds = by_kind(request.signals)
    if len(kinds) > 1:
        facts, telemetry = kinds
        return (*plan(facts, _without(device, telemetry)), *plan(telemetry, _without(device, facts)))
    places = [tuple(same) for _, same in groupby(request.signals, key=_place_only)]
    if len(places) == 1:
        return ()
    at = max(range(1, len(places)), key=lambda cut: (_unused(places, cut), -abs(2 * cut - len(places)), -cut))
    halves = (places[:at], places[at:])
    return tuple(part for half in halves for part in plan([one for place in half for one in place], device))


def by_kind(signals: Sequence[AddressSettings]) -> tuple[tuple[AddressSettings, ...], ...]:
    """What facts are made of, and telemetry, apart from each other; only what there is."""
    facts = tuple(one for one in signals if isinstance(one, SignalSettings))
    rest = tuple(one for one in signals if not isinstance(one, SignalSettings))
    return tuple(kind for kind in (facts, rest) if kind)


def table_of(signal: AddressSettings) -> Table:
    """The table that a signal of a Modbus machine always has."""
    assert signal.table is not None, f"signal '{signal.key}' has no Modbus table"
    return signal.table


def address_of(signal: AddressSettings) -> int:
    """The address that a signal of a Modbus machine always has."""
    assert signal.address is not None, f"signal '{signal.key}' has no Modbus address"
    return signal.address


def _without(device: ModbusSettings, signals: Sequence[AddressSettings]) -> ModbusSettings:
    """The device as it is for those who must not read these along."""
    ends = [(table_of(one), address_of(one), address_of(one) + one.width - 1) for one in signals]
    spans = [ForbiddenRange(table=table, first=first, last=last) for table, first, last in ends]
    return device.model_copy(update={"forbidden": (*device.forbidden, *spans)})


def _joined(last: Request, signal: AddressSettings, device: ModbusSettings) -> Request | None:
    """The request that reads this signal as well; None where the device takes none."""
    address = address_of(signal)
    end = max(last.end, address + signal.width)
    most = device.max_bits if last.table in TABLES_OF_BITS else device.max_registers
    if table_of(signal) != last.table or address - last.end > device.gap or end - last.address > most:
        return None
    if any(one.touches(last.table, last.address, end - 1) for one in device.forbidden):
        return None
    return Request(last.table, last.address, end - last.address, (*last.signals, signal))


def _place(signal: AddressSettings) -> tuple[str, int, int, str]:
    return table_of(signal), address_of(signal), signal.width, signal.key


def _place_only(signal: AddressSettings) -> tuple[int, int]:
    return address_of(signal), signal.width


def _unused(places: Sequence[Sequence[AddressSettings]], cut: int) -> int:
    """Addresses before a place that none before it needs."""
    end = max(address_of(before[0]) + before[0].width for before in places[:cut])
    return max(address_of(places[cut][0]) - end, 0)
