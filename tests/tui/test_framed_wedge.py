from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.tui.framed_wedge import FramedWedge
from agent.tui.meanings import Confirmed, Damage, Damaged, Picked, Scanned, Switched, Typed
from tests.tui.keystrokes import CHARACTERS, at_once, feed

STX = "\x02"
CUT = Damaged(Damage.CUT)
ANY_PACE = st.floats(0.0, 1.9)
"""Gaps through SSH: lumps and pauses."""


def a_wedge(prefix: str = STX, suffix: str = "\r") -> FramedWedge:
    return FramedWedge(prefix, suffix)


@given(
    turns=st.lists(st.tuples(st.booleans(), st.text(CHARACTERS, min_size=1, max_size=20)), max_size=8),
    prefix=st.sampled_from([STX, "f13"]),
    suffix=st.sampled_from("\r\t"),
    data=st.data(),
)
def test_codes_are_whole_and_in_order_whatever_the_pace_and_the_rest_is_typed(
    turns: list[tuple[bool, str]], prefix: str, suffix: str, data: st.DataObject
) -> None:
    keys: list[str] = []
    for is_code, text in turns:
        keys += [prefix, *text, suffix] if is_code else [*text]
    gaps = data.draw(st.lists(ANY_PACE, min_size=len(keys), max_size=len(keys)))
    wedge = a_wedge(prefix, suffix)
    assert feed(wedge, keys, gaps) == [Scanned(text) for is_code, text in turns if is_code]
    assert wedge.line == "".join(text for is_code, text in turns if not is_code)


@given(code=st.text(CHARACTERS | st.sampled_from("\t"), min_size=1))
def test_every_key_between_prefix_and_suffix_belongs_to_the_code(code: str) -> None:
    wedge = a_wedge()
    wedge.hand.picking = True
    assert at_once(wedge, STX + code + "\r") == [Scanned(code)]


@given(head=st.text(CHARACTERS, max_size=20), tail=st.text(CHARACTERS, max_size=20), pause=st.floats(2.01, 3.99))
def test_a_code_without_its_suffix_is_refused_and_its_rest_is_nobodys_word(head: str, tail: str, pause: float) -> None:
    wedge = a_wedge()
    wedge.hand.picking = True
    keys = STX + head + tail + "\r"
    meanings = feed(wedge, keys, [0.1] * (len(head) + 1) + [pause] + [0.1] * len(tail))
    assert set(meanings) == {CUT}
    assert (wedge.line, wedge.deadline) == ("", None)
    assert at_once(wedge, STX + "SN:1\r", 500.0) == [Scanned("SN:1")]


def test_a_code_that_does_not_end_is_refused_after_two_seconds_of_silence() -> None:
    wedge = a_wedge()
    at_once(wedge, STX + "LOT:P")
    assert wedge.deadline is not None
    assert wedge.rest(wedge.deadline) == ()
    assert wedge.rest(wedge.deadline + 0.001) == (CUT,)


def test_after_the_time_for_the_rest_a_person_types_again() -> None:
    wedge = a_wedge()
    wedge.hand.picking = True
    at_once(wedge, STX + "LOT:P")
    wedge.rest(103.0)
    assert wedge.press("3", 103.1) == (CUT,)
    assert wedge.press("3", 106.0) == (Picked(3),)


def test_a_prefix_in_the_midst_of_a_code_means_that_the_first_was_cut_and_the_second_begins() -> None:
    wedge = a_wedge()
    assert at_once(wedge, STX + "LOT:P" + STX + "LOT:P-002\r") == [CUT, Scanned("LOT:P-002")]


def test_an_empty_code_is_refused() -> None:
    assert at_once(a_wedge(), STX + "\r") == [Damaged(Damage.EMPTY)]


@pytest.mark.parametrize("key", [FramedWedge.erase, FramedWedge.clear, FramedWedge.disturb])
def test_another_key_in_the_midst_of_a_code_makes_it_doubtful(key: object) -> None:
    assert callable(key)
    wedge = a_wedge()
    at_once(wedge, STX + "LOT:P")
    key(wedge)
    assert at_once(wedge, "-001\r", 101.0) == [Damaged(Damage.STRANGE)]
    assert at_once(wedge, STX + "LOT:P-001\r", 102.0) == [Scanned("LOT:P-001")]


def test_a_burst_without_prefix_is_a_persons() -> None:
    assert at_once(a_wedge(), "LOT:P-001\r") == [Typed("LOT:P-001")]


def test_a_digit_picks_at_once() -> None:
    wedge = a_wedge()
    wedge.hand.picking = True
    assert wedge.press("3", 10.0) == (Picked(3),)


def test_a_second_suffix_confirms_nothing() -> None:
    wedge = a_wedge()
    assert at_once(wedge, STX + "LOT:P-001\r\r") == [Scanned("LOT:P-001")]
    assert wedge.press("\r", 110.0) == (Confirmed(),)
    assert wedge.press("\t", 111.0) == (Switched(),)


def test_a_persons_line_is_edited() -> None:
    wedge = a_wedge()
    feed(wedge, "ab", [1.0, 1.0])
    wedge.erase()
    assert (wedge.line, wedge.clear(), wedge.line, wedge.clear()) == ("a", True, "", False)
