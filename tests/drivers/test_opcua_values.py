"""What OPC UA says, in the agent's words."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from agent.core.observations import Quality
from drivers.opcua_values import node_id, reading

NAMESPACES = [
    "http://opcfoundation.org/UA/",
    "urn:server",
    "http://example.org/line",
    "http://example.org/a;b%c",
    "http://x/%20y",
]
GUID = "72962b91-fa75-4ae6-8d28-b404dc7daf63"


def data(value: Any, kind: Any = None, code: int = 0) -> ua.DataValue:  # noqa: ANN401 - what PLCs send
    return ua.DataValue(ua.Variant(value, kind), ua.StatusCode(ua.UInt32(code)))


@pytest.mark.parametrize(
    ("text", "identifier", "index"),
    [
        ("nsu=http://example.org/line;s=Status.StateCurrent", "Status.StateCurrent", 2),
        ("nsu=http://example.org/line;s=a;b=c", "a;b=c", 2),
        ("nsu=http://example.org/line;i=70000", 70_000, 2),
        (f"nsu=http://example.org/line;g={GUID}", ua.Guid(GUID), 2),
        ("nsu=http://example.org/line;b=AQI=", b"\x01\x02", 2),
        ("nsu=http://example.org/a%3Bb%25c;s=x", "x", 3),
        ("nsu=http://x/%20y;s=x", "x", 4),
        ("ns=0;i=2258", 2258, 0),
        ("i=2258", 2258, 0),
    ],
)
def test_a_node_id_is_found_by_its_namespaces_name(text: str, identifier: object, index: int) -> None:
    found = node_id(text, NAMESPACES)
    assert (found.Identifier, found.NamespaceIndex) == (identifier, index)


def test_a_namespace_that_the_server_does_not_have_is_named() -> None:
    with pytest.raises(LookupError, match="this server has no namespace http://other"):
        node_id("nsu=http://other;s=x", NAMESPACES)


@pytest.mark.parametrize("identifier", ["g=zz", "b=AQI"])
def test_a_malformed_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        node_id(f"nsu=http://example.org/line;{identifier}", NAMESPACES)


@pytest.mark.parametrize("value", [True, 0, -5, 2**63, 1.5, "", "E1"])
def test_single_values_are_taken_as_they_are(value: object) -> None:
    assert reading(data(value)) == (value, Quality.GOOD, "", None)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (
            data([1, 2], ua.VariantType.Int32),
            "no single value: array of Int32; 'index' says which element is meant",
        ),
        (
            data(ua.ExtensionObject(ua.NodeId(ua.Int32(1)), ua.ByteString(b""))),
            "no single value: structure; 'field' says which of its fields is meant",
        ),
        (data(datetime(1601, 1, 1, tzinfo=UTC), ua.VariantType.DateTime), "no single value: a time that is none"),
        (data(float("nan")), "no single value: nan"),
        (data(float("-inf")), "no single value: -inf"),
        (data(None), "no single value: Null"),
    ],
)
def test_whatever_is_no_single_value_is_bad_and_says_what_it_is(value: ua.DataValue, status: str) -> None:
    assert reading(value) == (None, Quality.BAD, status, None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ua.LocalizedText("Störung", "de"), "Störung"),
        (ua.LocalizedText(), ""),
        (ua.QualifiedName("Execute", 2), "Execute"),
        (UUID(GUID), GUID),
        (b"\x00\xffA", "00ff41"),
        (datetime(2026, 1, 1, 6, 30, 0, 250_000, tzinfo=UTC), "2026-01-01T06:30:00.250000Z"),
        (ua.NodeId(ua.String("a"), ua.Int16(2)), "nsu=http://example.org/line;s=a"),
        (ua.NodeId(ua.Int32(5), ua.Int16(99)), "ns=99;i=5"),
        (ua.StatusCode(ua.UInt32(0x808C0000)), "BadSensorFailure"),
        (ua.StatusCode(), "Good"),
        ("x" * 3000, "x" * 2000),
        (b"\x01" * 3000, "01" * 1000),
    ],
)
def test_what_is_no_number_becomes_the_text_that_people_write_for_it(value: object, text: str) -> None:
    assert reading(data(value), NAMESPACES) == (text, Quality.GOOD, "", None)


@pytest.mark.parametrize(
    ("octets", "number"),
    [("0000 0500", 5), ("0200 6909", 24.09), ("FEFF FB", -500), ("6400 01", 1e-100)],
)
def test_decimals_are_numbers(octets: str, number: float) -> None:
    decimal = ua.ExtensionObject(ua.NodeId(ua.Int32(ObjectIds.Decimal)), ua.ByteString(bytes.fromhex(octets)))
    assert reading(data(decimal)) == (number, Quality.GOOD, "", None)


@pytest.mark.parametrize("octets", ["", "0000", "0000" + 40 * "01", "FF7F01"])
def test_a_decimal_beyond_reckoning_is_bad(octets: str) -> None:
    decimal = ua.ExtensionObject(ua.NodeId(ua.Int32(ObjectIds.Decimal)), ua.ByteString(bytes.fromhex(octets)))
    assert reading(data(decimal))[:2] == (None, Quality.BAD)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0x40900000, (7, Quality.UNCERTAIN, "UncertainLastUsableValue", None)),
        (0x808C0000, (None, Quality.BAD, "BadSensorFailure", None)),
        (0xC0000000, (None, Quality.BAD, "Bad", None)),
        (0x00000480, (7, Quality.GOOD, "Overflow", None)),
        (0x40900480, (7, Quality.UNCERTAIN, "UncertainLastUsableValue Overflow", None)),
    ],
)
def test_the_status_decides_how_far_a_value_is_believed(code: int, expected: tuple[object, ...]) -> None:
    assert reading(data(7, code=code)) == expected


@pytest.mark.parametrize("zone", [UTC, None])
def test_source_times_are_utc_with_or_without_saying_so(zone: Any) -> None:  # noqa: ANN401 - tzinfo or None
    value = data(1)
    value.SourceTimestamp = ua.DateTime(2026, 1, 1, 0, 0, 0, 250_000, zone)
    assert reading(value) == (1, Quality.GOOD, "", 1_767_225_600.25)


def test_the_standards_null_time_is_no_time() -> None:
    value = data(1)
    value.SourceTimestamp = ua.DateTime(1601, 1, 1, tzinfo=UTC)
    assert reading(value) == (1, Quality.GOOD, "", None)


def test_text_in_the_code_page_of_its_country_is_text_all_the_same() -> None:
    """The library hands over octets that are no UTF-8 as surrogates, which nothing can write."""
    value = b"St\xf6rung".decode(errors="surrogateescape")
    found, quality, _, _ = reading(ua.DataValue(ua.Variant(value, ua.VariantType.String)))
    assert (found, quality) == ("St\u00f6rung", Quality.GOOD)
