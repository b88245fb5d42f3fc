"""The same Modbus machine in each way in which one is reached, behind our server and a foreign one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.drivers.plants import ModbusPlant, ServerProcess

LIBMODBUS: Final = "foreign.libmodbus_server"


def over_tcp(_: Path) -> ModbusPlant:
    return ModbusPlant()


def libmodbus_over_tcp(_: Path) -> ModbusPlant:
    return ModbusPlant(ServerProcess(LIBMODBUS))


WAYS: Final[tuple[Callable[[Path], ModbusPlant], ...]] = (over_tcp, libmodbus_over_tcp)
"""Each given a folder for what it needs."""
