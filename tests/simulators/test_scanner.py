from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from simulators.clock import Clock
from simulators.scanner import Manner, ScannerSimulator, TcpScannerSimulator
from simulators.truth import TruthLog, read_truth

FAST = Manner(delay_s=0.0)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@pytest.fixture
def log(truth: Path) -> Iterator[TruthLog]:
    with TruthLog(truth, Clock.starting()) as log:
        yield log


async def read(link: Path, size: int) -> bytes:
    """Open the device as a plain reader would and read so many bytes."""
    device = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    loop, data, ready = asyncio.get_running_loop(), b"", asyncio.Event()
    loop.add_reader(device, ready.set)
    try:
        async with asyncio.timeout(5):
            while len(data) < size:
                await ready.wait()
                ready.clear()
                with suppress(BlockingIOError):
                    data += os.read(device, size - len(data))
    finally:
        loop.remove_reader(device)
        os.close(device)
    return data


async def test_codes_arrive_as_typed_and_are_logged(link: Path, log: TruthLog, truth: Path) -> None:
    codes = ["ORD:PO-1001", "0100012345600012\x1d10LOT-7", "ΩЖ"]
    expected = "".join(code + "\r\n" for code in codes).encode()
    async with ScannerSimulator(link, "FILL-1", log, Manner(suffix="\r\n", delay_s=0.0)) as scanner:
        reader = asyncio.create_task(read(link, len(expected)), name="reader")
        for code in codes:
            await scanner.type(code)
        assert await reader == expected
    assert [(one.wc, one.event, one.detail) for one in read_truth(truth)] == [
        ("FILL-1", "scanned", {"code": code}) for code in codes
    ]


async def test_what_is_typed_while_nobody_reads_is_kept(link: Path, log: TruthLog) -> None:
    async with ScannerSimulator(link, "FILL-1", log, FAST) as scanner:
        await scanner.type("A1")
        assert await read(link, 3) == b"A1\r"
        await scanner.type("B2")
        assert await read(link, 3) == b"B2\r"


async def test_characters_come_at_their_pace_and_codes_are_never_mixed(link: Path, log: TruthLog) -> None:
    async with ScannerSimulator(link, "FILL-1", log) as scanner, asyncio.TaskGroup() as group:
        begin = time.monotonic()
        for code in ("AAAA", "BBBB"):
            group.create_task(scanner.type(code), name=code)
        assert await read(link, 10) == b"AAAA\rBBBB\r"
        assert time.monotonic() - begin >= 9 * 0.005


async def test_a_code_beyond_the_kernels_buffer_waits_for_its_reader(link: Path, log: TruthLog) -> None:
    code = "X" * 30_000

    def full() -> bool:
        return not select.select([], [scanner._master], [], 0)[1]

    async with ScannerSimulator(link, "FILL-1", log, FAST) as scanner, asyncio.TaskGroup() as group:
        group.create_task(scanner.type(code), name="typing")
        async with asyncio.timeout(10):
            while not full():  # noqa: ASYNC110  # the kernel tells nobody that its buffer is full
                await asyncio.sleep(0.01)
        assert await read(link, len(code) + 1) == code.encode() + b"\r"


def target(link: Path) -> str:
    return str(link.readlink()) if link.is_symlink() else ""


def content(file: Path) -> str:
    return file.read_text()


@pytest.fixture
def stale(link: Path) -> Path:
    link.symlink_to("/dev/null")
    return link


@pytest.fixture
def file(link: Path) -> Path:
    link.write_text("mine")
    return link


async def test_a_stale_link_is_replaced_and_the_link_goes_with_the_reader(stale: Path, log: TruthLog) -> None:
    async with ScannerSimulator(stale, "FILL-1", log):
        assert target(stale).startswith("/dev/pts/")
    assert target(stale) == ""


async def test_a_file_in_the_way_is_not_removed(file: Path, log: TruthLog) -> None:
    with pytest.raises(FileExistsError):
        async with ScannerSimulator(file, "FILL-1", log):
            pass
    assert content(file) == "mine"


async def test_it_comes_back_as_another_device_under_the_same_link(link: Path, log: TruthLog) -> None:
    async with ScannerSimulator(link, "FILL-1", log, FAST) as scanner:
        before = target(link)
        await scanner.type("LOST")
        scanner.replug()
        assert target(link).startswith("/dev/pts/")
        assert target(link) != before
        await scanner.type("A1")
        assert await read(link, 3) == b"A1\r"
    assert target(link) == ""


async def test_a_code_can_stall_or_end_in_the_middle(link: Path, log: TruthLog, truth: Path) -> None:
    async with ScannerSimulator(link, "FILL-1", log, Manner(prefix="\x02", delay_s=0.0)) as scanner:
        await scanner.stall("WHOLE", 2, 0.01)
        await scanner.cut("NEVER", 3)
        assert await read(link, 11) == b"\x02WHOLE\r\x02NEV"
    assert [(one.event, one.detail) for one in read_truth(truth)] == [
        ("scanned", {"code": "WHOLE"}),
        ("scan_cut", {"code": "NEVER"}),
    ]


async def test_a_network_reader_types_to_everybody_who_has_dialled_in(log: TruthLog) -> None:
    async with TcpScannerSimulator("FILL-1", log, FAST) as scanner:
        typing = asyncio.create_task(scanner.type("EARLY"), name="typing")
        reader, writer = await asyncio.open_connection("127.0.0.1", scanner.port)
        await typing
        assert await reader.readexactly(6) == b"EARLY\r"
        scanner.hang_up()
        assert await reader.read() == b""
        writer.close()


async def test_a_network_reader_that_is_switched_off_and_on_keeps_its_port(log: TruthLog) -> None:
    scanner = TcpScannerSimulator("FILL-1", log, FAST)
    async with scanner:
        port = scanner.port
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    async with scanner:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
