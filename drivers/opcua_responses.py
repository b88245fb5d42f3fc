"""What a server answers, value by value: one that cannot be read is bad, and takes no other with it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias, TypeVar

from asyncua import ua
from asyncua.client.ua_session import UaSession
from asyncua.common.utils import Buffer
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError

from drivers.opcua_octets import (
    MalformedError,
    Octets,
    builtin,
    data_value,
    diagnostic_info,
    extension_object,
    node_id,
    variant,
)

_T = TypeVar("_T")
_Notification: TypeAlias = ua.DataChangeNotification | ua.EventNotificationList | ua.StatusChangeNotification

_UINT32: Final = struct.Struct("<I")
_DATE_TIME: Final = builtin(13)
_UNREADABLE: Final = ua.StatusCode(ua.UInt32(StatusCodes.BadDecodingError))


class QuietSession(UaSession):
    """The library's session without its publishing, and without its reading of values.

    The structures among them are left in octets.
    """

    unread = 0
    """Values told so far that nobody can say, behind one that ends nobody knows where; that one is BadDecodingError."""

    def ensure_publish_loop(self) -> None:
        """Nothing: whoever has the subscription publishes."""

    async def read(self, parameters: ua.ReadParameters) -> list[ua.DataValue]:
        """The attributes that are asked for, in one request, and in more where one of them cannot be read.

        Raises:
            UaError: the server refuses the request.
            OSError: the connection is lost, or it does not answer (`TimeoutError`).
        """
        values: list[ua.DataValue] = []
        wanted = parameters.NodesToRead
        while len(values) < len(wanted):
            request = ua.ReadRequest()
            request.Parameters = replace(parameters, NodesToRead=list(wanted[len(values) :]))
            body = await self._send_request(request)
            values += answered(body, partial(_values, expected=len(wanted) - len(values)))
        return values

    async def publish(self, acks: list[ua.SubscriptionAcknowledgement]) -> ua.PublishResponse:
        """Ask for the next publication and wait for it as long as it takes.

        Raises:
            UaError: the server refuses the request, or what it sends is no publication.
            OSError: the connection is lost.
        """
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = acks
        body = await self._send_request(request, timeout=0)
        result, unread = answered(body, published)
        self.unread += unread
        return ua.PublishResponse(Parameters=result)

    async def republish(self, subscription_id: int, retransmit_sequence_number: int) -> ua.NotificationMessage:
        """Ask again for a notification that went missing.

        Raises:
            UaError: the server has it no more, or what it sends is none.
            OSError: the connection is lost, or it does not answer (`TimeoutError`).
        """
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = ua.UInt32(subscription_id)
        request.Parameters.RetransmitSequenceNumber = ua.UInt32(retransmit_sequence_number)
        message, unread = answered(await self._send_request(request), _message)
        self.unread += unread
        return message


def published(octets: Octets) -> tuple[ua.PublishResult, int]:
    """A publish response behind its header, and how many values of it nobody can say.

    Raises:
        MalformedError: it is none.
    """
    result = ua.PublishResult(octets.number(_UINT32))
    result.AvailableSequenceNumbers = octets.array(7) or []
    result.MoreNotifications = octets.take(1) != b"\0"
    result.NotificationMessage, unread = _message(octets)
    result.Results = octets.array(19) or []
    return result, unread


def answered(body: Buffer, decode: Callable[[Octets], _T]) -> _T:
    """What stands behind the header of a response.

    Raises:
        UaError: a refusal stands in it, or nobody can read it.
    """
    octets = Octets(body.copy().read(len(body)))
    try:
        node_id(octets)
        _DATE_TIME(octets)
        octets.take(4)
        result = ua.StatusCode(octets.number(_UINT32))
        diagnostic_info(octets)
        octets.array(12)
        extension_object(octets)
        result.check()
        return decode(octets)
    except MalformedError as error:
        raise UaError(f"its answer cannot be read: {error}") from error


def _values(octets: Octets, expected: int) -> list[ua.DataValue]:
    """The values of a read response up to the first that cannot be read, which is bad; at least one."""
    values: list[ua.DataValue] = []
    try:
        count = octets.length() or 0
        if count != expected:
            raise UaError(f"it answers {count} values where it was asked for {expected}")
        while len(values) < count:
            values.append(data_value(octets))
    except MalformedError:
        values.append(ua.DataValue(StatusCode=_UNREADABLE))
    return values


def _message(octets: Octets) -> tuple[ua.NotificationMessage, int]:
    message = ua.NotificationMessage(octets.number(_UINT32), _DATE_TIME(octets))
    unread = 0
    for _ in range(octets.length(3) or 0):
        notification, lost = _notification(extension_object(octets))
        unread += lost
        if notification is not None:
            message.NotificationData.append(notification)
    return message, unread


def _notification(sent: ua.ExtensionObject) -> tuple[_Notification | None, int]:
    """A notification, and how many values of it nobody can say."""
    octets = Octets(sent.Body or b"")
    match sent.TypeId.Identifier:
        case ObjectIds.DataChangeNotification_Encoding_DefaultBinary:
            return _data_change(octets)
        case ObjectIds.EventNotificationList_Encoding_DefaultBinary:
            return _events(octets)
        case ObjectIds.StatusChangeNotification_Encoding_DefaultBinary:
            return ua.StatusChangeNotification(ua.StatusCode(octets.number(_UINT32))), 0
        case _:
            return None, 0


def _data_change(octets: Octets) -> tuple[_Notification, int]:
    notification = ua.DataChangeNotification()
    count = octets.length(5) or 0
    for place in range(count):
        handle = octets.number(_UINT32)
        try:
            value = data_value(octets)
        except MalformedError:
            bad = ua.MonitoredItemNotification(handle, ua.DataValue(StatusCode=_UNREADABLE))
            notification.MonitoredItems.append(bad)
            return notification, count - place - 1
        notification.MonitoredItems.append(ua.MonitoredItemNotification(handle, value))
    return notification, 0


def _events(octets: Octets) -> tuple[_Notification, int]:
    notification = ua.EventNotificationList()
    count = octets.length(8) or 0
    for place in range(count):
        try:
            handle = octets.number(_UINT32)
            fields = [variant(octets) for _ in range(octets.length() or 0)]
        except MalformedError:
            return notification, count - place
        notification.Events.append(ua.EventFieldList(handle, fields))
    return notification, 0
