"""An OPC UA server that remembers what it shows.

Arguments: port, and the namespace URI of its nodes `state` and `count`; for security, and for nothing without it, the
paths of its certificate (DER) and its key (PEM). Commands: `{"show": [[name, value, source time], …]}`: each is shown,
and remembered as of its time.
"""

import asyncio
import sys
from contextlib import aclosing
from datetime import UTC

from asyncua import ua
from asyncua.server.history import HistoryDict
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds

from tests.drivers.servers.commands import commands

FIRST = {"state": (6, ua.VariantType.Int32), "count": (0, ua.VariantType.UInt32)}


async def main(port: int, namespace: str, *secured_by: str) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/line")
    if secured_by:
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(secured_by[0], "der")
        await server.load_private_key(secured_by[1], format="pem")
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(namespace)
    storage = HistoryDict()
    server.iserver.history_manager.set_storage(storage)
    nodes = {}
    for name, (value, kind) in FIRST.items():
        node_id = ua.NodeId(ua.String(name), ua.Int16(index))
        nodes[name] = await server.nodes.objects.add_variable(node_id, name, ua.Variant(value, kind))
        await storage.new_historized_node(node_id, None)
        await nodes[name].set_attr_bit(AttributeIds.AccessLevel, ua.AccessLevel.HistoryRead)
        kept = ua.DataValue(ua.Variant(True, ua.VariantType.Boolean))
        await nodes[name].write_attribute(AttributeIds.Historizing, kept)
    async with server, aclosing(commands()) as told:
        async for command in told:
            for name, value, source_time in command.get("show", ()):
                at = ua.DateTime.fromtimestamp(source_time, UTC)
                data = ua.DataValue(ua.Variant(value, FIRST[name][1]), SourceTimestamp=at)
                await nodes[name].write_value(data)
                await storage.save_node_value(nodes[name].nodeid, data)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
