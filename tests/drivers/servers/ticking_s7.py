"""A Siemens S7 controller, by the server of python-snap7, whose every value says which signal it is, and when.

Arguments: how many signals, and the instant of tick 0 by `time.monotonic` and by the wall clock. Signal n is a UDINT;
see `place`. Requests: `{"lose": "download"}`: the second data block is gone for a moment; answered by `lost`.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import sys
import time
from contextlib import aclosing

from snap7.server import Server
from snap7.type import SrvArea

from simulators.background import Background
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.servers.asked import asked

TICK_S = 0.02
GONE_S = 0.3
_STEP = 8


def place(number: int) -> tuple[int, int]:
    """Number of its data block and its first octet: the odd ones stand in the first, with gaps between them."""
    return (1 if number % 2 else 2), (number - 1) // 2 * _STEP


class Blocks:
    """What the controller holds."""

    def __init__(self, signals: int, clocks: Clocks) -> None:
        self._signals = range(1, signals + 1)
        self._clocks = clocks
        self.held = {db: bytearray(signals * _STEP) for db in (1, 2)}
        self.write()

    def write(self) -> None:
        """Every value anew, each block at once."""
        tick = self._clocks.tick(time.monotonic())
        for db, block in self.held.items():
            octets = bytearray(len(block))
            for number in self._signals:
                its, start = place(number)
                if its == db:
                    struct.pack_into(">I", octets, start, number * SPAN + tick)
            block[:] = octets

    async def tick(self) -> None:
        """Until cancelled."""
        while True:
            self.write()
            await asyncio.sleep(TICK_S)


async def main(signals: int, clocks: Clocks) -> None:
    logging.disable()
    blocks, plc = Blocks(signals, clocks), Server(log=False)
    for db, block in blocks.held.items():
        plc.register_area(SrvArea.DB, db, block)
    plc.start_to("127.0.0.1", 0)
    assert plc.server_socket is not None
    port = plc.server_socket.getsockname()[1]
    async with Background({"ticking": blocks.tick()}), aclosing(asked(port=port)) as requests:
        async for request in requests:
            if request.what.get("lose") == "download":
                plc.unregister_area(SrvArea.DB, 2)
                await asyncio.sleep(GONE_S)
                plc.register_area(SrvArea.DB, 2, blocks.held[2])
                request.answer["lost"] = 1


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Clocks(float(sys.argv[2]), float(sys.argv[3]))))
