"""An OPC UA server to be killed, frozen and started again.

Arguments: port, and the namespace URIs in the order in which the server registers them; the nodes stand in the last.
Commands: `{"write": [[name, value, status, source time], …]}`, where all but the first two may be null, and
`{"slowest_ms": interval}`, the shortest publishing interval that later subscriptions get.
"""

import asyncio
import sys
from contextlib import aclosing
from datetime import UTC
from typing import Any

from asyncua import ua
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes

from tests.drivers.servers.commands import commands

_NODES: dict[str, tuple[Any, ua.VariantType]] = {
    "state": (6, ua.VariantType.Int32),
    "count": (100_000, ua.VariantType.UInt32),
    "run": (True, ua.VariantType.Boolean),
    "speed": (1.5, ua.VariantType.Double),
    "alarm": ("E1", ua.VariantType.String),
    "list": ([1, 2], ua.VariantType.Int32),
    "blob": (b"\x00", ua.VariantType.ByteString),
}


def revise(server: Server, slowest_ms: list[float]) -> None:
    """Grant longer intervals and modify subscriptions, as PLCs do; the library does neither."""
    service = server.iserver.subscription_service
    create, modify = service.create_subscription, service.modify_subscription

    async def created(
        params: ua.CreateSubscriptionParameters, *rest: object, **more: object
    ) -> ua.CreateSubscriptionResult:
        params.RequestedPublishingInterval = max(params.RequestedPublishingInterval, slowest_ms[0])
        return await create(params, *rest, **more)  # type: ignore[arg-type]  # handed on as they come

    def modified(params: ua.ModifySubscriptionParameters) -> ua.ModifySubscriptionResult:
        granted = service.subscriptions[params.SubscriptionId].data
        granted.RevisedMaxKeepAliveCount = params.RequestedMaxKeepAliveCount
        granted.RevisedLifetimeCount = params.RequestedLifetimeCount
        return modify(params)

    service.create_subscription = created  # type: ignore[method-assign]  # the only way in
    service.modify_subscription = modified  # type: ignore[method-assign]  # the only way in


async def main(port: int, namespaces: list[str]) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/line")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = 0
    for uri in namespaces:
        index = await server.register_namespace(uri)
    nodes = {
        name: await server.nodes.objects.add_variable(ua.NodeId(ua.String(name), ua.Int16(index)), name, value, kind)
        for name, (value, kind) in _NODES.items()
    }
    slowest_ms = [0.0]
    revise(server, slowest_ms)
    async with server, aclosing(commands()) as told:
        async for command in told:
            slowest_ms[0] = command.get("slowest_ms", slowest_ms[0])
            for name, value, status, source_time in command.get("write", ()):
                time = ua.DateTime.now(UTC) if source_time is None else ua.DateTime.fromtimestamp(source_time, UTC)
                code = ua.StatusCode(getattr(StatusCodes, status or "Good"))
                await nodes[name].write_value(ua.DataValue(ua.Variant(value, _NODES[name][1]), code, time))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
