"""A PLC that counts, over OPC UA, in a process of its own.

Arguments: port, and counts a second, 0 for a line that stands. The time between two counts varies by a tenth, so that
it never keeps step with a publishing interval. Each value carries the instant at which it was written.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import UTC

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server

NAMESPACE = "urn:lineside:bench:counter"
EXECUTE = 6


async def main(port: int, rate: float) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/counter")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    state = await _variable(server, index, "state", EXECUTE)
    count = await _variable(server, index, "count", 0)
    async with server:
        await _write(state, EXECUTE)
        sys.stdout.write(json.dumps({"ready": True}) + "\n")
        sys.stdout.flush()
        if not rate:
            await asyncio.Event().wait()
        for number in range(1, 2**31):
            await asyncio.sleep(random.uniform(0.9, 1.1) / rate)
            await _write(count, number)


async def _variable(server: Server, index: int, name: str, value: int) -> Node:
    node = ua.NodeId(ua.String(name), ua.Int16(index))
    return await server.nodes.objects.add_variable(node, name, value, ua.VariantType.Int32)


async def _write(node: Node, value: int) -> None:
    variant = ua.Variant(value, ua.VariantType.Int32)
    await node.write_value(ua.DataValue(variant, SourceTimestamp=ua.DateTime.now(UTC)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
