"""What may be asked over Modbus, and what answers mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus_wire import FUNCTIONS, MOST, Nonsense, Read, Refusal, Table, meaning

TABLES = st.sampled_from(sorted(MOST))


@st.composite
def reads(draw: st.DrawFn) -> Read:
    table: Table = draw(TABLES)
    count = draw(st.integers(1, MOST[table]))
    return Read(table, draw(st.integers(0, 65536 - count)), count)


def test_nothing_but_reading_can_be_said() -> None:
    assert sorted(FUNCTIONS.values()) == [1, 2, 3, 4]


@given(reads())
def test_a_request_says_its_table_its_first_address_and_how_many(read: Read) -> None:
    function, address, count = read.pdu[0], int.from_bytes(read.pdu[1:3], "big"), int.from_bytes(read.pdu[3:], "big")
    assert function in {1, 2, 3, 4}
    assert (function, address, count) == (FUNCTIONS[read.table], read.address, read.count)


@given(reads(), st.data())
def test_values_come_out_as_they_went_in(read: Read, data: st.DataObject) -> None:
    if read.table in {"coil", "discrete"}:
        values = data.draw(st.lists(st.integers(0, 1), min_size=read.count, max_size=read.count))
        body = sum(value << at for at, value in enumerate(values)).to_bytes((read.count + 7) // 8, "little")
    else:
        values = data.draw(st.lists(st.integers(0, 65535), min_size=read.count, max_size=read.count))
        body = b"".join(value.to_bytes(2, "big") for value in values)
    assert len(body) == read.size
    assert meaning(read, bytes([read.function, len(body)]) + body) == tuple(values)


@given(reads(), st.binary(min_size=1, max_size=253))
def test_whatever_comes_has_as_many_values_as_were_asked_for_or_none(read: Read, pdu: bytes) -> None:
    heard = meaning(read, pdu)
    assert isinstance(heard, Refusal | Nonsense) or len(heard) == read.count


@pytest.mark.parametrize(
    ("pdu", "found"),
    [
        ("03 02 00 07", "answered 1 of 2 values from holding 0"),
        ("03 06 00 07 00 07 00 07", "answered 3 of 2 values from holding 0"),
        ("04 04 00 07 00 07", "answered with function code 4 where 3 was asked"),
        ("84 02", "answered with function code 132 where 3 was asked"),
        ("83", "sent an exception of 1 octets, expected 2"),
        ("03 04 00 07", "answered with 2 octets of data where it says that they are 4"),
    ],
)
def test_what_does_not_fit_the_request_is_said(pdu: str, found: str) -> None:
    assert meaning(Read("holding", 0, 2), bytes.fromhex(pdu)) == Nonsense(found)


def test_an_exception_is_an_answer_in_words() -> None:
    assert meaning(Read("holding", 0, 2), bytes([0x83, 2])) == Refusal(2)
    assert str(Refusal(2)) == "Modbus exception 2 (illegal data address)"
    assert [code for code in range(256) if Refusal(code).is_for_now] == [5, 6]
    assert [code for code in range(256) if Refusal(code).is_absence] == [10, 11]
