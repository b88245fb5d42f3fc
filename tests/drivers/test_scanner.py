"""A reader on a real serial line: a pseudo-terminal, whose other end is the reader."""

import asyncio
import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from agent.core.observations import Link, Scan
from drivers.registry import open_scanner
from tests.drivers.plants import collect, now


class Reader:
    """The far end of the line."""

    def __init__(self, folder: Path) -> None:
        self._far, self._near = pty.openpty()
        # What a line that was used before looks like, and what bytes wait in raw.
        tty.setraw(self._near)
        self.device = folder / "reader"
        self.device.symlink_to(os.ttyname(self._near))

    def send(self, data: bytes) -> None:
        os.write(self._far, data)

    def unplug(self) -> None:
        self.device.unlink(missing_ok=True)
        for end in (self._far, self._near):
            os.close(end)
        self._far = self._near = -1

    def close(self) -> None:
        if self._far >= 0:
            self.unplug()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.close()


def settings(device: Path, silence_ms: int = 150) -> ScannerSettings:
    return ScannerSettings(name="hand", work_center="WC-1", device=device, silence_ms=silence_ms)


async def scanned(device: Path, count: int, silence_ms: int = 150) -> list[str]:
    async with open_scanner(settings(device, silence_ms), now) as driver:
        return texts(await collect(aiter(driver), lambda seen: len(texts(seen)) >= count))


def texts(seen: list[object]) -> list[str]:
    return [each.text for each in seen if isinstance(each, Scan)]


async def test_the_link_comes_first_and_a_scan_names_its_reader(reader: Reader) -> None:
    async with open_scanner(settings(reader.device), now) as driver:
        batches = aiter(driver)
        [link] = await anext(batches)
        assert link == Link("WC-1", "scanner", up=True, observed=link.observed)
        reader.send(b"LOT:7\x1d0\r")
        [scan] = await anext(batches)
        assert scan == Scan("WC-1", "LOT:7\x1d0", scan.observed, reader="hand")


async def test_a_tap_is_shown_every_byte_with_what_is_taken_off(reader: Reader) -> None:
    tapped = bytearray()
    async with open_scanner(settings(reader.device), now, tapped.extend) as driver:
        reader.send(b"LOT:7\x1d0\r\nLOT:8\r\n")
        await collect(aiter(driver), lambda seen: len(texts(seen)) == 2)
    assert bytes(tapped).startswith(b"LOT:7\x1d0\r\nLOT:8\r")


async def test_bytes_sent_before_the_device_was_opened_are_kept(reader: Reader) -> None:
    reader.send(b"EARLY\r")
    assert await scanned(reader.device, 1) == ["EARLY"]


async def test_no_scan_of_a_long_burst_is_lost(reader: Reader) -> None:
    codes = [f"SN:{number:06}" for number in range(2000)]

    async def send_all() -> None:
        for code in codes:
            await asyncio.to_thread(reader.send, f"{code}\r\n".encode())

    sending = asyncio.create_task(send_all())
    assert await scanned(reader.device, len(codes)) == codes
    await sending


async def test_silence_ends_a_code_without_its_suffix(reader: Reader) -> None:
    reader.send(b"NO END")
    assert await scanned(reader.device, 1, silence_ms=20) == ["NO END"]


async def test_control_characters_pass_the_line_unchanged(reader: Reader) -> None:
    code = bytes(set(range(1, 32)) - {0x0A, 0x0D}) + b"\x00\x7fX"
    async with open_scanner(settings(reader.device), now) as driver:
        batches = aiter(driver)
        await anext(batches)
        reader.send(code + b"\r")
        assert texts([*await anext(batches)]) == [code.decode()]


async def test_unplugging_is_told_at_once(reader: Reader) -> None:
    async with open_scanner(settings(reader.device), now) as driver:
        batches = aiter(driver)
        await anext(batches)
        reader.unplug()
        with pytest.raises(DeviceError, match=r"'hand' at .* was lost: .*Is it still plugged in\?"):
            async with asyncio.timeout(1.0):
                await anext(batches)


async def test_scans_before_the_unplugging_are_told_and_half_a_code_is_not(reader: Reader) -> None:
    async with open_scanner(settings(reader.device), now) as driver:
        batches = aiter(driver)
        await anext(batches)
        reader.send(b"WHOLE\rHAL")
        assert texts([*await anext(batches)]) == ["WHOLE"]
        reader.unplug()
        with pytest.raises(DeviceError):
            async with asyncio.timeout(1.0):
                await anext(batches)


async def test_an_absent_device_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"'hand' cannot be opened at .*: there is no such device\. Is the reader"):
        await scanned(tmp_path / "absent", 1)


async def test_what_is_no_serial_line_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match=r"'hand' cannot be opened at .* It is tried again\."):
        await scanned(tmp_path / "file", 1)


async def test_a_device_in_use_is_refused_in_a_sentence(reader: Reader) -> None:
    async with open_scanner(settings(reader.device), now):
        with pytest.raises(DeviceError, match="another program has it open"):
            await scanned(reader.device, 1)


async def test_the_device_can_be_opened_again_after_leaving(reader: Reader) -> None:
    for code in ("A", "B"):
        reader.send(code.encode() + b"\r")
        assert await scanned(reader.device, 1) == [code]
