"""The meter of docs/drivers.md: one line asks, one line answers. Arguments: its port."""

import asyncio
import sys

from tests.drivers.servers.commands import commands


async def main(port: int) -> None:
    values: dict[str, str] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            name = line.decode("ascii").removeprefix("GET ").strip()
            writer.write(f"{values.get(name, 'ERR no such name')}\n".encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        async for command in commands():
            values.update(command["write"])


asyncio.run(main(int(sys.argv[1])))
