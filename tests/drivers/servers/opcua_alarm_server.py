"""An OPC UA server whose events tell alarms.

Arguments: port, the namespace URI, and `shown` where its conditions stand in the address space or `hidden` where they
do not. Commands: `{"tell": [{…}, …]}` sends events with the fields that are named, of a condition where `condition` is;
what is said of a condition is shown, too, but not with `"quietly": true`, and shown alone with `"silently": true`.
`{"cell": true}` adds the node of a cell that tells its events, `{"cell": false}` takes it away; events of it have
`"cell": true`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import Any

from asyncua import ua
from asyncua.common.events import Event
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds

from tests.drivers.servers.commands import commands

KIND = ua.VariantType
CONDITIONS = ("Guard", "Jam", "Heat")
_FIELDS: dict[str, tuple[str, ua.VariantType]] = {
    "active": ("ActiveState/Id", KIND.Boolean),
    "enabled": ("EnabledState/Id", KIND.Boolean),
    "since": ("ActiveState/TransitionTime", KIND.DateTime),
    "time": ("Time", KIND.DateTime),
    "message": ("Message", KIND.LocalizedText),
    "name": ("ConditionName", KIND.String),
    "source": ("SourceName", KIND.String),
    "branch": ("BranchId", KIND.NodeId),
}


class Plant:
    """A machine that raises alarms."""

    def __init__(self, server: Server, index: int) -> None:
        self.server, self.index = server, index
        self.shown: dict[str, dict[str, Node]] = {}

    def node_id(self, name: str) -> ua.NodeId:
        return ua.NodeId(ua.String(name), ua.Int16(self.index))

    async def add(self) -> None:
        """The machine, a source of events in an area of the server, and its conditions."""
        has = ua.NodeId(ua.Int32(ObjectIds.HasComponent))
        area = await self.server.nodes.objects.add_object(self.node_id("Area"), "Area")
        machine = await area.add_object(self.node_id("Machine"), "Machine")
        await self.server.nodes.server.add_reference(area, ua.NodeId(ua.Int32(ObjectIds.HasNotifier)))
        await area.add_reference(machine, ua.NodeId(ua.Int32(ObjectIds.HasEventSource)))
        for name in CONDITIONS:
            condition = await machine.add_object(self.node_id(name), name)
            await machine.add_reference(condition, ua.NodeId(ua.Int32(ObjectIds.HasCondition)))
            nodes = self.shown[name] = {}
            nodes["name"] = await self._property(condition, "ConditionName", ua.Variant(name, KIND.String))
            nodes["time"] = await self._property(condition, "Time", ua.Variant(None, KIND.DateTime))
            for state, ids in (("ActiveState", ("active", "since")), ("EnabledState", ("enabled",))):
                kept = await condition.add_variable(self.node_id(f"{name}.{state}"), f"0:{state}", ua.LocalizedText())
                await condition.add_reference(kept, has)
                for one in ids:
                    path, kind = _FIELDS[one]
                    first: Any = {"active": False, "enabled": True}.get(one)
                    nodes[one] = await self._property(kept, path.partition("/")[2], ua.Variant(first, kind))

    async def tell(self, said: dict[str, Any]) -> None:
        name = said.get("condition")
        if name in self.shown and not said.get("quietly"):
            for key, node in self.shown[name].items():
                if key in said:
                    await node.write_value(ua.Variant(_value(key, said[key]), _FIELDS[key][1]))
        if said.get("silently"):
            return
        event = Event()
        kind = said.get("type", ObjectIds.BaseEventType if name is None else ObjectIds.OffNormalAlarmType)
        event.add_property("EventType", ua.NodeId(ua.Int32(kind)), KIND.NodeId)
        if name is not None:
            event.add_property("NodeId", self.node_id(name), KIND.NodeId)
        for key, (field, of) in _FIELDS.items():
            if key in said:
                event.add_property(field, _value(key, said[key]), of)
        if said.get("cell"):
            event.emitting_node = self.node_id("Cell")
        await self.server.iserver.subscription_service.trigger_event(event)

    async def have_cell(self, *, is_there: bool) -> None:
        node = self.server.get_node(self.node_id("Cell"))
        if is_there:
            await self.server.nodes.objects.add_object(node.nodeid, "Cell")
            await node.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
        else:
            await self.server.delete_nodes([node])

    async def _property(self, parent: Node, name: str, value: ua.Variant) -> Node:
        node_id = self.node_id(f"{parent.nodeid.Identifier!r}.{name}")
        return await parent.add_property(node_id, f"0:{name}", value)


def _value(key: str, said: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    match key:
        case "since" | "time":
            return None if said is None else ua.uatypes.win_epoch_to_datetime(int((said + 11_644_473_600) * 10**7))
        case "message":
            return ua.LocalizedText(said)
        case "branch":
            return ua.NodeId(ua.Int32(said), ua.Int16(1))
        case _:
            return said


async def main(port: int, namespace: str, *, is_shown: bool) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/alarms")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    plant = Plant(server, await server.register_namespace(namespace))
    run = plant.node_id("run")
    await server.nodes.objects.add_variable(run, "run", ua.Variant(True, KIND.Boolean))
    if is_shown:
        await plant.add()
    async with server, aclosing(commands()) as told:
        async for command in told:
            if "cell" in command:
                await plant.have_cell(is_there=command["cell"])
            for said in command.get("tell", ()):
                await plant.tell(said)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], is_shown=sys.argv[3] == "shown"))
