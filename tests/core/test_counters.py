"""Raw readings become parts: K2 to K8. What cannot be known is never guessed upwards."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.counts.counters import SPIKE_READS, CounterRules, CounterState, Doubt, Step, advance

RULES = CounterRules(modulus=65_536, max_rate=3.0)
LAST = CounterState(raw=1000, at=100.0, count=40)


def counted(state: CounterState, *readings: tuple[int, float], rules: CounterRules = RULES) -> Step:
    """The last step of several, with all that they counted and the last doubt among them."""
    delta, doubt = 0, None
    for raw, at in readings:
        step = advance(state, raw, at, rules)
        state, delta, doubt = step.state, delta + step.delta, step.doubt or doubt
    return Step(state, delta, doubt)


def test_the_first_reading_is_the_baseline_and_counts_nothing() -> None:  # K2
    assert advance(CounterState(), 500, 10.0, RULES) == Step(CounterState(raw=500, at=10.0), 0)


def test_progress_is_the_difference() -> None:  # K3
    assert advance(LAST, 1004, 102.0, RULES) == Step(CounterState(raw=1004, at=102.0, count=44), 4)


def test_the_same_reading_again_counts_nothing() -> None:
    assert counted(LAST, (1003, 101.0), (1003, 101.0), (1003, 102.0)).delta == 3


def test_a_counter_goes_on_through_its_highest_value() -> None:  # K4a
    before = CounterState(raw=65_534, at=100.0)
    assert advance(before, 3, 102.0, RULES) == Step(CounterState(raw=3, at=102.0, count=5), 5)


def test_signed_readings_are_the_same_bits_unsigned() -> None:  # K9
    before = CounterState(raw=32_767, at=100.0)
    assert advance(before, -32_768, 101.0, RULES).delta == 1


@pytest.mark.parametrize(("delta", "believed"), [(0, 0), (1, 1), (6, 6), (7, 7), (8, 0)])
def test_progress_is_believed_up_to_the_plausible_and_not_beyond(delta: int, believed: int) -> None:
    # K3: ceil(3.0/s · 1 s · 1.5) + 2 = 7
    assert advance(LAST, 1000 + delta, 101.0, RULES).delta == believed


def test_a_counter_that_falls_to_little_was_reset_and_counts_what_it_shows() -> None:  # K4b
    assert advance(LAST, 4, 102.0, RULES) == Step(
        CounterState(raw=4, at=102.0, count=44, run=2),
        4,
        Doubt("counter_reset", 1000, 4, 100.0, 102.0, at_most=7),
    )


def test_a_counter_that_jumps_is_waited_out_as_a_spike() -> None:  # K6
    step = counted(LAST, (40_000, 101.0), (40_001, 102.0), (1005, 103.0))
    assert step == Step(CounterState(raw=1005, at=103.0, count=45), 5)


def test_a_jump_that_stays_gives_up_the_past_and_counts_nothing() -> None:  # K4d, K6
    step = counted(LAST, (40_000, 101.0), (40_001, 102.0), (40_002, 103.0))
    assert step.state == CounterState(raw=40_002, at=103.0, count=40, run=2)
    assert (step.delta, step.doubt) == (0, Doubt("counter_quarantine", 1000, 40_002, 100.0, 103.0, at_most=16))


def test_after_a_quarantine_counting_goes_on_from_the_new_value() -> None:
    readings = [(40_000 + number, 101.0 + number) for number in range(SPIKE_READS + 2)]
    assert counted(LAST, *readings).delta == 2


def test_a_reboot_that_keeps_the_counter_loses_nothing() -> None:  # K8
    before = CounterState(raw=1000, at=100.0, count=40, rebooted=True)
    assert advance(before, 1006, 102.0, CounterRules(65_536, 3.0)) == Step(
        CounterState(raw=1006, at=102.0, count=46), 6
    )


def test_a_reboot_that_clears_the_counter_counts_what_it_shows() -> None:  # K8, K4b
    step = advance(CounterState(raw=1000, at=100.0, rebooted=True), 2, 102.0, RULES)
    assert step == Step(
        CounterState(raw=2, at=102.0, count=2, run=2), 2, Doubt("counter_reset", 1000, 2, 100.0, 102.0, at_most=9)
    )


def test_where_a_kept_and_a_cleared_counter_look_alike_the_lower_counts() -> None:  # K8
    step = advance(CounterState(raw=3, at=100.0, rebooted=True), 5, 102.0, RULES)
    assert (step.delta, step.doubt) == (2, Doubt("counter_reset", 3, 5, 100.0, 102.0, at_most=9))


def test_a_reboot_is_over_with_the_reading_after_it() -> None:
    step = counted(CounterState(raw=1000, at=100.0, rebooted=True), (2, 102.0), (3, 103.0))
    assert (step.delta, step.state.rebooted, step.state.run) == (3, False, 2)


def test_a_counter_that_may_have_gone_round_unseen_counts_the_least_and_says_so() -> None:  # K5
    rules = CounterRules(modulus=1000, max_rate=3.0)
    step = advance(CounterState(raw=100, at=0.0), 300, 400.0, rules)
    assert (step.delta, step.doubt) == (200, Doubt("counter_ambiguous", 100, 300, 0.0, 400.0, at_most=1000))


def test_a_fall_after_so_long_that_wrap_and_reset_look_alike_counts_the_least() -> None:  # K5
    rules = CounterRules(modulus=1000, max_rate=3.0)
    step = advance(CounterState(raw=900, at=0.0), 100, 200.0, rules)
    assert (step.delta, step.doubt) == (100, Doubt("counter_ambiguous", 900, 100, 0.0, 200.0, at_most=500))
    assert step.state.run == 2


def test_a_late_reading_of_a_lower_value_is_no_reset() -> None:
    # 2 was read at 10 s; the reading of 1 at 9.9 s comes after it.
    assert counted(CounterState(raw=2, at=10.0, count=2), (1, 9.9), (3, 11.0)) == Step(
        CounterState(raw=3, at=11.0, count=3), 1
    )


def test_a_late_reading_from_before_a_wrap_is_no_progress() -> None:
    assert counted(CounterState(raw=1, at=10.0, count=9), (65_535, 9.9), (2, 11.0)).delta == 1


def test_a_clock_set_back_loses_no_parts() -> None:
    # Ten parts a reading, more than can be believed of no time at all.
    readings = [(1000 + 10 * (number + 1), -3600.0 + 5.0 * number) for number in range(6)]
    step = counted(LAST, *readings)
    assert (step.delta, step.doubt) == (60, None)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.5, 300.0)), max_size=40), st.integers(0, 65_535))
def test_a_true_machine_watched_often_enough_is_counted_exactly(steps: list[tuple[int, float]], begin: int) -> None:
    state, at, true, counts = CounterState(raw=begin, at=0.0), 0.0, begin, 0
    for parts_a_second, elapsed in steps:
        at += elapsed
        true += int(parts_a_second * elapsed)
        step = advance(state, true % 65_536, at, RULES)
        state, counts = step.state, counts + step.delta
        assert step.doubt is None
    assert (counts, state.count) == (true - begin, true - begin)


@given(st.lists(st.tuples(st.integers(-70_000, 70_000), st.floats(-50.0, 50_000.0), st.booleans()), max_size=30))
def test_no_reading_whatever_counts_backwards(readings: list[tuple[int, float, bool]]) -> None:
    state = CounterState()
    for raw, at, rebooted in readings:
        before = replace(state, rebooted=rebooted)
        step = advance(before, raw, at, RULES)
        assert step.delta >= 0
        assert step.state.count == before.count + step.delta
        assert step.state.run in {before.run, before.run + 1}
        assert step.doubt is None or step.doubt.at_most >= 0
        state = step.state


NEVER = CounterRules(modulus=65_536, max_rate=3.0, reset="never")
ON_ORDER = CounterRules(modulus=65_536, max_rate=3.0, reset="on_order")
TOLERANT = CounterRules(modulus=65_536, max_rate=3.0, tolerance=3)


@pytest.mark.parametrize(("raw", "taken_off"), [(999, 1), (997, 3), (996, 0)])
def test_a_counter_set_back_within_its_tolerance_takes_so_much_off(raw: int, taken_off: int) -> None:  # K4c
    step = advance(LAST, raw, 101.0, TOLERANT)
    assert (step.delta, step.taken_off, step.doubt) == (0, taken_off, None)
    assert step.state.raw == (raw if taken_off else 1000)


def test_a_counter_set_back_through_zero_takes_so_much_off() -> None:  # K4c
    assert advance(CounterState(raw=1, at=100.0), 65_535, 101.0, TOLERANT).taken_off == 2


def test_a_counter_without_a_tolerance_is_never_set_back() -> None:  # K4c, K4d
    assert advance(LAST, 999, 101.0, RULES) == Step(replace(LAST, doubts=1), 0)


def test_after_a_reboot_a_lower_counter_was_not_set_back_by_hand() -> None:  # K4b before K4c
    step = advance(CounterState(raw=4, at=100.0, rebooted=True), 2, 101.0, TOLERANT)
    assert (step.delta, step.taken_off, step.state.run) == (2, 0, 2)


def test_where_set_back_and_reset_look_alike_the_lower_counts_and_says_so() -> None:  # K4b, K4c
    step = advance(CounterState(raw=4, at=100.0), 2, 101.0, TOLERANT)
    assert (step.delta, step.taken_off) == (0, 2)
    assert step.doubt == Doubt("counter_ambiguous", 4, 2, 100.0, 101.0, at_most=9)


def test_a_counter_that_never_starts_anew_is_quarantined_where_another_would_be_reset() -> None:  # K4, K6
    step = counted(LAST, (2, 101.0), (3, 102.0), (4, 103.0), rules=NEVER)
    assert (step.delta, step.doubt) == (0, Doubt("counter_quarantine", 1000, 4, 100.0, 103.0, at_most=16))


def test_a_counter_that_never_starts_anew_is_reset_with_its_controller() -> None:  # K4b, K8
    step = advance(replace(LAST, rebooted=True), 2, 101.0, NEVER)
    assert (step.delta, step.state.run) == (2, 2)


def test_a_counter_that_never_starts_anew_can_only_have_gone_round() -> None:  # K5
    rules = CounterRules(modulus=1000, max_rate=3.0, reset="never")
    step = advance(CounterState(raw=900, at=0.0), 100, 200.0, rules)
    assert (step.delta, step.doubt, step.state.run) == (200, None, 1)


def test_an_expected_reset_begins_a_new_run_without_a_doubt() -> None:  # K4
    step = advance(LAST, 4, 102.0, ON_ORDER, expected=True)
    assert step == Step(CounterState(raw=4, at=102.0, count=44, run=2), 4)


def test_a_reset_that_was_expected_of_nothing_is_a_doubt() -> None:  # K4b
    step = advance(LAST, 4, 102.0, ON_ORDER)
    assert step.doubt is not None
    assert step.doubt.code == "counter_reset"


def test_a_counter_that_begins_anew_at_any_value_counts_nothing_and_says_so() -> None:  # K4b
    rules = CounterRules(modulus=65_536, max_rate=3.0, reset_to_zero=False)
    for before, expected in [(replace(LAST, rebooted=True), False), (LAST, True)]:
        step = advance(before, 5, 102.0, rules, expected=expected)
        assert (step.delta, step.state.run) == (0, 2)
        assert step.doubt == Doubt("counter_reset", 1000, 5, 100.0, 102.0, at_most=11)


WIDE = CounterRules(modulus=2**32, max_rate=3.0)


@pytest.mark.parametrize(
    ("last", "torn", "true"),
    [
        (0x0001_FFFF, 0x0002_FFFF, 0x0002_0001),  # the high word is new, the low word old
        (0x0001_FFFF, 0x0001_0001, 0x0002_0001),  # the low word is new, the high word old
        (0x0000_FFFF, 0x0000_0001, 0x0001_0001),  # the same, and it looks like a reset
        (0x0000_FFFF, 0x0001_FFFF, 0x0001_0001),
    ],
)
def test_a_torn_reading_of_two_words_is_rejected(last: int, torn: int, true: int) -> None:  # K9
    step = counted(CounterState(raw=last, at=100.0), (torn, 101.0), (true, 102.0), rules=WIDE)
    assert (step.delta, step.doubt, step.state.run) == (2, None, 1)


def test_what_looks_torn_three_times_was_a_reset() -> None:  # K4b, K9
    readings = [(number, 100.0 + number) for number in range(1, SPIKE_READS + 1)]
    step = counted(CounterState(raw=0xFFFF, at=100.0), *readings, rules=WIDE)
    assert (step.delta, step.state.run) == (3, 2)


@given(st.lists(st.tuples(st.integers(-4, 3), st.floats(1.5, 20.0)), max_size=40))
def test_a_counter_that_goes_forth_and_is_set_back_adds_up(steps: list[tuple[int, float]]) -> None:  # K3, K4c
    rules = CounterRules(modulus=65_536, max_rate=3.0, reset="never", tolerance=4)
    state, at, raw = CounterState(raw=30_000, at=0.0), 0.0, 30_000
    for change, elapsed in steps:
        at, raw = at + elapsed, raw + change
        step = advance(state, raw, at, rules)
        state = step.state
        assert step.doubt is None
        assert state.count - state.taken_off == raw - 30_000
