"""Numbers of publications: what went missing, and what came twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua_sequence import MOST_MISSING, MissingError, Numbers, after

LARGEST = 2**32 - 1
numbers = st.one_of(st.integers(1, LARGEST), st.integers(1, 50), st.integers(LARGEST - 50, LARGEST))


def test_numbers_count_from_one_and_again_from_one_after_the_largest() -> None:
    assert Numbers().due == 1
    assert [after(1), after(LARGEST - 1), after(LARGEST)] == [2, LARGEST, 1]


@given(due=numbers, lost=st.integers(0, MOST_MISSING - 1))
def test_whatever_lies_between_is_asked_for_in_its_order(due: int, lost: int) -> None:
    between, number = [], due
    for _ in range(lost):
        between.append(number)
        number = after(number)
    assert Numbers(due).missing(number, []) == between
    assert Numbers(due).missing(number, between) == between


@given(due=numbers)
def test_the_next_one_misses_nothing_and_then_the_one_after_it_is_due(due: int) -> None:
    known = Numbers(due)
    assert known.missing(due, []) == []
    known.took(due)
    assert known.is_told_again(due)
    assert not known.is_told_again(after(due))
    assert known.missing(after(due), []) == []


@given(due=st.integers(MOST_MISSING + 2, LARGEST - MOST_MISSING), back=st.integers(1, MOST_MISSING))
def test_numbers_that_go_backwards_are_those_of_another_subscription(due: int, back: int) -> None:
    with pytest.raises(MissingError):
        Numbers(due).missing(due - back, [])


def test_what_the_server_has_no_more_is_not_asked_for() -> None:
    with pytest.raises(MissingError):
        Numbers(5).missing(8, [6, 7, 8])


@given(due=numbers, number=numbers, available=st.lists(numbers))
def test_a_sign_of_life_asks_only_for_what_the_server_says_that_it_has(
    due: int, number: int, available: list[int]
) -> None:
    kept = Numbers(due).kept(number, available)
    assert set(kept) <= set(available) - {number}
    assert kept == sorted(kept, key=lambda one: (one - due) % LARGEST)


def test_a_sign_of_life_shows_that_the_last_news_never_came() -> None:
    assert Numbers(7).kept(9, [6, 7, 8]) == [7, 8]
    assert Numbers(7).kept(0, [6, 7]) == [7]
    assert Numbers(7).kept(7, [6]) == []
