"""The text format of Prometheus, read back by a reader of its own."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from agent.exposition import Metric, Sample, histogram, text
from agent.journal.timing import COMMIT_S, DELIVERY_S, MOST_ON_THEIR_WAY, Durations, Transit
from tests.agent.prometheus import parsed

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 2**53)


@given(st.dictionaries(st.text(), NUMBERS, max_size=8))
def test_whatever_a_label_says_and_a_number_is_is_read_back(numbers: dict[str, float]) -> None:
    metrics = (Metric("one", "gauge", "Numbers."), Metric("unused", "gauge", "None."))
    page = text(metrics, [Sample("one", number, {"of": name}) for name, number in numbers.items()])
    expected = {("one", frozenset({("of", name)})): float(number) for name, number in numbers.items()}
    assert (parsed(page) if numbers else page) == (expected or "")


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_a_histogram_counts_each_duration_once(seconds: list[float]) -> None:
    durations = Durations(COMMIT_S)
    for one in seconds:
        durations.observe(one)
    found = parsed(text([Metric("took", "histogram", "Times.")], histogram("took", durations)))
    assert found["took_count", frozenset()] == len(seconds)
    for bound in COMMIT_S:
        assert found["took_bucket", frozenset({("le", repr(bound))})] == sum(one <= bound for one in seconds)


def test_facts_are_under_way_until_the_mes_confirms_the_last_of_their_commit() -> None:
    transit = Transit()
    transit.committed(3, 100.0)
    transit.committed(5, 101.0)
    transit.confirmed(2, 102.0)
    assert dict(transit.durations.cumulative())[inf] == 0
    transit.confirmed(4, 103.0)
    transit.confirmed(4, 103.5)
    assert (dict(transit.durations.cumulative())[inf], transit.durations.total_s) == (1, 3.0)
    transit.confirmed(9, 131.5)
    assert (dict(transit.durations.cumulative())[inf], transit.durations.total_s) == (2, 33.5)


def test_a_month_without_the_mes_does_not_fill_the_memory_with_what_is_to_be_measured() -> None:
    transit = Transit()
    for position in range(2 * MOST_ON_THEIR_WAY):
        transit.committed(position, 0.0)
    transit.confirmed(2 * MOST_ON_THEIR_WAY, 30 * 86400.0)
    assert list(transit.durations.cumulative())[-2:] == [(DELIVERY_S[-1], 0), (inf, MOST_ON_THEIR_WAY)]
