"""An OPC UA server whose machines stand in a ring of references, and that answers little at once, as small PLCs do.

It keeps a single continuation point for the session, hands out few references at a time, refuses Browse for more than
a few nodes, and Read for more than a few more, whatever it says of its limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.crypto.permission_rules import SimpleRoleRuleset
from asyncua.server.server import Server
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.ua_binary import struct_from_binary
from asyncua.ua.uaerrors import BadTooManyOperations

_BROWSE_NEXT = ua.NodeId(ua.Int32(ObjectIds.BrowseNextRequest_Encoding_DefaultBinary))
URI = "urn:maze;with 100%"


class _All(SimpleRoleRuleset):
    """The library's own rules leave BrowseNext out."""

    def __init__(self) -> None:
        """The base's builds its own table alone, which is not asked here."""

    def check_validity(self, *_: object) -> bool:
        return True


@dataclass(slots=True)
class Asked:
    """What was asked of the server."""

    browses: int = 0
    refused: int = 0
    following: int = 0
    without_point: int = 0
    """Nodes that were told that no continuation point is left."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What it answers at once."""

    browses: int = 4
    references: int = 7
    reads: int = 9


class Maze:
    """Serves while open."""

    def __init__(self, port: int, machines: int, values: int, narrow: Narrow | None = None) -> None:
        self.url = f"opc.tcp://127.0.0.1:{port}/maze"
        self.asked = Asked()
        self._machines, self._values = machines, values
        self._narrow = narrow
        self._rest: list[ua.ReferenceDescription] = []
        self._server = Server()
        self._processed = UaProcessor._process_message

    async def __aenter__(self) -> Self:
        await self._server.init()
        self._server.set_endpoint(self.url)
        self._server.set_security_policy([ua.SecurityPolicyType.NoSecurity], _All())
        index = ua.Int16(await self._server.register_namespace(URI))
        objects = self._server.nodes.objects
        folders = []
        for machine in range(self._machines):
            folder = await objects.add_object(ua.NodeId(ua.String(f"m{machine}"), index), f"Machine {machine}")
            for value in range(self._values):
                node = ua.NodeId(ua.String(f"m{machine}.v{value}"), index)
                await folder.add_variable(node, f"Value {value}", ua.Variant(value, ua.VariantType.Int32))
            folders.append(folder)
        for folder, neighbour in zip(folders, (*folders[1:], folders[0]), strict=True):
            await folder.add_reference(neighbour, ua.NodeId(ua.Int32(ObjectIds.Organizes)), forward=True)
        if self._narrow is not None:
            self._restrict(self._narrow)
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()
        UaProcessor._process_message = self._processed  # type: ignore[method-assign]  # as it was

    def _restrict(self, narrow: Narrow) -> None:
        view = self._server.iserver.view_service
        attributes = self._server.iserver.attribute_service
        browse, read = view.browse, attributes.read

        def browsed(parameters: ua.BrowseParameters) -> list[ua.BrowseResult]:
            self.asked.browses += 1
            if len(parameters.NodesToBrowse) > narrow.browses:
                self.asked.refused += 1
                raise BadTooManyOperations
            most = min(narrow.references, parameters.RequestedMaxReferencesPerNode or narrow.references)
            return [self._cut(result, most) for result in browse(parameters)]

        def values(parameters: ua.ReadParameters, *rest: object) -> list[ua.DataValue]:
            if len(parameters.NodesToRead) > narrow.reads:
                self.asked.refused += 1
                raise BadTooManyOperations
            return read(parameters, *rest)

        known = UaProcessor._process_message

        async def processed(
            processor: UaProcessor, kind: ua.NodeId, header: ua.RequestHeader, sequence: object, body: Buffer
        ) -> bool:
            if kind != _BROWSE_NEXT:
                return bool(await known(processor, kind, header, sequence, body))  # type: ignore[no-untyped-call]
            self.asked.following += 1
            assert struct_from_binary(ua.BrowseNextParameters, body).ContinuationPoints == [b"1"]
            rest, self._rest = self._rest, []
            response = ua.BrowseNextResponse()
            response.Parameters.Results = [self._cut(ua.BrowseResult(References=rest), narrow.references)]
            processor.send_response(header.RequestHandle, sequence, response)  # type: ignore[no-untyped-call]
            return True

        view.browse = browsed  # type: ignore[method-assign, assignment]  # the only way in
        attributes.read = values  # type: ignore[method-assign, assignment]  # likewise
        UaProcessor._process_message = processed  # type: ignore[method-assign]  # the library knows no BrowseNext

    def _cut(self, result: ua.BrowseResult, most: int) -> ua.BrowseResult:
        if len(result.References) <= most:
            return result
        if self._rest:
            self.asked.without_point += 1
            return ua.BrowseResult(StatusCode=ua.StatusCode(ua.UInt32(StatusCodes.BadNoContinuationPoints)))
        self._rest = list(result.References[most:])
        return ua.BrowseResult(ContinuationPoint=b"1", References=list(result.References[:most]))
