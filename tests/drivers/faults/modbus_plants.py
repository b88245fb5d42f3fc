"""Modbus devices behind bad lines."""

from __future__ import annotations

import socket
import struct
import tempfile
import time
from pathlib import Path
from typing import ClassVar

from agent.core.machine_settings import MachineSettings
from agent.core.sources.modbus_settings import ModbusSettings
from simulators.faults.kinds import KINDS, Framing, Kind
from tests.drivers.faults.plant import SIGNALS, TIMEOUT_S, FaultyPlant, exactly
from tests.drivers.faults.processes import module
from tests.drivers.faults.ticks import SPAN
from tests.drivers.servers.ticking_modbus import checked


class FaultyModbus(FaultyPlant):
    framing: ClassVar[Framing] = "modbus"
    line_faults = KINDS["modbus"]
    how = "tcp"
    """As the server calls it."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(module("ticking_modbus"), seed)

    def _arguments(self) -> tuple[str, ...]:
        return (self.how, str(SIGNALS), str(self.clocks.monotonic))

    def _machine(self) -> MachineSettings:
        """Signals that are neighbours, and such as are asked for apart."""
        tables = ("input", "holding")
        places = {
            key: {"table": tables[number % 2], "address": 4 * (number - 1)} for key, number in self.numbers.items()
        }
        return self._settings(
            {"modbus": self._source()}, {key: {"type": "uint32", **place} for key, place in places.items()}
        )

    def _source(self) -> ModbusSettings:
        return ModbusSettings(host="127.0.0.1", port=self.port, poll_ms=20, timeout_s=TIMEOUT_S, gap=6)

    def _answers(self, line: socket.socket) -> bool:
        """The first signal is read, and is one that the server had just now."""
        asked = self.clocks.tick(time.monotonic())
        line.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 0, 2))
        answer = exactly(line, 13)
        return answer[:2] == b"\x00\x07" and int.from_bytes(answer[9:], "big") % SPAN >= asked


class FaultyRtuOverTcp(FaultyModbus):
    """Frames as a plain serial device server hands them on."""

    framing = "rtu"
    line_faults = KINDS["rtu"]
    how = "rtu"

    def _source(self) -> ModbusSettings:
        return ModbusSettings.model_validate({**super()._source().model_dump(), "framing": "rtu"})

    def _answers(self, line: socket.socket) -> bool:
        asked = self.clocks.tick(time.monotonic())
        line.sendall(checked(struct.pack(">BBHH", 1, 3, 0, 2)))
        answer = exactly(line, 9)
        return checked(answer[:-2]) == answer and int.from_bytes(answer[3:7], "big") % SPAN >= asked


class FaultySerial(FaultyRtuOverTcp):
    """A serial line; nobody else can ask on it, so that its server is asked whether it is there."""

    # A line of two wires has no connections that could be reset.
    line_faults = tuple(kind for kind in KINDS["rtu"] if kind is not Kind.RESET)

    def __init__(self, seed: int = 1) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lineside-serial-")
        self.driver, self.device = Path(self._folder.name) / "driver", Path(self._folder.name) / "device"
        self.how = str(self.device)
        super().__init__(seed)

    def until_ready(self) -> None:
        self.server.until_ready()

    def stop(self) -> None:
        super().stop()
        self._folder.cleanup()

    def answers(self) -> bool:
        return "asked" in self.server.ask()

    def _ends(self) -> tuple[str, ...]:
        return (str(self.driver), str(self.device))

    def _source(self) -> ModbusSettings:
        return ModbusSettings(serial=str(self.driver), baud=115_200, poll_ms=20, timeout_s=TIMEOUT_S, gap=6)
