"""Registers as devices of all orders write them, by an encoder that shares nothing with the driver, read back."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.core.counts.counters import CounterRules, CounterState, advance, whole
from agent.core.machine_settings import Role, SignalSettings, TelemetrySettings
from agent.core.observations import Quality
from drivers.modbus_values import reading

ORDERS = st.tuples(st.sampled_from(("big", "little")), st.sampled_from(("big", "little")))
LETTERS = {("big", "big"): "ABCD", ("little", "big"): "CDAB", ("big", "little"): "BADC", ("little", "little"): "DCBA"}
LETTERS_64 = {
    ("big", "big"): "ABCDEFGH",
    ("little", "big"): "GHEFCDAB",
    ("big", "little"): "BADCFEHG",
    ("little", "little"): "HGFEDCBA",
}
FORMS = {
    "uint16": ">H",
    "int16": ">h",
    "uint32": ">I",
    "int32": ">i",
    "uint64": ">Q",
    "int64": ">q",
    "float32": ">f",
    "float64": ">d",
}


def a_value(kind: str, **more: Any) -> TelemetrySettings:  # noqa: ANN401 - fields
    return TelemetrySettings.model_validate({"key": "a", "table": "holding", "address": 0, "type": kind, **more})


def registers(octets: bytes, orders: tuple[str, str]) -> list[int]:
    """As a device of these orders holds them, by the letters of its manual."""
    letters = {2: "AB" if orders[1] == "big" else "BA", 4: LETTERS[orders], 8: LETTERS_64[orders]}[len(octets)]
    placed = bytes(octets[ord(letter) - ord("A")] for letter in letters)
    return list(struct.unpack(f">{len(placed) // 2}H", placed))


def shown(kind: str, octets: bytes, orders: tuple[str, str] = ("big", "big"), **more: Any) -> Any:  # noqa: ANN401 - values
    word_order, byte_order = orders
    signal = a_value(kind, word_order=word_order, byte_order=byte_order, **more)
    return reading(signal, registers(octets, orders))


@given(
    st.sampled_from(("uint16", "int16", "uint32", "int32", "uint64", "int64")),
    st.integers(0, 2**64 - 1),
    ORDERS,
)
def test_whole_numbers_of_all_widths_and_orders_come_back(kind: str, bits: int, orders: tuple[str, str]) -> None:
    octets = (bits % 2 ** (8 * struct.calcsize(FORMS[kind]))).to_bytes(struct.calcsize(FORMS[kind]), "big")
    value, quality, status = shown(kind, octets, orders)
    assert (struct.pack(FORMS[kind], value), quality, status) == (octets, Quality.GOOD, "")
    assert type(value) is int


@given(st.floats(width=32), ORDERS)
@example(23.450000762939453, ("big", "big"))
@example(4_294_967_040.0, ("little", "big"))
@example(-0.0, ("big", "big"))
def test_short_floats_come_back_to_the_bit_or_are_bad(number: float, orders: tuple[str, str]) -> None:
    value, quality, status = shown("float32", struct.pack(">f", number), orders)
    if math.isfinite(number):
        assert (struct.pack(">f", value), quality) == (struct.pack(">f", number), Quality.GOOD)
        assert not number.is_integer() or value == number
    else:
        assert (value, quality) == (None, Quality.BAD)
        assert "not a number" in status


@given(st.floats(), ORDERS)
def test_long_floats_come_back_to_the_bit_or_are_bad(number: float, orders: tuple[str, str]) -> None:
    value, quality, _ = shown("float64", struct.pack(">d", number), orders)
    assert (value, quality) == ((number, Quality.GOOD) if math.isfinite(number) else (None, Quality.BAD))


@pytest.mark.parametrize("number", [23.45, 0.1, -1.5e-7, 99.99])
def test_a_short_float_is_shown_as_people_write_it(number: float) -> None:
    assert shown("float32", struct.pack(">f", number))[0] == number


@given(st.integers(0, 99_999_999), ORDERS)
def test_bcd_comes_back(number: int, orders: tuple[str, str]) -> None:
    assert shown("bcd32", bytes.fromhex(f"{number:08}"), orders) == (number, Quality.GOOD, "")
    assert shown("bcd16", bytes.fromhex(f"{number % 10_000:04}"), orders)[0] == number % 10_000


@given(st.integers(0, 0xFFFF).filter(lambda word: not f"{word:x}".isdecimal()))
def test_a_digit_above_nine_is_no_bcd_and_says_so(word: int) -> None:
    assert reading(a_value("bcd16"), [word]) == (None, Quality.BAD, f"not BCD: {word:04X} has a digit above 9")


@given(st.integers(0, 0xFFFF), st.integers(0, 15), st.sampled_from(("big", "little")))
def test_a_bit_of_a_register_is_a_bool_counted_from_its_lowest(word: int, bit: int, order: str) -> None:
    octets = word.to_bytes(2, "big") if order == "big" else word.to_bytes(2, "little")
    [register] = struct.unpack(">H", octets)
    assert reading(a_value("bit", bit=bit, byte_order=order), [register]) == (bool(word & 1 << bit), Quality.GOOD, "")


@pytest.mark.parametrize("table", ["coil", "discrete"])
def test_a_bit_of_a_table_of_bits_is_a_bool(table: str) -> None:
    signal = a_value("bit", table=table)
    assert reading(signal, [1]) == (True, Quality.GOOD, "")
    assert reading(signal, [False]) == (False, Quality.GOOD, "")


def text(octets: bytes, order: str = "big") -> Any:  # noqa: ANN401 - values
    words = list(struct.unpack(f"{'>' if order == 'big' else '<'}{len(octets) // 2}H", octets))
    return reading(a_value("string", length=len(words), byte_order=order), words)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"PUMP 7", "PUMP 7"),
        (b"PUMP\0\0", "PUMP"),
        (b"PUMP  ", "PUMP"),
        (b"PUMP \0", "PUMP"),
        (b"PU\0P77", "PU"),
        (b"  PUMP", "  PUMP"),
        (b"\0\0\0\0", ""),
        (b"    ", ""),
        ("станок".encode(), "станок"),
        ("станок".encode()[:10], "стано"),
        ("77 станок".encode()[:-1], "77 стано"),
        ("Größe".encode("latin-1") + b"\0", "Größe"),
        (b"ABC\xc4", "ABCÄ"),
        (b"A\x01B\x07", "A\ufffdB\ufffd"),
        (b"A\r\n\0", "A\ufffd\ufffd"),
    ],
)
def test_texts(octets: bytes, said: str) -> None:
    assert text(octets) == (said, Quality.GOOD, "")
    assert text(octets, "little") == (said, Quality.GOOD, "")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60), st.integers(0, 3))
def test_a_text_comes_back_whatever_pads_it(said: str, more: int) -> None:
    octets = said.encode() + bytes(2 * more)
    octets += bytes(len(octets) % 2)
    if octets:
        assert text(octets)[0] == said.rstrip(" ")


@given(st.binary(min_size=2, max_size=250).filter(lambda octets: len(octets) % 2 == 0))
def test_any_octets_are_a_text_of_characters_that_can_be_shown(octets: bytes) -> None:
    value, quality, _ = text(octets)
    assert quality is Quality.GOOD
    assert "\0" not in value
    assert len(value) <= len(octets)


def test_a_number_is_scaled_and_a_bit_is_not() -> None:
    assert shown("int16", (-235 & 0xFFFF).to_bytes(2, "big"), scale=0.1, offset=1)[0] == -22.5
    assert reading(a_value("bit", bit=0, scale=2.0), [1])[0] is True
    assert shown("uint16", b"\0\x07")[0] == 7


def test_what_is_scaled_beyond_all_numbers_is_bad() -> None:
    value, quality, status = shown("float64", struct.pack(">d", 1e308), scale=1e10)
    assert (value, quality) == (None, Quality.BAD)
    assert "too great" in status


@pytest.mark.parametrize("start", ["sign", "zero"])
@pytest.mark.parametrize(("kind", "bits"), [("int16", 16), ("int32", 32)])
def test_a_signed_counter_is_counted_as_the_same_bits_without_a_sign(kind: str, bits: int, start: str) -> None:
    fields = {"key": "count", "role": Role.TOTAL, "table": "holding", "address": 0, "type": kind}
    signal = SignalSettings.model_validate(fields)
    state = CounterState()
    for second in range(4):
        raw = ((2 ** (bits - 1) if start == "sign" else 0) - 5 + 4 * second) % 2**bits
        value = whole(reading(signal, [raw >> shift & 0xFFFF for shift in range(bits - 16, -1, -16)])[0])
        assert value is not None
        step = advance(state, value, float(second), CounterRules(signal.modulus, max_rate=10))
        assert step.doubt is None
        state = step.state
    assert state.count == 12
