"""The same Modbus machine in each way in which one is reached, behind our server and a foreign one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.drivers.plants import ModbusPlant, ServerProcess

LIBMODBUS: Final = "foreign.libmodbus_server"


def over_tcp(_: Path) -> ModbusPlant:
    return ModbusPlant()


def rtu_over_tcp(_: Path) -> ModbusPlant:
    server = ServerProcess("modbus_server", "rtu")
    return ModbusPlant(server, host="127.0.0.1", port=server.port, framing="rtu")


def on_a_serial_line(folder: Path) -> ModbusPlant:
    return _serial("modbus_server", folder / "plc")


def libmodbus_over_tcp(_: Path) -> ModbusPlant:
    return ModbusPlant(ServerProcess(LIBMODBUS))


def libmodbus_on_a_serial_line(folder: Path) -> ModbusPlant:
    return _serial(LIBMODBUS, folder / "libmodbus")


def _serial(module: str, device: Path) -> ModbusPlant:
    plant = ModbusPlant(ServerProcess(module, serial=device), serial=str(device), baud=115_200, parity="none")
    plant.absence = rf"serial line {device} cannot be opened: there is no such device\. Is the adapter plugged in"
    return plant


WAYS: Final[tuple[Callable[[Path], ModbusPlant], ...]] = (
    over_tcp,
    rtu_over_tcp,
    on_a_serial_line,
    libmodbus_over_tcp,
    libmodbus_on_a_serial_line,
)
"""Each given a folder for serial devices."""
