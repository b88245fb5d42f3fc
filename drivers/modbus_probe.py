"""One look at a Modbus device: whether the unit answers, and each configured register can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.readings import address_words
from agent.core.sources.address import AddressSettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_doubts import doubt_of_order
from drivers.modbus_lines import Lines
from drivers.modbus_look import ModbusLook
from drivers.modbus_values import reading
from drivers.modbus_wire import Refusal
from drivers.probed import Probed, ProbeError, Seen, Stage

UNITS: Final = (1, 255, 0, 2, 3, 10)
"""Where most makers leave it."""


async def probe_modbus(machine: MachineSettings, lines: Lines | None = None) -> Probed:
    """Ask for each value by itself, so that one that is refused hides no other.

    Args:
        machine: whose.
        lines: the places that this process looks at.

    Raises:
        ProbeError: nobody answers there, or not in time.
    """
    settings = machine.modbus
    assert settings is not None, f"machine '{machine.work_center}' is not read over Modbus"
    try:
        async with ModbusLook(settings, lines) as look:
            seen = await _seen(look, machine.readings, settings.unit)
            if seen is not None and not all(one.why for one in seen):
                return Probed(seen, f"unit {settings.unit}")
            # What is said of the other units that are tried next is not said of this one.
            silence = look.silence
            taken = frozenset[int]() if lines is None else lines.units(settings)
            other = await _other(look, settings, machine.readings[0], taken)
    except DeviceError as error:
        raise ProbeError(Stage.PROTOCOL, str(error)) from error
    hint = "" if other is None else f"unit {other} gives '{machine.readings[0].key}': correct modbus.unit"
    if seen is None:
        raise ProbeError(Stage.PROTOCOL, f"{silence} But {hint}" if hint else silence)
    why = f"; {hint}" if hint else ""
    return Probed(tuple(replace(one, why=f"{one.why}{why}") for one in seen), f"unit {settings.unit}")


async def _seen(look: ModbusLook, readings: Sequence[AddressSettings], unit: int) -> tuple[Seen, ...] | None:
    """What each shows; None where the unit does not answer at all."""
    seen: list[Seen] = []
    silences = 0
    for one in readings:
        assert one.table is not None
        assert one.address is not None, f"'{one.key}' has no Modbus address"
        answer = await look.read(one.table, one.address, one.width, unit)
        if answer is None:
            silences += 1
            if silences > 1 or len(readings) == 1:
                return None
            seen.append(Seen(one.key, address_words(one), "no answer"))
        elif isinstance(answer, int):
            seen.append(Seen(one.key, address_words(one), str(Refusal(answer))))
        else:
            value, _, status = reading(one, answer)
            doubt = doubt_of_order(one, answer)
            seen.append(Seen(one.key, address_words(one), "" if doubt else status, "", value, None, doubt))
    return tuple(seen)


async def _other(look: ModbusLook, settings: ModbusSettings, one: AddressSettings, taken: frozenset[int]) -> int | None:
    """The first unit that does give a value and is no other machine's: each that is not there costs a time-out."""
    assert one.table is not None
    assert one.address is not None
    for unit in UNITS:
        if unit == settings.unit or unit in taken or (settings.is_rtu and not 1 <= unit <= 247):
            continue
        answer = await look.read(one.table, one.address, one.width, unit)
        if answer is not None and not isinstance(answer, int):
            return unit
    return None
