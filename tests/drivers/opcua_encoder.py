"""Encodes values as OPC 10000-6 says, without the agent's decoder and without the library's."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

FORMS = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}


@dataclass(frozen=True)
class Shape:
    """What a field is: a built-in type, an enumeration, or a structure of others."""

    kind: int = 0
    fields: tuple[Field, ...] = ()
    form: str = "built-in"
    """built-in, enumeration, whole, optional or union."""


@dataclass(frozen=True)
class Field:
    name: str
    shape: Shape
    dimensions: int = 0
    is_optional: bool = False


@dataclass
class Union:
    which: int
    """From 1; 0 for none."""
    value: object = None


@dataclass
class Matrix:
    lengths: list[int]
    values: list[object] = field(default_factory=list)


def encoded(shape: Shape, value: object) -> bytes:
    match shape.form:
        case "built-in":
            return built_in(shape.kind, value)
        case "enumeration":
            return struct.pack("<i", value)
        case "union":
            assert isinstance(value, Union)
            chosen = shape.fields[value.which - 1]
            inner = member(chosen, value.value) if value.which else b""
            return struct.pack("<I", value.which) + inner
    assert isinstance(value, dict)
    mask, octets = 0, b""
    optional = [one.name for one in shape.fields if one.is_optional]
    for one in shape.fields:
        if one.name in optional and value[one.name] is None:
            continue
        if one.name in optional:
            mask |= 1 << optional.index(one.name)
        octets += member(one, value[one.name])
    return struct.pack("<I", mask) + octets if shape.form == "optional" else octets


def member(one: Field, value: object) -> bytes:
    if one.dimensions == 0:
        return encoded(one.shape, value)
    if isinstance(value, Matrix):
        head = struct.pack(f"<i{len(value.lengths)}i", len(value.lengths), *value.lengths)
        return head + b"".join(encoded(one.shape, each) for each in value.values)
    if value is None:
        return struct.pack("<i", -1)
    assert isinstance(value, list)
    return struct.pack("<i", len(value)) + b"".join(encoded(one.shape, each) for each in value)


def built_in(kind: int, value: object) -> bytes:
    if kind in FORMS:
        return struct.pack(f"<{FORMS[kind]}", value)
    match kind, value:
        case (12, None) | (15, None):
            octets = struct.pack("<i", -1)
        case (12, str(text)):
            octets = counted(text.encode())
        case (15, bytes(content)):
            octets = counted(content)
        case (14, UUID(fields=(low, mid, high, *_), bytes=content)):
            octets = struct.pack("<IHH", low, mid, high) + content[8:]
        case (21, str(text)):
            octets = b"\x03" + counted(b"en") + counted(text.encode())
        case (17, int(number)):
            octets = struct.pack("<BHI", 2, 3, number)
        case _:
            raise AssertionError(f"no encoding of {value!r} as {kind}")
    return octets


def counted(octets: bytes) -> bytes:
    return struct.pack("<i", len(octets)) + octets


def variant(kind: int, values: Sequence[object] | object, *, is_array: bool = False) -> bytes:
    if not is_array:
        return bytes([kind]) + built_in(kind, values)
    assert isinstance(values, list)
    return bytes([kind | 0x80]) + struct.pack("<i", len(values)) + b"".join(built_in(kind, one) for one in values)


def extension_object(index: int, identifier: int, body: bytes) -> bytes:
    return struct.pack("<BBH", 1, index, identifier) + b"\x01" + counted(body)
