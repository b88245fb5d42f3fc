"""One look at a Modbus server: whether the unit answers, and each configured register can be read."""

from __future__ import annotations

from agent.core.machine_settings import MachineSettings
from agent.core.sources.address import AddressSettings
from drivers.modbus_client import ModbusClient
from drivers.modbus_lines import Lines
from drivers.modbus_wire import Read, Refusal
from drivers.probed import Probed, Unreadable


async def probe_modbus(machine: MachineSettings) -> Probed:
    """Ask for each value by itself, so that one that is refused hides no other.

    Raises:
        DeviceError: nobody answers there, or not in time.
    """
    assert machine.modbus is not None, f"machine '{machine.work_center}' is not read over Modbus"
    unreadable: list[Unreadable] = []
    async with ModbusClient(machine.modbus, Lines()) as client:
        for reading in machine.readings:
            answer = await client.read(_read(reading))
            if isinstance(answer, Refusal):
                unreadable.append(Unreadable(reading.key, f"{reading.table} {reading.address}", str(answer)))
    return Probed(len(machine.readings), tuple(unreadable))


def _read(reading: AddressSettings) -> Read:
    assert reading.table is not None, f"'{reading.key}' has no Modbus table"
    assert reading.address is not None, f"'{reading.key}' has no Modbus address"
    return Read(reading.table, reading.address, reading.width)
