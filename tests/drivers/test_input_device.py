"""A reader that types like a keyboard. Its input device is a pseudo-terminal or a pipe here, as there is none to take;
what all readers promise is in test_reader.py, and what keys mean in test_keymap.py."""

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

import pytest

from agent.core.codes.code_settings import ScannerSettings
from agent.core.errors import DeviceError
from drivers import input_device
from drivers.input_device import InputDeviceDriver, Take, take_exclusively
from tests.drivers.plants import now
from tests.drivers.readers import KeyboardReader, heard, is_up
from tests.drivers.typist import DROPPED, F8, REPORT, packed, stroke, typed


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[KeyboardReader]:
    reader = KeyboardReader(tmp_path)
    yield reader
    reader.close()


def refusing(number: int) -> Take:
    def take(path: Path) -> int:
        raise OSError(number, os.strerror(number), str(path))

    return take


async def refusal(path: Path, take: Take) -> str:
    scanner = ScannerSettings(name="hand", work_center="WC-1", input=path)
    with pytest.raises(DeviceError) as caught:
        async with InputDeviceDriver(scanner, now, take=take):
            pass
    return str(caught.value)


async def test_dropped_keys_refuse_the_code_under_way_and_the_next_is_read(reader: KeyboardReader) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.happen([*typed(b"AB"), DROPPED, REPORT, *typed(b"D\rNEXT\r")])
        assert await heard(batches, 2) == ["<overrun>", "NEXT"]


async def test_where_all_keys_of_a_code_were_dropped_it_is_refused_all_the_same(reader: KeyboardReader) -> None:
    async with reader.open(silence_ms=50) as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.happen([DROPPED, REPORT])
        assert await heard(batches, 1) == ["<overrun>"]


async def test_keys_without_a_character_refuse_the_code_once_and_the_log_says_what_to_do(
    reader: KeyboardReader, caplog: pytest.LogCaptureFixture
) -> None:
    async with reader.open() as driver:
        batches = aiter(driver)
        await is_up(batches)
        reader.happen([*typed(b"10AB"), *stroke(F8), *typed(b"21X"), *stroke(F8), *typed(b"37\rNEXT\r")])
        assert await heard(batches, 2) == ["<overrun>", "NEXT"]
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "pressed key 66 in a way that stands for no character; program the reader" in warnings[0]
    assert len(warnings) == 2


async def test_events_may_come_in_pieces(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    far = os.open(pipe, os.O_RDWR)
    scanner = ScannerSettings(name="hand", work_center="WC-1", input=pipe)
    driver = InputDeviceDriver(scanner, now, take=lambda path: os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    async with driver:
        batches = aiter(driver)
        await is_up(batches)
        tapped: list[bytes] = []
        stream = packed(typed(b"A1\r"))
        for piece in (stream[:10], stream[10:100], stream[100:]):
            os.write(far, piece)
            driver._read()
            tapped.append(driver._cut)
        assert [len(cut) for cut in tapped] == [10, 100 % len(packed([REPORT])), 0]
        assert await heard(batches, 1) == ["A1"]
    os.close(far)


def test_an_event_has_the_layout_of_this_machines_kernel() -> None:
    assert input_device.EVENT.size == Struct("@ll").size + 8


async def test_what_cannot_be_taken_alone_is_not_read_at_all(reader: KeyboardReader) -> None:
    assert "it is no input device. Expected is a path such as /dev/input/by-id/" in await refusal(
        reader.device, take_exclusively
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EBUSY, "another program has taken it. Close that program, or give each its own reader."),
        (errno.EACCES, "permission denied. A udev rule gives the device to the agent's group"),
        (errno.ENOENT, "there is no such device. Is the reader plugged in and set up as a keyboard?"),
        (errno.EIO, "[Errno 5] Input/output error: "),
    ],
)
async def test_why_it_cannot_be_had_is_said_in_a_sentence(number: int, words: str, tmp_path: Path) -> None:
    said = await refusal(tmp_path / "event-kbd", refusing(number))
    assert said.startswith(f"The reader 'hand' cannot be opened at {tmp_path}/event-kbd: {words}")
    assert said.endswith("It is tried again.")
