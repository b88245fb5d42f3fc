"""The signal of a machine that events tell: the first alarm of those that stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asyncua import ua

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Instant, Signal
from drivers.opcua_asking import Asking
from drivers.opcua_conditions import why_mute
from drivers.opcua_events import Events
from drivers.opcua_limits import Requests
from drivers.opcua_subscription import Subscription
from drivers.opcua_told import Told
from drivers.opcua_values import Reading, node_id, status_text

_HANDLE: Final = 0
"""No value has it."""
_QUEUE: Final = 1_000


class AlarmSignal:
    """That signal in one session; nothing where no events are configured.

    All of it raises `OSError` where the connection is lost or the server does not answer in time.
    """

    def __init__(self, machine: MachineSettings, requests: Requests, told: Told) -> None:
        signal = machine.first_alarm
        self._place = machine.readings.index(signal) if signal is not None else None
        self._notifier = machine.opcua.alarms or "" if machine.opcua is not None else ""
        self._requests = requests
        self._told = told
        self._events: Events | None = None
        self._listened_to: ua.NodeId | None = None
        self._item_id = 0

    async def begin(
        self, subscription: Subscription | None, namespaces: Sequence[str], observed: Instant
    ) -> list[Signal]:
        """Listen from now on, and find out what stands already; what is known then."""
        self._events = self._listened_to = None
        if self._place is None:
            return []
        if subscription is None:
            return self._refused("the server has no subscriptions, and alarms are told by them alone", observed)
        try:
            notifier = node_id(self._notifier, namespaces)
        except (LookupError, ValueError) as error:
            return self._refused(f"BadNodeIdUnknown: {error.args[0]}", observed)
        asking = Asking(self._requests)
        if why := await why_mute(asking, notifier):
            return self._refused(why, observed)
        events = Events(asking, notifier)
        [result] = await self._requests.create(subscription.id, [events.item(_HANDLE, _QUEUE)])
        if result.StatusCode.is_bad():
            status = status_text(result.StatusCode.value)
            return self._refused(f"{status}: the server does not tell the events of 'alarms'", observed)
        self._events, self._listened_to, self._item_id = events, notifier, result.MonitoredItemId
        return self._tell(await events.look(observed.monotonic), observed)

    async def look(
        self, subscription: Subscription | None, namespaces: Sequence[str], observed: Instant
    ) -> list[Signal]:
        """Listen anew where the node that tells events is another one now, is gone, or has come."""
        if self._place is None or subscription is None:
            return []
        if (listened_to := self._listened_to) is not None:
            if self._named(namespaces) == listened_to and not await why_mute(Asking(self._requests), listened_to):
                return []
            self._events = self._listened_to = None
            await self._requests.delete(subscription.id, [self._item_id])
        return await self.begin(subscription, namespaces, observed)

    def heard(self, told: Sequence[ua.EventFieldList], observed: Instant) -> list[Signal]:
        """What follows from events."""
        return self._tell(self._events.heard(told, observed.monotonic), observed) if self._events is not None else []

    async def settle(self, observed: Instant) -> list[Signal]:
        """Look again at what stands, where events were lost."""
        if self._events is None or not self._events.must_look(observed.monotonic):
            return []
        return self._tell(await self._events.look(observed.monotonic), observed)

    def lost(self, observed: Instant) -> list[Signal]:
        """Something was told that could not be read; it may have been events."""
        return self._tell(self._events.lost(), observed) if self._events is not None else []

    def _named(self, namespaces: Sequence[str]) -> ua.NodeId | None:
        try:
            return node_id(self._notifier, namespaces)
        except (LookupError, ValueError):
            return None

    def _tell(self, readings: Sequence[Reading], observed: Instant) -> list[Signal]:
        assert self._place is not None, "nothing is heard where nothing is listened to"
        return [self._told.tell(self._place, reading, observed) for reading in readings]

    def _refused(self, status: str, observed: Instant) -> list[Signal]:
        return self._told.refused({self._place: status}, observed) if self._place is not None else []
