"""A Modbus server whose every value says which signal it is and when it was read; written anew, with no library.

Arguments: `tcp`, `rtu` (over TCP) or the path of a serial device; how many signals, and the instant of tick 0 by
`time.monotonic`. Signal n from 1 stands in the two registers from 4 * (n - 1), high word first, of the holding
registers where n is odd and of the input registers where it is even. It answers function codes 3 and 4 of any unit;
whatever else is asked is an exception, and writing is refused. Requests: `{}`, answered by `{"asked": how often}`.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import time
import tty
from asyncio import StreamReader, StreamWriter
from contextlib import aclosing, suppress

from tests.drivers.faults.ticks import SPAN
from tests.drivers.servers.asked import asked

PAUSE_S = 0.05
"""After which a device has forgotten the beginning of a request; longer than a line that drips takes."""
_STEP = 4


class Image:
    """What the device would answer now."""

    def __init__(self, signals: int, began: float) -> None:
        self.asked = 0
        self._signals = signals
        self._began = began

    def answer(self, pdu: bytes) -> bytes:
        """To a request; without unit and check sum."""
        self.asked += 1
        code, address, count = struct.unpack(">BHH", pdu)
        if code not in {3, 4}:
            return bytes((code | 0x80, 1))
        if address + count > self._signals * _STEP:
            return bytes((code | 0x80, 2))
        registers = self._registers(odd=code == 3)[address : address + count]
        return struct.pack(f">BB{count}H", code, 2 * count, *registers)

    def _registers(self, *, odd: bool) -> list[int]:
        tick = int((time.monotonic() - self._began) * 1000)
        registers = [0] * self._signals * _STEP
        for number in range(1 if odd else 2, self._signals + 1, 2):
            at = (number - 1) * _STEP
            registers[at : at + 2] = divmod(number * SPAN + tick, 65536)
        return registers


def checked(frame: bytes) -> bytes:
    """With its check sum (Modbus over Serial Line 1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return frame + struct.pack("<H", crc)


async def tcp(image: Image, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        transaction, protocol, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
        if protocol != 0 or length != 6:
            return
        answer = image.answer(await reader.readexactly(5))
        writer.write(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)


async def rtu(image: Image, reader: StreamReader, writer: StreamWriter) -> None:
    """A request is eight bytes without a pause; what begins behind a pause begins a request."""
    while True:
        frame = await reader.readexactly(1)
        with suppress(TimeoutError):
            while len(frame) < 8:
                async with asyncio.timeout(PAUSE_S):
                    frame += await _some(reader, 8 - len(frame))
        if len(frame) < 8:
            continue
        if checked(frame[:-2]) == frame:
            writer.write(checked(frame[:1] + image.answer(frame[1:6])))
        else:
            await _silence(reader)


async def _silence(reader: StreamReader) -> None:
    try:
        while True:
            async with asyncio.timeout(PAUSE_S):
                await _some(reader, 256)
    except TimeoutError:
        pass


async def _some(reader: StreamReader, most: int) -> bytes:
    data = await reader.read(most)
    if not data:
        raise ConnectionResetError
    return data


async def _serial(path: str) -> tuple[StreamReader, StreamWriter]:
    file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(file)
    loop, reader = asyncio.get_running_loop(), StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await loop.connect_read_pipe(lambda: protocol, os.fdopen(os.dup(file), "rb", buffering=0))
    out, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(file, "wb", buffering=0))
    return reader, StreamWriter(out, protocol, reader, loop)


async def main(how: str, signals: int, began: float) -> None:
    image, port = Image(signals, began), 0

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await (tcp if how == "tcp" else rtu)(image, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    if how in {"tcp", "rtu"}:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
    else:
        serving = asyncio.create_task(serve(*await _serial(how)))
        assert not serving.done()
    async with aclosing(asked(port=port)) as requests:
        async for request in requests:
            request.answer["asked"] = image.asked


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
