from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from agent.tui.wedge import Confirmed, Meaning, Picked, Scanned, Switched, Typed, Wedge

FAST = st.floats(0.0, 0.034)
SLOW = st.floats(0.151, 5.0)
CHARACTERS = st.characters(exclude_characters="\r\t", min_codepoint=0x1D, max_codepoint=0x4FF)
CODES = st.text(CHARACTERS, min_size=4, max_size=60).filter(lambda code: len(set(code)) > 1)


def feed(wedge: Wedge, text: str, gaps: list[float], start: float = 100.0) -> list[Meaning]:
    """Presses the keys with these gaps before them."""
    times = list(accumulate(gaps, initial=start))[1:]
    return [meaning for key, time in zip(text, times, strict=True) for meaning in wedge.press(key, time)]


def scan(code: str, suffix: str = "\r", start: float = 100.0, wedge: Wedge | None = None) -> list[Meaning]:
    return feed(wedge or Wedge(), code + suffix, [0.005] * len(code + suffix), start)


@given(code=CODES, data=st.data(), picking=st.booleans(), suffix=st.sampled_from(["\r", "\t"]))
def test_any_code_at_scanner_speed_is_one_scan_word_for_word(
    code: str, data: st.DataObject, *, picking: bool, suffix: str
) -> None:
    gaps = data.draw(st.lists(FAST, min_size=len(code) + 1, max_size=len(code) + 1))
    wedge = Wedge()
    wedge.picking = picking
    assert feed(wedge, code + suffix, gaps) == [Scanned(code)]
    assert (wedge.line, wedge.deadline) == ("", None)


@given(code=CODES)
def test_a_code_without_suffix_is_complete_after_silence_and_not_before(code: str) -> None:
    wedge = Wedge()
    feed(wedge, code, [0.005] * len(code))
    assert wedge.deadline is not None
    assert wedge.rest(wedge.deadline) == ()
    assert wedge.rest(wedge.deadline + 0.001) == (Scanned(code),)


@given(text=st.text(CHARACTERS, min_size=1, max_size=30), data=st.data())
def test_slow_typing_is_a_line_that_enter_sends(text: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(SLOW, min_size=len(text), max_size=len(text)))
    assert feed(Wedge(), text + "\r", [*gaps, 0.1]) == [Typed(text)]


@given(keys=st.text(CHARACTERS | st.sampled_from("\r\t"), max_size=80), data=st.data())
def test_no_character_is_lost_or_doubled_however_it_is_typed(keys: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.floats(0.0, 0.4), min_size=len(keys), max_size=len(keys)))
    wedge = Wedge()
    meanings = feed(wedge, keys, gaps)
    meanings += wedge.rest(1e6)
    taken = [meaning.text for meaning in meanings if isinstance(meaning, Scanned | Typed)]
    assert sorted("".join(taken) + wedge.line) == sorted(keys.replace("\r", "").replace("\t", ""))


@given(code=CODES.filter(lambda code: not code.isdigit()), digits=st.text("123456789", min_size=4, max_size=20))
def test_digits_of_a_code_never_pick(code: str, digits: str) -> None:
    wedge = Wedge()
    wedge.picking = True
    assert scan(digits + code, wedge=wedge) == [Scanned(digits + code)]


def test_a_lone_digit_picks_after_the_burst_window() -> None:
    wedge = Wedge()
    wedge.picking = True
    assert wedge.press("3", 10.0) == ()
    assert wedge.rest(10.149) == ()
    assert wedge.rest(10.16) == (Picked(3),)
    assert wedge.line == ""


def test_a_digit_is_text_where_nothing_is_to_be_picked_and_within_a_typed_line() -> None:
    wedge = Wedge()
    assert feed(wedge, "3\r", [0.2, 0.2]) == [Typed("3")]
    wedge.picking = True
    assert feed(wedge, "A3\r", [0.2, 0.2, 0.2], start=200.0) == [Typed("A3")]


def test_a_digit_and_enter_in_quick_succession_pick_and_confirm() -> None:
    wedge = Wedge()
    wedge.picking = True
    assert feed(wedge, "2\r", [0.2, 0.1]) == [Picked(2), Confirmed()]


def test_enter_and_tab_alone_confirm_and_switch() -> None:
    assert feed(Wedge(), "\r\t", [0.1, 0.5]) == [Confirmed(), Switched()]


def test_a_late_or_second_suffix_confirms_nothing() -> None:
    wedge = Wedge()
    assert scan("LOT:P-001", suffix="\r\r", wedge=wedge) == [Scanned("LOT:P-001")]
    assert feed(wedge, "LOT:P-002", [0.005] * 9, start=200.0) == []
    assert wedge.press("\r", 200.5) == (Scanned("LOT:P-002"),)
    assert wedge.press("\r", 210.0) == (Confirmed(),)


def test_two_codes_in_quick_succession_stay_two() -> None:
    wedge = Wedge()
    both = "SN:0001\rSN:0002\r"
    assert feed(wedge, both, [0.005] * len(both)) == [Scanned("SN:0001"), Scanned("SN:0002")]


def test_a_held_down_key_is_no_scan() -> None:
    wedge = Wedge()
    assert feed(wedge, "aaaaaaaa\r", [0.030] * 9) == [Typed("aaaaaaaa")]


def test_three_quick_characters_are_no_scan() -> None:
    assert scan("A12") == [Typed("A12")]


def test_what_is_typed_shows_and_what_is_scanned_does_not() -> None:
    wedge = Wedge()
    feed(wedge, "ab", [0.2, 0.2])
    wedge.rest(101.0)
    assert wedge.line == "ab"
    feed(wedge, "4006", [0.005] * 4, start=102.0)
    assert wedge.line == "ab"
    assert wedge.press("\r", 102.03) == (Scanned("4006"),)
    wedge.erase()
    assert wedge.line == "a"
    assert (wedge.clear(), wedge.line, wedge.clear()) == (True, "", False)
