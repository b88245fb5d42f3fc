"""The simulated line as processes: one function for each, to be run with `asyncio.run`.

Each prints one line of JSON to stdout when it is ready, and ends on SIGTERM or SIGINT; a second signal kills. Killed
and started again with the same clock and the same truth log, it goes on with the same day.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from simulators.background import Background
from simulators.clock import Clock
from simulators.day import Day
from simulators.faults.kinds import OF_SERVERS
from simulators.faults.process import play, say
from simulators.faults.script import Script as FaultScript
from simulators.faulty_opcua import FaultyOpcUa
from simulators.opcua import OpcUaSimulator
from simulators.scanner import PLAIN, Manner, Reader, ScannerSimulator, TcpScannerSimulator
from simulators.script import FILLER, PRESS, TRIAL_FILLER, TRIAL_PRESS, Script
from simulators.signals import stop_asked
from simulators.truth import TruthLog, record

if TYPE_CHECKING:
    from simulators.modbus import ModbusSimulator

DayName: TypeAlias = Literal["demo", "trial"]
DAYS: Final[dict[DayName, tuple[Script, Script]]] = {"demo": (FILLER, PRESS), "trial": (TRIAL_FILLER, TRIAL_PRESS)}
"""What the filler and the press go through: a whole day, or something every few minutes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is served."""

    opcua: OpcUaSimulator
    """The filler."""
    modbus: ModbusSimulator
    """The press."""


@asynccontextmanager
async def simulated_line(
    *,
    clock: Clock,
    truth: Path,
    host: str = "127.0.0.1",
    opcua_port: int = 0,
    modbus_port: int = 0,
    day: DayName = "demo",
) -> AsyncIterator[Line]:
    """Serve FILL-1 over OPC UA and PRESS-1 over Modbus, with one truth log. Port 0 chooses a free one."""
    from simulators.modbus import ModbusSimulator  # noqa: PLC0415 - its library is an extra, and not for a filler

    filler, press = (Day(script) for script in DAYS[day])
    async with (
        _recording(truth, clock, filler, press) as log,
        ModbusSimulator(press, clock, log, host, modbus_port) as modbus,
        OpcUaSimulator([filler], clock, log, host, opcua_port) as opcua,
    ):
        yield Line(opcua, modbus)


async def serve_line(
    *,
    clock: Clock,
    truth: Path,
    host: str = "127.0.0.1",
    opcua_port: int = 0,
    modbus_port: int = 0,
    day: DayName = "demo",
) -> None:
    """Serve both machines; ready: `opcua_port`, `opcua_url`, `modbus_port`."""
    with stop_asked() as stop:
        async with simulated_line(
            clock=clock, truth=truth, host=host, opcua_port=opcua_port, modbus_port=modbus_port, day=day
        ) as line:
            _ready(opcua_port=line.opcua.port, opcua_url=line.opcua.url, modbus_port=line.modbus.port)
            await stop.wait()


async def serve_opcua(
    *,
    clock: Clock,
    truth: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    script: Script = FILLER,
    faults: FaultScript | None = None,
) -> None:
    """Serve one machine over OPC UA, with faults of its own as their script says; ready: `opcua_port`, `opcua_url`.

    Raises:
        ValueError: no server has a fault of the script.
    """
    day = Day(script)
    steps = () if faults is None else faults.played(OF_SERVERS)
    with stop_asked() as stop:
        async with _recording(truth, clock, day) as log:
            opcua = OpcUaSimulator([day], clock, log, host, port)
            async with FaultyOpcUa(opcua) as faulty:
                _ready(opcua_port=opcua.port, opcua_url=opcua.url)
                async with Background({"opcua faults": play(steps, faulty, say)}):
                    await stop.wait()


async def serve_modbus(
    *, clock: Clock, truth: Path, host: str = "127.0.0.1", port: int = 0, script: Script = PRESS
) -> None:
    """Serve one machine over Modbus TCP; ready: `modbus_port`."""
    from simulators.modbus import ModbusSimulator  # noqa: PLC0415 - as above

    day = Day(script)
    with stop_asked() as stop:
        async with _recording(truth, clock, day) as log, ModbusSimulator(day, clock, log, host, port) as modbus:
            _ready(modbus_port=modbus.port)
            await stop.wait()


async def type_codes(*, link: Path, wc: str, clock: Clock, truth: Path, manner: Manner = PLAIN) -> None:
    """Be a barcode reader on a serial line that types each line of stdin as one code; ready: `link`.

    It stays plugged in after the last line, as unplugging it would lose what nobody has read yet.
    """
    with stop_asked() as stop, TruthLog(truth, clock) as log:
        async with (
            ScannerSimulator(link, wc, log, manner) as scanner,
            Background({"typing": _type_lines(scanner)}),
        ):
            _ready(link=str(link))
            await stop.wait()


async def type_codes_over_tcp(
    *, host: str, port: int, wc: str, clock: Clock, truth: Path, manner: Manner = PLAIN
) -> None:
    """Be a barcode reader on the network that types each line of stdin as one code to its callers; ready: `port`."""
    with stop_asked() as stop, TruthLog(truth, clock) as log:
        async with (
            TcpScannerSimulator(wc, log, manner, host, port) as scanner,
            Background({"typing": _type_lines(scanner)}),
        ):
            _ready(port=scanner.port)
            await stop.wait()


async def _type_lines(scanner: Reader) -> None:
    async for line in _stdin():
        if code := line.decode().rstrip("\n"):
            await scanner.type(code)


async def _stdin() -> AsyncIterator[bytes]:
    if stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode):
        # A file never makes the event loop wait, and the loop could not watch it.
        for line in sys.stdin.buffer:
            yield line
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    try:
        async for line in reader:
            yield line
    finally:
        pipe.close()


@asynccontextmanager
async def _recording(truth: Path, clock: Clock, *days: Day) -> AsyncIterator[TruthLog]:
    """Keep the truth of some machines, from before they are served until after."""
    with TruthLog(truth, clock) as log:
        async with Background({f"truth {day.wc_id}": record(day, clock, log) for day in days}):
            yield log


def _ready(**what: int | str) -> None:
    sys.stdout.write(json.dumps({"ready": True, **what}) + "\n")
    sys.stdout.flush()
