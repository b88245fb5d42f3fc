"""A reader on a real serial line: a pseudo-terminal, whose other end is the reader. What all readers promise is in
test_reader.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from drivers.registry import open_scanner
from tests.drivers.plants import now
from tests.drivers.readers import SerialReader, heard, is_up


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SerialReader]:
    reader = SerialReader(tmp_path)
    yield reader
    reader.close()


async def test_codes_that_waited_before_opening_are_heard_but_the_first_may_be_half_a_code(
    reader: SerialReader,
) -> None:
    reader.send(b"FIRST\rSECOND\r")
    async with reader.open() as driver:
        assert await heard(aiter(driver), 2) == ["<incomplete>", "SECOND"]


async def test_what_is_no_serial_line_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    scanner = ScannerSettings(name="hand", work_center="WC-1", device=tmp_path / "file")
    with pytest.raises(DeviceError, match=r"'hand' cannot be opened at .* It is tried again\."):
        async with open_scanner(scanner, now):
            pass


async def test_an_absent_device_is_asked_for(reader: SerialReader) -> None:
    reader.unplug()
    with pytest.raises(DeviceError, match=r"there is no such device\. Is the reader plugged in"):
        async with reader.open():
            pass


async def test_unplugging_asks_for_the_plug(reader: SerialReader) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.unplug()
        with pytest.raises(DeviceError, match=r"Is it still plugged in\?"):
            await anext(batches)


async def test_a_device_in_use_is_refused_in_a_sentence(reader: SerialReader) -> None:
    async with reader.open():
        with pytest.raises(DeviceError, match="another program has it open"):
            async with reader.open():
                pass
