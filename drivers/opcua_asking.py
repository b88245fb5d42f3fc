"""Asks a server about itself: attributes and references of its nodes, in requests that it can take.

Read and Browse only (design.md promise 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua_responses import read

MOST_REFERENCES: Final = 1_000
"""References that are looked at of one node."""


class Asking:
    """Questions to one server.

    All of its methods raise `UaError` where the server refuses the whole request, and `OSError` where the connection is
    lost or it does not answer in time.
    """

    def __init__(self, client: UaClient, most: int = 50) -> None:
        """Nothing is asked yet.

        Args:
            client: the services of the server.
            most: nodes in one request.
        """
        self._client = client
        self._most = most

    async def read(
        self, nodes: Sequence[ua.NodeId], attribute: AttributeIds = AttributeIds.Value, index_range: str | None = None
    ) -> list[ua.DataValue]:
        """The same attribute of each."""
        wanted = [
            ua.ReadValueId(node, attribute, None if index_range is None else ua.String(index_range)) for node in nodes
        ]
        answers: list[ua.DataValue] = []
        for start in range(0, len(wanted), self._most):
            answers += await read(self._client, wanted[start : start + self._most])
        return answers

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
        wanted = [_browse(node, kind, direction) for node in nodes]
        found: list[list[ua.ReferenceDescription]] = []
        for start in range(0, len(wanted), self._most):
            parameters = ua.BrowseParameters(
                RequestedMaxReferencesPerNode=ua.UInt32(MOST_REFERENCES),
                NodesToBrowse=wanted[start : start + self._most],
            )
            found += [await self._rest(result) for result in await self._client.browse(parameters)]
        return found

    async def _rest(self, result: ua.BrowseResult) -> list[ua.ReferenceDescription]:
        found = list(result.References or [])
        while result.ContinuationPoint:
            release = len(found) >= MOST_REFERENCES
            parameters = ua.BrowseNextParameters(release, [result.ContinuationPoint])
            [result] = await self._client.browse_next(parameters)
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
