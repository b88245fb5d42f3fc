"""The places with Modbus units that this process reads, each once, however many machines are read there."""

from __future__ import annotations

import os
from typing import TypeAlias

from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_connection import NetworkWay
from drivers.modbus_line import Line
from drivers.modbus_mbap import MbapDialogue
from drivers.modbus_timing import timing

_Key: TypeAlias = tuple[str, int, str]


class Lines:
    """Which line a machine is on.

    One that nobody reads any more is kept: what its units still owe is not over because somebody hung up. There are no
    more of them than places in the configurations of one run.
    """

    def __init__(self) -> None:
        self._lines: dict[_Key, tuple[ModbusSettings, Line]] = {}

    def line(self, settings: ModbusSettings) -> Line:
        """The one line of a place."""
        key = _key(settings)
        known = self._lines.get(key)
        if known is None:
            known = self._lines[key] = (settings, _line(settings))
        return known[1]


def _key(settings: ModbusSettings) -> _Key:
    """Two names of one serial device are one place."""
    if settings.serial is not None:
        return os.path.realpath(settings.serial), 0, "serial"
    return settings.host or "", settings.port, settings.framing


def _line(settings: ModbusSettings) -> Line:
    return Line(settings.place, MbapDialogue(), NetworkWay(settings), timing(settings))
