"""An OPC UA server that remembers values.

Arguments: port, the namespace URI of the nodes, and how many values it hands out at once. Commands:
`{"remember": [[name, value, status, source time], …]}`.
"""

import asyncio
import sys
from contextlib import aclosing
from datetime import UTC

from asyncua import ua
from asyncua.server.history import HistoryDict
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from tests.drivers.servers.commands import commands

NODES = {
    "count": (ua.VariantType.UInt32, True),
    "quiet": (ua.VariantType.Int32, True),
    "forgetful": (ua.VariantType.Int32, False),
    "list": (ua.VariantType.Int32, True),
}
"""Types of the values, and whether they are remembered."""


async def main(port: int, namespace: str, at_once: int) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/history")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(namespace)
    storage = HistoryDict(at_once)
    server.iserver.history_manager.set_storage(storage)
    nodes = {}
    for name, (kind, is_kept) in NODES.items():
        node_id = ua.NodeId(ua.String(name), ua.Int16(index))
        value = [0] if name == "list" else 0
        nodes[name] = await server.nodes.objects.add_variable(node_id, name, ua.Variant(value, kind))
        if is_kept:
            await storage.new_historized_node(node_id, None)
            await nodes[name].set_attr_bit(AttributeIds.AccessLevel, ua.AccessLevel.HistoryRead)
            await nodes[name].write_attribute(
                AttributeIds.Historizing, ua.DataValue(ua.Variant(True, ua.VariantType.Boolean))
            )
    async with server, aclosing(commands()) as told:
        async for command in told:
            for name, value, status, source_time in command.get("remember", ()):
                code = ua.StatusCode(getattr(StatusCodes, status or "Good"))
                data = ua.DataValue(
                    ua.Variant(value, NODES[name][0]), code, ua.DateTime.fromtimestamp(source_time, UTC)
                )
                await storage.save_node_value(nodes[name].nodeid, data)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
