"""What goes over MQTT, as values; no client library here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DEFAULT_RECEIVE_MAXIMUM = 65_535
DEFAULT_MAX_PACKET = 268_435_460
"""The largest packet that MQTT can express at all: five bytes of head and 268,435,455 behind it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish, with QoS 1 where the broker has it."""

    topic: str
    payload: bytes
    content_type: str = "application/json"
    retain: bool = False
    expiry_s: int | None = None

    def packet_size(self, *, v5: bool, qos: int) -> int:
        """Bytes of the whole PUBLISH packet, to the byte (MQTT 5 clause 3.3; 3.1.1 has no properties)."""
        rest = 2 + len(self.topic.encode()) + (2 if qos else 0) + len(self.payload)
        if v5:
            properties = 3 + len(self.content_type.encode()) + 2 + (0 if self.expiry_s is None else 5)
            rest += _number_size(properties) + properties
        return 1 + _number_size(rest) + rest


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message received; the broker keeps it until `done` is called."""

    topic: str
    payload: bytes
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker said in its CONNACK.

    paho obeys its Server Keep Alive by itself. A broker that switches the keep-alive off (0) can freeze unnoticed; then
    the MES's missing acknowledgement tells.
    """

    receive_maximum: int = DEFAULT_RECEIVE_MAXIMUM
    max_packet: int = DEFAULT_MAX_PACKET
    session_present: bool = False
    qos: int = 1
    """The highest QoS that we use of what it has."""
    retain: bool = True


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the broker is known to take in a Will; its limits are told only once it has accepted one."""

    retain: bool = True
    qos: int = 1


@dataclass(frozen=True, slots=True)
class Loss:
    """How a connection ended."""

    reason: str
    code: int | None
    """The reason of the broker's DISCONNECT (MQTT 5 clause 3.14.2.1), such as 0x8E session taken over, 0x95 packet too
    large, 0x97 quota exceeded, 0x8B server shutting down. Two come from our own end: 0x82 where the broker said what
    MQTT does not allow, as Mosquitto does with PUBACK 0x95 for a message that is too large; 0x8D where it was silent
    for too long. None where the connection just ended, as always with MQTT 3.1.1."""

    def __str__(self) -> str:
        """For people."""
        return self.reason


def _number_size(value: int) -> int:
    """Bytes of a variable byte integer (MQTT 5 clause 1.5.5)."""
    return 1 + (value > 0x7F) + (value > 0x3FFF) + (value > 0x1F_FFFF)
