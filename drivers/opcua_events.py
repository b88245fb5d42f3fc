"""Listens to the alarms of a server: one monitored item on a notifier's events (OPC 10000-4, 7.22.3, and 10000-9).

Every event is asked for and what is no condition is passed over here: there are servers that compare types exactly and
would, asked for conditions, tell none of the kinds that machines have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError

from drivers.opcua_alarms import Alarms, Condition, named
from drivers.opcua_asking import Asking
from drivers.opcua_conditions import shown
from drivers.opcua_values import Reading, seconds

_FIELDS: Final = (
    (ObjectIds.BaseEventType, "EventType"),
    (ObjectIds.BaseEventType, "SourceName"),
    (ObjectIds.BaseEventType, "Time"),
    (ObjectIds.BaseEventType, "Message"),
    (ObjectIds.ConditionType, ""),
    (ObjectIds.ConditionType, "ConditionName"),
    (ObjectIds.ConditionType, "BranchId"),
    (ObjectIds.ConditionType, "EnabledState/Id"),
    (ObjectIds.AlarmConditionType, "ActiveState/Id"),
    (ObjectIds.AlarmConditionType, "ActiveState/TransitionTime"),
)
"""What is asked of each event: the type that has it, and its path there; without one the node of the condition."""
_LOST: Final = frozenset(
    {ObjectIds.EventQueueOverflowEventType, ObjectIds.RefreshRequiredEventType},
)
_MOST_WAITING: Final = 10_000
_LOOK_AGAIN_S: Final = 5.0
"""In a storm of events, which may lose some again and again, it is not looked more often than this."""


class Events:
    """The first alarm of one session, out of its events."""

    def __init__(self, asking: Asking, notifier: ua.NodeId) -> None:
        self._must_look = True
        self._not_before = -math.inf
        self._losses = 0
        self._asking = asking
        self._notifier = notifier
        self._alarms = Alarms()
        self._told: Reading | None = None
        self._waiting: list[tuple[Sequence[ua.Variant], float]] = []

    def item(self, handle: int, queue: int) -> ua.MonitoredItemCreateRequest:
        """What is to be put into the subscription.

        Args:
            handle: by which its events are told.
            queue: events that the server keeps between two publications.
        """
        parameters = ua.MonitoringParameters(
            ClientHandle=ua.UInt32(handle),
            SamplingInterval=0.0,
            Filter=ua.EventFilter(SelectClauses=[_operand(kind, path) for kind, path in _FIELDS]),
            QueueSize=ua.UInt32(queue),
            DiscardOldest=True,
        )
        events = ua.ReadValueId(NodeId=self._notifier, AttributeId=AttributeIds.EventNotifier)
        return ua.MonitoredItemCreateRequest(events, ua.MonitoringMode.Reporting, parameters)

    def must_look(self, now: float) -> bool:
        """Whether `look` is to be called: nothing is known, or events were lost, and the last time is a while ago."""
        return self._must_look and now >= self._not_before

    async def look(self, heard: float) -> list[Reading]:
        """Find out what stands now, once the item is in the subscription; then what was heard meanwhile counts.

        Args:
            heard: now, in seconds of a clock that is not set.

        Raises:
            OSError: the connection is lost, or the server does not answer in time.
        """
        self._waiting.clear()
        self._must_look, losses = True, self._losses
        self._not_before = heard + _LOOK_AGAIN_S
        try:
            conditions, is_whole = await shown(self._asking, self._notifier)
        except UaError:
            conditions, is_whole = [], False
        self._must_look = self._losses > losses
        self._alarms.begin(conditions, heard, is_whole=is_whole and not self._must_look)
        readings = self._news()
        waiting, self._waiting = self._waiting, []
        for fields, when in waiting:
            readings += self._hear(fields, when)
        return readings

    def heard(self, events: Sequence[ua.EventFieldList], heard: float) -> list[Reading]:
        """What follows from events: a reading for each first alarm that is another one than before.

        Args:
            events: of this item, in the order in which they were told.
            heard: when, in seconds of a clock that is not set.
        """
        readings: list[Reading] = []
        for event in events:
            fields = event.EventFields or ()
            if self._must_look and len(self._waiting) < _MOST_WAITING:
                self._waiting.append((fields, heard))
            readings += self._hear(fields, heard)
        return readings

    def lost(self) -> list[Reading]:
        """Events went missing, or could not be read; `look` tells what is so now."""
        self._must_look = True
        self._losses += 1
        self._alarms.doubt()
        return self._news()

    def _hear(self, fields: Sequence[ua.Variant], heard: float) -> list[Reading]:
        values = [one.Value for one in fields]
        if len(values) != len(_FIELDS):
            return self.lost()
        kind, source, time, message, node, name, branch, enabled, active, transition = values
        if isinstance(kind, ua.NodeId) and kind.NamespaceIndex == 0 and kind.Identifier in _LOST:
            return self.lost()
        is_condition = isinstance(node, ua.NodeId) and not node.is_null() and isinstance(active, bool)
        # A branch is a former state of a condition that nobody has seen to yet.
        if not is_condition or (isinstance(branch, ua.NodeId) and not branch.is_null()):
            return []
        since = (seconds(transition) if active else None) or seconds(time)
        text = named(name, getattr(message, "Text", None), source)
        self._alarms.hear(Condition(node, text, active and enabled is not False, since), heard)
        return self._news()

    def _news(self) -> list[Reading]:
        reading = self._alarms.reading
        is_news = self._told is None or reading[:3] != self._told[:3]
        self._told = reading
        return [reading] if is_news else []


def _operand(kind: int, path: str) -> ua.SimpleAttributeOperand:
    return ua.SimpleAttributeOperand(
        TypeDefinitionId=ua.NodeId(ua.Int32(kind)),
        BrowsePath=[ua.QualifiedName(step) for step in path.split("/") if step],
        AttributeId=AttributeIds.Value if path else AttributeIds.NodeId,
    )
