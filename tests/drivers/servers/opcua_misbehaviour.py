"""What an OPC UA server can be told to do that the library's own never does: limits, losses, silence, another time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.server.internal_session import InternalSession
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.monitored_item_service import MonitoredItemService
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import BadResponseTooLarge, BadTooManyOperations

_LIMITS = {
    "reads": ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    "items": ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
}


class Misbehaviour:
    """How a server behaves from now on, by its `settings`.

    `most_reads`, `most_items`: refuses more in one request; `room`: monitored items of a subscription; `mute`:
    names of nodes whose items tell nothing, or `*`; `coarse`: by name what a value has to move by to be told;
    `lose`: so many publications that never come; `forget`: keeps none of them; `no_sessions`, `no_subscriptions`:
    why it gives no more of them; `no_filters`: refuses them; `read_s`: an answer to Read takes so long; `ahead_s`:
    its clock; `started`: when it started; `state`: of the server; `no_namespaces`: does not tell them; `queue`:
    values that an item keeps at most; `slowest_ms`: publishing interval at least; `too_large`: names of nodes whose
    values are too large for an answer; `strange_kinds`: Browse tells of nodes of a class that there is not;
    `unpublished`: no publish request is ever answered.
    """

    def __init__(self, server: Server) -> None:
        self.settings: dict[str, Any] = {}
        self.seen = {
            "largest_read": 0,
            "largest_create": 0,
            "monitored": 0,
            "created": 0,
            "acknowledged": 0,
            "filters": 0,
        }
        """What clients did."""
        self._told: dict[tuple[int, int], float] = {}
        self._server = server
        self._restrict_sessions()
        self._restrict_items()
        self._restrict_publications()
        self._revise()

    def tell(self, file: Path) -> None:
        """Write down what clients did."""
        file.write_text(json.dumps(self.seen), encoding="utf-8")

    async def say_limits(self, reads: int, items: int) -> None:
        """Say what is taken at once."""
        for limit, value in (("reads", reads), ("items", items)):
            node = self._server.get_node(ua.NodeId(ua.Int32(_LIMITS[limit])))
            await node.write_value(ua.Variant(value, ua.VariantType.UInt32))

    def _restrict_sessions(self) -> None:
        this, read, acknowledge = self, InternalSession.read, InternalSession.publish
        browse = InternalSession.browse
        create: Callable[..., Any] = InternalSession.create_subscription
        begin: Callable[..., Any] = InternalSession.create_session

        async def begun(session: InternalSession, *rest: object, **more: object) -> ua.CreateSessionResult:
            this._have("no_sessions")
            result: ua.CreateSessionResult = await begin(session, *rest, **more)
            return result

        async def slowly(session: InternalSession, parameters: ua.ReadParameters) -> list[ua.DataValue]:
            await asyncio.sleep(this.settings.get("read_s", 0))
            count = len(parameters.NodesToRead)
            if count > this.settings.get("most_reads", count):
                raise BadTooManyOperations
            if {one.NodeId.Identifier for one in parameters.NodesToRead} & set(this.settings.get("too_large", ())):
                raise BadResponseTooLarge
            this.seen["largest_read"] = max(this.seen["largest_read"], count)
            values = await read(session, parameters)
            return [this._seen(one.NodeId, value) for one, value in zip(parameters.NodesToRead, values, strict=True)]

        async def created(session: InternalSession, *rest: object, **more: object) -> ua.CreateSubscriptionResult:
            this._have("no_subscriptions")
            this.seen["acknowledged"] = 0
            result: ua.CreateSubscriptionResult = await create(session, *rest, **more)
            return result

        def acknowledged(session: InternalSession, acks: Sequence[ua.SubscriptionAcknowledgement]) -> object:
            this.seen["acknowledged"] = max([this.seen["acknowledged"], *(ack.SequenceNumber for ack in acks or ())])
            return acknowledge(session, acks or [])

        async def browsed(session: InternalSession, parameters: ua.BrowseParameters) -> list[ua.BrowseResult]:
            results = await browse(session, parameters)
            if this.settings.get("strange_kinds"):
                results = [ua.BrowseResult(References=[ua.ReferenceDescription(NodeClass=99)])] * len(results)
            return results

        _replace(InternalSession, "create_session", begun)
        _replace(InternalSession, "read", slowly)
        _replace(InternalSession, "browse", browsed)
        _replace(InternalSession, "create_subscription", created)
        _replace(InternalSession, "publish", acknowledged)

    def _have(self, room: str) -> None:
        if code := self.settings.get(room):
            ua.StatusCode(ua.UInt32(getattr(StatusCodes, code))).check()

    def _seen(self, node: ua.NodeId, value: ua.DataValue) -> ua.DataValue:
        if node.NamespaceIndex == 0 and node.Identifier == ObjectIds.Server_ServerStatus_CurrentTime:
            now = ua.DateTime.now(UTC).timestamp() + self.settings.get("ahead_s", 0)
            return ua.DataValue(ua.Variant(ua.DateTime.fromtimestamp(now, UTC)))
        if node.NamespaceIndex == 0 and node.Identifier == ObjectIds.Server_ServerStatus_StartTime:
            started = self.settings.get("started")
            return value if started is None else ua.DataValue(ua.Variant(ua.DateTime.fromtimestamp(started, UTC)))
        if node.NamespaceIndex == 0 and node.Identifier == ObjectIds.Server_ServerStatus_State:
            return ua.DataValue(ua.Variant(self.settings.get("state", 0), ua.VariantType.Int32))
        if node.NamespaceIndex == 0 and node.Identifier == ObjectIds.Server_NamespaceArray:
            spoilt = ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(StatusCodes.BadInternalError)))
            return spoilt if self.settings.get("no_namespaces") else value
        return value

    def _restrict_items(self) -> None:
        this, create, delete = (
            self,
            MonitoredItemService.create_monitored_items,
            MonitoredItemService._delete_monitored_items,
        )

        async def created(
            service: MonitoredItemService, parameters: ua.CreateMonitoredItemsParameters
        ) -> list[ua.MonitoredItemCreateResult]:
            items, count = parameters.ItemsToCreate, len(parameters.ItemsToCreate)
            if count > this.settings.get("most_items", count):
                raise BadTooManyOperations
            this.seen["largest_create"] = max(this.seen["largest_create"], count)
            results = []
            for item in items:
                parameters.ItemsToCreate = [item]
                refused = this._refused(service, item)
                results += await create(service, parameters) if refused is None else [refused]
            this.seen["created"] += len(results)
            this.seen["monitored"] += sum(result.StatusCode.is_good() for result in results)
            return results

        def deleted(service: MonitoredItemService, item: int) -> ua.StatusCode:
            this.seen["monitored"] -= item in service._monitored_items
            return delete(service, item)

        _replace(MonitoredItemService, "create_monitored_items", created)
        _replace(MonitoredItemService, "_delete_monitored_items", deleted)

    def _refused(
        self, service: MonitoredItemService, item: ua.MonitoredItemCreateRequest
    ) -> ua.MonitoredItemCreateResult | None:
        code = None
        if len(service._monitored_items) >= self.settings.get("room", 10_000):
            code = StatusCodes.BadTooManyMonitoredItems
        if getattr(item.RequestedParameters.Filter, "DeadbandType", 0):
            self.seen["filters"] += 1
            if self.settings.get("no_filters"):
                code = StatusCodes.BadFilterNotAllowed
        return None if code is None else ua.MonitoredItemCreateResult(ua.StatusCode(ua.UInt32(code)))

    def _restrict_publications(self) -> None:
        this, pop = self, InternalSubscription._pop_publish_result
        enqueue: Callable[..., Any] = InternalSubscription.enqueue_datachange_event
        publish: Callable[..., Any] = InternalSubscription.publish_results

        async def published(subscription: InternalSubscription, *rest: object) -> bool:
            return not this.settings.get("unpublished") and bool(await publish(subscription, *rest))

        def popped(subscription: InternalSubscription) -> ua.PublishResult:
            result = pop(subscription)
            while result.NotificationMessage.NotificationData and this.settings.get("lose", 0) > 0:
                this.settings["lose"] -= 1
                if this.settings.get("forget"):
                    subscription._not_acknowledged_results.clear()
                result = pop(subscription)
            return result

        async def enqueued(subscription: InternalSubscription, item: int, *rest: object) -> None:
            mute = this.settings.get("mute", ())
            value = subscription.monitored_item_srv._monitored_items[item].read_value_id
            name = value.NodeId.Identifier if value is not None else ""
            if name not in mute and "*" not in mute and not this._is_fine(name, (id(subscription), item), rest[0]):
                await enqueue(subscription, item, *rest)

        _replace(InternalSubscription, "_pop_publish_result", popped)
        _replace(InternalSubscription, "publish_results", published)
        _replace(InternalSubscription, "enqueue_datachange_event", enqueued)

    def _is_fine(self, name: object, item: tuple[int, int], told: Any) -> bool:  # noqa: ANN401 - of the library
        """Whether a value moved less than the server tells."""
        coarse = self.settings.get("coarse", {}).get(name)
        if coarse is None:
            return False
        value, before = told.Value.Value.Value, self._told.get(item)
        if before is not None and abs(value - before) <= coarse:
            return True
        self._told[item] = value
        return False

    def _revise(self) -> None:
        """Grant longer intervals, shorter queues and modify subscriptions, as PLCs do; the library does neither."""
        service = self._server.iserver.subscription_service
        create: Callable[..., Any] = service.create_subscription
        modify = service.modify_subscription
        queue = MonitoredItemService._revise_queue_size

        async def created(
            params: ua.CreateSubscriptionParameters,
            *rest: object,
            **more: object,
        ) -> ua.CreateSubscriptionResult:
            slowest = self.settings.get("slowest_ms", 0.0)
            params.RequestedPublishingInterval = max(params.RequestedPublishingInterval, slowest)
            result: ua.CreateSubscriptionResult = await create(params, *rest, **more)
            return result

        def modified(params: ua.ModifySubscriptionParameters) -> ua.ModifySubscriptionResult:
            granted = service.subscriptions[params.SubscriptionId].data
            granted.RevisedMaxKeepAliveCount = params.RequestedMaxKeepAliveCount
            granted.RevisedLifetimeCount = params.RequestedLifetimeCount
            return modify(params)

        _replace(service, "create_subscription", created)
        _replace(service, "modify_subscription", modified)
        _replace(
            MonitoredItemService,
            "_revise_queue_size",
            lambda one, asked: min(queue(one, asked), self.settings.get("queue", 10_000)),
        )


def _replace(owner: object, name: str, function: Callable[..., Any]) -> None:
    """The library has no other way in."""
    setattr(owner, name, function)
