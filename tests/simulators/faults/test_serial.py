"""The relay on a serial line, between two ends that are opened as devices are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from simulators.faults.kinds import Fault, Kind
from simulators.faults.serial import SerialRelay

PATIENCE_S = 20.0


@contextmanager
def opened(link: Path) -> Iterator[int]:
    file = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield file
    finally:
        os.close(file)


async def got(file: int, count: int) -> bytes:
    """So many bytes, as they come."""
    data = b""
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count:
            try:
                data += os.read(file, count - len(data))
            except BlockingIOError:
                await asyncio.sleep(0.001)
    return data


async def test_what_each_end_sends_comes_whole_to_the_other(tmp_path: Path) -> None:
    driver, device = tmp_path / "driver", tmp_path / "device"
    sent = Random(1).randbytes(20_000)
    async with SerialRelay(driver, device, "bytes"):
        with opened(driver) as near, opened(device) as far:
            for one, two in ((near, far), (far, near)):
                for place in range(0, len(sent), 500):
                    chunk = sent[place : place + 500]
                    os.write(one, chunk)
                    assert await got(two, len(chunk)) == chunk
    assert not driver.is_symlink()
    assert not device.is_symlink()


async def test_a_driver_that_reads_late_loses_nothing(tmp_path: Path) -> None:
    driver, device = tmp_path / "driver", tmp_path / "device"
    sent = Random(2).randbytes(12_000)

    async def send(file: int) -> None:
        left = sent
        while left:
            try:
                left = left[os.write(file, left[:700]) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)

    async with SerialRelay(driver, device, "bytes"):
        with opened(driver) as near, opened(device) as far:
            async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as both:
                both.create_task(send(far))
                reading = both.create_task(got(near, len(sent)))
    assert reading.result() == sent


async def test_a_line_that_is_cut_is_gone_and_comes_back_under_its_name(tmp_path: Path) -> None:
    driver, device = tmp_path / "driver", tmp_path / "device"
    async with SerialRelay(driver, device) as relay:
        with opened(device) as far:
            with opened(driver) as near:
                async with relay.suffering(Fault(Kind.CUT)) as strikes:
                    assert not driver.is_symlink()
                    with pytest.raises(OSError, match="Input/output"):
                        os.write(near, b"x")
                    assert strikes.count == 1
            with opened(driver) as near:
                os.write(near, b"\x01\x03\x00\x10\x00\x02\xaa\xbb")
                assert await got(far, 8) == b"\x01\x03\x00\x10\x00\x02\xaa\xbb"


async def test_what_is_lost_on_a_line_is_lost_while_the_fault_lasts(tmp_path: Path) -> None:
    driver, device = tmp_path / "driver", tmp_path / "device"
    async with SerialRelay(driver, device, "bytes") as relay:
        with opened(device) as far, opened(driver) as near:
            async with relay.suffering(Fault(Kind.HALF_OPEN)) as strikes:
                os.write(far, b"lost")
                async with asyncio.timeout(PATIENCE_S):
                    await strikes.first.wait()
            os.write(far, b"seen")
            assert await got(near, 4) == b"seen"


async def test_a_line_of_two_wires_has_no_connection_to_reset(tmp_path: Path) -> None:
    async with SerialRelay(tmp_path / "driver", tmp_path / "device") as relay:
        with pytest.raises(ValueError, match="a serial line has no reset"):
            async with relay.suffering(Fault(Kind.RESET)):
                pass
