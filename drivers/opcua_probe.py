"""One look at an OPC UA server: what it offers, whether it lets us in, and what each configured node gives."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.errors import DeviceError, LinesideError
from agent.core.machine_settings import MachineSettings
from agent.core.observations import Quality
from agent.core.readings import address_words
from agent.core.sources.address import AddressSettings
from drivers.keys import Keys
from drivers.opcua_alarms import Alarms
from drivers.opcua_asking import Asking, numbered
from drivers.opcua_conditions import shown, why_mute
from drivers.opcua_kinds import kind_of
from drivers.opcua_learning import Learning
from drivers.opcua_limits import Requests
from drivers.opcua_readings import Readings
from drivers.opcua_refusals import RefusedError, offers
from drivers.opcua_session import Session, offered
from drivers.opcua_subscription import NO_ROOM, UNSUPPORTED
from drivers.opcua_trial import tried
from drivers.opcua_values import node_id, seconds, status_text
from drivers.probed import Probed, ProbeError, Seen, Stage

_TIME: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_CurrentTime))
_SAID: Final = {
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead: "values in one read",
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall: "monitored items in one request",
    ObjectIds.Server_ServerCapabilities_MaxMonitoredItemsPerSubscription: "monitored items in one subscription",
    ObjectIds.Server_ServerCapabilities_MaxMonitoredItemsQueueSize: "values in the queue of one",
    ObjectIds.Server_ServerCapabilities_MaxSubscriptionsPerSession: "subscriptions in one session",
    ObjectIds.Server_ServerCapabilities_MaxSessions: "sessions",
}
"""Limits that a server may tell (OPC 10000-5, 6.3.2 and 6.3.11)."""
_FULL: Final = frozenset(
    {
        StatusCodes.BadTooManySessions,
        StatusCodes.BadMaxConnectionsReached,
        StatusCodes.BadTcpNotEnoughResources,
        StatusCodes.BadOutOfMemory,
    }
)
_OF_USER: Final = frozenset(
    {
        StatusCodes.BadIdentityTokenInvalid,
        StatusCodes.BadIdentityTokenRejected,
        StatusCodes.BadUserAccessDenied,
        StatusCodes.BadUserSignatureInvalid,
        StatusCodes.BadIdentityChangeNotSupported,
    }
)
_OF_SECURITY: Final = frozenset(
    {
        StatusCodes.BadSecurityChecksFailed,
        StatusCodes.BadSecurityModeRejected,
        StatusCodes.BadSecurityPolicyRejected,
        StatusCodes.BadSecurityModeInsufficient,
        StatusCodes.BadApplicationSignatureInvalid,
        StatusCodes.BadNonceInvalid,
        StatusCodes.BadCertificateInvalid,
        StatusCodes.BadCertificateUntrusted,
        StatusCodes.BadCertificateTimeInvalid,
        StatusCodes.BadCertificateHostNameInvalid,
        StatusCodes.BadCertificateUriInvalid,
        StatusCodes.BadCertificateUseNotAllowed,
        StatusCodes.BadCertificateRevoked,
        StatusCodes.BadCertificateIssuerRevoked,
        StatusCodes.BadCertificateChainIncomplete,
        StatusCodes.BadCertificateIssuerTimeInvalid,
        StatusCodes.BadCertificateRevocationUnknown,
        StatusCodes.BadNoValidCertificates,
    }
)


async def probe_opcua(machine: MachineSettings, keys: Keys | None = None, *, subscribe: bool = False) -> Probed:
    """Ask the server what it offers, then for each node once.

    Args:
        machine: whose server.
        keys: what a session with security is made with.
        subscribe: subscribe to all of it for a moment, too, as the driver does, to see what the server makes of that.

    Raises:
        ProbeError: it did not come to reading values, and where it ended.
    """
    assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
    try:
        described = await offered(machine.opcua)
    except DeviceError as error:
        raise ProbeError(Stage.PROTOCOL, str(error)) from error
    told = offers(described)
    session = Session(machine.work_center, machine.opcua, keys, "Lineside looks")
    try:
        async with session:
            requests = Requests(session.uaclient, small=machine.opcua.profile == "small", asking=lambda: None)
            probed = await _read(session, requests, machine, told)
            return await _subscribed(session, requests, machine, probed) if subscribe else probed
    except DeviceError as error:
        raise _ended(error, told) from error
    except (OSError, UaError) as error:
        raise ProbeError(Stage.VALUES, str(session.refused(error)), told) from error


async def _read(
    session: Session, requests: Requests, machine: MachineSettings, offered_here: tuple[str, ...]
) -> Probed:
    assert machine.opcua is not None
    asking = Asking(requests)
    [clock] = await asking.read([_TIME])
    asked_at = time.time()
    await requests.ask_limits()
    limits = await _limits(asking)
    nodes: dict[int, ua.NodeId] = {}
    seen: dict[int, Seen] = {}
    for at, one in enumerate(machine.readings):
        try:
            nodes[at] = node_id(one.node or machine.opcua.alarms or "", session.namespaces)
        except (LookupError, ValueError) as error:
            seen[at] = Seen(one.key, address_words(one), str(error.args[0]))
        else:
            if one is machine.first_alarm:
                seen[at] = await _notifying(asking, one, nodes.pop(at))
    readings = Readings(machine)
    readings.namespaces = session.namespaces
    seen |= await _seen(asking, readings, nodes)
    told = tuple(seen[at] for at in sorted(seen))
    return Probed(
        told,
        _way(session.client),
        offered_here,
        limits,
        seconds(clock.Value.Value if clock.Value is not None else None),
        asked_at,
    )


async def _notifying(asking: Asking, signal: AddressSettings, node: ua.NodeId) -> Seen:
    """Whether a node tells events, of which the signal is made, and the first alarm that stands."""
    if why := await why_mute(asking, node):
        return Seen(signal.key, address_words(signal), why)
    conditions, is_whole = await shown(asking, node)
    alarms = Alarms()
    alarms.begin(conditions, 0.0, is_whole=is_whole)
    value, _, doubt, _ = alarms.reading
    return Seen(signal.key, address_words(signal), kind="events", value=value, doubt=doubt)


async def _seen(asking: Asking, readings: Readings, nodes: dict[int, ua.NodeId]) -> dict[int, Seen]:
    """What each gives, taken apart as the driver does it."""
    learning = Learning(readings, asking)
    await learning.prepare(nodes)
    wanted = list(nodes.values())
    whole = await asking.read(wanted)
    least = await asking.read(wanted, AttributeIds.MinimumSamplingInterval)
    data = dict(zip(nodes, whole, strict=True))
    for at, node in nodes.items():
        if (part := readings.index_range(at)) is not None:
            [data[at]] = await asking.read([node], index_range=part)
    await learning.learn(data.items())
    taken = [readings.reading(at, value) for at, value in data.items()]
    seen: dict[int, Seen] = {}
    for (at, value_of_node), interval, (value, quality, status, _) in zip(data.items(), least, taken, strict=True):
        one = readings.addresses[at]
        is_bad = quality is Quality.BAD
        kind = kind_of(value_of_node) if one.index is None and one.field is None else ""
        doubt = "" if is_bad else status
        why = status if is_bad else ""
        seen[at] = Seen(one.key, address_words(one), why, kind, value, _sampling_ms(interval), doubt)
    return seen


def _sampling_ms(told: ua.DataValue) -> float | None:
    value = told.Value.Value if told.Value is not None else None
    return float(value) if isinstance(value, int | float) and value >= 0 else None


async def _limits(asking: Asking) -> tuple[str, ...]:
    """What it says that it takes, in words."""
    answers = await asking.read([numbered(number) for number in _SAID])
    said: list[str] = []
    for words, answer in zip(_SAID.values(), answers, strict=True):
        limit = answer.Value.Value if answer.Value is not None else None
        # 0 is no limit.
        if isinstance(limit, int) and limit > 0:
            said.append(f"{limit} {words}")
    return tuple(said)


async def _subscribed(session: Session, requests: Requests, machine: MachineSettings, probed: Probed) -> Probed:
    assert machine.opcua is not None
    try:
        refused, revised = await tried(session, requests, machine)
    except UaStatusCodeError as error:
        if error.code not in UNSUPPORTED | NO_ROOM or machine.opcua.read == "subscribe":
            raise
        none = f"no subscription ({status_text(error.code)}): without one all is polled"
        return replace(probed, limits=(*probed.limits, none))
    seen = tuple(
        one
        if one.why or one.key not in refused
        else Seen(one.key, one.address, f"not subscribed to: {refused[one.key]}")
        for one in probed.seen
    )
    return Probed(seen, probed.way, probed.offers, (*probed.limits, *revised), probed.server_time, probed.asked_at)


def _ended(error: DeviceError, told: tuple[str, ...]) -> ProbeError:
    """At which stage a session ended before it began, by what the server said."""
    cause = error.__cause__
    code = cause.code if isinstance(cause, UaStatusCodeError) else None
    is_ours = isinstance(cause, LinesideError) or (isinstance(error, RefusedError) and code is None)
    if code in _OF_USER or (isinstance(cause, RefusedError) and cause.is_of_user):
        stage = Stage.USER
    elif code in _OF_SECURITY or cause is None or is_ours:
        # What is refused by ourselves is so for want of security.
        stage = Stage.SECURITY
    else:
        stage = Stage.SESSION
    return ProbeError(stage, str(error), told, is_full=code in _FULL)


def _way(client: Client) -> str:
    policy = str(client.security_policy.URI).rpartition("#")[2] or "None"
    mode = client.security_policy.Mode.name.rstrip("_")
    return "no security" if mode == "None" else f"{policy} {mode}"
