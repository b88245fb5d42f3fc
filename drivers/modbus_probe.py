"""One look at a Modbus server: whether the unit answers, and each configured register can be read."""

from __future__ import annotations

import asyncio
import logging

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.sources.address import AddressSettings
from drivers.modbus_plan import EXCEPTIONS
from drivers.probed import Probed, Unreadable

# The library logs what is said here as a sentence, and logs it louder.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


async def probe_modbus(machine: MachineSettings) -> Probed:
    """Ask for each value by itself, so that one that is refused hides no other.

    Raises:
        DeviceError: nobody answers there, or not in time.
    """
    settings = machine.modbus
    assert settings is not None, f"machine '{machine.work_center}' is not read over Modbus"
    client = AsyncModbusTcpClient(
        settings.host or "", port=settings.port, timeout=settings.timeout_s, retries=0, reconnect_delay=0
    )
    unreadable: list[Unreadable] = []
    try:
        async with asyncio.timeout(2 * settings.timeout_s):
            if not await client.connect():
                raise DeviceError(f"no Modbus server answers within {settings.timeout_s:g} s")
        for reading in machine.readings:
            why = await _refusal(client, reading, settings.unit, settings.timeout_s)
            if why:
                unreadable.append(Unreadable(reading.key, f"{reading.table} {reading.address}", why))
    except (TimeoutError, ModbusException) as error:
        raise DeviceError(f"unit {settings.unit} gave no answer within {settings.timeout_s:g} s") from error
    finally:
        client.close()
    return Probed(len(machine.readings), tuple(unreadable))


async def _refusal(client: AsyncModbusTcpClient, reading: AddressSettings, unit: int, patience_s: float) -> str:
    """Why a value cannot be read; empty where it can."""
    assert reading.table is not None
    assert reading.address is not None, f"'{reading.key}' has no Modbus address"
    read = {
        "holding": client.read_holding_registers,
        "input": client.read_input_registers,
        "coil": client.read_coils,
        "discrete": client.read_discrete_inputs,
    }[reading.table]
    async with asyncio.timeout(patience_s):
        answer = await read(reading.address, count=reading.width, device_id=unit)
    if answer.isError():
        code = answer.exception_code
        return f"Modbus exception {code} ({EXCEPTIONS.get(code, 'unknown')})"
    return ""
