"""Events of a server whose nodes changed, as by a program download (OPC 10000-3, 9.32): a look finds them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaStatusCodeError

from drivers.opcua_limits import Requests

HANDLE: Final = 2**32 - 1
"""No value and no alarm has it."""
_SERVER: Final = ua.NodeId(ua.Int32(ObjectIds.Server))
_CHANGED: Final = ua.NodeId(ua.Int32(ObjectIds.GeneralModelChangeEventType))
_EVENT: Final = ua.NodeId(ua.Int32(ObjectIds.BaseEventType))


async def listen(requests: Requests, subscription_id: int) -> None:
    """Have the subscription tell that nodes changed; most servers never do, and some refuse it.

    Raises:
        OSError: the connection is lost, or the server is silent (`TimeoutError`).
    """
    of_type = ua.ContentFilterElement(
        FilterOperator=ua.FilterOperator.OfType,
        FilterOperands=[ua.LiteralOperand(Value=ua.Variant(_CHANGED, ua.VariantType.NodeId))],
    )
    kind = ua.SimpleAttributeOperand(_EVENT, [ua.QualifiedName(ua.String("EventType"))], AttributeIds.Value)
    parameters = ua.MonitoringParameters(
        ClientHandle=ua.UInt32(HANDLE),
        Filter=ua.EventFilter([kind], ua.ContentFilter([of_type])),
        QueueSize=ua.UInt32(1),
        DiscardOldest=True,
    )
    events = ua.ReadValueId(NodeId=_SERVER, AttributeId=AttributeIds.EventNotifier)
    item = ua.MonitoredItemCreateRequest(events, ua.MonitoringMode.Reporting, parameters)
    try:
        await requests.create(subscription_id, [item])
    except UaStatusCodeError:
        return


def told(events: Sequence[ua.EventFieldList]) -> tuple[bool, list[ua.EventFieldList]]:
    """Whether nodes changed, and the events that are about something else."""
    others = [event for event in events if event.ClientHandle != HANDLE]
    return len(others) < len(events), others
