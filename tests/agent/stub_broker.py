"""As much of an MQTT 5 broker as an agent needs, that answers as badly as it is told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ = 1, 3, 4, 8, 10, 12


def _number(value: int) -> bytes:
    """A variable byte integer."""
    octets = bytearray()
    while True:
        value, low = divmod(value, 128)
        octets.append(low | (0x80 if value else 0))
        if not value:
            return bytes(octets)


def _packet(head: int, body: bytes) -> bytes:
    return bytes((head,)) + _number(len(body)) + body


async def _read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes, int]:
    """First byte, what follows the length, and the size of the whole."""
    (head,) = await reader.readexactly(1)
    length, shift = 0, 0
    while True:
        (octet,) = await reader.readexactly(1)
        length |= (octet & 0x7F) << shift
        shift += 7
        if not octet & 0x80:
            return head, await reader.readexactly(length), 1 + shift // 7 + length


@dataclass
class StubBroker:
    """Receives one agent."""

    receive_maximum: int = 20
    max_packet: int = 1_000_000
    code: int = 0
    """Reason code of every PUBACK."""
    delay_s: float = 0.0
    """Seconds between a PUBLISH and its PUBACK."""
    accepts: bool = True
    """Answers CONNECT at all."""
    refusal: int = 0
    """Reason code of every CONNACK."""
    max_qos: int = 2
    retain: bool = True
    keep_alive_s: int | None = None
    """The keep-alive that it prescribes."""
    subscription: int = 1
    """Reason code of every topic in a SUBACK."""
    port: int = 0
    published: list[tuple[str, bytes]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    """Loop time of each of them."""
    most_in_flight: int = 0
    most_facts_in_flight: int = 0
    sizes: list[int] = field(default_factory=list)
    """Bytes of each packet received."""
    heads: list[int] = field(default_factory=list)
    """First byte of each PUBLISH: its QoS and whether it is to be retained."""
    connects: int = 0
    pings: int = 0
    _in_flight: int = 0
    _facts_in_flight: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _answers: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def largest(self) -> int:
        return max(self.sizes, default=0)

    def facts(self) -> list[bytes]:
        """Payloads with facts, as they came."""
        return [payload for topic, payload in self.published if "/evt" in topic]

    def pauses(self) -> list[float]:
        """Seconds between two messages with facts."""
        at = [at for at, (topic, _) in zip(self.at, self.published, strict=True) if "/evt" in topic]
        return [later - earlier for earlier, later in pairwise(at)]

    def topics(self) -> Counter[str]:
        return Counter(topic for topic, _ in self.published)

    def send(self, topic: str, payload: bytes) -> None:
        """To every agent connected, with QoS 0."""
        name = topic.encode()
        for writer in self._writers:
            writer.write(_packet(PUBLISH << 4, len(name).to_bytes(2, "big") + name + b"\x00" + payload))

    def disconnect(self, code: int) -> None:
        """Send everybody away with this reason."""
        for writer in self._writers:
            writer.write(_packet(0xE0, bytes((code, 0))))

    def hang_up(self) -> None:
        """Close every connection without a word."""
        for writer in list(self._writers):
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._in_flight = self._facts_in_flight = 0
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head, body, size = await _read_packet(reader)
                    self.sizes.append(size)
                    self._take(head, body, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    def _take(self, head: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        kind = head >> 4
        if kind == CONNECT:
            self.connects += 1
            if self.accepts:
                writer.write(_packet(0x20, self._connack(will=body[7])))
        elif kind == SUBSCRIBE:
            filters = body[2:].count(b"lineside/v1/")
            writer.write(_packet(0x90, body[:2] + b"\x00" + bytes((self.subscription,)) * filters))
        elif kind == UNSUBSCRIBE:
            writer.write(_packet(0xB0, body[:2] + b"\x00\x00"))
        elif kind == PINGREQ:
            self.pings += 1
            writer.write(_packet(0xD0, b""))
        elif kind == PUBLISH:
            self.heads.append(head)
            if head & 0x06:
                self._take_publish(body, writer)

    def _connack(self, will: int) -> bytes:
        """To a client whose CONNECT has these flags (MQTT 5 clause 3.1.2.3)."""
        code = self.refusal
        if will & 0x20 and not self.retain:
            code = 0x9A
        elif (will >> 3) & 0x03 > self.max_qos:
            code = 0x9B
        said = b"\x21" + self.receive_maximum.to_bytes(2, "big") + b"\x27" + self.max_packet.to_bytes(4, "big")
        if self.max_qos < 2:
            said += bytes((0x24, self.max_qos))
        if not self.retain:
            said += b"\x25\x00"
        if self.keep_alive_s is not None:
            said += b"\x13" + self.keep_alive_s.to_bytes(2, "big")
        return bytes((0, code)) + _number(len(said)) + said

    def _take_publish(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        end = 2 + int.from_bytes(body[:2], "big")
        mid = body[end : end + 2]
        # Properties of ours are shorter than 128 octets, so their length is one.
        self.published.append((body[2:end].decode(), body[end + 3 + body[end + 2] :]))
        self.at.append(asyncio.get_running_loop().time())
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        is_fact = "/evt" in self.published[-1][0]
        self._facts_in_flight += is_fact
        self.most_facts_in_flight = max(self.most_facts_in_flight, self._facts_in_flight)
        answer = asyncio.create_task(self._answer(mid, writer, is_fact=is_fact), name="stub.puback")
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _answer(self, mid: bytes, writer: asyncio.StreamWriter, *, is_fact: bool) -> None:
        await asyncio.sleep(self.delay_s)
        self._in_flight -= 1
        self._facts_in_flight -= is_fact
        writer.write(_packet(PUBACK << 4, mid + bytes((self.code, 0))))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[StubBroker]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._writers):
                writer.close()
            for answer in list(self._answers):
                answer.cancel()
            # Their connections end by themselves; their tasks must have ended before the test does.
            while self._writers:  # noqa: ASYNC110 - asyncio's server tells no event
                await asyncio.sleep(0.01)
