"""A machine behind a bad line: a server that ticks, and a relay before it, each in a process of its own."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar

from agent.core.machine_settings import MachineSettings, Role
from simulators.faults.kinds import Framing, Kind
from tests.drivers.faults.processes import Asking, module
from tests.drivers.faults.ticks import Clocks

WORK_CENTER = "WC-1"
TIMEOUT_S = 0.6
"""After which these drivers give a silent server up."""
PATIENCE_S = 2.0
"""How old a value may be that is told for new: what is asked within one time-out may take two requests and a turn."""
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
        lost: int = self.server.ask(lose=fault)["lost"]
        return lost

    def answers(self) -> bool:
        """Whether a stranger who asks through the relay is answered."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0) as line:
            line.settimeout(1.0)
            return self._answers(line)
        return False

    def _settings(self, source: Mapping[str, object], places: Mapping[str, Mapping[str, object]]) -> MachineSettings:
        """Of a machine with this section, whose signals are at these places, by their keys."""
        roles = dict(zip(places, ROLES, strict=False))
        return MachineSettings.model_validate(
            {
                "work_center": WORK_CENTER,
                **source,
                "signal": [{"key": key, "role": role, **places[key]} for key, role in roles.items()],
                "telemetry": [{"key": key, **place} for key, place in places.items() if key not in roles],
            }
        )

    def _ends(self) -> tuple[str, ...]:
        """Of a serial line, the driver's first; none of a network."""
        return ()

    def _arguments(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _machine(self) -> MachineSettings:
        raise NotImplementedError

    def _answers(self, line: socket.socket) -> bool:
        raise NotImplementedError


def exactly(line: socket.socket, count: int) -> bytes:
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
