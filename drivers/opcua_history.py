"""Reads what a server remembers of its values (OPC 10000-11). HistoryRead only (design.md promise 7).

Bounded: a server may remember years. What it hands out in pages it is told to forget when no more of them is wanted.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.machine_settings import MachineSettings
from agent.core.observations import Quality, SignalValue
from drivers.keys import Keys
from drivers.opcua_asking import Asking, numbered
from drivers.opcua_learning import Learning
from drivers.opcua_limits import Requests
from drivers.opcua_octets import MalformedError, Octets, byte_string, data_value, extension_object
from drivers.opcua_readings import Readings
from drivers.opcua_responses import answered
from drivers.opcua_session import Session
from drivers.opcua_values import node_id, reading, seconds, status_text

MOST_VALUES: Final = 20_000
"""Values that are read of one signal."""
_PAGE: Final = 1_000
_MOST_PAGES: Final = 100
_HAIR_S: Final = 0.001
"""The end of what is asked for is not in the answer (OPC 10000-11, 6.4.3)."""
_UINT32: Final = struct.Struct("<I")
_HISTORY_READ: Final = 0x04
"""The bit of an access level that says that there is a history (OPC 10000-3, 8.57)."""
_REMEMBERED: Final = frozenset(
    {ObjectIds.HistoryData_Encoding_DefaultBinary, ObjectIds.HistoryModifiedData_Encoding_DefaultBinary}
)

_NOT_NOW: Final = frozenset(
    {
        StatusCodes.BadSessionIdInvalid,
        StatusCodes.BadSessionClosed,
        StatusCodes.BadSessionNotActivated,
        StatusCodes.BadSecureChannelIdInvalid,
        StatusCodes.BadSecureChannelClosed,
        StatusCodes.BadConnectionClosed,
        StatusCodes.BadShutdown,
        StatusCodes.BadServerHalted,
        StatusCodes.BadTimeout,
        StatusCodes.BadTcpServerTooBusy,
    }
)
"""Says nothing of the history: asked again in another session, the server may have it."""

Value: TypeAlias = tuple[float, SignalValue, Quality]
"""When it was true at its source, in seconds since 1970 UTC; what it was; and how far its source believed it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a server remembers of one signal."""

    key: str
    values: tuple[Value, ...] = ()
    """In the order of their times."""
    until: float | None = None
    """Up to where they are all; None for the whole of what was asked for."""
    why: str = ""
    """Why there are none, or not all; empty for a whole answer, which may be one without values."""


@dataclass(frozen=True, slots=True)
class History:
    """What a server remembers of a machine."""

    signals: tuple[Remembered, ...]
    started: float | None
    """When the server started, in seconds since 1970 UTC; None where it does not say."""


@dataclass(slots=True)
class _Page:
    """One answer."""

    status: ua.StatusCode
    point: bytes
    """Where it goes on; empty at the end."""
    values: list[ua.DataValue] = field(default_factory=list)
    is_whole: bool = True
    """False where a value in it cannot be read."""


async def history(
    machine: MachineSettings, keys: Keys | None, wanted: Sequence[str], since: float, until: float
) -> History:
    """Ask a machine's server, in a session of its own, what it remembers of these signals.

    Args:
        machine: read over OPC UA.
        keys: what a session with security is made with.
        wanted: keys of signals or telemetry.
        since: of the values, in seconds since 1970 UTC by the server's clock; inclusive.
        until: likewise.

    Raises:
        DeviceError: nobody answers, or what answers refuses us.
    """
    assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
    async with Session(machine.work_center, machine.opcua, keys, "Lineside, history") as session:
        try:
            requests = Requests(session.uaclient, small=machine.opcua.profile == "small", asking=lambda: None)
            await requests.ask_limits()
            asking = Asking(requests)
            [started] = await asking.read([numbered(ObjectIds.Server_ServerStatus_StartTime)])
            rememberer = _Rememberer(machine, session, asking)
            signals = [await rememberer.remembered(key, since, until) for key in wanted]
        except (OSError, UaError) as error:
            raise session.refused(error) from error
    return History(tuple(signals), seconds(started.Value.Value if started.Value is not None else None))


class _Rememberer:
    """Asks signal by signal."""

    def __init__(self, machine: MachineSettings, session: Session, asking: Asking) -> None:
        self._places = {one.key: at for at, one in enumerate(machine.readings)}
        self._addresses = machine.readings
        self._session = session
        self._asking = asking
        self._readings = Readings(machine)
        self._readings.namespaces = session.namespaces
        self._learning = Learning(self._readings, asking)

    async def remembered(self, key: str, since: float, until: float) -> Remembered:
        """One signal's; a refusal makes an empty answer."""
        place = self._places[key]
        text = self._addresses[place].node
        if text is None:
            return Remembered(key, until=since, why="it is told by events, and of those no history is read")
        try:
            node = node_id(text, self._session.namespaces)
            await self._learning.prepare_texts({place: node})
            return await self._read(place, node, since, until)
        except (LookupError, ValueError) as error:
            return Remembered(key, until=since, why=f"BadNodeIdUnknown: {error.args[0]}")
        except UaError as error:
            if isinstance(error, UaStatusCodeError) and error.code in _NOT_NOW:
                raise
            why = status_text(error.code) if isinstance(error, UaStatusCodeError) else str(error)
            return Remembered(key, until=since, why=f"the server gives no history of it: {why}")

    async def _read(self, place: int, node: ua.NodeId, since: float, until: float) -> Remembered:
        key, start, point, why = self._addresses[place].key, since, b"", f"it is handed out in over {_MOST_PAGES} pages"
        values: list[Value] = []
        for _ in range(_MOST_PAGES):
            page = await self._page(node, start, until, point)
            point = page.point
            values += await self._taken(place, page, since, until)
            if not page.is_whole:
                why = "a value of it cannot be read"
            elif len(values) >= MOST_VALUES:
                why = f"the server remembers more than {MOST_VALUES} values of it"
            elif not point and (len(page.values) < _PAGE or not values):
                why = ""
            elif not point and values[-1][0] <= start:
                why = f"the server remembers more than {_PAGE} values of one time"
            else:
                # Some servers cut a full page off and do not say that more follows.
                start = start if point else values[-1][0]
                continue
            break
        if point:
            await self._release(node, point)
        if not why and not values and not await self._is_kept(node):
            return Remembered(key, until=since, why="the server keeps no history of it")
        values.sort(key=lambda one: one[0])
        return Remembered(key, tuple(values), (values[-1][0] if values else since) if why else None, why)

    async def _taken(self, place: int, page: _Page, since: float, until: float) -> list[Value]:
        await self._learning.learn((place, one) for one in page.values)
        readings = [self._readings.reading(place, one) for one in page.values]
        return [(at, value, quality) for value, quality, _, at in readings if at is not None and since <= at <= until]

    async def _page(self, node: ua.NodeId, since: float, until: float, point: bytes) -> _Page:
        details = ua.ReadRawModifiedDetails(False, _time(since), _time(until + _HAIR_S), ua.UInt32(_PAGE), False)
        [page] = await self._ask(details, ua.HistoryReadValueId(node, ContinuationPoint=ua.ByteString(point) or None))
        if page.status.is_bad():
            page.status.check()
        return page

    async def _release(self, node: ua.NodeId, point: bytes) -> None:
        """Nothing more is asked for: the server may forget where it was."""
        wanted = ua.HistoryReadValueId(node, ContinuationPoint=ua.ByteString(point))
        with suppress(UaError):
            await self._ask(ua.ReadRawModifiedDetails(False), wanted, release=True)

    async def _ask(
        self, details: ua.ReadRawModifiedDetails, wanted: ua.HistoryReadValueId, *, release: bool = False
    ) -> list[_Page]:
        request = ua.HistoryReadRequest()
        request.Parameters = ua.HistoryReadParameters(details, ua.TimestampsToReturn.Source, release, [wanted])
        body = await self._session.uaclient._send_request(request)  # noqa: SLF001 - the only way to an answer's octets
        return answered(body, _pages)

    async def _is_kept(self, node: ua.NodeId) -> bool:
        """Whether nothing remembered means that nothing happened."""
        [level] = await self._asking.read([node], AttributeIds.AccessLevel)
        [keeps] = await self._asking.read([node], AttributeIds.Historizing)
        return bool(int(reading(level)[0] or 0) & _HISTORY_READ) and reading(keeps)[0] is True


def _pages(octets: Octets) -> list[_Page]:
    pages: list[_Page] = []
    for _ in range(octets.length() or 0):
        status, point = ua.StatusCode(octets.number(_UINT32)), byte_string(octets) or b""
        pages.append(_Page(status, point, *_values(extension_object(octets))))
    if len(pages) != 1:
        raise MalformedError(f"it answers {len(pages)} histories where it was asked for one")
    return pages


def _values(sent: ua.ExtensionObject) -> tuple[list[ua.DataValue], bool]:
    """The values up to the first that cannot be read, and whether those are all."""
    values: list[ua.DataValue] = []
    if sent.TypeId.Identifier not in _REMEMBERED:
        return values, not sent.Body
    octets = Octets(sent.Body or b"")
    try:
        for _ in range(octets.length() or 0):
            values.append(data_value(octets))  # noqa: PERF401 - those before the first that cannot be read are kept
    except MalformedError:
        return values, False
    return values, True


def _time(seconds: float) -> ua.UtcTime:
    return datetime.fromtimestamp(seconds, UTC)  # type: ignore[return-value]  # the library's alias of it
