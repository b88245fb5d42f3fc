"""What an OPC UA server says of itself: whether it works, what its clock says, since when it runs, its namespaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from agent.core.observations import Instant
from drivers.contract import Now
from drivers.opcua_limits import Requests
from drivers.opcua_values import seconds

STATE: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_State))
_CLOCK: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_CurrentTime))
_STARTED: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_StartTime))
_NAMESPACES: Final = ua.NodeId(ua.Int32(ObjectIds.Server_NamespaceArray))
_NOT_SERVING: Final = {1: "failed", 2: "without a configuration", 3: "suspended", 4: "shutting down"}
"""States in which its values mean nothing (OPC 10000-5, 12.6)."""
_SLOWEST_ANSWER_S: Final = 1.0
"""An answer that was longer on its way says nothing of clocks."""


class NotServingError(ConnectionError):
    """The server says itself that it does not work."""


@dataclass(frozen=True, slots=True)
class Server:
    """What it said."""

    namespaces: Sequence[str]
    observed: Instant
    started: float | None
    """When it started, in seconds since 1970 UTC by its clock; None where it does not say."""
    ahead_s: float | None
    """Seconds by which its clock is ahead of ours, with half of the answer's way taken out."""


async def ask_server(requests: Requests, now: Now) -> Server:
    """Ask it once.

    Raises:
        NotServingError: it says itself that it does not work.
        UaError: it refuses to be read.
        OSError: the connection is lost, or it is silent (`TimeoutError`).
    """
    asked = now()
    state, clock, started, namespaces = await requests.values([STATE, _CLOCK, _STARTED, _NAMESPACES])
    answered = now()
    said = _value(state)
    if isinstance(said, int) and said in _NOT_SERVING:
        raise NotServingError(f"says that it is {_NOT_SERVING[said]}")
    time, ahead_s = seconds(_value(clock)), None
    if time is not None and answered.monotonic - asked.monotonic < _SLOWEST_ANSWER_S:
        ahead_s = time - (asked.wall + answered.wall) / 2
    uris = _value(namespaces)
    known = tuple(str(uri) for uri in uris) if isinstance(uris, list) else ()
    return Server(known, answered, seconds(_value(started)), ahead_s)


def _value(data: ua.DataValue) -> object:
    is_good = data.StatusCode is None or data.StatusCode.is_good()
    return data.Value.Value if is_good and data.Value is not None else None
