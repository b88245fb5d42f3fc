"""Whose turn it is on a line that many share."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus_turns import Ask, look_again_at, order


def next_of(*asks: Ask, now: float = 10.0, after_silence: bool = False) -> int | None:
    first = order(asks, now, after_silence=after_silence)
    return first[0].number if first else None


def test_what_was_due_first_goes_first_and_among_equals_who_asked_first() -> None:
    assert next_of(Ask(1, due=5.0), Ask(2, due=4.0)) == 2
    assert next_of(Ask(3, due=5.0), Ask(1, due=5.0)) == 1


def test_who_is_left_alone_is_not_asked_and_is_looked_at_again() -> None:
    asks = (Ask(1, due=1.0, not_before=11.0), Ask(2, due=5.0, not_before=12.0))
    assert next_of(*asks) is None
    assert look_again_at(asks, 10.0) == 11.0
    assert next_of(*asks, now=11.0) == 1
    assert look_again_at((), 10.0) == math.inf


def test_after_a_silence_one_that_answers_goes_before_all_that_do_not() -> None:
    dead = [Ask(number, due=1.0, is_silent=True) for number in range(5)]
    alive = Ask(9, due=8.0)
    assert next_of(*dead, alive, after_silence=False) == 0
    assert next_of(*dead, alive, after_silence=True) == 9
    assert next_of(*dead, after_silence=True) == 0


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=8),
    st.lists(st.integers(1, 5), min_size=8, max_size=8),
    st.integers(0, 3),
)
def test_nobody_starves_whatever_the_others_periods(periods: list[int], requests: list[int], dead: int) -> None:
    """Each member reads its image of some requests, each of which takes one unit of time, as often as it may."""
    now, last_silent = 0.0, False
    dues = [0.0] * len(periods)
    begun, left = [0.0] * len(periods), requests[: len(periods)]
    served, since = [0] * len(periods), [0.0] * len(periods)
    longest = 0.0
    for _ in range(400):
        asks = {Ask(who, dues[who], is_silent=who < dead): who for who in range(len(periods)) if begun[who] <= now}
        ready = order(list(asks), now, after_silence=last_silent)
        if ready:
            who = asks[ready[0]]
            longest = max(longest, now - max(since[who], begun[who]))
            now, last_silent = now + 1, who < dead
            since[who] = now
            served[who] += 1
            left[who] -= 1
            if not left[who] or who < dead:
                left[who] = requests[who]
                # The next reading is due at the first instant of the member's grid behind the beginning of this one.
                missed = math.floor((now - requests[who] - dues[who]) / periods[who])
                dues[who] += periods[who] * max(missed, 1)
                begun[who] = dues[who]
        else:
            now += 1
    assert all(served)
    assert longest <= 3 * sum(requests[: len(periods)]) + len(periods)
