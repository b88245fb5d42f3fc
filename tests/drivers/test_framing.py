"""Codes are never joined, never cut and never trimmed, whatever portions their bytes come in."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.framing import LONGEST, SETTLING_S, Framed, Framer

SILENCE_S = 0.15
SUFFIXES = ("\r", "\n", "\r\n", "", "\t", "\x03", "\x03\r", "\r\x03", "##", "\x03\r\x04", "#\n#")
STX = "\x02"
INCOMPLETE = Framed("", "incomplete")
TOO_LONG = Framed("", "too_long")
OVERRUN = Framed("", "overrun")


def quiet(prefix: str = "", suffix: str = "\r") -> Framer:
    """A line that was opened and has been quiet since, at 0.0."""
    framer = Framer(prefix, suffix, SILENCE_S, -SETTLING_S)
    assert framer.feed(b"", 0.0) == []
    return framer


def framed(portions: list[bytes], prefix: str = "", suffix: str = "\r") -> list[Framed]:
    """What is in these portions, read one after the other without a pause, and what silence makes of the rest."""
    framer = quiet(prefix, suffix)
    return [one for portion in portions for one in framer.feed(portion, 0.0)] + framer.feed(b"", SILENCE_S)


def after_pauses(bursts: list[bytes], prefix: str = "", suffix: str = "\r") -> list[Framed]:
    """What is in bursts with silence after each."""
    framer, found, at = quiet(prefix, suffix), [], 0.0
    for burst in bursts:
        found += framer.feed(burst, at)
        at += SILENCE_S
        found += framer.feed(b"", at)
    return found


def codes(*texts: str) -> list[Framed]:
    return [Framed(text) for text in texts]


def cut(stream: bytes, where: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in where), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


@given(
    st.lists(
        st.sampled_from([b"\r", b"\n", b"\x02", b"\x03", b"\x04", b"#", b"A", b"\x1d", b"\xc3", b"\xa9", b"\x00"])
    ),
    st.lists(st.integers(0, 100)),
    st.sampled_from(SUFFIXES),
    st.sampled_from(("", "A", STX, "\x02A")),
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
    expected = [Framed("B" * length) if length <= LONGEST else TOO_LONG, Framed("NEXT")]
    assert framed(cut(stream, where), suffix=suffix) == expected
    assert framed([stream], suffix=suffix) == expected


CODE = st.text(st.characters(exclude_characters="\r\n\x02", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(CODE), st.sampled_from(("", STX, "P")))
def test_codes_come_out_as_they_went_in(texts: list[str], prefix: str) -> None:
    assert framed(["".join(f"{prefix}{text}\r" for text in texts).encode()], prefix) == codes(*texts)


@given(st.lists(CODE, min_size=1), st.data(), st.sampled_from(("", STX)))
def test_silence_anywhere_never_makes_a_code_that_was_not_sent_nor_hides_one(
    texts: list[str], data: st.DataObject, prefix: str
) -> None:
    stream = "".join(f"{prefix}{text}\r" for text in texts).encode()
    bursts = cut(stream, data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    found = after_pauses([burst for burst in bursts if burst], prefix)
    whole = [one.text for one in found if one.flaw is None]
    rest = iter(texts)
    assert all(text in rest for text in whole), "codes as they were sent, in their order"
    assert len(found) >= len(texts), "each code gives itself or a refusal"


@given(st.lists(CODE, min_size=1), st.data())
def test_after_the_first_end_every_code_is_read_wherever_the_line_was_opened(
    texts: list[str], data: st.DataObject
) -> None:
    stream = "".join(f"{text}\r" for text in texts).encode()
    missed = data.draw(st.integers(0, len(texts[0].encode())))
    framer = Framer("", "\r", SILENCE_S, 0.0)
    doubtful = [INCOMPLETE] if missed < len(texts[0].encode()) else []
    assert framer.feed(stream[missed:], 0.01) == doubtful + codes(*texts[1:])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x03"])
def test_cr_lf_both_and_the_configured_suffix_end_a_code(end: str) -> None:
    assert framed([f"A1{end}B2{end}".encode()], suffix="\x03") == codes("A1", "B2")


def test_group_separator_nul_and_leading_zeros_belong_to_the_code() -> None:
    stream = b"]d201040123456789012310AB\x1d21000\x00\r0007\r"
    assert framed([stream]) == codes("]d201040123456789012310AB\x1d21000\x00", "0007")


def test_blanks_at_the_ends_of_a_code_are_kept() -> None:
    assert framed([b" A \r"]) == codes(" A ")


def test_what_is_not_utf_8_is_read_as_latin_1_without_loss() -> None:
    assert framed(["Größe\r".encode(), "Größe\r".encode("latin-1")]) == codes("Größe", "Größe")


def test_nothing_between_two_ends_is_no_code() -> None:
    assert framed([b"\r\n\r\r\n"]) == []
    assert framed([b"\x02\r\x02\r"], STX) == []


def test_a_prefix_is_taken_off_once() -> None:
    assert framed([b"SSA\rSB\r"], "S") == codes("SA", "B")


def test_a_code_without_its_prefix_is_not_whole() -> None:
    assert framed([b"SA\rB\rSC\r"], "S") == [Framed("A"), INCOMPLETE, Framed("C")]
    assert framed([b"\x02A\rB\r\x02C\r"], STX) == [Framed("A"), INCOMPLETE, Framed("C")]


def test_a_beginning_within_a_code_cuts_it_off_and_begins_the_next() -> None:
    assert framed([b"\x02HAL\x02ABC\r"], STX) == [INCOMPLETE, Framed("ABC")]
    assert framed([b"noise\x02ABC\r"], STX) == [INCOMPLETE, Framed("ABC")]


def test_silence_within_a_code_refuses_it_at_once_and_its_rest_when_it_comes() -> None:
    framer = quiet()
    assert framer.feed(b"HA", 10.0) == []
    assert framer.feed(b"L", 10.1) == []
    assert (framer.feed(b"", 10.2), framer.due) == ([], 10.1 + SILENCE_S)
    assert (framer.feed(b"", 10.1 + SILENCE_S), framer.due) == ([INCOMPLETE], None)
    assert framer.feed(b"F\rNEXT\r", 10.4) == [INCOMPLETE, Framed("NEXT")]


def test_what_follows_half_a_code_may_be_its_rest_however_late_it_comes() -> None:
    framer = quiet()
    assert framer.feed(b"HAL", 0.0) + framer.feed(b"", SILENCE_S) == [INCOMPLETE]
    assert framer.feed(b"ABC\r", 3600.0) == [INCOMPLETE]
    assert framer.feed(b"ABC\r", 3601.0) == codes("ABC")


def test_an_end_that_comes_late_makes_no_second_refusal() -> None:
    assert after_pauses([b"WHOLE", b"\r", b"NEXT\r"]) == [INCOMPLETE, Framed("NEXT")]


def test_a_prefix_tells_the_next_code_from_the_rest_of_half_a_code() -> None:
    assert after_pauses([b"\x02HAL", b"\x02ABC\r"], STX) == [INCOMPLETE, Framed("ABC")]
    assert after_pauses([b"\x02HAL", b"F\r\x02ABC\r"], STX) == [INCOMPLETE, INCOMPLETE, Framed("ABC")]
    assert after_pauses([b"\x02", b"ABC\r"], STX) == [INCOMPLETE, INCOMPLETE]


def test_a_printable_prefix_may_stand_in_the_rest_of_half_a_code() -> None:
    assert after_pauses([b"SXX", b"SYY\r", b"SA\r"], "S") == [INCOMPLETE, INCOMPLETE, Framed("A")]


def test_a_reader_that_sends_no_suffix_is_refused_at_each_code() -> None:
    assert after_pauses([b"A", b"B", b"C"]) == [INCOMPLETE, INCOMPLETE, INCOMPLETE]


def test_without_a_suffix_silence_ends_a_code() -> None:
    assert after_pauses([b"A", b"B\r", b"C"], suffix="") == codes("A", "B", "C")
    assert after_pauses([b"\x02A", b"B", b"\x02C"], STX, "") == [Framed("A"), INCOMPLETE, Framed("C")]


def test_bytes_that_were_read_late_do_not_cut_a_code() -> None:
    framer = quiet()
    assert framer.feed(b"AB", 10.0) == []
    assert framer.feed(b"CD\r", 12.0) == codes("ABCD")


def test_what_comes_right_after_opening_may_be_the_rest_of_a_code() -> None:
    framer = Framer("", "\r", SILENCE_S, 5.0)
    assert (framer.settled, framer.due) == (False, 5.0 + SETTLING_S)
    assert framer.feed(b"F", 5.1) == []
    assert not framer.settled
    assert framer.feed(b"\rABC\r", 5.11) == [INCOMPLETE, Framed("ABC")]
    assert framer.settled


def test_quiet_after_opening_settles_the_line() -> None:
    framer = Framer("", "\r", SILENCE_S, 5.0)
    assert framer.feed(b"", 5.0 + SETTLING_S) == []
    assert (framer.settled, framer.due) == (True, None)
    assert framer.feed(b"ABC\r", 6.0) == codes("ABC")


def test_right_after_opening_a_prefix_says_that_a_code_is_whole() -> None:
    assert Framer(STX, "\r", SILENCE_S, 5.0).feed(b"F\r\x02ABC\r", 5.01) == [INCOMPLETE, Framed("ABC")]


def test_without_a_suffix_what_comes_right_after_opening_is_refused_up_to_the_first_silence() -> None:
    framer = Framer("", "", SILENCE_S, 5.0)
    assert framer.feed(b"ALF", 5.1) == []
    assert framer.feed(b"", 5.1 + SILENCE_S) == [INCOMPLETE]
    assert framer.feed(b"ABC", 6.0) + framer.feed(b"", 6.0 + SILENCE_S) == codes("ABC")


def test_what_is_too_long_is_refused_once_up_to_its_end() -> None:
    framer = quiet()
    assert framer.feed(b"X" * 10_000, 0.0) == [TOO_LONG]
    assert framer.feed(b"X" * 10_000 + b"\rGOOD\r", 0.0) == codes("GOOD")


def test_after_silence_within_what_is_too_long_its_rest_is_refused() -> None:
    framer = quiet()
    assert framer.feed(b"X" * 10_000, 0.0) == [TOO_LONG]
    assert framer.feed(b"", 1.0) == []
    assert framer.feed(b"X\rGOOD\r", 1.0) == [INCOMPLETE, Framed("GOOD")]


def test_what_is_spoilt_is_refused_once_at_its_end() -> None:
    framer = quiet()
    assert framer.feed(b"AB", 0.0) == []
    framer.spoil("overrun", 0.0)
    framer.spoil("overrun", 0.0)
    assert framer.feed(b"D\rE\r", 0.0) == [OVERRUN, Framed("E")]


@pytest.mark.parametrize("suffix", ["\r", ""])
def test_where_all_of_a_code_was_lost_silence_tells_it(suffix: str) -> None:
    framer = quiet(suffix=suffix)
    framer.spoil("overrun", 1.0)
    assert framer.due == 1.0 + SILENCE_S
    assert framer.feed(b"", 1.0 + SILENCE_S) == [OVERRUN]
    assert framer.feed(b"", 9.0) == []


def test_what_is_under_way_when_the_line_goes_is_refused_once() -> None:
    framer = quiet()
    assert framer.cut_off() == []
    framer.feed(b"HAL", 0.0)
    assert framer.cut_off() == [INCOMPLETE]
    assert framer.cut_off() == []
    framer.feed(b"X" * 10_000, 0.0)
    assert framer.cut_off() == []


def test_a_code_is_under_way_from_its_first_byte_to_its_end() -> None:
    framer = quiet(STX)
    seen = [framer.under_way]
    for data in (b"\x02", b"A", b"\r"):
        framer.feed(data, 0.0)
        seen.append(framer.under_way)
    assert seen == [False, True, True, False]
