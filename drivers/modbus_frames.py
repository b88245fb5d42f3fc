"""Frames of Modbus RTU (Modbus over Serial Line 1.02, 2.5.1). Pure.

Where an answer ends is told by its function code and its length, not by silence: adapters and networks tear frames
apart and push them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from drivers.modbus_wire import REFUSED

_POLYNOMIAL: Final = 0xA001
_REFUSAL: Final = 5
"""Octets of an answer that refuses: unit, function code, exception code, check."""

Expects: TypeAlias = Callable[[bytes], bool]
"""Whether an answer that begins with these octets, one to three of them, may come."""


def _remainder(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_REMAINDERS: Final = tuple(map(_remainder, range(256)))


def check(data: bytes) -> bytes:
    """The two octets that stand behind it on the wire."""
    crc = 0xFFFF
    for octet in data:
        crc = crc >> 8 ^ _REMAINDERS[(crc ^ octet) & 0xFF]
    return crc.to_bytes(2, "little")


def framed(unit: int, pdu: bytes) -> bytes:
    """A request or an answer as it goes over the wire."""
    frame = bytes([unit]) + pdu
    return frame + check(frame)


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the octets that came."""

    frames: tuple[bytes, ...]
    """Unit and PDU of each that is whole and right."""
    rest: bytes
    """The beginning of another one."""
    damaged: tuple[bytes, ...] = ()
    """Of frames that had their length and a wrong check: their first three octets."""


def found(received: bytes, expects: Expects, *, is_all: bool = False) -> Found:
    """Look for answers that may come; what belongs to none is noise.

    Args:
        received: what came and is in no frame yet.
        expects: tells which answers may come.
        is_all: nothing follows; what lacks its end is noise too, and may hide a frame behind it.
    """
    frames: list[bytes] = []
    damaged: list[bytes] = []
    while received:
        length = _length(received)
        if length == 0 or not expects(received[:3]):
            received = received[1:]
        elif length is None or len(received) < length:
            if not is_all:
                break
            received = received[1:]
        elif check(received[: length - 2]) == received[length - 2 : length]:
            frames.append(received[: length - 2])
            received = received[length:]
        else:
            damaged.append(received[:3])
            received = received[1:]
    return Found(tuple(frames), received, tuple(damaged))


def _length(received: bytes) -> int | None:
    """Octets of the answer that begins here; None if that cannot be told yet, 0 if none does."""
    if len(received) < 2:
        return None
    function = received[1]
    if function & ~REFUSED not in {1, 2, 3, 4}:
        return 0
    if function & REFUSED:
        return _REFUSAL
    if len(received) < 3:
        return None
    size = received[2]
    return size + _REFUSAL if 1 <= size <= 250 else 0
