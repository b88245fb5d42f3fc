"""Machines that speak OPC UA (IEC 62541). Reads and subscribes only (design.md promise 7).

The library's own reconnecting and its high-level subscription are left aside. The first can end in a connection without
data, for ever; the second makes a task or a queue entry of each value and drops silently when it is slow. Here one
publish response becomes one batch, and the next is asked for once there is room: a slow consumer makes the server's
queues fill, which the server says in the value's status, or lose a publication, which its sequence number shows.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Link, Quality, Signal
from drivers.cancellation import honour_cancellation
from drivers.contract import Batch, Now
from drivers.keys import Keys
from drivers.opcua_session import CONNECTING, Session
from drivers.opcua_values import node_id, reading, status_text

# A sign of life in half a second, with time for the way; told on at most ten times a second.
_SIGN_OF_LIFE_MS = 400.0
_LINK_S = 0.1
_SUBSCRIBING = 5
"""Answers that subscribing waits for at most, each for the time-out."""
_WAITING_BATCHES = 64


class OpcUaDriver:
    """One session with one subscription.

    The publishing interval is shortened where the configured one is too long for a sign of life in time; nothing is
    lost by it, as values queue on the server between publications anyway. An item that the server does not know stays
    bad for as long as the connection lasts. Telemetry is asked for after the signals and nothing waits for it: a server
    that refuses it, or never tells it, goes on with the signals.
    """

    def __init__(self, machine: MachineSettings, now: Now, keys: Keys | None = None) -> None:
        assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
        self._machine = machine
        self._settings = machine.opcua
        self._now = now
        self._batches: asyncio.Queue[Batch | DeviceError] = asyncio.Queue(_WAITING_BATCHES)
        self._keys = [reading.key for reading in machine.readings]
        self._silent = set(range(len(machine.signal)))
        self._sequence = 0
        self._link_due = 0.0
        self._patience_s = self._settings.timeout_s
        self.turns_by = math.inf
        self._session = Session(machine.work_center, machine.opcua, keys)
        self._session.client.connection_lost_callback = self._lose

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            DeviceError: nobody answers there, or what answers refuses us.
        """
        self.turns_by = asyncio.get_running_loop().time() + (CONNECTING + _SUBSCRIBING) * self._settings.timeout_s
        await self._session.__aenter__()
        try:
            await self._subscribe()
        except BaseException as error:
            await self._session.close()
            if isinstance(error, OSError | UaError | ValueError):
                raise self._session.refused(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server, or hang up when it does not answer."""
        await self._session.close()

    def __aiter__(self) -> AsyncIterator[Batch]:
        """One batch per publish response with news."""
        return self

    async def __anext__(self) -> Batch:
        """The next batch.

        Raises:
            DeviceError: the connection is lost, the server is silent, or a publication went missing.
        """
        while True:
            honour_cancellation()
            self.turns_by = asyncio.get_running_loop().time() + self._patience_s
            try:
                async with asyncio.timeout_at(self.turns_by):
                    batch = await self._batches.get()
            except TimeoutError:
                text = f"The OPC UA server at {self._settings.endpoint} was silent for {self._patience_s:g} s."
                raise DeviceError(f"{text} Is the PLC on and the cable in? It is tried again.") from None
            if isinstance(batch, DeviceError):
                raise batch
            if batch:
                return batch

    def rest(self) -> Batch:
        """Nothing: what a machine says last is read again."""
        return ()

    async def _subscribe(self) -> None:
        life_ms = min(_SIGN_OF_LIFE_MS, self._settings.timeout_s * 500)
        interval_ms = min(float(self._settings.publishing_ms), life_ms)
        wanted = ua.CreateSubscriptionParameters(interval_ms, *_counts(life_ms, interval_ms))
        created = await self._session.uaclient.create_subscription(wanted, self._publish)
        life_s: float = created.RevisedPublishingInterval * created.RevisedMaxKeepAliveCount / 1000
        if created.RevisedPublishingInterval > interval_ms:
            # Keep-alives are counted in intervals: with the server's longer ones they would come too rarely.
            life_s = await self._count_anew(created, life_ms)
        self._patience_s = max(self._settings.timeout_s, 2 * life_s)
        await self._monitor(created.SubscriptionId)

    async def _count_anew(self, created: ua.CreateSubscriptionResult, life_ms: float) -> float:
        """Ask for keep-alives that suit the server's interval; the seconds between two of them."""
        interval_ms = created.RevisedPublishingInterval
        wanted = ua.ModifySubscriptionParameters(created.SubscriptionId, interval_ms, *_counts(life_ms, interval_ms))
        modified = await self._session.uaclient.update_subscription(wanted)
        life_s: float = modified.RevisedPublishingInterval * modified.RevisedMaxKeepAliveCount / 1000
        return life_s

    async def _monitor(self, subscription_id: int) -> None:
        namespaces = self._session.namespaces
        count = len(self._machine.signal)
        bad = await self._ask_for(range(count), subscription_id, namespaces)
        telemetry = range(count, len(self._keys))
        try:
            bad |= await self._ask_for(telemetry, subscription_id, namespaces)
        except UaStatusCodeError as error:
            bad |= dict.fromkeys(telemetry, status_text(error.code))
        self._silent -= bad.keys()
        observed = self._now()
        signals = [self._bad(handle, status, observed) for handle, status in sorted(bad.items())]
        await self._batches.put([*signals, *self._life(observed)])

    async def _ask_for(self, handles: range, subscription_id: int, namespaces: Sequence[str]) -> dict[int, str]:
        """Put these into the subscription; those that the server does not take, with what it says of them."""
        readings = self._machine.readings
        items: list[ua.MonitoredItemCreateRequest] = []
        bad: dict[int, str] = {}
        for handle in handles:
            try:
                items.append(self._item(handle, node_id(readings[handle].node or "", namespaces)))
            except LookupError as error:
                bad[handle] = f"BadNodeIdUnknown: {error.args[0]}"
            except ValueError as error:
                bad[handle] = f"BadNodeIdInvalid: {error}"
        if items:
            request = ua.CreateMonitoredItemsParameters(subscription_id, ua.TimestampsToReturn.Source, items)
            results = await self._session.uaclient.create_monitored_items(request)
            for item, result in zip(items, results, strict=True):
                if not result.StatusCode.is_good():
                    bad[item.RequestedParameters.ClientHandle] = status_text(result.StatusCode.value)
        return bad

    def _item(self, handle: int, node: ua.NodeId) -> ua.MonitoredItemCreateRequest:
        parameters = ua.MonitoringParameters(
            ClientHandle=handle,
            SamplingInterval=float(self._settings.sampling_ms),
            QueueSize=self._settings.queue,
            DiscardOldest=True,
        )
        value = ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value)
        return ua.MonitoredItemCreateRequest(value, ua.MonitoringMode.Reporting, parameters)

    def _bad(self, handle: int, status: str, observed: Instant) -> Signal:
        key = self._keys[handle]
        return Signal(self._machine.work_center, key, None, Quality.BAD, None, observed, status)

    async def _publish(self, published: ua.PublishResult) -> None:
        """Take one publish response; the library asks for the next one when this returns."""
        message = published.NotificationMessage
        observed = self._now()
        news: list[Signal | Link] = []
        ended: Exception | None = None
        for notification in message.NotificationData or ():
            if isinstance(notification, ua.DataChangeNotification):
                news.extend(self._signals(notification.MonitoredItems, observed))
            elif isinstance(notification, ua.StatusChangeNotification):
                ended = ConnectionError(f"it ended the subscription, {status_text(notification.Status.value)}")
        if message.NotificationData and not self._follows(message.SequenceNumber):
            ended = ended or ConnectionError("a publication went missing or could not be read")
        if not ended:
            news.extend(self._life(observed))
        await self._batches.put(news)
        if ended:
            await self._lose(ended)

    def _life(self, observed: Instant) -> list[Link]:
        """The sign of life, once everything had its first reading, and not too often."""
        time = asyncio.get_running_loop().time()
        if self._silent or time < self._link_due:
            return []
        self._link_due = time + _LINK_S
        return [Link(self._machine.work_center, "plc", up=True, observed=observed)]

    def _signals(self, items: Sequence[ua.MonitoredItemNotification], observed: Instant) -> list[Signal]:
        wc_id, keys = self._machine.work_center, self._keys
        timed: list[tuple[float, Signal]] = []
        for item in items:
            handle = item.ClientHandle
            self._silent.discard(handle)
            value, quality, status, source_time = reading(item.Value)
            signal = Signal(wc_id, keys[handle], value, quality, source_time, observed, status)
            # What has no time of its own is as new as its publication.
            timed.append((source_time if source_time is not None else float("inf"), signal))
        timed.sort(key=lambda pair: pair[0])
        return [signal for _, signal in timed]

    def _follows(self, sequence: int) -> bool:
        last, self._sequence = self._sequence, sequence
        # OPC 10000-4, 5.14.1.1: from 1, and after the largest UInt32 again from 1.
        return sequence == last + 1 or (last == 2**32 - 1 and sequence == 1)

    async def _lose(self, error: Exception) -> None:
        text = (
            f"The connection to the OPC UA server at {self._settings.endpoint} was lost: {self._session.reason(error)}."
        )
        await self._batches.put(DeviceError(f"{text} Did the PLC restart? It is tried again."))


def _counts(life_ms: float, interval_ms: float) -> tuple[ua.UInt32, ua.UInt32]:
    """Lifetime and keep-alive count; what we leave behind when we die ends after 10 s."""
    keep_alive = max(1, int(life_ms / interval_ms))
    # OPC 10000-4, 5.14.2.2: the lifetime is at least three times the keep-alive.
    return ua.UInt32(max(3 * keep_alive, int(10_000 / interval_ms))), ua.UInt32(keep_alive)
