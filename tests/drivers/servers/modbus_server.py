"""A Modbus server to be killed, frozen and started again.

Arguments: a TCP port, and `rtu` for RTU frames over it; or the path at which its serial line appears.

Each table has the addresses 0 to 15. Commands: `{"write": [[table, address, value], …]}`, and
`{"refuse": {function code: exception code}}`, which holds until the next one.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.drivers.servers.cable import cable
from tests.drivers.servers.commands import commands

_CODES = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}


class Image:
    """What the device answers, kept outside the library's own memory."""

    def __init__(self) -> None:
        self.values: dict[int, dict[int, int]] = {code: {} for code in _CODES.values()}
        self.refused: dict[int, int] = {}

    async def answer(
        self,
        function_code: int,
        start_address: int,
        _address: int,
        _count: int,
        registers: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        assert written is None, "a machine is never written to"
        if function_code in self.refused:
            return ExcCodes(self.refused[function_code])
        for where, value in self.values[function_code].items():
            if function_code < 3:
                bit = 1 << where
                registers[0] = registers[0] | bit if value else registers[0] & ~bit
            else:
                registers[where - start_address] = value
        return None


async def main(place: str, framing: str) -> None:
    image = Image()
    bits = [[SimData(0, values=[False] * 16, datatype=DataType.BITS)] for _ in range(2)]
    words = [[SimData(0, values=[0] * 16, datatype=DataType.REGISTERS)] for _ in range(2)]
    device = SimDevice(1, (bits[0], bits[1], words[0], words[1]), action=image.answer)
    async with AsyncExitStack() as stack:
        server: ModbusTcpServer | ModbusSerialServer
        if place.isdecimal():
            framer = FramerType.RTU if framing == "rtu" else FramerType.SOCKET
            server = ModbusTcpServer(device, framer=framer, address=("127.0.0.1", int(place)))
        else:
            server = ModbusSerialServer(device, port=stack.enter_context(cable(Path(place))), baudrate=115_200)
        await server.serve_forever(background=True)
        told = await stack.enter_async_context(aclosing(commands()))
        async for command in told:
            for table, address, value in command.get("write", ()):
                image.values[_CODES[table]][address] = value
            if "refuse" in command:
                image.refused = {int(code): exception for code, exception in json.loads(command["refuse"]).items()}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *sys.argv[2:] or ["tcp"]))
