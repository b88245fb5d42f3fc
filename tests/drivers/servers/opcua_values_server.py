"""An OPC UA server with structures, arrays, enumerations and texts.

Arguments: port, and the namespace URI of the nodes. Its structures are described as servers of 1.04 do, or by a type
dictionary, as those of 1.03. Commands: `{"body": [name, hex]}` sends other octets as a structure; `{"ignore": bool}`
leaves index ranges unread, as simple servers do; `{"widen": bool}` changes the type Drive, as a program download does.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from typing import Any

from asyncua import ua
from asyncua.common.manage_nodes import create_data_type, create_encoding
from asyncua.common.node import Node
from asyncua.common.structures104 import new_enum, new_struct, new_struct_field
from asyncua.server.monitored_item_service import MonitoredItemService
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from tests.drivers.opcua_encoder import built_in, counted, extension_object
from tests.drivers.servers.commands import commands

KIND = ua.VariantType
DICTIONARY = b"""<opc:TypeDictionary xmlns:opc="http://opcfoundation.org/BinarySchema/" xmlns:tns="urn:old"
  xmlns:ua="http://opcfoundation.org/UA/" TargetNamespace="urn:old">
 <opc:StructuredType Name="Pump" BaseType="ua:ExtensionObject">
  <opc:Field Name="Flow" TypeName="opc:Float"/><opc:Field Name="Motor" TypeName="tns:Motor"/>
 </opc:StructuredType>
 <opc:StructuredType Name="Motor" BaseType="ua:ExtensionObject">
  <opc:Field Name="NoOfAmps" TypeName="opc:Int32"/>
  <opc:Field Name="Amps" TypeName="opc:Int16" LengthField="NoOfAmps"/>
 </opc:StructuredType>
</opc:TypeDictionary>"""


def drive(speed: float, state: int, *temperatures: float) -> bytes:
    return built_in(11, speed) + built_in(6, state) + built_in(6, len(temperatures)) + b"".join(
        built_in(10, one) for one in temperatures
    )  # fmt: skip


def pump(flow: float, *amps: int) -> bytes:
    return built_in(10, flow) + built_in(6, len(amps)) + b"".join(built_in(4, one) for one in amps)


class Plant:
    """The nodes."""

    def __init__(self, server: Server, index: int) -> None:
        self.server, self.index = server, index
        self.nodes: dict[str, Node] = {}
        self.types: dict[str, ua.NodeId] = {}
        self.data_types: dict[str, Node] = {}

    async def add(self, name: str, value: object, kind: ua.VariantType, data_type: Node | None = None) -> Node:
        node_id = ua.NodeId(ua.String(name), ua.Int16(self.index))
        self.nodes[name] = await self.server.nodes.objects.add_variable(
            node_id, name, ua.Variant(value, kind), datatype=None if data_type is None else data_type.nodeid
        )
        return self.nodes[name]

    def sent(self, kind: str, body: bytes) -> ua.ExtensionObject:
        return ua.ExtensionObject(self.types[kind], ua.ByteString(body))

    async def add_types(self) -> None:
        self.mode = await new_enum(self.server, self.index, "Mode", ["Off", "Idle", "Running"])
        await self.add_type("Drive", new_struct_field("Speed", KIND.Double), new_struct_field("State", self.mode),
                            new_struct_field("Temperatures", KIND.Float, array=True))  # fmt: skip
        drive_type = self.data_types["Drive"]
        await self.add_type("Line", new_struct_field("Name", KIND.String), new_struct_field("Spare", drive_type,
                            optional=True), new_struct_field("Axes", drive_type, array=True),
                            new_struct_field("Cycle", ua.NodeId(ua.Int32(ObjectIds.Duration))))  # fmt: skip
        await self.add_type("Either", new_struct_field("Count", KIND.UInt16), new_struct_field("Drive", drive_type),
                            is_union=True)  # fmt: skip
        await self.add_type("Box", new_struct_field("Content", KIND.ExtensionObject))
        await self.add_type("Endless", new_struct_field("Again", KIND.String))
        endless = self.data_types["Endless"]
        again = new_struct_field("Again", endless, array=True)
        await endless.write_data_type_definition(ua.StructureDefinition(Fields=[again]))
        await self.add_old_types()

    async def add_type(self, name: str, *fields: ua.StructureField, is_union: bool = False) -> None:
        data_type, [encoding] = await new_struct(self.server, self.index, name, list(fields), is_union)
        self.data_types[name], self.types[name] = data_type, encoding.nodeid

    async def add_old_types(self) -> None:
        types = self.server.get_node(ua.NodeId(ua.Int32(ObjectIds.OPCBinarySchema_TypeSystem)))
        dictionary = await types.add_variable(self.index, "Old", ua.Variant(DICTIONARY, KIND.ByteString))
        description = await dictionary.add_variable(self.index, "Pump", ua.Variant("Pump", KIND.String))
        data_type = await create_data_type(self.server.nodes.base_structure_type, self.index, "Pump")
        self.data_types["Pump"] = data_type
        encoding = await create_encoding(data_type, ua.NodeId(ua.Int32(0), ua.Int16(self.index)),
                                         ua.QualifiedName("Default Binary", 0))  # fmt: skip
        await encoding.add_reference(description, ua.NodeId(ua.Int32(ObjectIds.HasDescription)))
        self.types["Pump"] = encoding.nodeid

    async def add_values(self) -> None:
        await self.add("list", [10, 11, 12], KIND.Int32)
        await self.nodes["list"].write_value_rank(ua.ValueRank.OneDimension)
        await self.add("short", [5], KIND.Int32)
        await self.nodes["short"].write_value_rank(ua.ValueRank.OneDimension)
        await self.add("matrix", [[1, 2, 3], [4, 5, 6]], KIND.Int16)
        await self.add("octets", b"\x07\xff", KIND.ByteString)
        await self.add("name", ua.LocalizedText("Füller", "de"), KIND.LocalizedText)
        await self.add("mode", 2, KIND.Int32, self.mode)
        multi = await self.add("multi", 1, KIND.UInt32)
        await multi.add_property(ua.NodeId(ua.String("multi.s"), ua.Int16(self.index)), ua.QualifiedName("EnumStrings"),
                                 ua.Variant([ua.LocalizedText("none"), ua.LocalizedText("jam")]))  # fmt: skip
        valued = await self.add("valued", 20, KIND.Int16)
        texts = [ua.EnumValueType(ua.Int64(20), ua.LocalizedText("hot")), ua.EnumValueType(ua.Int64(0))]
        await valued.add_property(ua.NodeId(ua.String("valued.v"), ua.Int16(self.index)),
                                  ua.QualifiedName("EnumValues"), ua.Variant(texts))  # fmt: skip
        await self.add("range", ua.Range(-1.5, 90.0), KIND.ExtensionObject)

    async def add_structures(self) -> None:
        one, two = drive(1.5, 2, 20.5, 21.5), drive(-2.0, 0)
        line = built_in(7, 1) + counted(b"L1") + one + built_in(6, 2) + one + two + built_in(11, 250.0)
        spare = built_in(7, 0) + counted(b"L2") + built_in(6, 0) + built_in(11, 0.0)
        inner = extension_object(self.index, int(str(self.types["Drive"].Identifier)), one)
        sent = {
            "drive": ("Drive", one),
            "line": ("Line", line),
            "bare": ("Line", spare),
            "either": ("Either", built_in(7, 2) + two),
            "neither": ("Either", built_in(7, 0)),
            "box": ("Box", inner),
            "endless": ("Endless", b"\1\0\0\0" * 100),
            "pump": ("Pump", pump(2.5, 7, -8)),
        }
        for name, (kind, body) in sent.items():
            await self.add(name, self.sent(kind, body), KIND.ExtensionObject, self.data_types[kind])
        drives = [self.sent("Drive", one), self.sent("Drive", two)]
        await self.add("drives", drives, KIND.ExtensionObject, self.data_types["Drive"])
        strange = ua.ExtensionObject(ua.NodeId(ua.Int32(40_000), ua.Int16(self.index)), ua.ByteString(b"\1"))
        await self.add("strange", strange, KIND.ExtensionObject, self.server.nodes.base_structure_type)

    async def widen(self, *, wide: bool) -> None:
        """Put a field more into the type Drive and its value, under the same ids."""
        more = [new_struct_field("Torque", KIND.Double)] if wide else []
        fields = [new_struct_field("Speed", KIND.Double), new_struct_field("State", self.mode),
                  new_struct_field("Temperatures", KIND.Float, array=True), *more]  # fmt: skip
        await self.data_types["Drive"].write_data_type_definition(ua.StructureDefinition(Fields=fields))
        body = drive(3.0, 1) + (built_in(11, 9.5) if wide else b"")
        await self.nodes["drive"].write_value(self.sent("Drive", body))


def honour_ranges(server: Server, ignore: list[bool]) -> None:
    """Give one element where one is asked for; the library leaves index ranges unread."""
    service = server.iserver.attribute_service
    read, changed = service.read, MonitoredItemService.datachange_callback

    def ranged(value: ua.DataValue, wanted: ua.ReadValueId | None) -> ua.DataValue:
        if wanted is None or wanted.IndexRange is None or ignore[0] or value.Value is None:
            return value
        at, whole = int(wanted.IndexRange), value.Value.Value
        if not isinstance(whole, list | bytes) or at >= len(whole):
            return ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(StatusCodes.BadIndexRangeNoData)))
        return ua.DataValue(ua.Variant(whole[at : at + 1], value.Value.VariantType), value.StatusCode)

    def values(parameters: ua.ReadParameters, *rest: Any) -> list[ua.DataValue]:  # noqa: ANN401 - handed on
        return [
            ranged(one, wanted) for one, wanted in zip(read(parameters, *rest), parameters.NodesToRead, strict=True)
        ]

    async def change(self: MonitoredItemService, handle: int, value: ua.DataValue, *rest: Any) -> None:  # noqa: ANN401 - handed on
        wanted = self._monitored_items[self._monitored_datachange[handle]].read_value_id
        await changed(self, handle, ranged(value, wanted), *rest)

    service.read = values  # type: ignore[method-assign, assignment]  # the only way in
    MonitoredItemService.datachange_callback = change  # type: ignore[method-assign, assignment]  # likewise


async def main(port: int, namespace: str) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/values")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    plant = Plant(server, await server.register_namespace(namespace))
    ignore = [False]
    honour_ranges(server, ignore)
    await plant.add_types()
    await plant.add_values()
    await plant.add_structures()
    async with server, aclosing(commands()) as told:
        async for command in told:
            ignore[0] = command.get("ignore", ignore[0])
            if "body" in command:
                name, octets = command["body"]
                kind = (await plant.nodes[name].read_value()).TypeId
                await plant.nodes[name].write_value(ua.ExtensionObject(kind, ua.ByteString(bytes.fromhex(octets))))
            if "widen" in command:
                await plant.widen(wide=command["widen"])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
