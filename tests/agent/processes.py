"""Whole processes: the agent as the service manager starts it, and the simulated line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulators.clock import Clock
from simulators.opcua import NAMESPACE
from simulators.tether import tethered
from tests.agent.parts import eventually

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Manager:
    """As much of a service manager as hears notifications."""

    channel: socket.socket

    async def hears(self, wanted: str, within: float = 20.0) -> list[str]:
        """Everything said up to and including `wanted`."""
        said: list[str] = []
        try:
            async with asyncio.timeout(within):
                while wanted not in said:
                    said.append((await asyncio.get_running_loop().sock_recv(self.channel, 4096)).decode())
        except TimeoutError:
            raise AssertionError(f"not within {within} s: {wanted}; heard {said}") from None
        return said


@dataclass(frozen=True, slots=True)
class AgentProcess:
    """One run of the agent."""

    process: Process
    folder: Path
    manager: Manager

    @property
    def log(self) -> str:
        return (self.folder / "agent.log").read_text()

    async def says(self, part: str, within: float = 20.0) -> None:
        try:
            await eventually(lambda: part in self.log, part, within)
        except AssertionError:
            raise AssertionError(f"'{part}' is not in the log:\n{self.log}") from None

    async def stopped(self) -> tuple[int, float]:
        """Tell it to stop; exit status and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(40):
            status = await self.process.wait()
        return status, time.monotonic() - began


@asynccontextmanager
async def an_agent(
    folder: Path,
    text: str,
    *,
    watchdog_s: float = 3.0,
    options: tuple[str, ...] = (),
    arguments: tuple[str, ...] = (),
    environment: Mapping[str, str] = {},
) -> AsyncIterator[AgentProcess]:
    """`lineside run` with this configuration, options of Python and arguments; killed at the end if it still runs."""
    config = folder / "lineside.toml"
    config.write_text(text)
    address = folder / "notify.sock"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as channel:
        address.unlink(missing_ok=True)
        channel.bind(str(address))
        channel.setblocking(False)
        said = {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": str(int(watchdog_s * 1e6))}
        log = os.open(folder / "agent.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        command = (sys.executable, *options, "-m", "agent", "run", "-c", str(config), *arguments)
        process = await asyncio.create_subprocess_exec(
            *tethered(*command),
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, **said, **environment},
        )
        os.close(log)
        try:
            yield AgentProcess(process, folder, Manager(channel))
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@dataclass(frozen=True, slots=True)
class Line:
    """A simulated line in a process of its own."""

    process: subprocess.Popen[bytes]
    clock: Clock
    opcua_url: str
    modbus_port: int

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Its machines hold their connections and say nothing while open."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def a_line(folder: Path, speed: float = 60.0) -> Iterator[Line]:
    """Without asyncio, so that it can outlive the loop of one test."""
    clock = Clock.starting(speed)
    options = ("--truth", str(folder / "truth.jsonl"), "--opcua-port", "0", "--modbus-port", "0", "--speed", str(speed))
    times = ("--real-start", clock.real_start.isoformat(), "--plant-start", clock.plant_start.isoformat())
    command = tethered(sys.executable, "-m", "agent", "simulate", "line", *options, *times)
    with subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Line(process, clock, told["opcua_url"], told["modbus_port"])
        finally:
            process.kill()


def a_free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


CONFIGURATION = """
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "{folder}/journal"
socket = "{folder}/agent.sock"
tick_s = 10

[mes]
host = "127.0.0.1"
port = {broker_port}
reconnect_max_s = 0.5

[simulation]
speed = {clock.speed}
real_start = {clock.real_start}
plant_start = {clock.plant_start}

[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "{opcua_url}", security = "none", publishing_ms = 50, sampling_ms = 50 }}
stop = {{ comm_timeout_s = 120, skew_max_s = 60 }}
signal = [
    {{ key = "state", role = "packml_state", node = "nsu={namespace};s=FILL-1.Status.StateCurrent" }},
    {{ key = "total", role = "total", node = "nsu={namespace};s=FILL-1.Admin.ProdProcessedCount.AccCount" }},
]

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "127.0.0.1", port = {modbus_port}, poll_ms = 50 }}
stop = {{ comm_timeout_s = 120, skew_max_s = 60 }}
signal = [
    {{ key = "run", role = "run", table = "discrete", address = 0, type = "bit" }},
    {{ key = "total", role = "total", table = "input", address = 0, type = "uint32" }},
    {{ key = "heartbeat", role = "heartbeat", table = "input", address = 5 }},
]
"""


def configuration(folder: Path, line: Line | None, broker_port: int) -> str:
    """An agent for both machines of the line; without a line they are away."""
    return CONFIGURATION.format(
        folder=folder,
        broker_port=broker_port,
        clock=Clock.starting(60.0) if line is None else line.clock,
        opcua_url=f"opc.tcp://127.0.0.1:{a_free_port()}" if line is None else line.opcua_url,
        modbus_port=a_free_port() if line is None else line.modbus_port,
        namespace=NAMESPACE,
    )


async def asked(path: Path, request: str, body: bytes = b"") -> tuple[int, bytes]:
    """What an agent's socket answers to `METHOD /path`."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    head = f"{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    first, _, rest = answer.partition(b"\r\n")
    return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]
