"""The log is bounded whatever happens, and what is left out adds up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.logs.limits import MOST, REFILL_S, Limits

STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 40, allow_nan=False), st.integers(1, 30)), max_size=60)


@given(STEPS)
def test_no_minute_has_more_than_twice_the_bound_and_what_was_left_out_adds_up(
    steps: list[tuple[str, float, int]],
) -> None:
    limits: Limits[str] = Limits()
    now = 0.0
    told: dict[str, list[float]] = {kind: [] for kind in "abc"}
    said = dict.fromkeys("abc", 0)
    left_out = dict.fromkeys("abc", 0)
    for kind, pause, count in steps:
        now += pause
        for due, missing in limits.due(now):
            told[due].append(now)
            left_out[due] += missing
        for _ in range(count):
            said[kind] += 1
            if limits.admits(kind, now):
                told[kind].append(now)
            else:
                left_out[kind] -= 1
    for kind, missing in limits.rest():
        left_out[kind] += missing
    assert left_out == dict.fromkeys("abc", 0)
    for kind, times in told.items():
        for number, start in enumerate(times):
            assert sum(start <= at < start + REFILL_S for at in times[number:]) <= 2 * MOST, kind
    assert all(len(times) >= min(said[kind], MOST) for kind, times in told.items())


def test_a_storm_for_a_day_is_some_ten_lines_a_minute() -> None:
    limits: Limits[str] = Limits()
    told = 0
    for second in range(24 * 3600):
        told += len(limits.due(second)) + sum(limits.admits("storm", second) for _ in range(5))
    assert told <= (24 * 60 + 1) * MOST


def test_who_says_nothing_for_a_minute_is_forgotten() -> None:
    limits: Limits[int] = Limits()
    for number in range(1000):
        assert limits.admits(number, 0.0)
    assert limits.due(REFILL_S) == []
    assert limits.rest() == []
