"""Types out of an OPC Binary type dictionary, which servers before OPC UA 1.04 describe them by (OPC 10000-3, annex C).

Pure. What a dictionary says in a way that the encoding of OPC UA does not have is left out, and so not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.parsers import expat

from asyncua import ua

from drivers.opcua_octets import MalformedError
from drivers.opcua_structures import Description, Enumeration, Member, Structure, TypeKey

LARGEST: Final = 4_000_000
"""Octets of a dictionary that is looked at."""
_SCHEMA: Final = "http://opcfoundation.org/BinarySchema/"
_STANDARD: Final = "http://opcfoundation.org/UA/"
_BUILTIN: Final = {kind.name: kind.value for kind in ua.VariantType if kind.value} | {"CharArray": 12, "Char": 3}
_WIDTHS: Final = {8: 3, 16: 5, 32: 6, 64: 8}
"""Built-in types of enumerations, by their bits."""
_MASK_BITS: Final = 32

_Attributes: TypeAlias = Mapping[str, str]


@dataclass(slots=True)
class _Reader:
    """Where in the dictionary it is, and what it found so far."""

    prefixes: dict[str | None, str] = field(default_factory=dict)
    target: str = ""
    found: dict[TypeKey, Description] = field(default_factory=dict)
    name: str = ""
    attributes: _Attributes = field(default_factory=dict)
    fields: list[_Attributes] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)

    def prefix(self, prefix: str | None, uri: str) -> None:
        self.prefixes[prefix] = uri

    def doctype(self, *_: object) -> None:
        raise MalformedError("it declares entities, which none needs")

    def start(self, name: str, attributes: _Attributes) -> None:
        match name.removeprefix(f"{_SCHEMA} "):
            case "TypeDictionary":
                self.target = attributes.get("TargetNamespace", "")
            case "StructuredType" | "EnumeratedType":
                self.name, self.attributes, self.fields, self.texts = attributes.get("Name", ""), attributes, [], {}
            case "Field":
                self.fields.append(attributes)
            case "EnumeratedValue":
                self.texts[int(attributes.get("Value", ""))] = attributes.get("Name", "")

    def end(self, name: str) -> None:
        described: Description | None = None
        match name.removeprefix(f"{_SCHEMA} "):
            case "EnumeratedType":
                kind = _WIDTHS.get(int(self.attributes.get("LengthInBits", "32")))
                described = Enumeration(self.texts, kind) if kind is not None else None
            case "StructuredType":
                described = self._structure()
        if described is not None:
            self.found[self.target, self.name] = described

    def _structure(self) -> Structure | None:
        bits: list[str] = []
        fields: list[_Attributes] = []
        for one in self.fields:
            if self._type(one) == (_SCHEMA, "Bit"):
                bits += [one.get("Name", "")] * min(int(one.get("Length", "1")), _MASK_BITS + 1)
                if len(bits) > _MASK_BITS:
                    return None
            else:
                fields.append(one)
        if len(fields) > 1 and "SwitchValue" in fields[1]:
            return self._union(fields[0].get("Name", ""), fields[1:])
        members = self._members(fields)
        if members is None or (bits and len(bits) != _MASK_BITS):
            return None
        switches = [one["SwitchField"] for one in fields if "SwitchField" in one and not _counts(one, fields)]
        if switches != bits[: len(switches)]:
            return None
        return Structure(members, "optional" if bits else "whole")

    def _union(self, switch: str, fields: Sequence[_Attributes]) -> Structure | None:
        members = self._members(fields)
        choices = [int(one.get("SwitchValue", "0")) for one in fields if not _counts(one, fields)]
        if members is None or {one.get("SwitchField") for one in fields} != {switch}:
            return None
        return Structure(members, "union") if choices == [*range(1, len(choices) + 1)] else None

    def _members(self, fields: Sequence[_Attributes]) -> tuple[Member, ...] | None:
        members: list[Member] = []
        for place, one in enumerate(fields):
            if _counts(one, fields):
                follower = fields[place + 1] if place + 1 < len(fields) else {}
                if follower.get("LengthField") != one.get("Name") or self._type(one) != (_SCHEMA, "Int32"):
                    return None
                continue
            if "Length" in one or "SwitchOperand" in one or one.get("IsLengthInBytes") == "true":
                return None
            is_array = "LengthField" in one
            namespace, name = self._type(one)
            key: TypeKey = (namespace, name)
            if namespace in {_SCHEMA, _STANDARD} and name in _BUILTIN:
                # Characters that are counted are a text.
                kind, is_array = (12, False) if name == "Char" and is_array else (_BUILTIN[name], is_array)
                key = ua.NodeId(ua.Int32(kind))
            members.append(Member(one.get("Name", ""), key, int(is_array), is_optional=self._is_optional(one)))
        return tuple(members)

    def _is_optional(self, one: _Attributes) -> bool:
        return "SwitchField" in one and "SwitchValue" not in one

    def _type(self, one: _Attributes) -> tuple[str, str]:
        prefix, _, name = one.get("TypeName", "").rpartition(":")
        return self.prefixes.get(prefix or None, ""), name


def _counts(one: _Attributes, fields: Sequence[_Attributes]) -> bool:
    """Whether it is the number of elements of another field."""
    return any("LengthField" in other and other["LengthField"] == one.get("Name") for other in fields)


def types_in(dictionary: bytes) -> tuple[str, dict[TypeKey, Description]]:
    """The namespace of a type dictionary, and its types.

    Raises:
        MalformedError: it is none, and why.
    """
    if len(dictionary) > LARGEST:
        raise MalformedError(f"its type dictionary has more than {LARGEST} octets")
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator=" ")
    parser.StartNamespaceDeclHandler = reader.prefix
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        # Some controllers end it with the NUL of its text.
        parser.Parse(dictionary.rstrip(b"\0"), True)
    except (expat.ExpatError, ValueError, RecursionError) as error:
        raise MalformedError(f"its type dictionary cannot be read: {error}") from error
    return reader.target, reader.found
