"""What every driver of a reader promises (drivers/contract.py, drivers/reader.py), on real lines."""

import asyncio
import logging
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.errors import DeviceError
from agent.core.observations import Link, Scan
from tests.drivers.plants import eventually
from tests.drivers.readers import KeyboardReader, NetworkReader, Reader, SerialReader, heard, is_up, scans
from tests.drivers.test_contract import open_ways


@pytest.fixture(params=[SerialReader, KeyboardReader, NetworkReader])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    reader: Reader = request.param(tmp_path)
    yield reader
    reader.close()


async def test_the_link_comes_first_and_once_and_a_scan_names_its_reader(reader: Reader) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        [link] = await anext(batches)
        assert link == Link("WC-1", "scanner", up=True, observed=link.observed, reader="hand")
        # It may be silent for hours.
        assert driver.turns_by == math.inf
        reader.send(b"LOT:7\x1d0\r")
        [scan] = await anext(batches)
        assert scan == Scan("WC-1", "LOT:7\x1d0", scan.observed, reader="hand", trusted=True)


async def test_what_comes_right_after_opening_may_be_the_rest_of_a_code(reader: Reader) -> None:
    async with reader.open() as driver:
        reader.send(b"F\rWHOLE\r")
        assert await heard(aiter(driver), 2) == ["<incomplete>", "WHOLE"]


async def test_right_after_opening_a_code_with_its_prefix_is_whole(reader: Reader) -> None:
    async with reader.open(prefix="\x02") as driver:
        reader.send(b"F\r\x02WHOLE\r")
        assert await heard(aiter(driver), 2) == ["<incomplete>", "WHOLE"]


async def test_no_scan_of_a_long_burst_is_lost_and_all_are_in_order(reader: Reader) -> None:
    codes = [f"SN:{number:06}" for number in range(2000)]
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        sending = asyncio.create_task(asyncio.to_thread(reader.send, "".join(f"{code}\r\n" for code in codes).encode()))
        assert await heard(batches, len(codes)) == codes
        await sending


async def test_a_line_that_stalls_gives_neither_part_of_a_code(reader: Reader) -> None:
    async with reader.open(silence_ms=50) as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"HAL")
        assert await heard(batches, 1) == ["<incomplete>"]
        reader.send(b"F\rNEXT\r")
        assert await heard(batches, 2) == ["<incomplete>", "NEXT"]


async def test_a_reader_without_the_suffix_is_refused_at_each_code_and_the_log_says_what_to_do_once(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    async with reader.open(silence_ms=50) as driver:
        batches = aiter(driver)
        await is_up(batches)
        for code in (b"A1", b"B2"):
            reader.send(code)
            assert await heard(batches, 1) == ["<incomplete>"]
    [warning] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "Reader 'hand' of WC-1 sent a code whose beginning or end is missing" in warning.getMessage()
    assert "it must send the suffix '\\r' with every code; program it so" in warning.getMessage()
    assert 'suffix = "" where it sends none' in warning.getMessage()


async def test_without_a_suffix_silence_ends_a_code(reader: Reader) -> None:
    async with reader.open(suffix="", silence_ms=50) as driver:
        batches = aiter(driver)
        await is_up(batches)
        for code in ("A1", "B2"):
            reader.send(code.encode())
            assert await heard(batches, 1) == [code]


async def test_garbage_is_refused_once_and_the_next_code_is_read(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        sending = asyncio.create_task(asyncio.to_thread(reader.send, b"\xff\x00" * 4_000 + b"\rGOOD\r"))
        assert await heard(batches, 2) == ["<too_long>", "GOOD"]
        await sending
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "Reader 'hand' of WC-1 sent more than 4096 bytes without an end of code; they are refused. Check its baud rate."
    ]


async def test_a_tap_is_shown_every_byte_with_what_is_taken_off(reader: Reader) -> None:
    tapped = bytearray()
    async with reader.open(tapped.extend, prefix="\x02") as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"\x02LOT:7\x1d0\r")
        assert await heard(batches, 1) == ["LOT:7\x1d0"]
    assert bytes(tapped) == b"\x02LOT:7\x1d0\r"


async def test_control_characters_pass_the_line_unchanged(reader: Reader) -> None:
    code = bytes(set(range(1, 32)) - {0x0A, 0x0D}) + b"\x00\x7fX"
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(code + b"\r")
        assert await heard(batches, 1) == [code.decode()]


async def test_a_code_is_observed_when_its_last_byte_came(reader: Reader) -> None:
    async with reader.open(suffix="", silence_ms=200) as driver:
        batches = aiter(driver)
        [link] = await is_up(batches)
        reader.send(b"A1")
        sent = asyncio.get_running_loop().time()
        [[scan]] = [scans([*await anext(batches)])]
        assert asyncio.get_running_loop().time() - sent > 0.15
        assert link.observed.monotonic <= scan.observed.monotonic < sent + 0.15


async def test_losing_the_reader_within_a_code_refuses_its_half_and_then_says_so(reader: Reader) -> None:
    async with reader.open(silence_ms=5000) as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"WHOLE\rHAL")
        assert await heard(batches, 1) == ["WHOLE"]
        reader.unplug()
        assert await heard(batches, 1) == ["<incomplete>"]
        with pytest.raises(DeviceError, match=r"The reader 'hand' at .* was lost: .* It is tried again\."):
            async with asyncio.timeout(1.0):
                await anext(batches)


async def test_losing_the_reader_between_codes_refuses_none(reader: Reader) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"WHOLE\r")
        assert await heard(batches, 1) == ["WHOLE"]
        reader.unplug()
        with pytest.raises(DeviceError):
            async with asyncio.timeout(1.0):
                await anext(batches)


async def test_after_coming_back_the_next_code_is_read(reader: Reader) -> None:
    async with reader.open() as driver:
        await is_up(aiter(driver))
        reader.unplug()
    reader.plug_in()
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.send(b"NEXT\r")
        assert await heard(batches, 1) == ["NEXT"]


async def test_an_absent_reader_is_refused_in_a_sentence(reader: Reader) -> None:
    reader.unplug()
    with pytest.raises(DeviceError, match=r"The reader 'hand' cannot be opened at .*: .*\? .*It is tried again\."):
        async with reader.open():
            pass


@pytest.mark.parametrize("how", ["quietly", "within a code", "lost"])
async def test_leaving_leaves_no_task_and_no_socket(reader: Reader, how: str) -> None:
    tasks, sockets = asyncio.all_tasks(), open_ways()
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        if how == "within a code":
            reader.send(b"HAL")
        if how == "lost":
            reader.unplug()
    reader.close()
    await eventually(lambda: asyncio.all_tasks() == tasks and open_ways() <= sockets)


async def test_two_readers_at_once_mix_no_codes(tmp_path: Path) -> None:
    serial, network = SerialReader(tmp_path), NetworkReader(tmp_path)
    try:
        async with serial.open() as one, network.open() as two:
            hand, gate = aiter(one), aiter(two)
            await is_up(hand)
            await is_up(gate)
            for number in range(50):
                # Halves in turn.
                serial.send(b"HAND")
                network.send(b"GATE")
                serial.send(f"-{number}\r".encode())
                network.send(f"-{number}\r".encode())
            assert await heard(hand, 50) == [f"HAND-{number}" for number in range(50)]
            assert await heard(gate, 50) == [f"GATE-{number}" for number in range(50)]
    finally:
        serial.close()
        network.close()
