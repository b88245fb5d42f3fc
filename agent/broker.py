"""The MQTT connection: paho's callbacks are turned into awaits here and nowhere else.

A session is one connection: it is never revived, because paho's own queue would then send again what the journal sends
again. What the broker answers to each message is handed on word for word; what it means is decided by the forwarder.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.broker_wire import CONNECT_TIMEOUT_S, Wire
from agent.core.errors import TooLargeError, UplinkError
from agent.core.settings import MesSettings
from agent.mqtt import DEFAULT_MAX_PACKET, DEFAULT_RECEIVE_MAXIMUM, Abilities, Incoming, Limits, Loss, Outgoing
from agent.tls import Expiry

__all__ = ["Abilities", "Incoming", "Limits", "Loss", "Outgoing", "Session", "connected", "peek"]

ABLE = Abilities()
GRACE_S = 0.2
"""Real seconds that a retained message may come after the broker has answered everything asked of it."""


class Session:
    """One open connection to the broker."""

    def __init__(self, settings: MesSettings, client_id: str, *, lasting: bool = True) -> None:
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._pubacks: dict[int, asyncio.Future[int]] = {}
        self._granted: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._connected: asyncio.Future[Limits] = loop.create_future()
        self.lost: asyncio.Future[Loss] = loop.create_future()
        """Resolved with the reason once the connection is gone."""
        self.incoming: asyncio.Queue[Incoming] = asyncio.Queue()
        self.limits = Limits()
        self.peer_expiry: Expiry | None = None
        """The end of the broker's certificate; None on plain TCP."""
        self._wire = Wire(settings, client_id, lasting=lasting)
        self._client = client = self._wire.client
        client.on_connect = self._wire.in_loop(self._on_connect)
        client.on_disconnect = self._wire.in_loop(self._on_disconnect)
        client.on_message = self._wire.in_loop(self._on_message)
        client.on_publish = self._wire.in_loop(self._on_publish)
        client.on_subscribe = client.on_unsubscribe = self._wire.in_loop(self._on_granted)

    def leave(self, will: Outgoing, abilities: Abilities) -> None:
        """What the broker says for us when the connection is lost; before `open`."""
        self._wire.leave(will, abilities)

    async def open(self) -> None:
        """Connect.

        Raises:
            UplinkError: the broker cannot be reached or refuses. Its code is the CONNACK's; paho translates those of
                MQTT 3.1.1 (1 to 5) to 0x82, 0x85, 0x88, 0x86 and 0x87.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._wire.open()
                self.limits = await self._connected
        except TimeoutError as error:
            raise UplinkError(f"{self.where} does not answer within {CONNECT_TIMEOUT_S:.0f} s") from error
        self.peer_expiry = self._wire.peer_expiry

    @property
    def where(self) -> str:
        """The broker, for people."""
        return self._wire.where

    @property
    def trusted(self) -> bool:
        """Whether who is at the other end is known: commands are taken over such a link only."""
        return self._settings.is_trusted

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

        It is 0 at once where the broker has QoS 0 only. It is cancelled when the connection is lost.

        Raises:
            TooLargeError: the broker takes no packet of this size; nothing was sent.
            UplinkError: the connection is gone.
        """
        v5, qos = self._wire.v5, self.limits.qos
        size = message.packet_size(v5=v5, qos=qos)
        if size > self.limits.max_packet:
            raise TooLargeError(f"{size} bytes; {self.where} takes {self.limits.max_packet} at most")
        properties = None
        if v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
            properties.ContentType = message.content_type
            properties.PayloadFormatIndicator = 1
            if message.expiry_s is not None:
                properties.MessageExpiryInterval = message.expiry_s
        retain = message.retain and self.limits.retain
        info = self._client.publish(message.topic, message.payload, qos, retain, properties)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise UplinkError(f"{self.where} is gone")
        puback: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if qos == 0:
            puback.set_result(0)
        else:
            self._pubacks[info.mid] = puback
        return puback

    def subscribe(self, topics: tuple[str, ...], qos: int = 1) -> asyncio.Future[tuple[int, ...]]:
        """Ask for topics; retained messages come each time (Retain Handling 0).

        Returns:
            the broker's reason code for each topic, 0x80 and above where it refuses. It raises UplinkError when the
            connection is lost before.

        Raises:
            UplinkError: the connection is gone.
        """
        options: Any = [
            (topic, SubscribeOptions(qos=qos, noLocal=True, retainAsPublished=True) if self._wire.v5 else qos)
            for topic in topics
        ]
        _, mid = self._client.subscribe(options)
        return self._answer_to(mid)

    def unsubscribe(self, topic: str) -> asyncio.Future[tuple[int, ...]]:
        """Ask no longer; the answer comes after everything that the broker had to send for what was asked before."""
        _, mid = self._client.unsubscribe(topic)
        return self._answer_to(mid)

    def _answer_to(self, mid: int | None) -> asyncio.Future[tuple[int, ...]]:
        if mid is None or self.lost.done():
            raise UplinkError(f"{self.where} is gone")
        granted: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()
        self._granted[mid] = granted
        return granted

    async def tend(self) -> None:
        """Keep the connection alive until it is lost.

        Raises:
            UplinkError: it is; with the code of its `Loss`.
        """
        while not self.lost.done():
            self._client.loop_misc()
            await asyncio.wait([self.lost], timeout=1.0)
        loss = self.lost.result()
        raise UplinkError(f"{self.where}: {loss}", loss.code)

    def close(self) -> None:
        """Disconnect in order."""
        with suppress(OSError):
            self._client.disconnect()
            # Out before the loop may end: a broker that hears no DISCONNECT publishes the Will.
            self._client.loop_write()
        self._forget(None)

    def _forget(self, code: int | None) -> None:
        for puback in self._pubacks.values():
            puback.cancel()
        for granted in self._granted.values():
            if not granted.done():
                granted.set_exception(UplinkError(f"{self.where} is gone", code))
                # Looked at, lest asyncio complain where nobody waits for it.
                granted.exception()
        self._pubacks.clear()
        self._granted.clear()

    def _on_connect(self, _client: Client, _data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:  # noqa: ANN401 - paho's signature
        if self._connected.done():
            return
        if code.is_failure:
            refusal = UplinkError(f"{self.where} refuses the connection: {code}", code.value)
            self._connected.set_exception(refusal)
            return
        self._connected.set_result(
            Limits(
                getattr(properties, "ReceiveMaximum", DEFAULT_RECEIVE_MAXIMUM),
                getattr(properties, "MaximumPacketSize", DEFAULT_MAX_PACKET),
                flags.session_present,
                min(getattr(properties, "MaximumQoS", 1), 1),
                bool(getattr(properties, "RetainAvailable", 1)),
            )
        )

    def _on_disconnect(self, _client: Client, _data: Any, flags: Any, code: ReasonCode, _properties: Any) -> None:  # noqa: ANN401 - as above
        # paho says "unspecified error" (0x80) of its own where the connection just ended.
        given = code.value if flags.is_disconnect_packet_from_server or code.value != 0x80 else None
        if not self.lost.done():
            self.lost.set_result(Loss(f"connection lost ({code})", given))
        if not self._connected.done():
            speaks = f"; does it speak MQTT {self._settings.protocol}?" if given == 0x82 else ""
            self._connected.set_exception(UplinkError(f"{self.where} closed the connection ({code}){speaks}", given))
        self._forget(given)

    def _on_message(self, client: Client, _data: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - as above
        mid, qos = message.mid, message.qos

        def done() -> None:
            client.ack(mid, qos)

        self.incoming.put_nowait(Incoming(message.topic, bytes(message.payload), done))

    def _on_publish(self, _client: Client, _data: Any, mid: int, code: ReasonCode, _properties: Any) -> None:  # noqa: ANN401 - as above
        puback = self._pubacks.pop(mid, None)
        if puback is not None and not puback.done():
            puback.set_result(code.value)

    def _on_granted(self, _client: Client, _data: Any, mid: int, codes: Any, _properties: Any) -> None:  # noqa: ANN401 - a list, or nothing to UNSUBACK with 3.1.1
        granted = self._granted.pop(mid, None)
        if granted is not None and not granted.done():
            granted.set_result(tuple(code.value for code in codes or ()))


@asynccontextmanager
async def connected(
    settings: MesSettings, client_id: str, will: Outgoing, abilities: Abilities = ABLE
) -> AsyncIterator[Session]:
    """One connection to the broker.

    Raises:
        UplinkError: it cannot be reached or refuses us. With code 0x9A or 0x9B it does not take the Will as it is: try
            again with other `abilities`.
    """
    session = Session(settings, client_id)
    session.leave(will, abilities)
    try:
        await session.open()
        yield session
    finally:
        session.close()


async def peek(settings: MesSettings, client_id: str, topic: str) -> bytes | None:
    """What is retained at a topic, None where nothing is, looked up under another client id than our own.

    Raises:
        UplinkError: the broker cannot be reached, refuses us, or does not let us read the topic.
    """
    session = Session(settings, f"{client_id}-look", lasting=False)
    try:
        await session.open()
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            # Brokers answer in order, so that a retained message stands before the second answer; with QoS 1 amqtt
            # would not answer before we had acknowledged that message.
            (code,) = await session.subscribe((topic,), qos=0)
            if code >= 0x80:
                raise UplinkError(f"{session.where} does not let us read {topic}; change its access rules", code)
            await session.unsubscribe(topic)
            if session.incoming.empty():
                with suppress(TimeoutError):
                    return (await asyncio.wait_for(session.incoming.get(), GRACE_S)).payload
        return None if session.incoming.empty() else session.incoming.get_nowait().payload
    except TimeoutError as error:
        raise UplinkError(f"{session.where} does not answer within {CONNECT_TIMEOUT_S:.0f} s") from error
    finally:
        session.close()
