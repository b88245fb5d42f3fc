"""Machines that are read over one Modbus line: what their configurations must have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from agent.core.sources.modbus_settings import ModbusSettings

_OF_THE_LINE: Final = ("framing", "fallback_host", "baud", "parity", "stop_bits", "frame_gap_ms")
"""There is one of each on a line. Its own framing has a serial line, whatever stands there."""
_OF_THE_UNIT: Final = ("timeout_s", "backoff_s", "max_registers", "max_bits", "forbidden")
"""There is one of each for a device, whoever reads it; each work center may poll as it likes."""

_Machine: TypeAlias = tuple[str, ModbusSettings]


def contradiction(one: ModbusSettings, other: ModbusSettings) -> str:
    """What two machines on one line say differently of the line; empty for nothing."""
    names = _OF_THE_LINE if one.serial is None else _OF_THE_LINE[1:]
    return _difference(one, other, names)


def contradiction_of_unit(one: ModbusSettings, other: ModbusSettings) -> str:
    """What two machines on one line say differently of a unit, if both read the same; empty for nothing."""
    return _difference(one, other, _OF_THE_UNIT) if one.unit == other.unit else ""


def _difference(one: ModbusSettings, other: ModbusSettings, names: Sequence[str]) -> str:
    for name in names:
        first, second = getattr(one, name), getattr(other, name)
        if first != second:
            return f"'{name}' is {_shown(first)} at one of them and {_shown(second)} at the other"
    return ""


def check_lines(machines: Sequence[tuple[str, ModbusSettings]]) -> None:
    """Machines with the same place share its line; see ModbusSettings.

    Args:
        machines: work center and settings of each that is read over Modbus.

    Raises:
        ValueError: two of them contradict each other.
    """
    places: dict[str, list[_Machine]] = {}
    for center, settings in machines:
        places.setdefault(settings.place, []).append((center, settings))
    for place, sharing in places.items():
        by_unit = sorted(sharing, key=lambda machine: machine[1].unit)
        for (center, one), (other_center, other) in pairwise(by_unit):
            if said := contradiction(one, other) or contradiction_of_unit(one, other):
                what = "the same unit" if one.unit == other.unit else "one line"
                raise ValueError(
                    f"work centers '{center}' and '{other_center}' are read over {what} at {place}, and {said}: "
                    "expected the same at both"
                )


def _shown(value: object) -> str:
    return "not set" if value in (None, ()) else f"'{value}'" if isinstance(value, str) else str(value)
