"""One look at an OPC UA server: what it offers, and whether each configured node can be read."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from typing import Final

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.errors import DeviceError
from agent.core.machine_settings import MachineSettings
from agent.core.sources.address import AddressSettings
from drivers.opcua_values import node_id, status_text
from drivers.probed import Probed, Unreadable

# The library logs what is said here as a sentence, and logs it louder.
for _name in ("asyncua.client", "asyncua.uaprotocol"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_NAMESPACES: Final = ua.NodeId(ua.Int32(ObjectIds.Server_NamespaceArray))
_TIME: Final = ua.NodeId(ua.Int32(ObjectIds.Server_ServerStatus_CurrentTime))
_TOKENS: Final = {
    ua.UserTokenType.Anonymous: "anonymous",
    ua.UserTokenType.UserName: "user name",
    ua.UserTokenType.Certificate: "certificate",
    ua.UserTokenType.IssuedToken: "token",
}


async def probe_opcua(machine: MachineSettings) -> Probed:
    """Ask the server what it offers, then for each node once.

    Raises:
        DeviceError: nobody answers there, or not in time.
    """
    assert machine.opcua is not None, f"machine '{machine.work_center}' is not read over OPC UA"
    patience_s = machine.opcua.timeout_s
    asked = len(machine.readings)
    offers: tuple[str, ...] = ()
    try:
        described = await _client(machine.opcua.endpoint, patience_s).connect_and_get_server_endpoints()
        offers = tuple(dict.fromkeys(_words(one) for one in described))
        if not any(_suits(one) for one in described):
            return Probed(asked, refused="it offers no anonymous reading without security", offers=offers)
        return await _read(_client(machine.opcua.endpoint, patience_s), machine.readings, offers)
    except UaStatusCodeError as error:
        return Probed(asked, refused=status_text(error.code), offers=offers)
    except (OSError, UaError) as error:
        raise DeviceError(str(error) or f"no answer within {patience_s:g} s") from error


def _client(endpoint: str, patience_s: float) -> Client:
    client = Client(endpoint, patience_s, patience_s)
    client.name = client.description = "Lineside doctor"
    client.application_uri = "urn:lineside:agent"
    client.product_uri = "urn:lineside"
    return client


async def _read(client: Client, readings: Sequence[AddressSettings], offers: tuple[str, ...]) -> Probed:
    try:
        await client.connect()
        [known, clock] = await client.uaclient.read_attributes([_NAMESPACES, _TIME], AttributeIds.Value)
        asked_at = time.time()
        namespaces = (known.Value.Value or []) if known.Value is not None else []
        unreadable, nodes = [], {}
        for one in readings:
            try:
                nodes[one.key] = node_id(one.node or "", namespaces)
            except (LookupError, ValueError) as error:
                unreadable.append(Unreadable(one.key, one.node or "", str(error.args[0])))
        values = await client.uaclient.read_attributes(list(nodes.values()), AttributeIds.Value) if nodes else []
        said = {one.key: one.node or "" for one in readings}
        for key, value in zip(nodes, values, strict=True):
            code = value.StatusCode.value if value.StatusCode is not None else 0
            if code >> 30 > 1:  # bad, by its two highest bits (OPC 10000-4, 7.39)
                unreadable.append(Unreadable(key, said[key], status_text(code)))
    finally:
        with suppress(OSError, UaError):
            await client.disconnect()
        client.disconnect_socket()
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
