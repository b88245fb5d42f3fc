"""One MQTT connection of the MES on the event loop, from connect to loss. The only file here that knows paho.

A lost connection is an error, and who connects again does so with a fresh client: paho's own reconnect would send what
it had in memory a second time.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.mes.security import OPEN, Security

if TYPE_CHECKING:  # paho defines it for type checkers alone
    from paho.mqtt.client import SocketLike

Protocol: TypeAlias = Literal["5", "3.1.1"]

_KEEP_ALIVE_S = 10
_DIAL_S = 3.0
_CONNECT_S = 5.0
_SESSION_EXPIRY_S = 7 * 24 * 3600


class LinkLostError(Exception):
    """The broker cannot be reached, refuses us, or is gone; the message says which. It is tried again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, what it speaks and what it wants to see."""

    host: str
    port: int
    protocol: Protocol = "5"
    security: Security = OPEN


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the broker keeps until it is settled."""

    topic: str
    payload: bytes
    received_at: float
    """Seconds since 1970 UTC."""
    mid: int
    qos: int


class Link:
    """An open connection. Made by `connected`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox: list[Received] = []
        self._lost: str | None = None
        self._news = asyncio.Event()
        self._subscribed: asyncio.Future[list[ReasonCode]] = asyncio.get_running_loop().create_future()

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Ask, once, for messages with QoS 1, the retained ones included; returns when the broker has agreed.

        Receive and settle meanwhile: amqtt answers only after all that waited in the session is settled.

        Raises:
            LinkLostError: the broker refuses or is gone.
        """
        self._client.subscribe([(topic_filter, 1) for topic_filter in filters])
        answers = await self._subscribed
        if refused := [name for name, answer in zip(filters, answers, strict=True) if answer.is_failure]:
            raise LinkLostError(f"the broker refuses to let us read {', '.join(refused)}; look into its access rules")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1; what is lost with the connection is the caller's to send again."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    async def receive(self) -> list[Received]:
        """All that has gathered, at least one message.

        Raises:
            LinkLostError: the connection is gone.
        """
        while not self._inbox:
            if self._lost is not None:
                raise LinkLostError(self._lost)
            self._news.clear()
            await self._news.wait()
        gathered, self._inbox = self._inbox, []
        return gathered

    def settle(self, messages: Sequence[Received]) -> None:
        """Tell the broker that it need not keep these any longer."""
        for message in messages:
            self._client.ack(message.mid, message.qos)

    async def breathe(self) -> None:
        """Keep the connection alive until it is lost; run this beside `receive`."""
        while self._lost is None:
            self._client.loop_misc()
            await asyncio.sleep(1)

    def _take(self, message: MQTTMessage) -> None:
        self._inbox.append(Received(message.topic, bytes(message.payload), time.time(), message.mid, message.qos))
        self._news.set()

    def _agree(self, answers: list[ReasonCode]) -> None:
        if not self._subscribed.done():
            self._subscribed.set_result(answers)

    def _lose(self, reason: str) -> None:
        self._lost = reason
        if not self._subscribed.done():
            self._subscribed.set_exception(LinkLostError(reason))
            # Looked at, lest asyncio complain where nobody waits for it.
            self._subscribed.exception()
        self._news.set()


@asynccontextmanager
async def connected(address: Address, client_id: str) -> AsyncIterator[Link]:
    """Connect to a session that outlives the connection; leaving disconnects.

    Raises:
        LinkLostError: the broker cannot be reached or refuses us.
    """
    client = _client(address, client_id)
    link = Link(client)
    admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _call_back(client, link, admitted)
    try:
        async with asyncio.timeout(_CONNECT_S):
            await _dialled(client, address)
            _watch(client)
            await admitted
        yield link
    except (OSError, TimeoutError) as error:
        raise LinkLostError(f"no broker at {address.host}:{address.port} ({error or 'no answer'})") from error
    finally:
        _hang_up(client)


def _client(address: Address, client_id: str) -> Client:
    protocol, security = address.protocol, address.security
    version = MQTTProtocolVersion.MQTTv5 if protocol == "5" else MQTTProtocolVersion.MQTTv311
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        # MQTT 5 says the same by clean_start in CONNECT, and paho refuses it here.
        clean_session=None if protocol == "5" else False,
        protocol=version,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    if security.ca_file is not None:
        client.tls_set_context(security.context())
    if security.username is not None:
        client.username_pw_set(security.username, security.password)
    return client


def _call_back(client: Client, link: Link, admitted: asyncio.Future[None]) -> None:
    def on_connect(
        _client: Client, _data: object, _flags: object, reason_code: ReasonCode, _properties: object
    ) -> None:
        if admitted.done():
            return
        if reason_code.is_failure:
            admitted.set_exception(LinkLostError(f"the broker refuses us: {reason_code}"))
        else:
            admitted.set_result(None)

    def on_disconnect(
        _client: Client, _data: object, _flags: object, reason_code: ReasonCode, _properties: object
    ) -> None:
        link._lose(f"connection lost: {reason_code}")  # noqa: SLF001 - one file, one connection
        if not admitted.done():
            admitted.set_exception(LinkLostError(f"connection lost before it stood: {reason_code}"))

    client.on_connect = on_connect
    client.on_disconnect = on_disconnect
    client.on_message = lambda _client, _data, message: link._take(message)  # noqa: SLF001 - likewise
    client.on_subscribe = lambda _client, _data, _mid, codes, _properties: link._agree(codes)  # noqa: SLF001 - likewise


async def _dialled(client: Client, address: Address) -> None:
    dialling = asyncio.create_task(asyncio.to_thread(_dial, client, address), name="mes: dial")
    try:
        await asyncio.shield(dialling)
    except asyncio.CancelledError:
        # The thread goes on; its socket must be there before it can be closed.
        with suppress(OSError):
            await dialling
        raise


def _dial(client: Client, address: Address) -> None:
    client.connect_timeout = _DIAL_S
    if address.protocol == "3.1.1":
        client.connect(address.host, address.port, _KEEP_ALIVE_S)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types there
    properties.SessionExpiryInterval = _SESSION_EXPIRY_S
    client.connect(address.host, address.port, _KEEP_ALIVE_S, clean_start=False, properties=properties)


def _watch(client: Client) -> None:
    """Let the event loop read and write the socket from here on; the dialling thread wrote CONNECT by itself."""
    loop = asyncio.get_running_loop()

    def on_socket_close(_client: Client, _data: object, sock: SocketLike) -> None:
        loop.remove_reader(sock)
        loop.remove_writer(sock)

    def on_socket_register_write(_client: Client, _data: object, sock: SocketLike) -> None:
        loop.add_writer(sock, client.loop_write)

    def on_socket_unregister_write(_client: Client, _data: object, sock: SocketLike) -> None:
        loop.remove_writer(sock)

    client.on_socket_close = on_socket_close
    client.on_socket_register_write = on_socket_register_write
    client.on_socket_unregister_write = on_socket_unregister_write
    sock = client.socket()
    if sock is None:
        raise LinkLostError("connection lost before it stood")

    pending = sock.pending if isinstance(sock, ssl.SSLSocket) else int

    def read() -> None:
        client.loop_read()
        # What TLS has decrypted already makes no socket readable any more.
        while client.socket() is sock and pending():
            client.loop_read()

    loop.add_reader(sock, read)


def _hang_up(client: Client) -> None:
    # Without this callback paho writes at once, so DISCONNECT is out, and the socket closed, when this returns.
    client.on_socket_register_write = None
    client.disconnect()
    client.loop_write()
    sock = client.socket()
    if sock is not None:
        asyncio.get_running_loop().remove_reader(sock)
        asyncio.get_running_loop().remove_writer(sock)
        with suppress(OSError):
            sock.close()
