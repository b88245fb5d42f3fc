"""How long things take on a Modbus line (Modbus over Serial Line 1.02, 2.5.1.1). Pure; in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from agent.core.machine_settings import MachineSettings
from agent.core.sources.modbus_settings import ModbusSettings
from drivers.modbus_plan import plan
from drivers.modbus_wire import Read

_REQUEST = 8
"""Octets of a request with its unit and its check."""
_ANSWER = 5
"""Octets of an answer beside its data."""
_LEAST_GAP_S = 0.00175
"""The standard's own above 19,200 baud."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one line."""

    octet_s: float = 0.0
    """That one octet takes on the wire."""
    gap_s: float = 0.0
    """Silence before each request."""

    def request_s(self) -> float:
        """Until a request is through."""
        return _REQUEST * self.octet_s

    def answer_s(self, read: Read) -> float:
        """That an answer takes which gives all that is asked for."""
        return (_ANSWER + read.size) * self.octet_s

    def longest_s(self) -> float:
        """That any request, any answer and the silence between them take."""
        return (_REQUEST + 256) * self.octet_s + self.gap_s


NETWORK = Timing()
"""Where nothing has to be reckoned."""


def timing(settings: ModbusSettings) -> Timing:
    """Of the line that a unit is on."""
    if not settings.is_rtu:
        return NETWORK
    bits = 9 + settings.stop_bits + (settings.parity != "none")
    octet_s = bits / settings.baud
    gap_s = max(3.5 * octet_s, _LEAST_GAP_S) if settings.frame_gap_ms is None else settings.frame_gap_ms / 1000
    return Timing(octet_s, gap_s)


def slow_lines(machines: Sequence[MachineSettings]) -> list[str]:
    """Which lines cannot carry what their machines' `poll_ms` ask for, each in sentences.

    Reckoned from octets and the silence before each request alone, as if every unit answered at once.

    Args:
        machines: all that are configured.
    """
    lines: dict[str, list[tuple[ModbusSettings, float]]] = {}
    for machine in machines:
        settings = machine.modbus
        if settings is not None and settings.is_rtu:
            lines.setdefault(settings.place, []).append((settings, _image_s(machine, settings)))
    return [said for place, images in lines.items() if (said := _slow(place, images))]


def _image_s(machine: MachineSettings, settings: ModbusSettings) -> float:
    line = timing(settings)
    reads = [Read(one.table, one.address, one.count) for one in plan(machine.readings, settings)]
    return sum(line.gap_s + line.request_s() + line.answer_s(read) for read in reads)


def _slow(place: str, images: Sequence[tuple[ModbusSettings, float]]) -> str:
    load = sum(1000 * image_s / settings.poll_ms for settings, image_s in images)
    if load <= 1:
        return ""
    all_ms = 1000 * sum(image_s for _, image_s in images)
    takes = f"reading once all that is configured there takes {all_ms:.0f} ms at {images[0][0].baud} baud, or more"
    asked = f"poll_ms asks for {load:.1f} times what the line can carry"
    least = 100 * ceil(all_ms / 100)
    expected = f"expected poll_ms of {least} or more, fewer registers, or a higher baud if the devices have it"
    said = f"the Modbus line at {place} is too slow: {takes}, and {asked}"
    return f"{said}. Each is read as often as the line lets it; {expected}."
