"""Asks a server about itself: attributes and references of its nodes, in requests that it can take.

Read and Browse only (design.md promise 7).
"""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua_limits import MOST_REFERENCES, Requests


class Asking:
    """Questions to one server.

    All of its methods raise `UaError` where the server refuses the whole request, and `OSError` where the connection is
    lost or it does not answer in time.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def read(
        self, nodes: Sequence[ua.NodeId], attribute: AttributeIds = AttributeIds.Value, index_range: str | None = None
    ) -> list[ua.DataValue]:
        """The same attribute of each."""
        return await self._requests.values(nodes, attribute, [index_range] * len(nodes))

    async def references(
        self,
        nodes: Sequence[ua.NodeId],
        kind: int,
        direction: ua.BrowseDirection = ua.BrowseDirection.Forward,
    ) -> list[list[ua.ReferenceDescription]]:
        """Where the references of one kind lead from each, kinds derived from it among them.

        Args:
            nodes: where they begin, or end.
            kind: the number of the reference type in the standard's namespace.
            direction: forward, or against their direction.
        """
        results = await self._requests.browse([_browse(node, kind, direction) for node in nodes])
        return [await self._rest(result) for result in results]

    async def _rest(self, result: ua.BrowseResult) -> list[ua.ReferenceDescription]:
        found = list(result.References or [])
        while result.ContinuationPoint:
            release = len(found) >= MOST_REFERENCES
            result = await self._requests.browse_on(result.ContinuationPoint, release=release)
            if release:
                break
            found += result.References or []
        return found


def numbered(identifier: int) -> ua.NodeId:
    """A node of the standard's own namespace."""
    return ua.NodeId(ua.Int32(identifier))


def _browse(node: ua.NodeId, kind: int, direction: ua.BrowseDirection) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=direction,
        ReferenceTypeId=numbered(kind),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(0),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )
