"""Machines for the drivers to look at: real servers on loopback sockets, each in a process of its own."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

from agent.core.machine_settings import MachineSettings, Role, SignalSettings
from agent.core.observations import Instant, Signal, SignalValue
from agent.core.sources.modbus_settings import ModbusSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.contract import Batch

URI = "http://example.org/line"
TIMEOUT_S = 0.6
"""After which the drivers of these machines give a silent server up."""


def now() -> Instant:
    return Instant(time.time(), time.monotonic())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """A server that can be killed, frozen and started again on the same port, or at the same serial device."""

    def __init__(self, module: str, *more: str, serial: Path | None = None) -> None:
        self.port = free_port()
        self._module = module if "." in module else f"servers.{module}"
        self._arguments = (str(self.port) if serial is None else str(serial), *more)
        self._process: subprocess.Popen[str] | None = None
        # What is told from a thread must not take the answer of what is told from the loop.
        self._one_at_a_time = threading.Lock()

    def start(self, *arguments: str) -> None:
        """Return when it accepts connections."""
        command = [*self._program(), *self._arguments, *arguments]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._answer() == "ready"

    def _program(self) -> tuple[str, ...]:
        return (sys.executable, "-m", f"tests.drivers.{self._module}")

    @property
    def runs(self) -> bool:
        return self._process is not None

    def tell(self, **command: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        process = self._running()
        assert process.stdin is not None
        with self._one_at_a_time:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            assert self._answer() == "done"

    def freeze(self) -> None:
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _answer(self) -> str:
        process = self._running()
        assert process.stdout is not None
        return process.stdout.readline().strip()

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the server does not run"
        return self._process


def answers_nowhere(server: ServerProcess) -> str:
    return rf"answers at .*127\.0\.0\.1:{server.port}.*Is the PLC on"


class Plant(Protocol):
    """A machine with the signals `state`, `count`, `run`, and `bad`, which its server does not know."""

    machine: MachineSettings
    server: ServerProcess
    absence: str
    """What is said where nobody is there, as a pattern."""
    bad_status: str
    """What is said of `bad`."""
    spoilt_status: str
    """What is said of `state` while it is spoilt."""

    def start(self) -> None: ...

    def write(self, **values: SignalValue) -> None: ...

    def spoil(self) -> None:
        """Make `state` bad until it is mended."""
        ...

    def mend(self) -> None:
        """Make `state` 6 and good."""
        ...


class OpcUaPlant:
    bad_status = "BadNodeIdUnknown"
    spoilt_status = "BadSensorFailure"

    def __init__(self, server: ServerProcess | None = None, **secured: object) -> None:
        self.server = ServerProcess("opcua_server") if server is None else server
        self.absence = answers_nowhere(self.server)
        self.machine = MachineSettings(
            work_center="WC-1",
            opcua=OpcUaSettings.model_validate(
                {
                    "endpoint": f"opc.tcp://127.0.0.1:{self.server.port}/line",
                    "security": "none",
                    "publishing_ms": 50,
                    "timeout_s": TIMEOUT_S,
                    **secured,
                }
            ),
            signal=(
                SignalSettings(key="state", role=Role.PACKML_STATE, node=f"nsu={URI};s=state"),
                SignalSettings(key="count", role=Role.TOTAL, node=f"nsu={URI};s=count"),
                SignalSettings(key="run", role=Role.RUN, node=f"nsu={URI};s=run"),
                SignalSettings(key="bad", role=Role.FAULT, node=f"nsu={URI};s=no such node"),
            ),
        )

    def start(self, *namespaces: str) -> None:
        self.server.start(*namespaces, URI)

    def write(self, **values: SignalValue) -> None:
        self.server.tell(write=[[key, value, None, None] for key, value in values.items()])

    def spoil(self) -> None:
        self.server.tell(write=[["state", 6, "BadSensorFailure", None]])

    def mend(self) -> None:
        self.write(state=6)


class ModbusPlant:
    bad_status = "Modbus exception 2 (illegal data address)"
    spoilt_status = "Modbus exception 4 (server device failure)"

    def __init__(self, server: ServerProcess | None = None, **way: object) -> None:
        self.server = ServerProcess("modbus_server") if server is None else server
        self.absence = answers_nowhere(self.server)
        reached = way or {"host": "127.0.0.1", "port": self.server.port}
        self.machine = MachineSettings(
            work_center="WC-1",
            modbus=ModbusSettings.model_validate({**reached, "poll_ms": 20, "timeout_s": TIMEOUT_S}),
            signal=(
                SignalSettings(key="state", role=Role.PACKML_STATE, table="input", address=0),
                SignalSettings(key="count", role=Role.TOTAL, table="holding", address=10, type="uint32"),
                SignalSettings(key="run", role=Role.RUN, table="coil", address=3, type="bit"),
                SignalSettings(key="bad", role=Role.FAULT, table="discrete", address=100, type="bit"),
            ),
        )

    def start(self) -> None:
        self.server.start()
        self.write(state=6, count=100_000, run=True)

    def write(self, **values: SignalValue) -> None:
        writes: list[tuple[str, int, int]] = []
        for key, value in values.items():
            number = int(value or 0)
            if key == "count":
                writes += [("holding", 10, number >> 16), ("holding", 11, number & 0xFFFF)]
            else:
                writes.append(("coil", 3, number) if key == "run" else ("input", 0, number))
        self.server.tell(write=writes)

    def spoil(self) -> None:
        self.server.tell(refuse=json.dumps({4: 4}))

    def mend(self) -> None:
        self.server.tell(refuse="{}", write=[["input", 0, 6]])


async def collect(
    batches: AsyncIterator[Batch], enough: Callable[[list[Any]], bool], within_s: float = 5.0
) -> list[Any]:
    """Every observation up to the one with which it is enough."""
    seen: list[Any] = []
    async with asyncio.timeout(within_s):
        while not enough(seen):
            seen.extend(await anext(batches))
    return seen


def told(seen: list[Any], *keys: str) -> list[tuple[str, SignalValue, str]]:
    """The signals among what was seen, without their times."""
    return [(s.key, s.value, s.quality.value) for s in seen if isinstance(s, Signal) and (not keys or s.key in keys)]


async def eventually(condition: Callable[[], bool], within_s: float = 1.0) -> None:
    """Let the loop turn until the condition holds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - nobody tells that a task or a socket is gone
            await asyncio.sleep(0)
