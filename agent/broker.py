"""The MQTT connection, and the only file that knows paho: callbacks are turned into awaits here and nowhere else.

paho is driven by the event loop, without a thread of its own. A session is one connection: it is never revived, because
paho's own queue would then send again what the journal sends again. What the broker answers to each message is handed
on word for word; what it means is decided by the forwarder.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import get_ident
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.core.errors import UplinkError
from agent.core.settings import MesSettings

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

LOG = logging.getLogger(__name__)
CONNECT_TIMEOUT_S = 10.0
SESSION_EXPIRY_S = 7 * 24 * 3600
WILL_DELAY_S = 15
DEFAULT_RECEIVE_MAXIMUM = 65_535
DEFAULT_MAX_PACKET = 268_435_455
NO_MATCHING_SUBSCRIBERS = 0x10


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish with QoS 1."""

    topic: str
    payload: bytes
    content_type: str = "application/json"
    retain: bool = False
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message received; the broker keeps it until `done` is called."""

    topic: str
    payload: bytes
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker said in its CONNACK."""

    receive_maximum: int = DEFAULT_RECEIVE_MAXIMUM
    max_packet: int = DEFAULT_MAX_PACKET
    session_present: bool = False


class Session:
    """One open connection to the broker."""

    def __init__(self, settings: MesSettings, client_id: str) -> None:
        self._settings = settings
        self._v5 = settings.protocol == "5"
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()
        self._pubacks: dict[int, asyncio.Future[int]] = {}
        self._connected: asyncio.Future[Limits] = self._loop.create_future()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        """Resolved with the reason once the connection is gone."""
        self.incoming: asyncio.Queue[Incoming] = asyncio.Queue()
        self.limits = Limits()
        self._client = self._make_client(client_id)

    def _make_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self._v5 else False,
            protocol=MQTTv5 if self._v5 else MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        # The window is ours (paho ignores the broker's Receive Maximum): paho may never hold a message back.
        client.max_inflight_messages_set(DEFAULT_RECEIVE_MAXIMUM)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_open = lambda _client, _data, sock: self._soon(self._watch_reading, sock)
        client.on_socket_close = lambda _client, _data, sock: self._soon(self._unwatch, sock)
        client.on_socket_register_write = lambda _client, _data, sock: self._soon(self._watch_writing, sock)
        client.on_socket_unregister_write = lambda _client, _data, sock: self._soon(self._unwatch_writing, sock)
        return client

    async def open(self, will: Outgoing) -> None:
        """Connect.

        Raises:
            UplinkError: the broker cannot be reached or refuses.
        """
        settings, client = self._settings, self._client
        will_properties = None
        if self._v5:
            will_properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho has no types here
            will_properties.WillDelayInterval = WILL_DELAY_S
        client.will_set(will.topic, will.payload, qos=1, retain=True, properties=will_properties)
        if settings.username is not None:
            client.username_pw_set(settings.username, _password(settings))
        arguments: dict[str, Any] = {"keepalive": settings.keep_alive_s}
        if self._v5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # as above
            properties.SessionExpiryInterval = SESSION_EXPIRY_S
            arguments |= {"clean_start": False, "properties": properties}
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._loop.run_in_executor(
                    None, lambda: client.connect(settings.host, settings.port, **arguments)
                )
                self.limits = await self._connected
        except TimeoutError as error:
            raise UplinkError(f"{self.where} does not answer within {CONNECT_TIMEOUT_S:.0f} s") from error
        except OSError as error:
            raise UplinkError(f"{self.where} cannot be reached: {error.strerror or error}") from error
        except UnicodeError as error:
            # The resolver's codec gives up before DNS is asked.
            raise UplinkError(f"{self.where} cannot be reached: this can be no host's name") from error

    @property
    def where(self) -> str:
        """The broker, for people."""
        return f"the broker {self._settings.host}:{self._settings.port}"

    def full(self) -> bool:
        """Whether the broker can take no more before it has answered (its Receive Maximum)."""
        return len(self._pubacks) >= self.limits.receive_maximum

    async def room(self) -> None:
        """Wait until it can take one more; what is published without counts all the same."""
        while self.full() and not self.lost.done():
            waited: list[asyncio.Future[Any]] = [next(iter(self._pubacks.values())), self.lost]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)

    def publish(self, message: Outgoing) -> asyncio.Future[int]:
        """Hand a message over; the future brings the broker's PUBACK reason code.

        Raises:
            UplinkError: the connection is gone.
        """
        properties = None
        if self._v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # as above
            properties.ContentType = message.content_type
            properties.PayloadFormatIndicator = 1
            if message.expiry_s is not None:
                properties.MessageExpiryInterval = message.expiry_s
        info = self._client.publish(message.topic, message.payload, qos=1, retain=message.retain, properties=properties)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise UplinkError(f"{self.where} is gone")
        puback: asyncio.Future[int] = self._loop.create_future()
        self._pubacks[info.mid] = puback
        return puback

    def subscribe(self, topics: tuple[str, ...]) -> None:
        """Ask for topics; retained messages come each time (Retain Handling 0)."""
        options: Any = [
            (topic, SubscribeOptions(qos=1, noLocal=True, retainAsPublished=True) if self._v5 else 1)
            for topic in topics
        ]
        self._client.subscribe(options)

    async def tend(self) -> None:
        """Keep the connection alive until it is lost.

        Raises:
            UplinkError: it is.
        """
        while not self.lost.done():
            self._client.loop_misc()
            await asyncio.wait([self.lost], timeout=1.0)
        raise UplinkError(f"{self.where}: {self.lost.result()}")

    def close(self) -> None:
        """Disconnect in order."""
        with suppress(OSError):
            self._client.disconnect()
        for puback in self._pubacks.values():
            puback.cancel()

    def _soon(self, call: Callable[[SocketLike], None], sock: SocketLike) -> None:
        """At once in the loop's thread: a socket that is about to close must be let go before. Else soon."""
        if get_ident() == self._thread:
            call(sock)
        else:
            self._loop.call_soon_threadsafe(self._if_open, call, sock)

    @staticmethod
    def _if_open(call: Callable[[SocketLike], None], sock: SocketLike) -> None:
        if sock.fileno() != -1:
            call(sock)

    def _watch_reading(self, sock: SocketLike) -> None:
        if isinstance(sock, socket.socket):
            # A small message must not wait 40 ms for the answer to the one before it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop.add_reader(sock.fileno(), self._client.loop_read)

    def _watch_writing(self, sock: SocketLike) -> None:
        self._loop.add_writer(sock.fileno(), self._client.loop_write)

    def _unwatch_writing(self, sock: SocketLike) -> None:
        self._loop.remove_writer(sock.fileno())

    def _unwatch(self, sock: SocketLike) -> None:
        self._loop.remove_reader(sock.fileno())
        self._loop.remove_writer(sock.fileno())

    def _on_connect(self, _client: Client, _data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:  # noqa: ANN401 - paho's signature
        if self._connected.done():
            return
        if code.is_failure:
            self._connected.set_exception(UplinkError(f"{self.where} refuses the connection: {code}"))
            return
        self._connected.set_result(
            Limits(
                getattr(properties, "ReceiveMaximum", DEFAULT_RECEIVE_MAXIMUM),
                getattr(properties, "MaximumPacketSize", DEFAULT_MAX_PACKET),
                flags.session_present,
            )
        )

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:  # noqa: ANN401 - as above
        if not self.lost.done():
            self.lost.set_result(f"connection lost ({code})")
        if not self._connected.done():
            self._connected.set_exception(UplinkError(f"{self.where} closed the connection ({code})"))
        for puback in self._pubacks.values():
            puback.cancel()
        self._pubacks.clear()

    def _on_message(self, client: Client, _data: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - as above
        mid, qos = message.mid, message.qos

        def done() -> None:
            client.ack(mid, qos)

        self.incoming.put_nowait(Incoming(message.topic, bytes(message.payload), done))

    def _on_publish(self, _client: Client, _data: Any, mid: int, code: ReasonCode, _properties: Any) -> None:  # noqa: ANN401 - as above
        puback = self._pubacks.pop(mid, None)
        if puback is not None and not puback.done():
            puback.set_result(code.value)


def _password(settings: MesSettings) -> str | None:
    if settings.password_file is None:
        return None
    try:
        return settings.password_file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise UplinkError(f"the password file {settings.password_file} cannot be read: {error.strerror}") from error


@asynccontextmanager
async def connected(settings: MesSettings, client_id: str, will: Outgoing) -> AsyncIterator[Session]:
    """One connection to the broker.

    Raises:
        UplinkError: it cannot be reached or refuses us.
    """
    session = Session(settings, client_id)
    try:
        await session.open(will)
        yield session
    finally:
        session.close()
