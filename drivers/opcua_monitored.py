"""The monitored items of one subscription: which readings it tells, and how the server granted that."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from agent.core.machine_settings import TelemetrySettings
from agent.core.sources.address import AddressSettings
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.opcua_limits import Requests
from drivers.opcua_subscription import Subscription
from drivers.opcua_told import Told

_NO_FILTER: Final = frozenset(
    {
        StatusCodes.BadFilterNotAllowed,
        StatusCodes.BadMonitoredItemFilterInvalid,
        StatusCodes.BadMonitoredItemFilterUnsupported,
        StatusCodes.BadDeadbandFilterInvalid,
        StatusCodes.BadNotSupported,
    }
)
_NUMBERS: Final = frozenset({*range(2, 12), 26, 27, 28, 290})
"""Data types of the standard that are numbers: SByte to Double, Number, Integer, UInteger, Duration."""
_SCALAR: Final = -1


@dataclass(slots=True)
class Item:
    """One monitored item."""

    handle: int
    """By which the server names it to us; never used twice, as late news of a former item may be under way."""
    tellings: int
    """How often its reading was told before."""
    publications: int
    """How many publications had come."""
    since: float
    """The loop's time when it was asked for."""
    news: int
    """How many values had been told of the whole subscription."""
    is_renewed: bool
    """It stands in place of one that told its reading and fell silent."""
    id: int = 0
    sampling_s: float = 0.0


class Monitored:
    """The items of one subscription, by the reading's place among the machine's.

    Raises:
        UaError: the server refuses it all.
        OSError: the connection is lost, or the server is silent.
    """

    def __init__(self, requests: Requests, subscription: Subscription, settings: OpcUaSettings, told: Told) -> None:
        self.items: dict[int, Item] = {}
        self.granted_less: dict[str, str] = {}
        """What the server grants less of than was asked for, in words, by kind."""
        self.news = 0
        """How many values were told."""
        self._requests = requests
        self._subscription = subscription
        self._settings = settings
        self._told = told
        self._readings: Sequence[AddressSettings] = told.addresses
        self._handle = 0
        self._indexes: dict[int, int] = {}

    async def add(self, wanted: Mapping[int, ua.NodeId], *, renewed: bool = False) -> dict[int, int]:
        """Subscribe to these; those that the server does not take, with the status code that it gives."""
        held = self._requests.limits.held
        room = len(wanted) if held is None else max(0, held - len(self.items))
        fitting = dict(list(wanted.items())[:room])
        refused = dict.fromkeys(
            [index for index in wanted if index not in fitting], StatusCodes.BadTooManyMonitoredItems
        )
        filters = await self._filters(fitting)
        first = await self._create(fitting, filters, renewed=renewed)
        unfiltered = {index: fitting[index] for index, code in first.items() if index in filters and code in _NO_FILTER}
        if unfiltered:
            first |= dict.fromkeys(unfiltered, StatusCodes.Good)
            first |= await self._create(unfiltered, {}, renewed=renewed)
        return refused | {index: code for index, code in first.items() if code != StatusCodes.Good}

    async def remove(self, indexes: Iterable[int]) -> None:
        """Take these out; what is still under way of them is not heard any more."""
        gone = [self._forget(index) for index in indexes if index in self.items]
        if gone:
            await self._requests.delete(self._subscription.id, [item.id for item in gone])

    def heard(self, notifications: Iterable[ua.MonitoredItemNotification]) -> list[tuple[int, ua.DataValue]]:
        """Which reading each is about."""
        known = self._indexes
        heard = [(known[one.ClientHandle], one.Value) for one in notifications if one.ClientHandle in known]
        self.news += len(heard)
        return heard

    def allowance_s(self, index: int) -> float:
        """Seconds after which a change must have been told."""
        return self.items[index].sampling_s + 2 * self._subscription.interval_s

    def _forget(self, index: int) -> Item:
        item = self.items.pop(index)
        del self._indexes[item.handle]
        return item

    async def _create(
        self, wanted: Mapping[int, ua.NodeId], filters: Mapping[int, ua.DataChangeFilter], *, renewed: bool
    ) -> dict[int, int]:
        """Those that were refused, with their status codes."""
        asked = [self._request(index, node, filters.get(index), renewed=renewed) for index, node in wanted.items()]
        made: set[int] = set()
        refused: dict[int, int] = {}
        try:
            results = await self._requests.create(self._subscription.id, asked)
            for index, request, result in zip(wanted, asked, results, strict=True):
                if result.StatusCode.is_good():
                    made.add(index)
                    self._grant(self.items[index], request.RequestedParameters, result)
                else:
                    refused[index] = result.StatusCode.value
        finally:
            for index in wanted:
                if index not in made:
                    self._forget(index)
        return refused

    def _request(
        self, index: int, node: ua.NodeId, only: ua.DataChangeFilter | None, *, renewed: bool
    ) -> ua.MonitoredItemCreateRequest:
        self._handle += 1
        time = asyncio.get_running_loop().time()
        tellings, publications = self._told.tellings[index], self._subscription.publications
        item = Item(self._handle, tellings, publications, time, self.news, renewed)
        self.items[index] = item
        self._indexes[item.handle] = index
        sampling_ms = self._readings[index].sampling_ms
        parameters = ua.MonitoringParameters(
            ClientHandle=ua.UInt32(item.handle),
            SamplingInterval=float(self._settings.sampling_ms if sampling_ms is None else sampling_ms),
            QueueSize=ua.UInt32(min(self._settings.queue, self._requests.limits.queue or self._settings.queue)),
            DiscardOldest=True,
        )
        if only is not None:
            parameters.Filter = only
        part = self._told.readings.index_range(index)
        value = ua.ReadValueId(node, AttributeIds.Value, None if part is None else ua.String(part))
        return ua.MonitoredItemCreateRequest(value, ua.MonitoringMode.Reporting, parameters)

    def _grant(self, item: Item, asked: ua.MonitoringParameters, result: ua.MonitoredItemCreateResult) -> None:
        item.id = result.MonitoredItemId
        item.sampling_s = max(result.RevisedSamplingInterval, 0.0) / 1000
        if result.RevisedSamplingInterval > asked.SamplingInterval > 0:
            sampled = f"it samples every {result.RevisedSamplingInterval:g} ms"
            self.granted_less["sampling"] = f"{sampled} where {asked.SamplingInterval:g} were asked for"
        if result.RevisedQueueSize < self._settings.queue:
            self.granted_less["queue"] = (
                f"it keeps {result.RevisedQueueSize} values of a node between two publications "
                f"where {self._settings.queue} were asked for, so that short changes may be lost"
            )

    async def _filters(self, wanted: Mapping[int, ua.NodeId]) -> dict[int, ua.DataChangeFilter]:
        """Deadbands that the server can look after: absolute ones, of numbers that stand alone."""
        bands = {index: self._deadband(index) for index in wanted}
        asked = [index for index, band in bands.items() if band]
        kinds = await self._attributes(wanted, asked, AttributeIds.DataType)
        ranks = await self._attributes(wanted, asked, AttributeIds.ValueRank)
        return {
            index: ua.DataChangeFilter(
                Trigger=ua.DataChangeTrigger.StatusValue,
                DeadbandType=ua.UInt32(ua.DeadbandType.Absolute),
                DeadbandValue=bands[index],
            )
            for index, kind, rank in zip(asked, kinds, ranks, strict=True)
            if rank == _SCALAR and isinstance(kind, ua.NodeId) and _is_number(kind)
        }

    def _deadband(self, index: int) -> float:
        """In the machine's own units."""
        one = self._readings[index]
        is_whole = one.index is None and one.field is None
        return one.deadband / abs(one.scale) if isinstance(one, TelemetrySettings) and is_whole else 0.0

    async def _attributes(
        self, nodes: Mapping[int, ua.NodeId], asked: Collection[int], attribute: AttributeIds
    ) -> list[object]:
        answers = await self._requests.values([nodes[index] for index in asked], attribute) if asked else []
        return [answer.Value.Value if answer.Value is not None else None for answer in answers]


def _is_number(kind: ua.NodeId) -> bool:
    return kind.NamespaceIndex == 0 and kind.Identifier in _NUMBERS
