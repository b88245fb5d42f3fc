"""The one place where a session with an OPC UA server begins and ends, for whoever reads, probes or browses one.

The library's own reconnecting is left aside, as it can end in a connection without data, for ever: a session lives
until it is lost, and the next one is a new one. Read, Browse, HistoryRead and Subscribe only (design.md promise 7).
"""

from __future__ import annotations

import asyncio
import logging
import math
import socket
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from asyncua import ua
from asyncua.client.client import Client
from asyncua.client.ua_client import UaClient
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from agent.core.errors import DeviceError
from agent.core.sources.opcua_settings import OpcUaSettings
from drivers.keys import Keys
from drivers.naming import addresses
from drivers.opcua_responses import QuietSession
from drivers.opcua_values import status_text

# The library logs what is raised here as a sentence, and logs it louder.
for _name in ("asyncua.client", "asyncua.uaprotocol"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

CONNECTING: Final = 10
"""Answers that connecting waits for at most, each for the time-out."""
_NAMESPACE_ARRAY: Final = ua.NodeId(ua.Int32(ObjectIds.Server_NamespaceArray))
_CLOSING_S: Final = 0.5
_SESSION_MS: Final = 30_000
"""What we leave behind when we die ends after so long: a small controller has few sessions."""


class Session:
    """One session, open while entered.

    Whoever watches the connection sets `client.connection_lost_callback` before entering.
    """

    def __init__(self, wc_id: str, settings: OpcUaSettings, keys: Keys | None = None, name: str = "Lineside") -> None:
        """Not yet connected.

        Args:
            wc_id: the work center whose machine it is; empty for none yet.
            settings: where the server is and how safely it is spoken to.
            keys: what a session with security is made with.
            name: what the server's administrator sees.
        """
        self.namespaces: Sequence[str] = ()
        """The server's namespace URIs, by their index at the time of connecting."""
        self.turns_by = math.inf
        """The loop's time by which entering has succeeded or raised."""
        self._wc_id = wc_id
        self._settings = settings
        self._keys = keys
        self.client: Client = _Client(settings, name)
        self.quiet = self.client.uaclient.session = QuietSession(self.client.uaclient)
        """What the services of the session are asked of."""

    @property
    def uaclient(self) -> UaClient:
        """The services of the server, each answered within the time-out."""
        return self.client.uaclient

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            DeviceError: nobody answers there, or what answers refuses us.
        """
        self.turns_by = asyncio.get_running_loop().time() + CONNECTING * self._settings.timeout_s
        try:
            await self.client.connect()
            await self.ask_namespaces()
        except BaseException as error:
            # Also when cancelled: the library closes its socket on errors only.
            await self.close()
            if isinstance(error, OSError | UaError | ValueError):
                raise self.refused(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server, or hang up when it does not answer."""
        await self.close()

    async def ask_namespaces(self) -> Sequence[str]:
        """The server's namespace URIs as they are now; a program download may change them."""
        [answer] = await self.uaclient.read_attributes([_NAMESPACE_ARRAY], AttributeIds.Value)
        self.namespaces = (answer.Value.Value or []) if answer.Value is not None else []
        return self.namespaces

    def refused(self, error: OSError | UaError | ValueError) -> DeviceError:
        """Why there is no session, for who must act."""
        place, reason = self._settings.endpoint, self.reason(error)
        if isinstance(error, OSError | ValueError):
            # A ValueError says that there can be no such name of a host.
            text = f"No OPC UA server answers at {place}: {reason}. Is the PLC on and the cable in?"
        else:
            advice = "Does it allow anonymous reading without security, and one more session?"
            text = f"The OPC UA server at {place} refuses us: {reason}. {advice}"
        return DeviceError(f"{text} It is tried again.")

    def reason(self, error: Exception) -> str:
        """An error in a few words."""
        match error:
            case ConnectionRefusedError():
                return "connection refused"
            case TimeoutError():
                return f"no answer within {self._settings.timeout_s:g} s"
            case socket.gaierror(strerror=str(reason)):
                return f"its name is not known ({reason})"
            case UaStatusCodeError():
                return status_text(error.code)
            case OSError(strerror=str(reason)):
                return reason
            case _:
                return str(error) or type(error).__name__

    async def close(self) -> None:
        """End it within a second, whatever the server does; polite while it answers."""
        protocol = self.uaclient.protocol
        transport = protocol.transport if protocol is not None else None
        with suppress(TimeoutError, OSError, UaError):
            async with asyncio.timeout(_CLOSING_S):
                await self.client.disconnect()
        self.client.disconnect_socket()
        if transport is not None:
            # What a silent server never took would keep the socket open for minutes.
            transport.abort()


async def offered(settings: OpcUaSettings) -> Sequence[ua.EndpointDescription]:
    """What the server offers to whoever asks. Nothing of it is proven.

    Raises:
        DeviceError: nobody answers there.
    """
    session = Session("", settings)
    try:
        return await session.client.connect_and_get_server_endpoints()
    except (OSError, UaError, ValueError) as error:
        raise session.refused(error) from error
    finally:
        await session.close()


class _Client(Client):
    """The library's client, which tries each address of the server and keeps to the time-out while it asks for them."""

    def __init__(self, settings: OpcUaSettings, name: str) -> None:
        super().__init__(settings.endpoint, settings.timeout_s, settings.timeout_s)
        self._patience_s = settings.timeout_s
        self.name = self.description = name
        self.application_uri = "urn:lineside:agent"
        self.product_uri = "urn:lineside"
        self.session_timeout = _SESSION_MS

    async def connect_socket(self) -> None:
        """Connect to the first address that takes us.

        Raises:
            OSError: none does.
        """
        host, port = self.server_url.hostname, self.server_url.port or 4840
        failed: OSError = OSError("it has no address")
        for address in await addresses(host or "", port, self._patience_s):
            try:
                await self.uaclient.connect_socket(address, port)
            except OSError as error:
                failed = error
            else:
                return
        raise failed
