"""An OPC UA server behind a bad line."""

from __future__ import annotations

import socket
import struct

from agent.core.machine_settings import MachineSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from simulators.faults.kinds import KINDS
from tests.drivers.faults.plant import SIGNALS, TIMEOUT_S, FaultyPlant
from tests.drivers.faults.processes import module
from tests.drivers.plants import URI

OTHER = "http://example.org/other"


class FaultyOpcUa(FaultyPlant):
    framing = "opcua"
    line_faults = KINDS["opcua"]
    own_faults = ("kill", "freeze", "sessions", "subscriptions", "silently", "reorder", "clock")

    def __init__(self, seed: int = 1) -> None:
        self._namespaces = [OTHER, URI]
        super().__init__(module("ticking_opcua"), seed)

    def reorder(self) -> None:
        """Of the next start on its namespaces have each other's index."""
        self._namespaces.reverse()

    def _arguments(self) -> tuple[str, ...]:
        return (str(SIGNALS), str(self.clocks.monotonic), str(self.clocks.wall), *self._namespaces)

    def _machine(self) -> MachineSettings:
        source = OpcUaSettings(
            endpoint=f"opc.tcp://127.0.0.1:{self.port}/ticking",
            security="none",
            publishing_ms=50,
            sampling_ms=50,
            timeout_s=TIMEOUT_S,
        )
        return self._settings({"opcua": source}, {key: {"node": f"nsu={URI};s={key}"} for key in self.numbers})

    def _answers(self, line: socket.socket) -> bool:
        """Hello is answered by Acknowledge (OPC 10000-6, 7.1.2)."""
        url = f"opc.tcp://127.0.0.1:{self.port}/ticking".encode()
        body = struct.pack("<5Ii", 0, 65536, 65536, 0, 0, len(url)) + url
        line.sendall(b"HELF" + struct.pack("<I", len(body) + 8) + body)
        return line.recv(4) == b"ACKF"
