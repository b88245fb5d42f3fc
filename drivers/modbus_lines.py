"""The places with Modbus units that this process reads, each once, however many machines are read there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.sources.modbus_lines import contradiction, contradiction_of_unit
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_connection import NetworkWay
from drivers.modbus_line import Line
from drivers.modbus_mbap import MbapDialogue
from drivers.modbus_rtu import RtuDialogue
from drivers.modbus_timing import timing
from drivers.modbus_transport import Dialogue, Way

_Key: TypeAlias = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class _Place:
    settings: ModbusSettings
    """Of who came first."""
    dialogue: Dialogue
    line: Line


class Lines:
    """Which line a machine is on.

    What is known of a place stays when nobody reads there any more: what its units still owe is not over because
    somebody hung up. There are no more places than in the configurations of one run.
    """

    def __init__(self, machines: Iterable[MachineSettings] = ()) -> None:
        """Nothing is read yet.

        Args:
            machines: all that are configured, for who must tell a unit that is another machine's from one that is none.
        """
        self._places: dict[_Key, _Place] = {}
        self._machines = tuple(one.modbus for one in machines if one.modbus is not None)

    def units(self, settings: ModbusSettings) -> frozenset[int]:
        """Those that machines are configured with at this place."""
        return frozenset(one.unit for one in self._machines if _key(one) == _key(settings))

    def line(self, settings: ModbusSettings) -> Line:
        """The one line of a place. Two names of one serial device are one place.

        Raises:
            DeviceError: others read there, over a line with other settings.
        """
        key = _key(settings)
        known = self._places.get(key)
        if known is None or (not known.line.is_used and _is_changed(known.settings, settings)):
            dialogue = _dialogue(settings) if known is None else known.dialogue
            line = Line(settings.place, dialogue, _way(settings), timing(settings))
            known = self._places[key] = _Place(settings, dialogue, line)
        if said := contradiction(known.settings, settings):
            where = f"The Modbus line at {settings.place} is in use as {known.settings.place}"
            raise DeviceError(f"{where}, and {said}. Correct the configuration. It is tried again.")
        return known.line


def _is_changed(known: ModbusSettings, settings: ModbusSettings) -> bool:
    """Whether the configuration was changed; another unit of the same line is no change."""
    differs = contradiction(known, settings) or contradiction_of_unit(known, settings)
    return bool(differs) or known.serial != settings.serial


def _key(settings: ModbusSettings) -> _Key:
    if settings.serial is not None:
        return os.path.realpath(settings.serial), 0, "serial"
    return settings.host or "", settings.port, settings.framing


def _dialogue(settings: ModbusSettings) -> Dialogue:
    return RtuDialogue() if settings.is_rtu else MbapDialogue()


def _way(settings: ModbusSettings) -> Way:
    if settings.serial is None:
        return NetworkWay(settings)
    from drivers.modbus_serial import SerialWay  # noqa: PLC0415 - pyserial is imported only where it is configured

    return SerialWay(settings)
