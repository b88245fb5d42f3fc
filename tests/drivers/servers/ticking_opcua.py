"""An OPC UA server whose every value says which signal it is and when it was written.

Arguments: how many signals, the instant of tick 0 by `time.monotonic` and by the wall clock, then the namespace URIs in
the order in which the server registers them. Each namespace has nodes of the same names, `s1` and so on: those of the
last named `URI` are the signals; those of the others are none of them. Source times are by the server's clock.
Requests: `{"lose": "sessions" | "subscriptions" | "silently"}`, answered by `lost`, how many; `{"clock": "2000" |
"right"}`, answered by `offset`, the seconds that it is off now.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import aclosing
from datetime import UTC, timedelta

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server

from simulators.background import Background
from simulators.opcua_faults import Y2K, ServerFaults
from tests.drivers.faults.ticks import SPAN, Clocks
from tests.drivers.plants import URI
from tests.drivers.servers.asked import asked

TICK_S = 0.05


async def write(nodes: list[Node], clocks: Clocks, faults: ServerFaults) -> None:
    """Every value anew, each time later, until cancelled."""
    kind = ua.VariantType.UInt32
    while True:
        tick = clocks.tick(time.monotonic())
        true = ua.DateTime.fromtimestamp(clocks.wall + tick / 1000, UTC)
        at = true + timedelta(seconds=faults.set_off_s)
        for number, node in enumerate(nodes, 1):
            await node.write_value(ua.DataValue(ua.Variant(number * SPAN + tick, kind), SourceTimestamp=at))
        await asyncio.sleep(TICK_S)


async def served(signals: int, namespaces: list[str]) -> tuple[Server, list[Node]]:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/ticking")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    ours: list[Node] = []
    for uri in namespaces:
        index = ua.Int16(await server.register_namespace(uri))
        folder = await server.nodes.objects.add_object(ua.NodeId(ua.String("folder"), index), "folder")
        for number in range(1, signals + 1):
            value = ua.Variant((number + 20) * SPAN, ua.VariantType.UInt32)
            node = await folder.add_variable(ua.NodeId(ua.String(f"s{number}"), index), f"s{number}", value)
            if uri == URI:
                ours.append(node)
    return server, ours


async def main(signals: int, clocks: Clocks, namespaces: list[str]) -> None:
    server, nodes = await served(signals, namespaces)
    faults = ServerFaults(server, 0.1)
    lose = {
        "sessions": faults.lose_sessions,
        "subscriptions": faults.lose_subscriptions,
        "silently": faults.silence_subscriptions,
    }
    jobs = {"ticking": write(nodes, clocks, faults), "clock": faults.run()}
    async with server, Background(jobs):
        assert server.bserver is not None
        async with aclosing(asked(port=server.bserver.port)) as requests:
            async for request in requests:
                if "lose" in request.what:
                    request.answer["lost"] = await lose[request.what["lose"]]()
                if "clock" in request.what:
                    request.answer["offset"] = faults.set_clock(Y2K if request.what["clock"] == "2000" else None)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Clocks(float(sys.argv[2]), float(sys.argv[3])), sys.argv[4:]))
