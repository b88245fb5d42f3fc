"""Structures out of their octets, by what the server says of their types (OPC 10000-6, 5.2.6 and 5.2.7). Pure.

Descriptions are kept per session: two servers may give one type id to two types, and a program download may give it to
another. The library would make a class of each, for all servers and for ever.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final, Literal, TypeAlias

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from drivers.opcua_octets import MalformedError, Octets, builtin

TypeKey: TypeAlias = ua.NodeId | tuple[str, str]
"""A data type: its node, or the namespace and the name that it has in a type dictionary."""

_UINT32: Final = struct.Struct("<I")
_VARIANT: Final = 24
_EXTENSION_OBJECT: Final = 22


@dataclass(frozen=True, slots=True)
class Plain:
    """A type that is one of the built-in ones under another name, such as Duration."""

    kind: int
    """The number of the built-in type."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Numbers with texts."""

    texts: Mapping[int, str]
    kind: int = 6
    """The number of the built-in type that it is sent as."""


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a structure."""

    name: str
    type: TypeKey
    dimensions: int = 0
    """0: one value; 1: an array; more: a matrix."""
    is_optional: bool = False
    """Whether it may be left out."""
    is_any: bool = False
    """Whether it may be of a type derived from its own, which is then sent with it."""


@dataclass(frozen=True, slots=True)
class Structure:
    """Fields in the order in which they are sent."""

    members: tuple[Member, ...]
    form: Literal["whole", "optional", "union"] = "whole"
    """optional: a mask says which of the optional ones are there. union: a number says which single one is."""


Description: TypeAlias = Plain | Enumeration | Structure


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an enumeration."""

    number: int
    text: str | None
    """None where the server gives this number no text."""


class UnknownTypeError(LookupError):
    """A structure of a type that nobody has asked the server about yet."""

    def __init__(self, type_id: ua.NodeId) -> None:
        super().__init__(f"its type {type_id.to_string()} is not known")
        self.type_id = type_id


@dataclass(slots=True)
class Types:
    """What is known of the types of one server."""

    described: dict[TypeKey, Description] = field(default_factory=dict)
    encodings: dict[ua.NodeId, TypeKey] = field(default_factory=dict)
    """Data types by the id that stands before their octets."""
    refused: dict[ua.NodeId, str] = field(default_factory=dict)
    """Such ids that the server cannot explain, and why."""
    namespaces: dict[ua.NodeId, str] = field(default_factory=dict)
    """Of the type dictionaries that were read, by their nodes."""
    _last: tuple[ua.NodeId, bytes, dict[str, Any]] | None = None

    def opened(self, value: ua.ExtensionObject) -> dict[str, Any]:
        """The fields of a structure by their names.

        Raises:
            UnknownTypeError: its type is to be learned first.
            MalformedError: it cannot be read, and why.
        """
        type_id, body = value.TypeId, value.Body
        if body is None:
            raise MalformedError("it is empty, or sent as XML" if type_id.Identifier else "it is empty")
        # One structure is often read for many of its fields.
        if self._last is not None and self._last[0] == type_id and self._last[1] == body:
            return self._last[2]
        if type_id in self.refused:
            raise MalformedError(self.refused[type_id])
        key = self.encodings.get(type_id)
        described = self.described.get(key) if key is not None else None
        if not isinstance(described, Structure):
            raise UnknownTypeError(type_id)
        octets = Octets(body)
        fields = self._structure(octets, described)
        if octets.left:
            raise MalformedError(f"it is {octets.left} octets longer than its type says")
        self._last = type_id, body, fields
        return fields

    def forget(self) -> None:
        """All of it: the server may have other types now."""
        self.described.clear()
        self.encodings.clear()
        self.refused.clear()
        self.namespaces.clear()
        self._last = None

    def _structure(self, octets: Octets, described: Structure) -> dict[str, Any]:
        return octets.within(lambda inner: self._fields(inner, described))  # type: ignore[no-any-return]  # by name

    def _fields(self, octets: Octets, described: Structure) -> dict[str, Any]:
        members = described.members
        octets.counted(1 + len(members))
        if described.form == "union":
            which: int = octets.number(_UINT32)
            if which > len(members):
                raise MalformedError(f"it is number {which} of a union of {len(members)}")
            return {members[which - 1].name: self._member(octets, members[which - 1])} if which else {}
        mask: int = octets.number(_UINT32) if described.form == "optional" else 0
        fields: dict[str, Any] = {}
        for member in members:
            is_there = True
            if member.is_optional:
                is_there, mask = bool(mask & 1), mask >> 1
            fields[member.name] = self._member(octets, member) if is_there else None
        return fields

    def _member(self, octets: Octets, member: Member) -> Any:  # noqa: ANN401 - whatever its type says
        described = self._described(member)
        if not member.dimensions:
            return self._value(octets, described)
        if member.dimensions == 1 and isinstance(described, Plain):
            return octets.array(described.kind)
        count = octets.length(0) if member.dimensions == 1 else _product(octets.array(6))
        if count is None:
            return None
        octets.counted(count)
        return [self._value(octets, described) for _ in range(count)]

    def _value(self, octets: Octets, described: Description) -> Any:  # noqa: ANN401 - whatever its type says
        match described:
            case Plain(kind):
                return builtin(kind)(octets)
            case Enumeration(texts, kind):
                number = builtin(kind)(octets)
                return Choice(number, texts.get(number))
            case structure:
                return self._structure(octets, structure)

    def _described(self, member: Member) -> Description:
        described = self.described.get(member.type) or standard(member.type)
        if described is None:
            raise MalformedError(f"the type of its field '{member.name}' is not known")
        if member.is_any:
            is_structure = isinstance(described, Structure) or described == Plain(_EXTENSION_OBJECT)
            return Plain(_EXTENSION_OBJECT if is_structure else _VARIANT)
        return described


def standard(key: TypeKey) -> Description | None:
    """What the standard itself says of a type; None where the server is to be asked."""
    if not isinstance(key, ua.NodeId) or key.NamespaceIndex or not isinstance(key.Identifier, int):
        return None
    if 1 <= key.Identifier <= _VARIANT + 1:
        return Plain(key.Identifier)
    return _STANDARD.get(key.Identifier)


def _product(dimensions: list[int] | None) -> int | None:
    if dimensions is None:
        return None
    if min(dimensions, default=0) < 0:
        raise MalformedError("a matrix in it has a dimension below 0")
    return prod(dimensions)


_STANDARD: Final[dict[int, Description]] = {
    # Of abstract numbers any may be sent; abstract structures and decimals are sent with their type.
    ObjectIds.Number: Plain(_VARIANT),
    ObjectIds.Integer: Plain(_VARIANT),
    ObjectIds.UInteger: Plain(_VARIANT),
    ObjectIds.Enumeration: Enumeration({}),
    ObjectIds.Decimal: Plain(_EXTENSION_OBJECT),
    ObjectIds.Union: Plain(_EXTENSION_OBJECT),
}
