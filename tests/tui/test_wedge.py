from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.tui.meanings import Confirmed, Damage, Damaged, Meaning, Picked, Scanned, Switched, Typed
from agent.tui.wedge import Wedge
from tests.tui.keystrokes import APART, CHARACTERS, CODES, FAST, PERSON, at_once, feed

CUT, MIXED, STRANGE = Damaged(Damage.CUT), Damaged(Damage.MIXED), Damaged(Damage.STRANGE)


def picking() -> Wedge:
    """A wedge while a list stands on the screen."""
    wedge = Wedge()
    wedge.hand.picking = True
    return wedge


@given(code=CODES, data=st.data(), is_picking=st.booleans(), suffix=st.sampled_from(["\r", "\t"]))
def test_any_code_at_scanner_speed_is_one_scan_word_for_word(
    code: str, data: st.DataObject, *, is_picking: bool, suffix: str
) -> None:
    gaps = data.draw(st.lists(FAST, min_size=len(code) + 1, max_size=len(code) + 1))
    wedge = Wedge("enter" if suffix == "\r" else "tab")
    wedge.hand.picking = is_picking
    assert feed(wedge, code + suffix, gaps) == [Scanned(code)]
    assert (wedge.line, wedge.deadline) == ("", None)


@given(code=CODES)
def test_a_code_without_suffix_is_complete_after_silence_and_not_before(code: str) -> None:
    wedge = Wedge("none")
    at_once(wedge, code)
    assert wedge.deadline is not None
    assert wedge.rest(wedge.deadline) == ()
    assert wedge.rest(wedge.deadline + 0.001) == (Scanned(code),)


@given(code=CODES, suffix=st.sampled_from("\r\t"))
def test_a_scanner_that_is_said_to_send_no_suffix_may_send_one(code: str, suffix: str) -> None:
    assert at_once(Wedge("none"), code + suffix) == [Scanned(code)]


@given(text=st.text(CHARACTERS, min_size=1, max_size=30), data=st.data())
def test_slow_typing_is_a_line_that_enter_sends(text: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(PERSON, min_size=len(text), max_size=len(text)))
    assert feed(Wedge(), text + "\r", [*gaps, 0.1]) == [Typed(text)]


# --- A scanner and a person at one keyboard ---


@given(data=st.data(), turns=st.lists(st.one_of(CODES, st.integers(1, 12)), min_size=1, max_size=8))
def test_codes_between_typing_are_whole_and_in_order_and_the_typing_is_whole(
    data: st.DataObject, turns: list[str | int]
) -> None:
    keys, gaps, codes, typed = "", [], [], ""
    for turn in turns:
        if isinstance(turn, str):
            keys += turn + "\r"
            gaps += [data.draw(APART), *([0.005] * len(turn))]
            codes.append(turn)
        else:
            text = data.draw(st.text(CHARACTERS, min_size=turn, max_size=turn))
            keys += text
            gaps += [data.draw(PERSON) for _ in text]
            typed += text
    wedge = Wedge()
    meanings = feed(wedge, keys, gaps)
    meanings += wedge.rest(1e9)
    assert meanings == [Scanned(code) for code in codes]
    assert wedge.line == typed


@given(code=CODES, before=st.text(CHARACTERS, min_size=1, max_size=6), data=st.data())
def test_what_is_typed_however_near_to_a_code_never_becomes_a_part_of_it(
    code: str, before: str, data: st.DataObject
) -> None:
    gaps = data.draw(st.lists(st.floats(0.071, 3.0), min_size=len(before) + 1, max_size=len(before) + 1))
    wedge = Wedge()
    meanings = feed(wedge, before + code + "\r", gaps + [0.005] * len(code))
    assert meanings in ([Scanned(code)], [MIXED])
    if meanings == [MIXED]:
        assert gaps[-1] <= 0.5


@given(code=CODES, before=st.characters(exclude_characters="\r\t"))
def test_a_key_just_before_a_code_makes_it_doubtful_and_nothing_of_either_is_left(code: str, before: str) -> None:
    wedge = picking()
    assert feed(wedge, before + code + "\r", [1.0, 0.1] + [0.005] * len(code)) == [MIXED]
    assert (wedge.line, wedge.deadline) == ("", None)


@given(keys=st.text(CHARACTERS | st.sampled_from("\r\t"), max_size=80), data=st.data())
def test_no_character_is_lost_unsaid_or_doubled_however_it_is_typed(keys: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.floats(0.0, 0.4), min_size=len(keys), max_size=len(keys)))
    wedge = Wedge()
    meanings = feed(wedge, keys, gaps)
    meanings += wedge.rest(1e6)
    taken = "".join(meaning.text for meaning in meanings if isinstance(meaning, Scanned | Typed)) + wedge.line
    pressed = keys.replace("\r", "").replace("\t", "")
    if not any(isinstance(meaning, Damaged) for meaning in meanings):
        assert sorted(taken.replace("\t", "")) == sorted(pressed)
    rest = iter(pressed)
    assert all(character in rest for character in "".join(m.text for m in meanings if isinstance(m, Scanned)))


@pytest.mark.parametrize("pause", [0.0, 0.06, 0.1, 0.149])
def test_a_hiccup_in_the_midst_of_a_code_does_not_cut_it(pause: float) -> None:
    assert feed(Wedge(), "LOT:P-001\r", [0.005] * 4 + [pause] + [0.005] * 5) == [Scanned("LOT:P-001")]


@pytest.mark.parametrize("pause", [0.06, 0.1, 0.149])
def test_without_a_suffix_a_hiccup_may_be_an_end_and_is_refused(pause: float) -> None:
    wedge = Wedge("none")
    feed(wedge, "LOT:P-001", [0.005] * 4 + [pause] + [0.005] * 4)
    assert wedge.rest(200.0) == (MIXED,)


# --- Codes that are cut off ---


@given(head=CODES, tail=st.text(CHARACTERS, max_size=20), pause=st.floats(0.151, 1.9), is_picking=st.booleans())
def test_a_code_cut_by_silence_is_never_half_a_code_nor_two(
    head: str, tail: str, pause: float, *, is_picking: bool
) -> None:
    wedge = Wedge()
    wedge.hand.picking = is_picking
    meanings = feed(wedge, head + tail + "\r", [0.005] * len(head) + [pause] + [0.005] * len(tail))
    if (head + tail).startswith(head + head):
        return
    assert set(meanings) == {CUT}
    assert (wedge.line, wedge.deadline) == ("", None)
    assert at_once(wedge, "LOT:P-002\r", 200.0) == [Scanned("LOT:P-002")]


def test_a_code_cut_several_times_is_refused_to_its_end() -> None:
    wedge = picking()
    assert feed(wedge, "LOT:P-001:BOARD", [0.005] * 6 + [0.3] + [0.005] * 8) == [CUT]
    assert feed(wedge, "7", [0.0], 100.7) == [CUT]
    assert wedge.rest(101.0) == (CUT,)
    assert wedge.press("\r", 101.1) == ()
    assert at_once(wedge, "LOT:P-001:BOARD7\r", 101.2) == [Scanned("LOT:P-001:BOARD7")]


def test_the_same_label_read_anew_after_it_was_cut_is_taken() -> None:
    wedge = Wedge()
    at_once(wedge, "LOT:P")
    assert wedge.rest(100.2) == (CUT,)
    assert at_once(wedge, "LOT:P-001\r", 101.0) == [Scanned("LOT:P-001")]


def test_another_label_right_after_a_cut_one_is_taken_for_its_rest_and_later_for_itself() -> None:
    wedge = Wedge()
    at_once(wedge, "LOT:P")
    assert at_once(wedge, "SN:000123\r", 101.0) == [CUT, CUT]
    assert at_once(wedge, "SN:000123\r", 101.5) == [Scanned("SN:000123")]


def test_the_first_characters_of_a_cut_code_do_not_make_its_rest_a_code() -> None:
    wedge = Wedge()
    assert feed(wedge, "LOT:P-001\r", [0.005, 0.005, 0.3] + [0.005] * 7) == [MIXED]
    assert wedge.line == ""


def test_a_second_suffix_after_a_cut_code_confirms_nothing() -> None:
    wedge = Wedge()
    at_once(wedge, "LOT:P-001")
    assert wedge.press("\r", 100.5) == (CUT,)
    assert wedge.press("\r", 100.6) == ()
    assert wedge.press("\r", 110.0) == (Confirmed(),)


def test_the_wrong_suffix_is_no_suffix() -> None:
    wedge = Wedge("enter")
    assert at_once(wedge, "LOT:P-001\t") == []
    assert wedge.rest(101.0) == (CUT,)


def test_a_code_may_hold_the_other_key() -> None:
    assert at_once(Wedge("enter"), "LOT\tP-001\r") == [Scanned("LOT\tP-001")]
    assert at_once(Wedge("tab"), "LOT\rP-001\t") == [Scanned("LOT\rP-001")]


# --- Other keys ---


def test_a_key_that_is_no_character_in_the_midst_of_a_code_makes_it_doubtful() -> None:
    wedge = Wedge()
    at_once(wedge, "0109521234543213")
    wedge.disturb()
    assert at_once(wedge, "10AB\r", 100.085) == [STRANGE]
    assert at_once(wedge, "10AB\r", 105.0) == [Scanned("10AB")]


def test_a_key_that_is_no_character_outside_a_code_matters_to_none() -> None:
    wedge = Wedge()
    wedge.disturb()
    assert at_once(wedge, "10AB\r") == [Scanned("10AB")]


@pytest.mark.parametrize("key", [Wedge.erase, Wedge.clear])
def test_backspace_and_escape_in_the_midst_of_a_code_do_not_shorten_it(key: object) -> None:
    assert callable(key)
    wedge = Wedge()
    at_once(wedge, "LOT:P")
    key(wedge)
    assert at_once(wedge, "-001\r", 100.03) == [STRANGE]
    assert wedge.line == ""


def test_escape_after_the_first_character_of_a_code_does_not_make_the_rest_a_code() -> None:
    wedge = Wedge()
    wedge.press("L", 100.0)
    assert wedge.clear()
    assert at_once(wedge, "OT:P-001\r", 100.0) == [MIXED]


# --- Lists, lines, suffixes ---


@given(code=CODES.filter(lambda code: not code.isdigit()), digits=st.text("123456789", min_size=4, max_size=20))
def test_digits_of_a_code_never_pick(code: str, digits: str) -> None:
    assert at_once(picking(), digits + code + "\r") == [Scanned(digits + code)]


def test_a_lone_digit_picks_after_the_burst_window() -> None:
    wedge = picking()
    assert wedge.press("3", 10.0) == ()
    assert wedge.rest(10.149) == ()
    assert wedge.rest(10.16) == (Picked(3),)
    assert wedge.line == ""


def test_a_digit_is_text_where_nothing_is_to_be_picked_and_within_a_typed_line() -> None:
    wedge = Wedge()
    assert feed(wedge, "3\r", [0.2, 0.2]) == [Typed("3")]
    wedge.hand.picking = True
    assert feed(wedge, "A3\r", [0.2, 0.2, 0.2], start=200.0) == [Typed("A3")]


def test_a_digit_and_enter_in_quick_succession_pick_and_confirm() -> None:
    assert feed(picking(), "2\r", [0.2, 0.1]) == [Picked(2), Confirmed()]


def test_a_code_of_one_digit_picks_nothing() -> None:
    assert at_once(picking(), "2\r") == [Typed("2")]


def test_enter_and_tab_alone_confirm_and_switch() -> None:
    assert feed(Wedge(), "\r\t", [0.1, 0.5]) == [Confirmed(), Switched()]
    assert feed(Wedge("tab"), "\r\t", [0.1, 0.5]) == [Confirmed(), Switched()]


def test_tab_in_a_typed_line_switches_and_keeps_the_line() -> None:
    wedge = Wedge()
    assert feed(wedge, "A\tB", [0.2, 0.02, 0.2]) == [Switched()]
    wedge.rest(200.0)
    assert wedge.line == "AB"


@pytest.mark.parametrize("suffix", ["\r\r", "\r\r\r", "\r\t"])
def test_a_second_suffix_confirms_nothing(suffix: str) -> None:
    wedge = Wedge()
    assert at_once(wedge, "LOT:P-001" + suffix) == [Scanned("LOT:P-001")]
    assert wedge.press("\r", 110.0) == (Confirmed(),)


def test_the_second_half_of_cr_lf_does_not_send_what_a_person_has_begun_to_type() -> None:
    wedge = Wedge()
    feed(wedge, "ab", [0.2, 0.2])
    assert at_once(wedge, "LOT:P-001\r\r", 103.0) == [Scanned("LOT:P-001")]
    assert wedge.line == "ab"
    assert wedge.press("\r", 110.0) == (Typed("ab"),)


def test_two_codes_in_quick_succession_stay_two() -> None:
    both = "SN:0001\rSN:0002\r"
    assert at_once(Wedge(), both) == [Scanned("SN:0001"), Scanned("SN:0002")]


@pytest.mark.parametrize("is_picking", [False, True])
@pytest.mark.parametrize("held", ["aaaaaaaa", "33333333"])
def test_a_held_down_key_is_no_scan_and_picks_nothing(held: str, *, is_picking: bool) -> None:
    wedge = Wedge()
    wedge.hand.picking = is_picking
    assert at_once(wedge, held + "\r", gap=0.030) == [Typed(held)]


def test_a_held_down_enter_confirms_once() -> None:
    assert feed(Wedge(), "\r\r\r\r", [0.1, 0.5, 0.03, 0.03]) == [Confirmed(), Confirmed()]


def test_three_quick_characters_are_no_scan() -> None:
    assert at_once(Wedge(), "A12\r") == [Typed("A12")]


def test_what_is_typed_shows_and_what_is_scanned_does_not() -> None:
    wedge = Wedge()
    feed(wedge, "ab", [0.2, 0.2])
    wedge.rest(101.0)
    assert wedge.line == "ab"
    at_once(wedge, "4006", 102.0)
    assert wedge.line == "ab"
    assert wedge.press("\r", 102.03) == (Scanned("4006"),)
    wedge.erase()
    assert wedge.line == "a"
    assert (wedge.clear(), wedge.line, wedge.clear()) == (True, "", False)


def test_meanings_are_told_apart_by_what_they_are() -> None:
    told: list[Meaning] = [Scanned("A"), Typed("A")]
    assert told[0] != told[1]
