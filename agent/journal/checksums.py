"""Whether a row is what was written: CRC-32 over its values."""

from __future__ import annotations

from typing import Any, TypeAlias
from zlib import crc32

Values: TypeAlias = tuple[Any, ...]


def checksum(values: Values) -> int:
    """CRC-32 over a row; the last value is its bytes."""
    return crc32(values[-1], crc32(repr(values[:-1]).encode()))


def still_right(values: Values) -> bool:
    """Whether a row ends with the checksum of the values before it, the last of which is its bytes."""
    return bool(crc32(values[-2], crc32(repr(values[:-2]).encode())) == values[-1])


def octets(text: object) -> bytes:
    """Text as it stands in the file, damaged or not; what damage has made no text is told from every text."""
    return text.encode(errors="surrogateescape") if isinstance(text, str) else b"\xff" + repr(text).encode()
