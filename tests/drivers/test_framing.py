"""Codes are never joined, never cut and never trimmed, whatever portions their bytes come in."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.framing import LONGEST, Framer

SILENCE_S = 0.15
SUFFIXES = ("\r", "\n", "\r\n", "", "\t", "\x03", "\x03\r", "\r\x03", "##", "\x03\r\x04", "#\n#")


def framed(portions: list[bytes], prefix: str = "", suffix: str = "\r") -> list[str]:
    """The codes in these portions, read one after the other without a pause, and what silence ends."""
    framer = Framer(prefix, suffix, SILENCE_S)
    codes = [code for portion in portions for code in framer.feed(portion, 0.0)]
    return codes + framer.feed(b"", SILENCE_S)


def cut(stream: bytes, where: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in where), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b"\x03", b"\x04", b"#", b"A", b"\x1d", b"\xc3", b"\xa9", b"\x00"])),
    st.lists(st.integers(0, 100)),
    st.sampled_from(SUFFIXES),
    st.sampled_from(("", "A", "\x02")),
)
def test_any_portions_of_the_same_bytes_give_the_same_codes(
    pieces: list[bytes], where: list[int], suffix: str, prefix: str
) -> None:
    stream = b"".join(pieces)
    assert framed(cut(stream, where), prefix, suffix) == framed([stream], prefix, suffix)


@given(st.integers(LONGEST - 3, LONGEST + 6), st.lists(st.integers(0, LONGEST + 20)), st.sampled_from(("\r", "\x03\r")))
@example(LONGEST, [LONGEST + 1], "\x03\r")
def test_any_portions_of_an_over_long_code_give_the_same_codes(length: int, where: list[int], suffix: str) -> None:
    stream = b"B" * length + suffix.encode() + b"NEXT" + suffix.encode()
    expected = ["B" * length, "NEXT"] if length <= LONGEST else ["NEXT"]
    assert framed(cut(stream, where), suffix=suffix) == expected
    assert framed([stream], suffix=suffix) == expected


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)))
def test_codes_come_out_as_they_went_in(codes: list[str]) -> None:
    assert framed(["".join(f"{code}\r" for code in codes).encode()]) == codes


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x03"])
def test_cr_lf_both_and_the_configured_suffix_end_a_code(end: str) -> None:
    assert framed([f"A1{end}B2{end}".encode()], suffix="\x03") == ["A1", "B2"]


def test_group_separator_nul_and_leading_zeros_belong_to_the_code() -> None:
    stream = b"]d201040123456789012310AB\x1d21000\x00\r0007\r"
    assert framed([stream]) == ["]d201040123456789012310AB\x1d21000\x00", "0007"]


def test_blanks_at_the_ends_of_a_code_are_kept() -> None:
    assert framed([b" A \r"]) == [" A "]


def test_the_prefix_is_taken_off_once_and_missed_without_harm() -> None:
    assert framed([b"\x02\x02A\rB\r\x02\r"], prefix="\x02") == ["\x02A", "B"]


def test_what_is_not_utf_8_is_read_as_latin_1_without_loss() -> None:
    assert framed(["Größe\r".encode(), "Größe\r".encode("latin-1")]) == ["Größe", "Größe"]


def test_nothing_between_two_ends_is_no_code() -> None:
    assert framed([b"\r\n\r\r\n"]) == []


def test_silence_ends_a_code_that_has_no_end() -> None:
    framer = Framer("", "\r", SILENCE_S)
    assert framer.feed(b"AB", 10.0) == []
    assert framer.feed(b"C", 10.1) == []
    assert (framer.feed(b"", 10.2), framer.due) == ([], 10.1 + SILENCE_S)
    assert (framer.feed(b"", 10.1 + SILENCE_S), framer.due) == (["ABC"], None)
    assert framer.feed(b"DEF\r", 10.4) == ["DEF"]


def test_bytes_that_were_read_late_do_not_cut_a_code() -> None:
    framer = Framer("", "\r", SILENCE_S)
    assert framer.feed(b"AB", 10.0) == []
    assert framer.feed(b"CD\r", 12.0) == ["ABCD"]


def test_what_is_too_long_is_dropped_up_to_its_end_and_counted() -> None:
    framer = Framer("", "\r", SILENCE_S)
    assert framer.feed(b"X" * 10_000, 0.0) == []
    assert framer.feed(b"X" * 10_000 + b"\rGOOD\r", 0.0) == ["GOOD"]
    assert framer.dropped == 1


def test_silence_also_ends_what_is_too_long() -> None:
    framer = Framer("", "\r", SILENCE_S)
    assert framer.feed(b"X" * 10_000, 0.0) == []
    assert framer.feed(b"", 1.0) == []
    assert framer.feed(b"GOOD\r", 1.0) == ["GOOD"]
    assert framer.dropped == 1
