"""One look at an OPC UA server: what it offers, and whether each configured node can be read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.machine_settings import MachineSettings
from agent.core.sources.address import AddressSettings
from drivers.keys import Keys
from drivers.opcua_session import Session, offered
from drivers.opcua_values import node_id, status_text
from drivers.probed import Probed, Unreadable

_TIME: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_CurrentTime))
_TOKENS: Final = {
    ua.UserTokenType.Anonymous: "anonymous",
    ua.UserTokenType.UserName: "user name",
    ua.UserTokenType.Certificate: "certificate",
    ua.UserTokenType.IssuedToken: "token",
}


async def probe_opcua(machine: MachineSettings, keys: Keys | None = None) -> Probed:
    """Ask the server what it offers, then for each node once.

    Raises:
        DeviceError: nobody answers there, or not in time.
    """
    assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
    asked = len(machine.readings)
    described = await offered(machine.opcua)
    offers = tuple(dict.fromkeys(_words(one) for one in described))
    if not any(_suits(one) for one in described):
        return Probed(asked, refused="it offers no anonymous reading without security", offers=offers)
    session = Session(machine.work_center, machine.opcua, keys, "Lineside doctor")
    try:
        async with session:
            return await _read(session, machine.readings, offers)
    except UaStatusCodeError as error:
        return Probed(asked, refused=status_text(error.code), offers=offers)
    except (OSError, UaError) as error:
        raise session.refused(error) from error


async def _read(session: Session, readings: Sequence[AddressSettings], offers: tuple[str, ...]) -> Probed:
    [clock] = await session.uaclient.read_attributes([_TIME], AttributeIds.Value)
    asked_at = time.time()
    unreadable, nodes = [], {}
    for one in readings:
        try:
            nodes[one.key] = node_id(one.node or "", session.namespaces)
        except (LookupError, ValueError) as error:
            unreadable.append(Unreadable(one.key, one.node or "", str(error.args[0])))
    values = await session.uaclient.read_attributes(list(nodes.values()), AttributeIds.Value) if nodes else []
    said = {one.key: one.node or "" for one in readings}
    for key, value in zip(nodes, values, strict=True):
        code = value.StatusCode.value if value.StatusCode is not None else 0
        if code >> 30 > 1:  # bad, by its two highest bits (OPC 10000-4, 7.39)
            unreadable.append(Unreadable(key, said[key], status_text(code)))
    server_time = None
    if clock.Value is not None and clock.Value.Value is not None:
        told = clock.Value.Value
        server_time = (told if told.tzinfo is not None else told.replace(tzinfo=UTC)).timestamp()
    return Probed(len(readings), tuple(unreadable), "", offers, server_time, asked_at)


def _suits(endpoint: ua.EndpointDescription) -> bool:
    """Whether the driver can come in by it: nothing is signed, nobody is named."""
    tokens = endpoint.UserIdentityTokens or []
    return endpoint.SecurityMode == ua.MessageSecurityMode.None_ and any(
        one.TokenType == ua.UserTokenType.Anonymous for one in tokens
    )


def _words(endpoint: ua.EndpointDescription) -> str:
    policy = str(endpoint.SecurityPolicyUri or "").rpartition("#")[2] or "None"
    mode = endpoint.SecurityMode.name.rstrip("_")
    tokens = ", ".join(dict.fromkeys(_TOKENS[one.TokenType] for one in endpoint.UserIdentityTokens or []))
    security = "no security" if mode == "None" else f"{policy} {mode}"
    return f"{security}, {tokens or 'nobody'}"
