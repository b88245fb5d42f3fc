"""An OPC UA server to be killed, frozen and started again.

Arguments: port, and the namespace URIs in the order in which the server registers them; the nodes stand in the last.
Commands: `{"write": [[name, value, status, source time], …]}`, where all but the first two may be null;
`{"behave": …}`, as `Misbehaviour` has it, in place of all before it; `{"delete": [name, …]}`; `{"add": [name, …]}` with
their first values; `{"namespaces": [uri, …]}`, behind the server's own, with the nodes in the last; `{"say": [reads,
items]}`, what it takes at once; `{"changed": true}`: it tells that its nodes changed; `{"seen": file}`, to which it
writes what clients did.
"""

import asyncio
import sys
from contextlib import aclosing
from datetime import UTC
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from tests.drivers.servers.commands import commands
from tests.drivers.servers.opcua_misbehaviour import Misbehaviour

_NODES: dict[str, tuple[Any, ua.VariantType]] = {
    "state": (6, ua.VariantType.Int32),
    "count": (100_000, ua.VariantType.UInt32),
    "run": (True, ua.VariantType.Boolean),
    "speed": (1.5, ua.VariantType.Double),
    "alarm": ("E1", ua.VariantType.String),
    "list": ([1, 2], ua.VariantType.Int32),
    "blob": (b"\x00", ua.VariantType.ByteString),
}


class Line:
    """The nodes of one server."""

    def __init__(self, server: Server) -> None:
        self.nodes: dict[str, Node] = {}
        self.index = 0
        self._server = server

    async def add(self, *names: str) -> None:
        for name in [one for one in names if one not in self.nodes]:
            value, kind = _NODES[name]
            node = ua.NodeId(ua.String(name), ua.Int16(self.index))
            self.nodes[name] = await self._server.nodes.objects.add_variable(node, name, value, kind)

    async def delete(self, *names: str) -> None:
        await self._server.delete_nodes([self.nodes.pop(name) for name in names])

    async def move(self, *uris: str) -> None:
        """The namespaces are these from now on."""
        names = list(self.nodes)
        await self.delete(*names)
        array = self._server.get_node(ua.NodeId(ua.Int32(ObjectIds.Server_NamespaceArray)))
        known = (await array.read_value())[:2]
        await array.write_value([*known, *uris])
        self.index = len(known) + len(uris) - 1
        await self.add(*names)

    async def write(self, name: str, value: object, status: str | None, source_time: float | None) -> None:
        time = ua.DateTime.now(UTC) if source_time is None else ua.DateTime.fromtimestamp(source_time, UTC)
        code = ua.StatusCode(getattr(StatusCodes, status or "Good"))
        await self.nodes[name].write_value(ua.DataValue(ua.Variant(value, _NODES[name][1]), code, time))


async def main(port: int, namespaces: list[str]) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/line")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    line = Line(server)
    for uri in namespaces:
        line.index = await server.register_namespace(uri)
    await line.add(*_NODES)
    misbehaviour = Misbehaviour(server)
    changes = await server.get_event_generator(ObjectIds.GeneralModelChangeEventType, server.nodes.server.nodeid)
    async with server, aclosing(commands()) as told:
        async for command in told:
            if "behave" in command:
                misbehaviour.settings = command["behave"]
            if "say" in command:
                await misbehaviour.say_limits(*command["say"])
            if "seen" in command:
                misbehaviour.tell(Path(command["seen"]))
            if "namespaces" in command:
                await line.move(*command["namespaces"])
            await line.delete(*command.get("delete", ()))
            await line.add(*command.get("add", ()))
            if "changed" in command:
                await changes.trigger()
            for name, value, status, source_time in command.get("write", ()):
                await line.write(name, value, status, source_time)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
