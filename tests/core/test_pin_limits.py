"""PINs may be tried five times, then after waits that double, by operator and by work center."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from agent.core.people.pin_limits import FORGIVEN_S, FREE_TRIES, LONGEST_WAIT_S, NO_TRIES, Key, PinLimits

ANNA: Key = ("operator", "anna")
BEK: Key = ("operator", "bek")
HERE: Key = ("work_center", "FILL-1")
THERE: Key = ("work_center", "PRESS-1")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([ANNA, BEK]),
        st.sampled_from([HERE, THERE]),
        st.floats(0.0, 3000.0),
        st.sampled_from(["wrong", "wrong", "wrong", "right"]),
    ),
    max_size=40,
)


def wrong(times: int, *keys: Key, at: float = 0.0) -> PinLimits:
    limits = NO_TRIES
    for _ in range(times):
        limits = limits.with_wrong(keys, at)
    return limits


def test_the_fifth_wrong_pin_costs_half_a_minute_and_each_further_one_twice_as_much_up_to_an_end() -> None:
    waits = [wrong(times, ANNA, HERE).wait_s((ANNA, HERE), 0.0) for times in range(13)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert [wrong(times, ANNA).free((ANNA,), 0.0) for times in range(7)] == [5, 4, 3, 2, 1, 0, 0]


def test_a_wait_passes() -> None:
    limits = wrong(5, ANNA, HERE, at=100.0)
    assert limits.wait_s((ANNA,), 129.9) > 0
    assert limits.wait_s((ANNA,), 130.0) == 0
    assert limits.with_wrong((ANNA,), 130.0).wait_s((ANNA,), 130.0) == 60


def test_nobody_waits_for_what_others_tried_elsewhere() -> None:
    limits = wrong(9, ANNA, HERE)
    assert limits.wait_s((BEK, THERE), 0.0) == 0
    assert limits.wait_s((BEK, HERE), 0.0) > 0
    assert limits.wait_s((ANNA, THERE), 0.0) > 0


def test_one_guess_tried_on_everybody_ends_at_the_work_center() -> None:
    limits = NO_TRIES
    for number in range(FREE_TRIES):
        limits = limits.with_wrong((("operator", str(number)), HERE), 0.0)
    assert limits.wait_s((BEK, HERE), 0.0) == 30


def test_the_right_pin_clears_its_operator_but_not_the_work_center() -> None:
    limits = wrong(7, ANNA, HERE).without(ANNA)
    assert limits.wait_s((ANNA,), 0.0) == 0
    assert limits.wait_s((HERE,), 0.0) == 120


def test_one_wrong_pin_is_forgotten_every_quarter_of_an_hour() -> None:
    limits = wrong(4, ANNA)
    assert [limits.free((ANNA,), count * FORGIVEN_S) for count in range(5)] == [1, 2, 3, 4, 5]
    assert ANNA not in limits.with_wrong((BEK,), 4 * FORGIVEN_S).tries


@given(STEPS)
def test_a_wait_is_never_negative_nor_longer_than_a_quarter_of_an_hour_and_only_gets_shorter_by_itself(
    steps: list[tuple[Key, Key, float, str]],
) -> None:
    limits, now = NO_TRIES, 0.0
    for operator, center, passed, outcome in steps:
        keys, before = (operator, center), limits.wait_s((operator, center), now)
        now += passed
        wait_s = limits.wait_s(keys, now)
        assert math.isclose(wait_s, max(before - passed, 0.0), abs_tol=1e-6)
        assert 0 <= wait_s <= LONGEST_WAIT_S
        assert (limits.free(keys, now) > 0) <= (limits.with_wrong(keys, now).wait_s(keys, now) <= 30.0)
        limits = limits.with_wrong(keys, now) if outcome == "wrong" else limits.without(operator)
        assert limits.wait_s((operator,), now) == 0.0 or outcome == "wrong"


@given(st.integers(1, 40), st.floats(60.0, 86_400.0))
def test_whoever_waits_and_guesses_gets_few_guesses(operators: int, patience_s: float) -> None:
    limits, now, guesses = NO_TRIES, 0.0, 0
    while now < patience_s:
        keys: tuple[Key, ...] = (("operator", str(guesses % operators)), HERE)
        now += limits.wait_s(keys, now)
        limits, guesses = limits.with_wrong(keys, now), guesses + 1
    assert guesses <= 12 + patience_s / LONGEST_WAIT_S
    assert len(limits.tries) <= 12 + operators
