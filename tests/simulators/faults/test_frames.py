"""Whatever passes is cut into frames without a byte more or less."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from simulators.faults.frames import Frames, number_at
from simulators.faults.kinds import Framing, Way

FRAMINGS: tuple[Framing, ...] = get_args(Framing)


def modbus(transaction: int, body: bytes) -> bytes:
    return transaction.to_bytes(2, "big") + b"\x00\x00" + len(body).to_bytes(2, "big") + body


def opcua(body: bytes) -> bytes:
    return b"MSGF" + (len(body) + 8).to_bytes(4, "little") + body


def rtu(registers: bytes) -> bytes:
    return bytes((1, 3, len(registers))) + registers + b"\xaa\xbb"


def s7(number: int, body: bytes) -> bytes:
    data = b"\x02\xf0\x80\x32\x03\x00\x00" + number.to_bytes(2, "big") + body
    return b"\x03\x00" + (len(data) + 4).to_bytes(2, "big") + data


WHOLE: dict[Framing, st.SearchStrategy[bytes]] = {
    "modbus": st.builds(modbus, st.integers(0, 65535), st.binary(min_size=1, max_size=40)),
    "opcua": st.builds(opcua, st.binary(max_size=60)),
    "s7": st.builds(s7, st.integers(0, 65535), st.binary(max_size=40)),
    "rtu": st.one_of(st.builds(rtu, st.binary(max_size=40)), st.just(b"\x01\x83\x02\xaa\xbb")),
}


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[one:two] for one, two in pairwise(bounds) if two > one]


@given(st.sampled_from(FRAMINGS), st.sampled_from([Way.REQUESTS, Way.ANSWERS]), st.lists(st.binary(min_size=1)))
def test_all_that_is_fed_comes_out_in_its_order(framing: Framing, way: Way, chunks: list[bytes]) -> None:
    frames = Frames(framing, way)
    out = [frame for chunk in chunks for frame in frames.feed(chunk)]
    assert b"".join(out) + frames.rest() == b"".join(chunks)


@given(st.data(), st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 400)))
def test_frames_come_out_whole_however_they_came(data: st.DataObject, framing: Framing, places: list[int]) -> None:
    sent = data.draw(st.lists(WHOLE[framing], max_size=6))
    frames = Frames(framing, Way.ANSWERS)
    assert [frame for chunk in cut(b"".join(sent), places) for frame in frames.feed(chunk)] == sent
    assert frames.rest() == b""


def test_a_request_on_a_serial_line_has_eight_bytes() -> None:
    frames = Frames("rtu", Way.REQUESTS)
    assert frames.feed(b"\x01\x03\x00\x10\x00\x02\xaa\xbb\x01") == [b"\x01\x03\x00\x10\x00\x02\xaa\xbb"]


def test_what_is_no_frame_is_passed_on_at_once_and_so_is_what_follows() -> None:
    frames = Frames("modbus", Way.ANSWERS)
    assert frames.feed(b"HTTP/1.1 200") == [b"HTTP/1.1 200"]
    assert frames.feed(modbus(1, b"\x01")) == [modbus(1, b"\x01")]


@given(st.integers(0, 65535), st.binary(max_size=40))
def test_where_an_answer_has_the_number_of_its_request(number: int, body: bytes) -> None:
    assert number_at("modbus", modbus(number, body)) == 0
    assert number_at("s7", s7(number, body)) == 11
    assert s7(number, body)[11:13] == number.to_bytes(2, "big")


def test_a_greeting_and_frames_without_numbers_have_none() -> None:
    assert number_at("s7", bytes.fromhex("0300000b06d00001000100")) is None
    assert number_at("rtu", rtu(b"")) is None
