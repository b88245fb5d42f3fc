"""A Siemens S7 controller, by the server of python-snap7. Arguments: its port."""

from __future__ import annotations

import asyncio
import logging
import struct
import sys

from snap7.server import Server
from snap7.type import SrvArea

from tests.drivers.servers.commands import commands

DB_STATE, DB_COUNT = 2, 1


async def main(port: int) -> None:
    logging.disable()
    plc = Server(log=False)
    plc.register_area(SrvArea.DB, DB_COUNT, bytearray(64))
    plc.register_area(SrvArea.DB, DB_STATE, bytearray(2))
    plc.register_area(SrvArea.MK, 0, bytearray(16))
    plc.start(port)

    async for command in commands():
        if "spoil" in command:
            plc.unregister_area(SrvArea.DB, DB_STATE)
        for key, value in command.get("write", {}).items():
            if key == "state":
                plc.register_area(SrvArea.DB, DB_STATE, bytearray(struct.pack(">h", value)))
            elif key == "count":
                octets = bytearray(2) + bytearray(struct.pack(">I", value)) + bytearray(58)
                plc.register_area(SrvArea.DB, DB_COUNT, octets)
            else:
                plc.register_area(SrvArea.MK, 0, bytearray(10) + bytearray([value << 2]) + bytearray(5))


asyncio.run(main(int(sys.argv[1])))
