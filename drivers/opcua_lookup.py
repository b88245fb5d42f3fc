"""Asks a server what its types are made of: by definitions (OPC UA 1.04), else by type dictionaries (1.03)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from drivers.opcua_asking import Asking, numbered
from drivers.opcua_dictionary import types_in
from drivers.opcua_octets import MalformedError, text
from drivers.opcua_structures import (
    Description,
    Enumeration,
    Member,
    Plain,
    Structure,
    TypeKey,
    Types,
    UnknownTypeError,
    standard,
)

MOST_TYPES: Final = 1_000
"""Types that are known of one server."""
MOST_IDS: Final = 5_000
"""Ids of its structures of which something is known: one that makes up new ones for ever does not fill our memory."""
_DEEPEST: Final = 12
"""Types above a type, up to a built-in one."""
_STRUCTURE: Final = 22
_ENUMERATION: Final = ObjectIds.Enumeration


def _member(name: str, kind: int, dimensions: int = 0) -> Member:
    return Member(name, numbered(kind), dimensions)


def _types_of_types() -> Types:
    """How a server tells its types (OPC 10000-3, 8.48 to 8.52)."""
    number = (_member("Value", 8), _member("DisplayName", 21), _member("Description", 21))
    fields = (
        _member("Name", 12),
        _member("Description", 21),
        _member("DataType", 17),
        _member("ValueRank", 6),
        _member("ArrayDimensions", 7, 1),
        _member("MaxStringLength", 7),
        _member("IsOptional", 1),
    )
    definition = (
        _member("DefaultEncodingId", 17),
        _member("BaseDataType", 17),
        _member("StructureType", 6),
        _member("Fields", ObjectIds.StructureField, 1),
    )
    described: dict[TypeKey, Description] = {
        numbered(ObjectIds.StructureField): Structure(fields),
        numbered(ObjectIds.StructureDefinition): Structure(definition),
        numbered(ObjectIds.EnumField): Structure((*number, _member("Name", 12))),
        numbered(ObjectIds.EnumDefinition): Structure((_member("Fields", ObjectIds.EnumField, 1),)),
        numbered(ObjectIds.EnumValueType): Structure(number),
    }
    encodings: dict[ua.NodeId, TypeKey] = {
        numbered(ObjectIds.StructureDefinition_Encoding_DefaultBinary): numbered(ObjectIds.StructureDefinition),
        numbered(ObjectIds.EnumDefinition_Encoding_DefaultBinary): numbered(ObjectIds.EnumDefinition),
        numbered(ObjectIds.EnumValueType_Encoding_DefaultBinary): numbered(ObjectIds.EnumValueType),
    }
    return Types(described, encodings)


_OWN: Final = _types_of_types()


class Lookup:
    """Learns the types of one server as its values need them."""

    def __init__(self, asking: Asking, types: Types) -> None:
        self._asking = asking
        self._types = types

    async def learn(self, type_id: ua.NodeId) -> None:
        """What stands behind this id before a structure; why not, where the server cannot say it.

        Raises:
            UaError: the server refuses the question altogether.
            OSError: the connection is lost, or it does not answer in time.
        """
        if len(self._types.encodings) + len(self._types.refused) >= MOST_IDS:
            self._types.forget()
        try:
            [back] = await self._asking.references([type_id], ObjectIds.HasEncoding, ua.BrowseDirection.Inverse)
            # Some servers put the data type's own id there.
            data_type = _here(back[0]) if back else type_id
            await self._describe([data_type])
            key: TypeKey | None = data_type
            if not isinstance(self._types.described.get(data_type), Structure):
                key = await self._in_dictionary(type_id)
        except MalformedError as error:
            self._types.refused[type_id] = str(error)
            return
        if key is None:
            self._types.refused[type_id] = f"the server does not say what its type {type_id.to_string()} is made of"
        else:
            self._types.encodings[type_id] = key

    async def texts(self, variables: Sequence[ua.NodeId]) -> list[dict[int, str]]:
        """The texts of each variable's numbers: its own, else those of its data type; none where it has none.

        Raises:
            UaError: the server refuses the question altogether.
            OSError: the connection is lost, or it does not answer in time.
        """
        own = await self._numbered_texts(variables)
        kinds = [_plain(one) for one in await self._asking.read(variables, AttributeIds.DataType)]
        # The texts of one do not hang on the others' types.
        for kind in {kind for kind in kinds if isinstance(kind, ua.NodeId)}:
            with suppress(MalformedError):
                await self._describe([kind])
        found: list[dict[int, str]] = []
        for texts, kind in zip(own, kinds, strict=True):
            described = self._types.described.get(kind) if isinstance(kind, ua.NodeId) else None
            found.append(texts or (dict(described.texts) if isinstance(described, Enumeration) else {}))
        return found

    async def _describe(self, data_types: Iterable[ua.NodeId]) -> None:
        """These, and all that they are made of."""
        known, waiting = self._types.described, set(data_types)
        while waiting := {kind for kind in waiting if kind not in known and standard(kind) is None}:
            if len(known) + len(waiting) > MOST_TYPES:
                raise MalformedError(f"the server has more than {MOST_TYPES} types")
            asked = list(waiting)
            definitions = await self._asking.read(asked, AttributeIds.DataTypeDefinition)
            abstract = await self._asking.read(asked, AttributeIds.IsAbstract)
            waiting = set()
            for kind, definition, is_abstract in zip(asked, definitions, abstract, strict=True):
                fields = _fields(definition)
                if fields is not None and "StructureType" in fields:
                    known[kind] = Plain(_STRUCTURE) if _plain(is_abstract) else _structure(fields)
                    waiting |= {member["DataType"] for member in fields["Fields"] or ()}
                else:
                    known[kind] = await self._number(kind, fields)

    async def _number(self, kind: ua.NodeId, fields: dict[str, Any] | None) -> Description:
        """What a type that is no structure of a known definition is sent as."""
        above = await self._built_in_above(kind)
        if above != _ENUMERATION:
            return Plain(above)
        if fields is not None:
            texts = {one["Value"]: _words(one["DisplayName"]) or one["Name"] or "" for one in fields["Fields"] or ()}
        else:
            [texts] = await self._numbered_texts([kind])
        return Enumeration(texts)

    async def _built_in_above(self, kind: ua.NodeId) -> int:
        at = kind
        for _ in range(_DEEPEST):
            [above] = await self._asking.references([at], ObjectIds.HasSubtype, ua.BrowseDirection.Inverse)
            if not above:
                break
            at = _here(above[0])
            if at == numbered(_ENUMERATION):
                return _ENUMERATION
            match standard(at):
                case Plain(number):
                    return number
        # What nobody can say how long it is cannot be passed over.
        raise MalformedError(f"the server does not say what its type {kind.to_string()} is derived from")

    async def _numbered_texts(self, nodes: Sequence[ua.NodeId]) -> list[dict[int, str]]:
        """By EnumStrings or EnumValues of a variable or a data type (OPC 10000-8, 5.3.3)."""
        properties = await self._asking.references(nodes, ObjectIds.HasProperty)
        wanted = [
            (place, one.BrowseName.Name, _here(one))
            for place, found in enumerate(properties)
            for one in found
            if one.BrowseName.NamespaceIndex == 0 and one.BrowseName.Name in {"EnumStrings", "EnumValues"}
        ]
        texts: list[dict[int, str]] = [{} for _ in nodes]
        answers = await self._asking.read([node for _, _, node in wanted])
        for (place, _, _), answer in zip(wanted, answers, strict=True):
            for number, one in enumerate(_plain(answer) or ()):
                if isinstance(one, ua.ExtensionObject):
                    with suppress(MalformedError, UnknownTypeError):
                        fields = _OWN.opened(one)
                        texts[place][fields["Value"]] = _words(fields["DisplayName"])
                else:
                    texts[place][number] = _words(one)
        return texts

    async def _in_dictionary(self, type_id: ua.NodeId) -> TypeKey | None:
        [described] = await self._asking.references([type_id], ObjectIds.HasDescription)
        if not described:
            return None
        description = _here(described[0])
        [above] = await self._asking.references([description], ObjectIds.HasComponent, ua.BrowseDirection.Inverse)
        [name] = await self._asking.read([description])
        if not above:
            return None
        dictionary = _here(above[0])
        if dictionary not in self._types.namespaces:
            [octets] = await self._asking.read([dictionary])
            namespace, found = await asyncio.to_thread(types_in, bytes(_plain(octets) or b""))
            if len(self._types.described) + len(found) > MOST_TYPES:
                raise MalformedError(f"the server has more than {MOST_TYPES} types")
            self._types.namespaces[dictionary] = namespace
            self._types.described.update(found)
        key = self._types.namespaces[dictionary], str(_plain(name))
        return key if isinstance(self._types.described.get(key), Structure) else None


def _structure(fields: dict[str, Any]) -> Structure:
    kind = fields["StructureType"]
    if not 0 <= kind <= 4:
        raise MalformedError(f"there is no kind {kind} of structure")
    members = tuple(
        Member(
            one["Name"] or "",
            one["DataType"],
            max(0, one["ValueRank"]),
            is_optional=one["IsOptional"] and kind == 1,
            is_any=one["IsOptional"] and kind > 2,
        )
        for one in fields["Fields"] or ()
    )
    return Structure(members, "optional" if kind == 1 else "union" if kind in {2, 4} else "whole")


def _fields(answer: ua.DataValue) -> dict[str, Any] | None:
    """A definition's; None where the server gives none."""
    definition = _plain(answer)
    if not isinstance(definition, ua.ExtensionObject) or definition.TypeId not in _OWN.encodings:
        return None
    return _OWN.opened(definition)


def _plain(answer: ua.DataValue) -> Any:  # noqa: ANN401 - whatever was asked for
    is_good = answer.StatusCode is None or answer.StatusCode.is_good()
    return answer.Value.Value if is_good and answer.Value is not None else None


def _words(one: object) -> str:
    match one:
        case ua.LocalizedText(Text=str(words)):
            return words
        case bytes(octets):
            return text(octets)
        case _:
            return ""


def _here(reference: ua.ReferenceDescription) -> ua.NodeId:
    """The node where a reference ends, without the namespace's URI and the server's index."""
    return ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
