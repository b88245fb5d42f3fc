"""Machines behind a bad line: a server that ticks, and a relay before it, each in a process of its own."""

from __future__ import annotations

import socket
import struct
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from agent.core.machine_settings import MachineSettings, Role, SignalSettings, TelemetrySettings
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from simulators.faults.kinds import KINDS, Framing, Kind
from tests.drivers.faults.processes import Asking, module
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.plants import URI
from tests.drivers.servers.ticking_modbus import checked

WORK_CENTER = "WC-1"
TIMEOUT_S = 0.6
"""After which these drivers give a silent server up."""
PATIENCE_S = 2.0
"""How old a value may be that is told for new: what is asked within one time-out may take two requests and a turn."""
OTHER = "http://example.org/other"
ROLES = (Role.TOTAL, Role.SCRAP, Role.ALARM, Role.HEARTBEAT, Role.BOOT)
SIGNALS = 8
"""Those of the roles, then telemetry."""


class FaultyPlant:
    """A machine with `SIGNALS` signals; what it can suffer is the line's and the server's own."""

    framing: ClassVar[Framing]
    line_faults: ClassVar[tuple[Kind, ...]]
    """What its line can suffer."""
    own_faults: ClassVar[tuple[str, ...]] = ("kill", "freeze")
    """Of the server: it is killed and started again, stands still, and what only some can do."""

    def __init__(self, server: Sequence[str], seed: int = 1) -> None:
        self.clocks = Clocks(time.monotonic(), time.time())
        self.numbers = {f"s{number}": number for number in range(1, SIGNALS + 1)}
        self.server = Asking(server)
        self.relay = Asking(module("fault_relay"))
        self.relay.start(self.framing, str(seed), *self._ends())
        self.port: int = self.relay.ready.get("port", 0)
        self.machine = self._machine()

    def start(self) -> None:
        """Start the server."""
        self.launch()
        self.until_ready()

    def launch(self) -> None:
        """Start it, or start it again: at another port, behind the same relay; see `Asking.launch`."""
        self.server.launch(*self._arguments())

    def until_ready(self) -> None:
        """Return when the relay leads to it."""
        self.server.until_ready()
        self.relay.ask(server=self.server.ready["port"])

    def stop(self) -> None:
        self.server.kill()
        self.relay.kill()

    def harm(self, fault: str) -> int:
        """A fault of the server's own, but for killing and freezing; how many clients it hit."""
        raise ValueError(f"this server knows no {fault}")

    def answers(self) -> bool:
        """Whether a stranger who asks through the relay is answered."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0) as line:
            line.settimeout(1.0)
            return self._answers(line)
        return False

    def _ends(self) -> tuple[str, ...]:
        """Of a serial line, the driver's first; none of a network."""
        return ()

    def _arguments(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _machine(self) -> MachineSettings:
        raise NotImplementedError

    def _answers(self, line: socket.socket) -> bool:
        raise NotImplementedError


class FaultyOpcUa(FaultyPlant):
    framing = "opcua"
    line_faults = KINDS["opcua"]
    own_faults = ("kill", "freeze", "sessions", "subscriptions", "silently", "reorder", "clock")

    def __init__(self, seed: int = 1) -> None:
        self._namespaces = [OTHER, URI]
        super().__init__(module("ticking_opcua"), seed)

    def harm(self, fault: str) -> int:
        lost: int = self.server.ask(lose=fault)["lost"]
        return lost

    def reorder(self) -> None:
        """Of the next start on its namespaces have each other's index."""
        self._namespaces.reverse()

    def _arguments(self) -> tuple[str, ...]:
        return (str(SIGNALS), str(self.clocks.monotonic), str(self.clocks.wall), *self._namespaces)

    def _machine(self) -> MachineSettings:
        nodes = {key: f"nsu={URI};s={key}" for key in self.numbers}
        return MachineSettings(
            work_center=WORK_CENTER,
            opcua=OpcUaSettings(
                endpoint=f"opc.tcp://127.0.0.1:{self.port}/ticking",
                security="none",
                publishing_ms=50,
                sampling_ms=50,
                timeout_s=TIMEOUT_S,
            ),
            signal=tuple(
                SignalSettings(key=key, role=role, node=node)
                for role, (key, node) in zip(ROLES, nodes.items(), strict=False)
            ),
            telemetry=tuple(TelemetrySettings(key=key, node=node) for key, node in list(nodes.items())[len(ROLES) :]),
        )

    def _answers(self, line: socket.socket) -> bool:
        """Hello is answered by Acknowledge (OPC 10000-6, 7.1.2)."""
        url = f"opc.tcp://127.0.0.1:{self.port}/ticking".encode()
        body = struct.pack("<5Ii", 0, 65536, 65536, 0, 0, len(url)) + url
        line.sendall(b"HELF" + struct.pack("<I", len(body) + 8) + body)
        return line.recv(4) == b"ACKF"


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
        return MachineSettings(
            work_center=WORK_CENTER,
            modbus=self._source(),
            signal=tuple(
                SignalSettings.model_validate({"key": key, "role": role, "type": "uint32", **place})
                for role, (key, place) in zip(ROLES, places.items(), strict=False)
            ),
            telemetry=tuple(
                TelemetrySettings.model_validate({"key": key, "type": "uint32", **place})
                for key, place in list(places.items())[len(ROLES) :]
            ),
        )

    def _source(self) -> ModbusSettings:
        return ModbusSettings(host="127.0.0.1", port=self.port, poll_ms=20, timeout_s=TIMEOUT_S, gap=6)

    def _answers(self, line: socket.socket) -> bool:
        """The first signal is read, and is one that the server had just now."""
        asked = self.clocks.tick(time.monotonic())
        line.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 3, 0, 2))
        answer = _exactly(line, 13)
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
        answer = _exactly(line, 9)
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


def _exactly(line: socket.socket, count: int) -> bytes:
    """So many bytes.

    Raises:
        OSError: they did not come.
    """
    data = b""
    while len(data) < count:
        more = line.recv(count - len(data))
        if not more:
            raise ConnectionResetError("the line ended")
        data += more
    return data


PLANTS: Final[dict[str, type[FaultyOpcUa | FaultyModbus]]] = {
    "OPC UA": FaultyOpcUa,
    "Modbus TCP": FaultyModbus,
    "Modbus RTU over TCP": FaultyRtuOverTcp,
    "Modbus RTU": FaultySerial,
}
"""By kind of driver."""
