"""The built-in data types of OPC UA out of their octets (OPC 10000-6, 5.2). Pure, and bounded whatever stands in them.

The library's own decoder gives the whole response up for one value that it does not understand, takes lengths as they
come, and makes objects of classes that all servers share. Here a structure stays the octets that it is until somebody
asks for it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from asyncua import ua
from asyncua.ua.uatypes import win_epoch_to_datetime

DEEPEST: Final = 24
"""Values within values: variants, diagnostics and structures."""
MOST_ELEMENTS: Final = 200_000
"""Values that one response or structure is made of."""

_INT32: Final = struct.Struct("<i")
_NUMBERS: Final[dict[int, str]] = {
    1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d",
}  # fmt: skip
"""Built-in types of a fixed width, by their number."""
_NUMERIC: Final = {kind: struct.Struct(f"<{form}") for kind, form in _NUMBERS.items()}
_XML_BODY: Final = 2

Decode: TypeAlias = "Callable[[Octets], Any]"


class MalformedError(ValueError):
    """Octets that are not what they should be."""


class Octets:
    """What is left of some octets."""

    __slots__ = ("_at", "_data", "_depth", "_elements", "_end")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)
        self._depth = 0
        self._elements = 0

    @property
    def left(self) -> int:
        """How many there are."""
        return self._end - self._at

    def take(self, count: int) -> bytes:
        """The next ones.

        Raises:
            MalformedError: there are not so many.
        """
        at = self._at
        if not 0 <= count <= self._end - at:
            raise MalformedError(f"it ends {self._end - at} octets after it announces {count}")
        self._at = at + count
        return self._data[at : self._at]

    def byte(self) -> int:
        """The next one, as a number."""
        at = self._at
        if at >= self._end:
            raise MalformedError("it ends where something must follow")
        self._at = at + 1
        return self._data[at]

    def number(self, form: struct.Struct) -> Any:  # noqa: ANN401 - a number or a boolean, by its form
        """The next number."""
        at = self._at
        if at + form.size > self._end:
            raise MalformedError("it ends within a number")
        self._at = at + form.size
        return form.unpack_from(self._data, at)[0]

    def length(self, least: int = 1) -> int | None:
        """How long what follows is; None where there is nothing, not even something empty.

        Args:
            least: octets that each element takes at least.

        Raises:
            MalformedError: so many cannot follow.
        """
        count: int = self.number(_INT32)
        if count < 0:
            return None
        if count * least > self._end - self._at:
            raise MalformedError(f"it announces {count} elements in {self._end - self._at} octets")
        return count

    def counted(self, count: int = 1) -> None:
        """So many values more.

        Raises:
            MalformedError: they are more than anybody means to send.
        """
        self._elements += count
        if self._elements > MOST_ELEMENTS:
            raise MalformedError(f"it is made of more than {MOST_ELEMENTS} values")

    def within(self, decode: Decode) -> Any:  # noqa: ANN401 - whatever is decoded
        """Something that may hold the like of itself.

        Raises:
            MalformedError: it does so too often.
        """
        if self._depth >= DEEPEST:
            raise MalformedError(f"it is nested more than {DEEPEST} deep")
        self._depth += 1
        value = decode(self)
        self._depth -= 1
        return value

    def array(self, kind: int) -> list[Any] | None:
        """An array of a built-in type; None for one that is not there."""
        form = _NUMERIC.get(kind)
        count = self.length(form.size if form is not None else 1)
        if count is None:
            return None
        self.counted(count)
        if form is not None:
            return list(struct.unpack(f"<{count}{_NUMBERS[kind]}", self.take(count * form.size)))
        decode = builtin(kind)
        return [decode(self) for _ in range(count)]


def builtin(kind: int) -> Decode:
    """What reads a built-in type, by its number.

    Raises:
        MalformedError: there is no such type.
    """
    try:
        return _BUILTIN[kind]
    except KeyError:
        raise MalformedError(f"there is no built-in type {kind}") from None


def text(octets: bytes) -> str:
    """Text, also of servers that send it in the code page of their country."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def byte_string(octets: Octets) -> bytes | None:
    """Octets; None where there are none, not even an empty run of them."""
    count = octets.length()
    return None if count is None else octets.take(count)


def string(octets: Octets) -> str | None:
    """Text; None where there is none, not even an empty one."""
    found = byte_string(octets)
    return None if found is None else text(found)


def node_id(octets: Octets) -> ua.NodeId:
    """A node id, or an expanded one, which names the server or the namespace, too.

    Raises:
        MalformedError: it is of no known kind.
    """
    encoding = octets.byte()
    index = 0
    identifier: Any
    match encoding & 0x3F:
        case 0:
            identifier = octets.byte()
        case 1:
            index, identifier = octets.byte(), octets.number(_NUMERIC[5])
        case 2:
            index, identifier = octets.number(_NUMERIC[5]), octets.number(_NUMERIC[7])
        case 3:
            index, identifier = octets.number(_NUMERIC[5]), string(octets) or ""
        case 4:
            index, identifier = octets.number(_NUMERIC[5]), UUID(bytes_le=octets.take(16))
        case 5:
            index, identifier = octets.number(_NUMERIC[5]), byte_string(octets) or b""
        case kind:
            raise MalformedError(f"there is no kind {kind} of node id")
    uri = string(octets) if encoding & 0x80 else None
    server = octets.number(_NUMERIC[7]) if encoding & 0x40 else None
    if uri or server:
        kind = ua.NodeId(identifier, ua.Int16(index)).NodeIdType
        return ua.ExpandedNodeId(identifier, ua.Int16(index), kind, ua.String(uri or ""), ua.Int32(server or 0))
    return ua.NodeId(identifier, ua.Int16(index))


def extension_object(octets: Octets) -> ua.ExtensionObject:
    """A structure as its type and its octets; without octets where they are XML or nothing."""
    type_id = node_id(octets)
    encoding = octets.byte()
    body = byte_string(octets) if encoding else None
    return ua.ExtensionObject(type_id, None if body is None or encoding == _XML_BODY else ua.ByteString(body))


def variant(octets: Octets) -> ua.Variant:
    """A value of any built-in type. A matrix stays the flat array that is sent, with its dimensions beside it."""
    encoding = octets.byte()
    kind = encoding & 0x3F
    if not kind:
        return ua.Variant()
    # OPC 10000-6, 5.2.2.16: what later versions add there is a ByteString.
    kind = kind if kind in _BUILTIN else 15
    octets.counted()
    value = octets.array(kind) if encoding & 0x80 else _BUILTIN[kind](octets)
    dimensions = octets.array(6) if encoding & 0x40 else None
    if value is None and not encoding & 0x80:
        return ua.Variant(None, ua.VariantType.Null)
    return ua.Variant(value, _KINDS[kind], dimensions, bool(encoding & 0x80))


def data_value(octets: Octets) -> ua.DataValue:
    """A value with its status and its times."""
    mask = octets.byte()
    value = variant(octets) if mask & 0x01 else ua.Variant()
    status = ua.StatusCode(octets.number(_NUMERIC[7])) if mask & 0x02 else _GOOD
    found = ua.DataValue(value, status)
    if mask & 0x04:
        found.SourceTimestamp = _date_time(octets)
    if mask & 0x10:
        found.SourcePicoseconds = octets.number(_NUMERIC[5])
    if mask & 0x08:
        found.ServerTimestamp = _date_time(octets)
    if mask & 0x20:
        found.ServerPicoseconds = octets.number(_NUMERIC[5])
    return found


def diagnostic_info(octets: Octets) -> None:
    """What a server says of its own troubles; passed over."""
    octets.within(_diagnostic_info)


def _diagnostic_info(octets: Octets) -> None:
    mask = octets.byte()
    octets.take(4 * (mask & 0x0F).bit_count())
    if mask & 0x10:
        byte_string(octets)
    if mask & 0x20:
        octets.take(4)
    if mask & 0x40:
        diagnostic_info(octets)


def _date_time(octets: Octets) -> ua.DateTime:
    return win_epoch_to_datetime(octets.number(_NUMERIC[8]))  # type: ignore[return-value]  # its own alias of it


def _status_code(octets: Octets) -> ua.StatusCode:
    return ua.StatusCode(octets.number(_NUMERIC[7]))


def _qualified_name(octets: Octets) -> ua.QualifiedName:
    index = octets.number(_NUMERIC[5])
    return ua.QualifiedName(string(octets), index)


def _localized_text(octets: Octets) -> ua.LocalizedText:
    mask = octets.byte()
    locale = string(octets) if mask & 0x01 else None
    return ua.LocalizedText(string(octets) if mask & 0x02 else None, locale)


@lru_cache
def _numbered(kind: int) -> Decode:
    form = _NUMERIC[kind]
    return lambda octets: octets.number(form)


_GOOD: Final = ua.StatusCode()
_KINDS: Final = {kind.value: kind for kind in ua.VariantType}
_BUILTIN: Final[dict[int, Decode]] = {kind: _numbered(kind) for kind in _NUMBERS} | {
    12: string,
    13: _date_time,
    14: lambda octets: UUID(bytes_le=octets.take(16)),
    15: byte_string,
    16: string,
    17: node_id,
    18: node_id,
    19: _status_code,
    20: _qualified_name,
    21: _localized_text,
    22: extension_object,
    23: lambda octets: octets.within(data_value),
    24: lambda octets: octets.within(variant),
    25: diagnostic_info,
}
