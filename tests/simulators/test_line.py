from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.clock import Clock
from simulators.day import Day
from simulators.script import FILLER, PRESS
from simulators.truth import TruthEvent, read_truth

START = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
SERVED = {"serving", "client", "write_attempt", "recording"}
PROGRAM = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from simulators import line
from simulators.clock import Clock

name, real, plant, speed, truth, *more = sys.argv[1:]
clock = Clock(datetime.fromisoformat(real), datetime.fromisoformat(plant), float(speed))
options = {}
if len(more) == 2:
    options = {"link": Path(more[0]), "wc": more[1]}
elif more:
    options = {"host": more[0], "port": int(more[1]), "wc": more[2]}
asyncio.run(getattr(line, name)(clock=clock, truth=Path(truth), **options))
"""


@asynccontextmanager
async def running(
    name: str, clock: Clock, truth: Path, *more: str, stdin: int = asyncio.subprocess.PIPE
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-c", PROGRAM, name, clock.real_start.isoformat(), clock.plant_start.isoformat()),
        *(str(clock.speed), str(truth), *more),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ready(process: asyncio.subprocess.Process) -> dict[str, object]:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        told = json.loads(await process.stdout.readline())
    assert isinstance(told, dict)
    return told


def clock_at(seconds: float, speed: float) -> Clock:
    return Clock(datetime.now(UTC) - timedelta(seconds=seconds / speed), START, speed)


def told(truth: Path, wc: str) -> list[TruthEvent]:
    return [one for one in read_truth(truth) if one.wc == wc and one.event not in SERVED]


def happened(day: Day, clock: Clock, events: list[TruthEvent]) -> list[TruthEvent]:
    """What must have been told between the first and the last event."""
    begin, end = clock.seconds(events[0].at), clock.seconds(events[-1].at)
    return [
        TruthEvent(clock.plant(one.at), day.wc_id, one.event, one.detail) for one in day.happenings(begin - 0.001, end)
    ]


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not met():  # noqa: ASYNC110  # a file tells nobody that it grew
            await asyncio.sleep(0.02)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


async def test_a_line_serves_both_machines_and_ends_on_sigterm(truth: Path) -> None:
    async with running("serve_line", clock_at(60, 10.0), truth) as process:
        told = await ready(process)
        assert told == {
            "ready": True,
            "opcua_port": told["opcua_port"],
            "opcua_url": f"opc.tcp://127.0.0.1:{told['opcua_port']}/lineside/",
            "modbus_port": told["modbus_port"],
        }
        for port in (told["opcua_port"], told["modbus_port"]):
            (await asyncio.open_connection("127.0.0.1", str(port)))[1].close()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0


@pytest.mark.parametrize(("name", "script"), [("serve_opcua", FILLER), ("serve_modbus", PRESS)])
async def test_killed_and_started_again_it_goes_on_with_the_same_day_and_a_whole_truth(
    name: str, script: object, truth: Path
) -> None:
    day = Day(FILLER if script is FILLER else PRESS)
    clock = clock_at(900 if script is FILLER else 1_000, 60.0)
    async with running(name, clock, truth) as process:
        await ready(process)
        await until(lambda: len(told(truth, day.wc_id)) > 20)
        process.kill()
        await process.wait()
    before = len(told(truth, day.wc_id))
    async with running(name, clock, truth) as process:
        await ready(process)
        await until(lambda: len(told(truth, day.wc_id)) > before + 100)
    events = told(truth, day.wc_id)
    assert events == happened(day, clock, events)


async def test_each_line_of_stdin_is_typed_as_one_code(truth: Path, tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    async with running("type_codes", clock_at(0, 1.0), truth, str(link), "FILL-1") as process:
        assert await ready(process) == {"ready": True, "link": str(link)}
        assert process.stdin is not None
        process.stdin.write(b"ORD:PO-1001\n\nSN:1\x1d2\n")
        await until(lambda: len(told(truth, "FILL-1")) == 2)
        device = os.open(link, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            assert os.read(device, 100) == b"ORD:PO-1001\rSN:1\x1d2\r"
        finally:
            os.close(device)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    assert [one.detail for one in told(truth, "FILL-1")] == [{"code": "ORD:PO-1001"}, {"code": "SN:1\x1d2"}]


async def test_a_network_reader_types_to_whoever_dials_in(truth: Path) -> None:
    async with running("type_codes_over_tcp", clock_at(0, 1.0), truth, "127.0.0.1", "0", "FILL-1") as process:
        told_port = (await ready(process))["port"]
        assert isinstance(told_port, int)
        assert process.stdin is not None
        process.stdin.write(b"ORD:PO-1001\nSN:1\x1d2\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", told_port)
        async with asyncio.timeout(10):
            assert await reader.readexactly(19) == b"ORD:PO-1001\rSN:1\x1d2\r"
        writer.close()
    assert [one.detail for one in told(truth, "FILL-1")][:1] == [{"code": "ORD:PO-1001"}]


async def test_codes_can_come_from_a_file(truth: Path, tmp_path: Path) -> None:
    link, codes = tmp_path / "scanner", tmp_path / "codes"
    file = os.open(codes, os.O_RDWR | os.O_CREAT)
    try:
        os.pwrite(file, b"LOT:L-7:CAP\nSN:3", 0)
        async with running("type_codes", clock_at(0, 1.0), truth, str(link), "FILL-1", stdin=file) as process:
            await ready(process)
            await until(lambda: len(told(truth, "FILL-1")) == 2)
    finally:
        os.close(file)
    assert [one.detail for one in told(truth, "FILL-1")] == [{"code": "LOT:L-7:CAP"}, {"code": "SN:3"}]
