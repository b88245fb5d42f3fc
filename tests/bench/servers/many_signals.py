"""A PLC with many values over OPC UA, in a process of its own.

Arguments: how many change once a second, and how many ten times a second. Their changes are spread evenly, as those of
a real program are. Each value carries the instant at which it was written; it prints its port when it serves.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC
from itertools import count

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server

NAMESPACE = "urn:lineside:bench:many"
TURN_S = 0.01
"""What is due in so many seconds is written at once."""
TURNS = {1: 100, 10: 10}
"""By how often a second a value changes, turns between two changes."""


async def main(slow: int, fast: int) -> None:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/many")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = ua.Int16(await server.register_namespace(NAMESPACE))
    folder = await server.nodes.objects.add_object(ua.NodeId(ua.String("many"), index), "many")
    due: dict[int, list[Node]] = {turn: [] for turn in range(100)}
    for hertz, many in ((1, slow), (10, fast)):
        for number in range(many):
            node = await folder.add_variable(
                ua.NodeId(ua.String(f"{hertz}hz.{number}"), index), f"{hertz}hz.{number}", 0.0
            )
            for turn in range(number % TURNS[hertz], 100, TURNS[hertz]):
                due[turn].append(node)
    async with server:
        assert server.bserver is not None
        sys.stdout.write(json.dumps({"port": server.bserver.port}) + "\n")
        sys.stdout.flush()
        await _change(due)


async def _change(due: dict[int, list[Node]]) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for turn in count():
        await asyncio.sleep(began + turn * TURN_S - loop.time())
        value, at = ua.Variant(float(turn), ua.VariantType.Double), ua.DateTime.now(UTC)
        for node in due[turn % 100]:
            await node.write_value(ua.DataValue(value, SourceTimestamp=at))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
