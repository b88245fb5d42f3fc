"""Structures out of their octets, encoded here by other hands, and by hands that mean no good."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua_octets import MOST_ELEMENTS, MalformedError, Octets, variant
from drivers.opcua_structures import Choice, Enumeration, Member, Plain, Structure, Types, UnknownTypeError
from tests.drivers import opcua_encoder as encoder
from tests.drivers.opcua_encoder import Field, Matrix, Shape, Union

TOP = ua.NodeId(ua.Int32(5000), ua.Int16(2))
TEXTS = {0: "Off", 1: "On"}
NUMBERS = {
    1: st.booleans(),
    2: st.integers(-(2**7), 2**7 - 1),
    3: st.integers(0, 2**8 - 1),
    4: st.integers(-(2**15), 2**15 - 1),
    5: st.integers(0, 2**16 - 1),
    6: st.integers(-(2**31), 2**31 - 1),
    7: st.integers(0, 2**32 - 1),
    8: st.integers(-(2**63), 2**63 - 1),
    9: st.integers(0, 2**64 - 1),
    10: st.floats(width=32, allow_nan=False),
    11: st.floats(allow_nan=False),
    12: st.none() | st.text(max_size=8),
    14: st.uuids(),
    15: st.none() | st.binary(max_size=8),
    17: st.integers(0, 2**32 - 1),
    21: st.text(max_size=8),
}


@st.composite
def shapes(draw: st.DrawFn, depth: int = 3) -> Shape:
    forms = ["built-in", "enumeration"] + (["whole", "optional", "union"] if depth else [])
    form = draw(st.sampled_from(forms))
    if form == "built-in":
        return Shape(draw(st.sampled_from(sorted(NUMBERS))), form=form)
    if form == "enumeration":
        return Shape(form=form)
    return draw(structures(depth, form))


@st.composite
def structures(draw: st.DrawFn, depth: int = 3, form: str | None = None) -> Shape:
    form = form or draw(st.sampled_from(["whole", "optional", "union"]))
    fields = tuple(
        Field(
            f"F{place}",
            draw(shapes(depth - 1)),
            draw(st.sampled_from([0, 0, 1, 2])),
            form == "optional" and draw(st.booleans()),
        )
        for place in range(draw(st.integers(1 if form == "union" else 0, 4)))
    )
    return Shape(fields=fields, form=form)


@st.composite
def values(draw: st.DrawFn, shape: Shape) -> Any:  # noqa: ANN401 - whatever the shape is of
    match shape.form:
        case "built-in":
            return draw(NUMBERS[shape.kind])
        case "enumeration":
            return draw(st.integers(-1, 3))
        case "union":
            which = draw(st.integers(0, len(shape.fields)))
            return Union(which, draw(members(shape.fields[which - 1])) if which else None)
    return {one.name: None if one.is_optional and draw(st.booleans()) else draw(members(one)) for one in shape.fields}


@st.composite
def members(draw: st.DrawFn, one: Field) -> Any:  # noqa: ANN401 - whatever the shape is of
    if one.dimensions == 0:
        return draw(values(one.shape))
    if one.dimensions == 1:
        # What is left out and an array that is not there look alike to a reader; one of them is enough.
        return draw(st.lists(values(one.shape), max_size=3) | (st.nothing() if one.is_optional else st.none()))
    lengths = draw(st.lists(st.integers(0, 2), min_size=2, max_size=3))
    count = 1
    for length in lengths:
        count *= length
    return Matrix(lengths, [draw(values(one.shape)) for _ in range(count)])


def described(shape: Shape, types: Types, node: ua.NodeId) -> None:
    """Tell the agent of a shape as a server would."""
    members = []
    for place, one in enumerate(shape.fields):
        inner = ua.NodeId(ua.String(f"{node.Identifier!r}.{place}"), ua.Int16(2))
        match one.shape.form:
            case "built-in":
                inner = ua.NodeId(ua.Int32(one.shape.kind))
            case "enumeration":
                types.described[inner] = Enumeration(TEXTS)
            case _:
                described(one.shape, types, inner)
        members.append(Member(one.name, inner, one.dimensions, one.is_optional))
    assert shape.form in {"whole", "optional", "union"}
    types.described[node] = Structure(tuple(members), shape.form)  # type: ignore[arg-type]  # asserted


def expected(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - whatever the shape is of
    match shape.form:
        case "built-in" if shape.kind == 17:
            return ua.NodeId(ua.Int32(value), ua.Int16(3))
        case "built-in" if shape.kind == 21:
            return ua.LocalizedText(value, "en")
        case "built-in":
            return value
        case "enumeration":
            return Choice(value, TEXTS.get(value))
        case "union":
            chosen = shape.fields[value.which - 1]
            return {chosen.name: expected_member(chosen, value.value)} if value.which else {}
    return {one.name: expected_member(one, value[one.name]) for one in shape.fields}


def expected_member(one: Field, value: Any) -> Any:  # noqa: ANN401 - whatever the shape is of
    if value is None and (one.dimensions or one.is_optional):
        return None
    if isinstance(value, Matrix):
        value = value.values
    return [expected(one.shape, each) for each in value] if one.dimensions else expected(one.shape, value)


def knowing(shape: Shape) -> Types:
    types = Types()
    described(shape, types, TOP)
    types.encodings[TOP] = TOP
    return types


def sent(body: bytes) -> ua.ExtensionObject:
    return ua.ExtensionObject(TOP, ua.ByteString(body))


@given(st.data())
def test_what_others_encode_is_what_is_read(data: st.DataObject) -> None:
    shape = data.draw(structures())
    value = data.draw(values(shape))
    assert knowing(shape).opened(sent(encoder.encoded(shape, value))) == expected(shape, value)


@given(st.data())
def test_octets_too_many_or_too_few_are_no_value(data: st.DataObject) -> None:
    shape = data.draw(structures())
    body = encoder.encoded(shape, data.draw(values(shape)))
    for wrong in {body + b"\0", body[:-1]} - {body}:
        with pytest.raises(MalformedError, match=r".+"):
            knowing(shape).opened(sent(wrong))


@given(st.data(), st.binary(max_size=64))
def test_whatever_octets_come_there_is_a_value_or_a_sentence(data: st.DataObject, body: bytes) -> None:
    shape = data.draw(structures())
    fields = {}
    with suppress(MalformedError):
        fields = knowing(shape).opened(sent(body))
    assert set(fields) <= {one.name for one in shape.fields}


@given(st.binary(max_size=200))
def test_whatever_octets_come_for_a_variant_there_is_one_or_a_sentence(octets: bytes) -> None:
    with suppress(MalformedError):
        assert isinstance(variant(Octets(octets)), ua.Variant)


def of(*members: Member, form: Any = "whole", **others: Structure) -> Types:  # noqa: ANN401 - one of three words
    types = Types({TOP: Structure(members, form)}, {TOP: TOP})
    types.described |= {ua.NodeId(ua.String(name), ua.Int16(2)): one for name, one in others.items()}
    return types


def other(name: str) -> ua.NodeId:
    return ua.NodeId(ua.String(name), ua.Int16(2))


def number(kind: int) -> ua.NodeId:
    return ua.NodeId(ua.Int32(kind))


@pytest.mark.parametrize(
    ("types", "body", "sentence"),
    [
        (of(Member("A", number(6), 1)), struct.pack("<i", 2**31 - 1), "announces 2147483647 elements in 0 octets"),
        (of(Member("A", number(12))), struct.pack("<i", 2**31 - 1), "announces 2147483647 elements in 0 octets"),
        (
            of(Member("A", other("empty"), 1), empty=Structure(())),
            struct.pack("<i", 2**31 - 1),
            f"made of more than {MOST_ELEMENTS} values",
        ),
        (
            of(Member("A", other("empty"), 3), empty=Structure(())),
            struct.pack("<4i", 3, 2**31 - 1, 2**31 - 1, 2**31 - 1),
            f"made of more than {MOST_ELEMENTS} values",
        ),
        (of(Member("A", number(6), 2)), struct.pack("<3i", 2, -1, -5), "a dimension below 0"),
        (of(Member("A", TOP)), b"", "nested more than 24 deep"),
        (of(Member("A", other("b")), b=Structure((Member("B", TOP),))), b"", "nested more than 24 deep"),
        (of(Member("A", number(24))), b"\x98" + struct.pack("<i", 1) * 1 + b"\x98\1\0\0\0" * 60, "nested more than 24"),
        (of(Member("A", number(25))), b"\x40" * 500, "nested more than 24 deep"),
        (of(Member("A", other("gone"))), b"", "the type of its field 'A' is not known"),
        (of(Member("A", number(6)), form="union"), struct.pack("<I", 9), "number 9 of a union of 1"),
        (of(Member("A", number(17))), b"\x3f", "no kind 63 of node id"),
        (of(Member("A", number(11))), b"\0\0", "ends within a number"),
    ],
)
def test_a_hostile_structure_is_refused_in_a_sentence(types: Types, body: bytes, sentence: str) -> None:
    with pytest.raises(MalformedError, match=sentence):
        types.opened(sent(body))


def test_a_structure_of_another_type_is_to_be_learned_first() -> None:
    with pytest.raises(UnknownTypeError) as caught:
        Types().opened(sent(b""))
    assert caught.value.type_id == TOP


def test_values_of_derived_types_are_sent_with_their_type() -> None:
    types = of(Member("S", TOP, is_any=True), Member("N", number(6), is_any=True))
    inner = encoder.extension_object(2, 5000, b"")
    fields = types.opened(sent(inner + encoder.variant(6, 7)))
    assert (fields["S"].TypeId, fields["S"].Body, fields["N"].Value) == (TOP, b"", 7)


def test_plain_numbers_under_another_name_are_read_as_what_they_are() -> None:
    types = of(Member("Ticks", other("Duration")))
    types.described[other("Duration")] = Plain(11)
    assert types.opened(sent(struct.pack("<d", 1.5))) == {"Ticks": 1.5}


def test_one_structure_is_read_once_for_all_of_its_fields() -> None:
    types = of(Member("A", number(6)))
    assert types.opened(sent(b"\1\0\0\0")) is types.opened(sent(b"\1\0\0\0"))
    assert types.opened(sent(b"\2\0\0\0")) == {"A": 2}


def test_a_guid_is_its_own() -> None:
    guid = UUID("72962b91-fa75-4ae6-8d28-b404dc7daf63")
    assert variant(Octets(encoder.variant(14, guid))).Value == guid
