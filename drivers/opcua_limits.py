"""How much a server takes at once: what it says of that, what it refuses, and requests that keep to both.

A small controller takes a hundred values in one request and one request at a time; a large server says what it takes
(OPC 10000-5, 6.3.2 and 6.3.11), or says it by refusing. What it refuses as too much is asked for in halves, and what it
refuses because of one node is asked for without that node.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

_T = TypeVar("_T")
_R = TypeVar("_R")
Limit: TypeAlias = Literal["reads", "browses", "items", "held", "queue"]

STANDARD_BATCH: Final = 1_000
SMALL_BATCH: Final = 100
BROWSE_BATCH: Final = 50
MOST_REFERENCES: Final = 1_000
"""References that are looked at of one node."""
_AT_ONCE: Final = 8
_OCTETS: Final = 256
"""That a value, or an item, may take in an answer or a request."""
MOST_UNANSWERED: Final = 3
"""Times in a row that a server may leave unanswered what it is asked for beside its publications."""
TOO_MUCH: Final = frozenset(
    {
        StatusCodes.BadTooManyOperations,
        StatusCodes.BadEncodingLimitsExceeded,
        StatusCodes.BadResponseTooLarge,
        StatusCodes.BadRequestTooLarge,
        StatusCodes.BadTcpMessageTooLarge,
    }
)
"""Asked for less at once, the server answers."""
_TOO_LARGE: Final = frozenset({StatusCodes.BadEncodingLimitsExceeded, StatusCodes.BadResponseTooLarge})
"""Said of a single node, its value is what is too large."""
FULL: Final = frozenset({StatusCodes.BadTooManyMonitoredItems, StatusCodes.BadOutOfMemory})
"""No more can be subscribed to, though it may be read."""
_ONE_OF_THEM: Final = frozenset(
    {
        StatusCodes.BadNodeIdInvalid,
        StatusCodes.BadNodeIdUnknown,
        StatusCodes.BadAttributeIdInvalid,
        StatusCodes.BadIndexRangeInvalid,
        StatusCodes.BadNotReadable,
        StatusCodes.BadNotSupported,
        StatusCodes.BadUserAccessDenied,
        StatusCodes.BadInternalError,
        StatusCodes.BadUnexpectedError,
        StatusCodes.BadDecodingError,
        StatusCodes.BadEncodingError,
        StatusCodes.BadFilterNotAllowed,
        StatusCodes.BadMonitoredItemFilterInvalid,
        StatusCodes.BadMonitoredItemFilterUnsupported,
    }
)
"""What some servers say of a whole request because of a single node in it."""
_SAID: Final[dict[int, Limit]] = {
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead: "reads",
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse: "browses",
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall: "items",
    ObjectIds.Server_ServerCapabilities_MaxMonitoredItems: "held",
    ObjectIds.Server_ServerCapabilities_MaxMonitoredItemsPerSubscription: "held",
    ObjectIds.Server_ServerCapabilities_MaxMonitoredItemsQueueSize: "queue",
}


@dataclass(slots=True)
class Limits:
    """What a server takes."""

    reads: int = STANDARD_BATCH
    """Nodes in one Read."""
    browses: int = BROWSE_BATCH
    """Nodes in one Browse."""
    items: int = STANDARD_BATCH
    """Nodes in one request about monitored items."""
    held: int | None = None
    """Monitored items of one subscription; None where it does not say."""
    queue: int | None = None
    """Values that it keeps for one of them; None where it does not say."""

    def take(self, limit: Limit, said: object) -> None:
        """Keep to what the server says. 0 is no limit, and what is no number says nothing."""
        if not isinstance(said, int) or isinstance(said, bool) or said <= 0:
            return
        known = getattr(self, limit)
        setattr(self, limit, said if known is None else min(known, said))

    def take_size(self, octets: int, chunks: int, chunk: int) -> None:
        """Keep to messages of a size: what is longer ends the connection, and would end the next one.

        Args:
            octets: of a message; 0 for any number.
            chunks: of a message; 0 for any number.
            chunk: octets of a chunk.
        """
        for size in (octets, chunks * chunk):
            if size > 0:
                self.take("reads", max(1, size // _OCTETS))
                self.take("items", max(1, size // _OCTETS))


class Requests:
    """A session's requests, in batches that suit the server.

    Raises:
        UaError: the server refuses a request for another reason.
        OSError: the connection is lost, or an answer does not come in time (`TimeoutError`) or fit its request.
    """

    def __init__(self, client: UaClient, *, small: bool, asking: Callable[[], None]) -> None:
        """Of one session.

        Args:
            client: the session.
            small: a small controller, with little room for anything.
            asking: is told before each request.
        """
        self.limits = Limits(reads=SMALL_BATCH, items=SMALL_BATCH) if small else Limits()
        self._client = client
        self._asking = asking
        self._free = asyncio.Semaphore(1 if small else _AT_ONCE)

    async def ask_limits(self) -> None:
        """Ask the server what it takes; one that does not know these nodes says nothing."""
        if self._client.protocol is not None:
            transport = self._client.protocol._connection._limits  # noqa: SLF001 - what both sides agreed on at hello
            self.limits.take_size(transport.max_message_size, transport.max_chunk_count, transport.max_recv_buffer)
        assumed = self.limits.reads
        answers = await self.values([ua.NodeId(ua.Int32(node)) for node in _SAID])
        for limit, answer in zip(_SAID.values(), answers, strict=True):
            said = answer.Value.Value if answer.Value is not None and not _is_bad(answer) else None
            if limit == "reads" and said:
                # What it says is more exact than what this very request was cut down to.
                self.limits.reads = assumed
            self.limits.take(limit, said)

    async def values(
        self,
        nodes: Sequence[ua.NodeId],
        attribute: AttributeIds = AttributeIds.Value,
        ranges: Sequence[str | None] | None = None,
    ) -> list[ua.DataValue]:
        """One answer for each node; a node that has the whole request refused has what was said of it.

        Args:
            nodes: which.
            attribute: of each.
            ranges: the IndexRange of each, where not all are asked for whole.
        """
        wanted = [
            ua.ReadValueId(node, attribute, None if one is None else ua.String(one))
            for node, one in zip(nodes, ranges or [None] * len(nodes), strict=True)
        ]
        return await self._in_batches("reads", wanted, self._read, lambda status: ua.DataValue(StatusCode=status))

    async def browse(self, wanted: Sequence[ua.BrowseDescription]) -> list[ua.BrowseResult]:
        """One answer for each, which may go on."""

        async def ask(part: list[ua.BrowseDescription]) -> Sequence[ua.BrowseResult]:
            return await self._client.browse(
                ua.BrowseParameters(RequestedMaxReferencesPerNode=ua.UInt32(MOST_REFERENCES), NodesToBrowse=part)
            )

        return await self._in_batches("browses", wanted, ask, lambda status: ua.BrowseResult(StatusCode=status))

    async def browse_on(self, point: bytes, *, release: bool) -> ua.BrowseResult:
        """What follows an answer that goes on; nothing where the rest is not wanted."""

        async def ask(part: list[bytes]) -> Sequence[ua.BrowseResult]:
            parameters = ua.BrowseNextParameters(release, [ua.ByteString(one) for one in part])
            answers = await self._client.browse_next(parameters)
            return answers or ([ua.BrowseResult()] if release else [])

        [following] = await self._asked([point], ask)
        return following

    async def create(
        self, subscription_id: int, items: Sequence[ua.MonitoredItemCreateRequest]
    ) -> list[ua.MonitoredItemCreateResult]:
        """One answer for each item."""

        async def ask(part: list[ua.MonitoredItemCreateRequest]) -> Sequence[ua.MonitoredItemCreateResult]:
            request = ua.CreateMonitoredItemsParameters(subscription_id, ua.TimestampsToReturn.Source, part)
            return await self._client.create_monitored_items(request)

        def refused(status: ua.StatusCode) -> ua.MonitoredItemCreateResult:
            return ua.MonitoredItemCreateResult(StatusCode=status)

        return await self._in_batches("items", items, ask, refused)

    async def delete(self, subscription_id: int, item_ids: Sequence[int]) -> None:
        """Take items out of a subscription; one that is not there any more is none of our business."""

        async def ask(part: list[int]) -> Sequence[ua.StatusCode]:
            return await self._client.delete_monitored_items(ua.DeleteMonitoredItemsParameters(subscription_id, part))

        await self._in_batches("items", item_ids, ask, lambda status: status)

    async def _read(self, part: list[ua.ReadValueId]) -> Sequence[ua.DataValue]:
        return await self._client.read(ua.ReadParameters(NodesToRead=part))

    async def _in_batches(
        self,
        limit: Literal["reads", "browses", "items"],
        wanted: Sequence[_T],
        ask: Callable[[list[_T]], Awaitable[Sequence[_R]]],
        refused: Callable[[ua.StatusCode], _R],
    ) -> list[_R]:
        answers: list[_R] = []
        most, usual = len(wanted), getattr(self.limits, limit)
        while len(answers) < len(wanted):
            size = min(most, getattr(self.limits, limit))
            part = list(wanted[len(answers) : len(answers) + size])
            try:
                answers += await self._asked(part, ask)
            except UaStatusCodeError as error:
                if len(part) > 1 and error.code in TOO_MUCH:
                    setattr(self.limits, limit, len(part) // 2)
                elif len(part) > 1 and error.code in _ONE_OF_THEM | FULL:
                    # Halves until it stands alone; what comes after it is asked for in larger parts again.
                    most = len(part) // 2
                    continue
                elif len(part) == 1 and error.code in _TOO_LARGE:
                    setattr(self.limits, limit, usual)
                    answers.append(refused(ua.StatusCode(ua.UInt32(error.code))))
                elif len(part) == 1 and error.code in _ONE_OF_THEM | FULL:
                    # Where there is no room for one there is none for the rest.
                    alike = len(wanted) - len(answers) if error.code in FULL else 1
                    answers += [refused(ua.StatusCode(ua.UInt32(error.code)))] * alike
                else:
                    raise
            most = max(1, 2 * most)
        return answers

    async def _asked(self, part: list[_T], ask: Callable[[list[_T]], Awaitable[Sequence[_R]]]) -> Sequence[_R]:
        async with self._free:
            self._asking()
            try:
                answers = await ask(part)
            except (OSError, UaError):
                raise
            except Exception as error:
                # What the library cannot read makes it raise anything.
                raise UaError(f"its answer cannot be read: {type(error).__name__}: {error}") from error
        if answers is None or len(answers) != len(part):
            raise ConnectionError(f"it answered {len(answers or ())} of {len(part)} questions")
        return answers


def _is_bad(answer: ua.DataValue) -> bool:
    return answer.StatusCode is not None and not answer.StatusCode.is_good()
