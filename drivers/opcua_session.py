"""The one place where a session with an OPC UA server begins and ends, for whoever reads, probes or browses one.

The library's own reconnecting is left aside, as it can end in a connection without data, for ever: a session lives
until it is lost, and the next one is a new one. Read, Browse, HistoryRead and Subscribe only (design.md promise 7).

With security the server is asked what it offers first, over a connection of its own; then its certificate is judged,
and only then a secret of ours is read. A named policy is used exactly, and nothing weaker than what is configured.
"""

from __future__ import annotations

import asyncio
import math
import socket
import time
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
from drivers import opcua_refusals
from drivers.cancellation import within
from drivers.keys import Keys
from drivers.opcua_channel import Channel
from drivers.opcua_proof import Meeting, prove
from drivers.opcua_refusals import RefusedError
from drivers.opcua_responses import QuietSession
from drivers.opcua_security import chosen
from drivers.opcua_values import status_text

CONNECTING: Final = 16
"""Answers that connecting waits for at most, each for the time-out."""
PROVING_S: Final = 30.0
"""Real seconds for our own files; on a slow PC a key takes some to make."""
_NAMESPACE_ARRAY: Final = ua.NodeId(ua.Int32(ObjectIds.Server_NamespaceArray))
_CLOSING_S: Final = 0.5


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
        self.offered: Sequence[ua.EndpointDescription] = ()
        """What the server offers, where it was asked."""
        self.turns_by = math.inf
        """The loop's time by which entering has succeeded or raised."""
        self._wc_id = wc_id
        self._settings = settings
        self._keys = keys
        self._ended = ""
        self._channel = Channel(settings, name)
        self.quiet = self._channel.uaclient.session = QuietSession(self._channel.uaclient)
        """What the services of the session are asked of."""

    @property
    def client(self) -> Client:
        """The library's client."""
        return self._channel

    @property
    def uaclient(self) -> UaClient:
        """The services of the server, each answered within the time-out."""
        return self._channel.uaclient

    @property
    def connecting_s(self) -> float:
        """Real seconds that entering takes at most."""
        return CONNECTING * self._settings.timeout_s + (0.0 if self._settings.security == "none" else PROVING_S)

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            RefusedError: the server answers, and there is no session with it as it is configured.
            DeviceError: nobody answers there, or a file of ours cannot be used.
        """
        self.turns_by = asyncio.get_running_loop().time() + self.connecting_s
        try:
            if self._settings.security != "none":
                await self._make_secure()
            await self._channel.connect()
            await self.ask_namespaces()
        except BaseException as error:
            # Also when cancelled: the library closes its socket on errors only.
            await self.close()
            if isinstance(error, Exception) and (isinstance(error, RefusedError) or not isinstance(error, DeviceError)):
                # What a stranger's answers make the library raise can be anything.
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

    def refused(self, error: Exception) -> DeviceError:
        """Why there is no session, for who must act."""
        place = self._settings.endpoint
        if isinstance(error, RefusedError):
            return RefusedError(f"No session with the OPC UA server at {place}. {error} It is tried again.", str(error))
        if isinstance(error, DeviceError):
            return error
        why = self._why(error)
        if why is not None:
            is_locking = isinstance(error, UaStatusCodeError) and error.code in opcua_refusals.LOCKED_OUT
            again_s = opcua_refusals.AGAIN_S if is_locking and self._settings.security != "none" else 0.0
            return RefusedError(f"The OPC UA server at {place} refuses us: {why} It is tried again.", why, again_s)
        if self._is_agreeing and isinstance(error, TimeoutError):
            text = f"The OPC UA server at {place} answers, but not to a secure channel: {self.reason(error)}."
            return DeviceError(
                f"{text} Is it busy, or is our certificate not among those that it trusts? It is tried again."
            )
        text = f"No OPC UA server answers at {place}: {self.reason(error)}."
        return DeviceError(f"{text} Is the PLC on and the cable in? It is tried again.")

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
            async with within(_CLOSING_S):
                await self._channel.disconnect()
        self._channel.disconnect_socket()
        if transport is not None:
            # What a silent server never took would keep the socket open for minutes.
            transport.abort()

    async def _make_secure(self) -> None:
        if self._keys is None:
            raise RefusedError(
                f"Configured is {opcua_refusals.security(self._settings)}, and there is no folder with certificates at "
                "hand: give the configuration of the agent."
            )
        self.offered = await _asked(self._settings)
        endpoint = chosen(self.offered, self._settings)
        host = self._channel.server_url.hostname or ""
        meeting = Meeting(self._wc_id, self._settings, host, time.time())
        async with asyncio.timeout(PROVING_S):
            proof = await asyncio.to_thread(prove, meeting, endpoint, self._keys)
        self._ended = proof.ended
        self._channel.secure(proof, self.offered)

    @property
    def _is_agreeing(self) -> bool:
        """It has answered, and there is no secure channel yet."""
        return self._channel.is_secure and self._channel.is_greeted and not self._channel.is_agreed

    def _why(self, error: Exception) -> str | None:
        """Why a server that answers does not let us in; None where nobody answers."""
        if isinstance(error, UaStatusCodeError):
            return f"{status_text(error.code)}. {opcua_refusals.advice(error.code, self._settings)}{self._ended}"
        if self._is_agreeing and not isinstance(error, TimeoutError):
            # Some hang up, others answer by something that is no answer.
            return f"{opcua_refusals.broken_off(self._settings)}{self._ended}"
        if isinstance(error, OSError) or (isinstance(error, ValueError) and not self._channel.is_greeted):
            # A ValueError says that there can be no such name of a host.
            return None
        if str(error).startswith("No matching endpoints"):
            wished = opcua_refusals.security(self._settings)
            offer = f"it does not offer {wished}" if self._channel.is_secure else "it lets nobody in without security"
            return f"{offer}. `lineside doctor` says what it offers."
        return f"its answer cannot be used ({self.reason(error)}). {opcua_refusals.advice(0, self._settings)}"


async def offered(settings: OpcUaSettings) -> Sequence[ua.EndpointDescription]:
    """What the server offers to whoever asks. Nothing of it is proven.

    Raises:
        DeviceError: nobody answers there.
    """
    try:
        return await _asked(settings)
    except Exception as error:
        raise Session("", settings).refused(error) from error


async def _asked(settings: OpcUaSettings) -> Sequence[ua.EndpointDescription]:
    channel = Channel(settings, "Lineside")
    try:
        return await channel.connect_and_get_server_endpoints()
    finally:
        protocol = channel.uaclient.protocol
        channel.disconnect_socket()
        if protocol is not None and protocol.transport is not None:
            protocol.transport.abort()
