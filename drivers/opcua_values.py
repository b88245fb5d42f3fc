"""What OPC UA's node ids, values, status codes and times mean in the agent's words. Pure."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias
from urllib.parse import unquote
from uuid import UUID

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from agent.core.observations import Quality, SignalValue

Reading: TypeAlias = tuple[SignalValue, Quality, str, float | None]
"""Value, quality, status and source time of one data value."""

LONGEST_TEXT: Final = 2_000
"""Characters of a text that are taken; the rest is cut off."""
_DECIMAL: Final = ua.NodeId(ua.Int32(ObjectIds.Decimal))
_LONGEST_DECIMAL: Final = 16
_LARGEST_SCALE: Final = 100
_NO_TIME: Final = datetime(1601, 1, 1, tzinfo=UTC)
# OPC 10000-4, 7.39: the severity stands in the two highest bits; bit 7 of a data value's code, with the info type in
# bits 10 and 11, says that the server's queue overflowed before this value.
_SEVERITY = {0: Quality.GOOD, 1: Quality.UNCERTAIN}
_CODE_BITS = 0xFFFF0000
_OVERFLOW_BITS = 0x0480


def node_id(text: str, namespaces: Sequence[str]) -> ua.NodeId:
    """The node id on this server, whose namespace indices may differ after each of its restarts.

    Args:
        text: as the configuration has it, `nsu=uri;s=name`; without a namespace it is the standard's own, 0.
        namespaces: the server's NamespaceArray.

    Raises:
        LookupError: this server has no such namespace.
        ValueError: the identifier is malformed.
    """
    index = 0
    identifier = text.removeprefix("ns=0;")
    if text.startswith("nsu="):
        escaped, _, identifier = text.removeprefix("nsu=").partition(";")
        # OPC 10000-6, 5.1.12: percent-encoded, ';' always; people paste URIs as the server shows them, too.
        uri = escaped if escaped in namespaces else unquote(escaped)
        if uri not in namespaces:
            raise LookupError(f"this server has no namespace {uri}")
        index = namespaces.index(uri)
    return ua.NodeId(_identifier(identifier), ua.Int16(index))


def node_text(node: ua.NodeId, namespaces: Sequence[str]) -> str | None:
    """The node id as the configuration has it, by namespace URI: what `node_id` reads.

    Returns:
        None for one that no configuration can name: its namespace has no URI, or its name is not printable.
    """
    if not 0 <= node.NamespaceIndex < len(namespaces):
        return None
    match node.Identifier:
        case int(number):
            identifier = f"i={number}"
        case UUID() as guid:
            identifier = f"g={guid}"
        case bytes(octets):
            identifier = f"b={b64encode(octets).decode()}"
        case name:
            identifier = f"s={name}"
    if len(identifier) == len("s=") or not identifier.isprintable():
        return None
    if node.NamespaceIndex == 0:
        return identifier
    uri = namespaces[node.NamespaceIndex].replace("%", "%25").replace(";", "%3B")
    return f"nsu={uri};{identifier}" if uri and uri.isprintable() else None


class NoValueError(ValueError):
    """What is there is no single value that the agent could take."""


def reading(data: ua.DataValue, namespaces: Sequence[str] = ()) -> Reading:
    """Value, quality, status and source time of a data value. A bad one has no value (domain.md K10)."""
    quality, status, source_time = judged(data)
    if quality is Quality.BAD:
        return None, quality, status, source_time
    try:
        return single(data.Value, namespaces), quality, status, source_time
    except NoValueError as error:
        return None, Quality.BAD, str(error), source_time


def judged(data: ua.DataValue) -> tuple[Quality, str, float | None]:
    """Quality, status and source time of a data value, whatever its value is."""
    code = data.StatusCode.value if data.StatusCode is not None else 0
    return _SEVERITY.get(code >> 30, Quality.BAD), status_text(code) if code else "", seconds(data.SourceTimestamp)


def single(value: object, namespaces: Sequence[str] = ()) -> SignalValue:
    """A value in the agent's words: what is no number and no text becomes the text that people write for it.

    Raises:
        NoValueError: it is none, or more than one.
    """
    inner = value.Value if isinstance(value, ua.Variant) else value
    if isinstance(inner, str):
        return _text(inner)[:LONGEST_TEXT]
    if isinstance(inner, ua.ExtensionObject) and inner.TypeId == _DECIMAL:
        inner = _decimal(inner.Body or b"")
    if isinstance(inner, bool | int) or (isinstance(inner, float) and math.isfinite(inner)):
        return inner
    text = _written(inner, namespaces)
    if text is None:
        raise NoValueError(f"no single value: {_described(value)}")
    return _text(text)[:LONGEST_TEXT]


def _decimal(octets: bytes) -> float | None:
    """A number in decimal digits (OPC 10000-6, 5.1.7); None for one beyond what anybody reckons with."""
    scale, digits = int.from_bytes(octets[:2], "little", signed=True), octets[2:]
    if not digits or len(digits) > _LONGEST_DECIMAL or abs(scale) > _LARGEST_SCALE:
        return None
    whole = int.from_bytes(digits, "little", signed=True)
    return whole / 10**scale if scale > 0 else whole * int(10**-scale)


def _written(value: object, namespaces: Sequence[str]) -> str | None:
    """What people write for a value that is no number; None for what is more than one."""
    match value:
        case ua.LocalizedText(Text=words) | ua.QualifiedName(Name=words):
            return words or ""
        case bytes():
            return value.hex()
        case datetime():
            utc = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return utc.isoformat().replace("+00:00", "Z") if utc > _NO_TIME else None
        case ua.NodeId():
            return node_text(value, namespaces) or value.to_string()
        case ua.StatusCode(value=code):
            return status_text(code) or "Good"
        case _:
            return str(value) if isinstance(value, UUID) else None


def _text(value: str) -> str:
    """Some servers send text in the code page of their country; the library hands over its octets as they were."""
    octets = value.encode(errors="surrogateescape")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def status_text(code: int) -> str:
    """The standard's name of a status code, such as `BadSensorFailure`; empty for plain `Good`.

    A value before which the server had to throw some away says `Overflow` beside it.
    """
    name = ua.StatusCode(code & _CODE_BITS).name  # type: ignore[arg-type]  # the library's alias hides that it is an int
    words = [name] if code & _CODE_BITS else []
    if code & _OVERFLOW_BITS == _OVERFLOW_BITS:
        words.append("Overflow")
    return " ".join(words)


def _identifier(text: str) -> ua.Int32 | ua.Guid | ua.ByteString | ua.String:
    kind, _, rest = text.partition("=")
    match kind:
        case "i":
            return ua.Int32(rest)
        case "g":
            return ua.Guid(rest)
        case "b":
            return ua.ByteString(b64decode(rest, validate=True))
        case _:
            return ua.String(rest)


def _described(value: object) -> str:
    kind = f" of {value.VariantType.name}" if isinstance(value, ua.Variant) else ""
    match value.Value if isinstance(value, ua.Variant) else value:
        case None:
            return "Null"
        case list():
            return f"array{kind}; 'index' says which element is meant"
        case dict() | ua.ExtensionObject():
            return "structure; 'field' says which of its fields is meant"
        case float() as number:
            return str(number)
        case datetime():
            return "a time that is none"
        case other:
            return type(other).__name__


def seconds(time: object) -> float | None:
    """A time of the server in seconds since 1970 UTC; None for what is none."""
    if not isinstance(time, datetime):
        return None
    # The library's times are in UTC whether they say so or not; `timestamp()` would take a naive one for local time.
    since = (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
    # No time is encoded as 0, the start of 1601 (OPC 10000-6, 5.2.2.5).
    return since if since > 0 else None
