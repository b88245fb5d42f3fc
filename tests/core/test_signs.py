"""The heartbeat: R16."""

import math

import pytest

from agent.core.machine.signs import NO_SIGNS, Beat, beaten
from agent.core.observations import SignalValue


def test_a_heartbeat_lives_once_it_was_seen_to_change() -> None:
    first = beaten(NO_SIGNS, 7, 10.0)
    assert first.beat == Beat(7, 10.0)
    assert beaten(first, 7, 11.0) is first
    assert beaten(first, 8, 12.0).beat == Beat(8, 12.0, lives=True)
    assert beaten(first, 8, 9.0).beat == Beat(8, 10.0, lives=True), "a late reading turns nothing back"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_heartbeat_that_says_nothing_does_not_beat(value: SignalValue) -> None:  # K10
    assert beaten(NO_SIGNS, value, 10.0) is NO_SIGNS


def test_of_a_heartbeat_that_is_a_text_little_is_kept() -> None:
    assert beaten(NO_SIGNS, "x" * 9000, 10.0).beat == Beat("x" * 64, 10.0)


def test_signs_go_on_by_a_clock_that_was_set() -> None:
    signs = beaten(beaten(NO_SIGNS, 7, 10.0), 8, 12.0)
    assert signs.later(-5.0).beat == Beat(8, 7.0, lives=True)
