"""Walks the address space of an OPC UA server, for who commissions a machine.

Browse, BrowseNext and Read only: nothing is written and no subscription made (design.md promise 7). Memory and time are
bounded by an `Extent` however large the address space is; loops in it end by what was seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeAlias

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.observations import SignalValue
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.keys import Keys
from drivers.opcua_kinds import kind_of
from drivers.opcua_session import Session
from drivers.opcua_values import node_id, node_text, reading
from drivers.opcua_walk import Extent, Place, Walk, printable

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many nodes were seen and how many wait to be looked into."""

_OBJECTS: Final = ua.NodeId(ua.Int32(ObjectIds.ObjectsFolder))
_LIMITS: Final = (
    ua.NodeId(ua.Int32(ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse)),
    ua.NodeId(ua.Int32(ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead)),
)
_TOO_MUCH: Final = frozenset(
    {
        StatusCodes.BadTooManyOperations,
        StatusCodes.BadEncodingLimitsExceeded,
        StatusCodes.BadResponseTooLarge,
        StatusCodes.BadRequestTooLarge,
    }
)
"""Asked for less at once, the server answers."""
_AT_ONCE: Final = 50
_REFERENCES: Final = 500
_READS: Final = 500


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the server, as the walk found it."""

    node: str
    """Node id by namespace URI, as the configuration has it."""
    path: tuple[str, ...]
    """Browse names from where the walk began."""
    kind: str
    """Type of its value, such as `Int32` or `array of Float`; empty where it has none."""
    value: SignalValue
    """None where it has none that the agent could take."""
    status: str
    """Why there is no value, empty for a good one."""


class OpcUaBrowser:
    """One session that only looks.

    Raises:
        DeviceError: nobody answers, what answers refuses us, or the connection is lost.
    """

    def __init__(self, server: OpcUaSettings, keys: Keys | None = None) -> None:
        self.is_cut = False
        """Whether the last walk ended by its extent before it had seen everything."""
        self._at_once, self._references, self._reads = _AT_ONCE, _REFERENCES, _READS
        self._session = Session("", server, keys)

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._session.__aenter__()
        try:
            await self._ask_limits()
        except BaseException as error:
            await self._session.close()
            if isinstance(error, OSError | UaError):
                raise self._session.refused(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server, or hang up when it does not answer."""
        await self._session.close()
        if isinstance(error, OSError | UaError):
            raise self._session.refused(error) from error

    async def walk(self, extent: Extent, tell: Tell | None = None, start: str | None = None) -> AsyncIterator[Variable]:
        """Every variable below a node, or below Objects, nearest first, with its present value.

        Raises:
            LookupError: the server has no such namespace.
            ValueError: `start` is no node id.
        """
        self.is_cut = False
        walk = Walk(_OBJECTS if start is None else node_id(start, self._session.namespaces), extent)
        while places := walk.next(self._at_once):
            results = await self._browsed(places)
            if results is None:
                walk.put_back(places)
                continue
            for place, first in zip(places, results, strict=True):
                # OPC 10000-4, 7.9: a server may have few continuation points, and none left for this node yet.
                if first.StatusCode.value == StatusCodes.BadNoContinuationPoints and len(places) > 1:
                    walk.alone.append(place)
                    continue
                result: ua.BrowseResult | None = first
                while result is not None:
                    walk.take(place, result.References or [])
                    if len(walk.variables) >= _READS:
                        for variable in await self._described(walk.taken()):
                            yield variable
                    # Of a walk that ends here, closing the session gives back what the server keeps for it.
                    result = None if walk.is_full else await self._more(result)
            for variable in await self._described(walk.taken()):
                yield variable
            if tell is not None:
                tell(len(walk.seen) - 1, len(walk.waiting))
        self.is_cut = walk.is_cut

    async def read(self, nodes: Sequence[str]) -> list[SignalValue]:
        """What these show now; None for what shows nothing."""
        data = await self._values([node_id(node, self._session.namespaces) for node in nodes])
        return [reading(one)[0] for one in data]

    async def _browsed(self, places: Sequence[Place]) -> list[ua.BrowseResult] | None:
        """One answer for each; None where fewer are to be asked for at once."""
        while True:
            parameters = ua.BrowseParameters(
                RequestedMaxReferencesPerNode=ua.UInt32(self._references),
                NodesToBrowse=[_below(place.node) for place in places],
            )
            try:
                return await self._session.uaclient.browse(parameters)
            except UaStatusCodeError as error:
                if error.code not in _TOO_MUCH:
                    raise
                if len(places) > 1:
                    self._at_once = max(1, len(places) // 2)
                    return None
                if self._references == 1:
                    raise
                self._references = max(1, self._references // 4)

    async def _more(self, result: ua.BrowseResult) -> ua.BrowseResult | None:
        """What follows an answer that was not the whole one."""
        if not result.ContinuationPoint:
            return None
        parameters = ua.BrowseNextParameters(False, [result.ContinuationPoint])
        [following] = await self._session.uaclient.browse_next(parameters)
        return following

    async def _described(self, places: Sequence[Place]) -> list[Variable]:
        told: list[Variable] = []
        for place, data in zip(places, await self._values([place.node for place in places]), strict=True):
            text = node_text(place.node, self._session.namespaces)
            if text is not None:
                value, _, status, _ = reading(data)
                told.append(Variable(text, place.path, kind_of(data), value, printable(status)))
        return told

    async def _values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        read: list[ua.DataValue] = []
        while len(read) < len(nodes):
            part = list(nodes[len(read) : len(read) + self._reads])
            try:
                read += await self._session.uaclient.read_attributes(part, AttributeIds.Value)
            except UaStatusCodeError as error:
                if error.code not in _TOO_MUCH or len(part) == 1:
                    raise
                self._reads = len(part) // 2
        return read

    async def _ask_limits(self) -> None:
        """What the server takes at once, where it says so; 0 is no limit (OPC 10000-5, 6.3.11)."""
        answers = await self._session.uaclient.read_attributes(list(_LIMITS), AttributeIds.Value)
        browses, reads = (reading(answer)[0] for answer in answers)
        self._at_once = min(self._at_once, int(browses or self._at_once))
        self._reads = min(self._reads, int(reads or self._reads))


def _below(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Forward,
        ReferenceTypeId=ua.NodeId(ua.Int32(ObjectIds.HierarchicalReferences)),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(ua.NodeClass.Object | ua.NodeClass.Variable),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )
