"""Torn counters are read again and never believed; a counter that jumps, falls, wraps or reverses is believed soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.counts.counters import CounterRules, CounterState, advance
from agent.core.machine_settings import Role, SignalSettings, TelemetrySettings
from agent.core.observations import Quality
from drivers.modbus_guard import POLLS, READS, TornGuard, Verdict
from drivers.modbus_values import bad

RULES = CounterRules(2**32, max_rate=20.0)


def counter(kind: str = "uint32", **more: object) -> SignalSettings:
    fields = {"key": "count", "role": Role.TOTAL, "table": "holding", "address": 0, "type": kind, **more}
    return SignalSettings.model_validate(fields)


class Poll:
    """Polls of one counter: what each came to, and how many readings it took."""

    def __init__(self, kind: str = "uint32") -> None:
        self.guard = TornGuard([counter(kind)])
        self.reads = 0

    def __call__(self, *readings: float) -> float | None:
        """The value, of readings of which the last one is what it shows from then on; None where it was rejected."""
        self.reads = 0
        shown = self._shown(readings)
        while True:
            value = next(shown)
            self.reads += 1
            verdict = self.guard.judge("count", (value, Quality.GOOD, ""))
            if verdict is not Verdict.AGAIN:
                return value if verdict is Verdict.BELIEVE else None

    @staticmethod
    def _shown(readings: Sequence[float]) -> Iterator[float]:
        yield from readings
        while True:
            yield readings[-1]


def test_the_first_reading_is_believed() -> None:
    poll = Poll()
    assert poll(4_000_000_000) == 4_000_000_000
    assert poll.reads == 1


@pytest.mark.parametrize(
    ("kind", "before", "torn", "after"),
    [
        pytest.param("uint32", 131_071, 65_536, 131_072, id="its low word first"),
        pytest.param("uint32", 131_071, 196_607, 131_072, id="its high word first"),
        pytest.param("uint32", 131_072, 65_536, 131_071, id="counting down, its high word first"),
        pytest.param("uint32", 2**32 - 1, 2**32 - 65_536, 0, id="through 0"),
        pytest.param("int32", -1, -65_536, 0, id="signed, through 0"),
        pytest.param("uint64", 2**32 - 1, 0, 2**32, id="64 bits"),
        pytest.param("uint64", 2**48 - 1, 2**49 - 2**32 - 1, 2**48, id="64 bits, far above"),
        pytest.param("bcd32", 19_999, 10_000, 20_000, id="BCD"),
        pytest.param("float32", 1_003.0, 1_000.0, 1_004.0, id="floating point"),
    ],
)
def test_a_torn_reading_is_read_again_and_what_is_whole_is_believed(
    kind: str, before: float, torn: float, after: float
) -> None:
    poll = Poll(kind)
    poll(before)
    assert poll(torn, after) == after
    assert poll.reads == 2


def test_a_counter_that_stays_torn_in_different_ways_has_no_value() -> None:
    poll = Poll()
    poll(131_071)
    assert poll(65_536, 65_537, 196_607) is None
    assert poll.reads == READS
    assert poll(131_075) == 131_075
    assert poll.reads == 1


@given(st.lists(st.integers(-32_767, 32_767), max_size=30), st.integers(0, 2**32 - 1))
def test_whatever_moves_by_less_than_half_a_word_costs_no_further_request(steps: list[int], start: int) -> None:
    poll, value = Poll(), start
    poll(value)
    for step in steps:
        value = (value + step) % 2**32
        assert poll(value) == value
        assert poll.reads == 1


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_a_counter_that_jumps_anywhere_and_stands_there_is_believed_with_its_second_reading(jumps: list[int]) -> None:
    poll = Poll()
    for value in jumps:
        assert poll(value) == value
        assert poll.reads <= 2


def test_a_counter_that_was_set_elsewhere_and_never_stands_still_is_believed_in_the_next_poll() -> None:
    poll = Poll()
    poll(50)
    assert poll(1_000_000, 1_000_001, 1_000_002) is None
    assert poll(1_000_010) == 1_000_010
    assert poll(1_000_020) == 1_000_020
    assert poll.reads == 1


def test_a_counter_too_fast_to_be_judged_is_believed_in_the_third_poll_and_costs_nothing_from_then_on() -> None:
    poll, value, seen = Poll(), 0, []
    for _ in range(20):
        value += 100_000
        seen.append(poll(value, value + 500, value + 1_000))
    assert seen[0] == 100_000
    assert seen[1:POLLS] == [None] * (POLLS - 1)
    assert None not in seen[POLLS:]
    assert poll.reads == 1


@given(st.lists(st.tuples(*[st.integers(0, 2**32 - 1)] * READS), max_size=40))
def test_nothing_freezes_a_counter_for_more_polls_than_are_allowed(polls: list[tuple[int, ...]]) -> None:
    poll, missing = Poll(), 0
    for readings in polls:
        missing = missing + 1 if poll(*readings) is None else 0
        assert missing < POLLS


@given(before=st.integers(0, 2**32 - 1), parts=st.integers(1, 2_000), low_first=st.booleans())
def test_no_torn_reading_is_believed(*, before: int, parts: int, low_first: bool) -> None:
    after = (before + parts) % 2**32
    torn = (before >> 16 << 16 | after & 0xFFFF) if low_first else (after >> 16 << 16 | before & 0xFFFF)
    poll = Poll()
    poll(before)
    assert poll(torn, after) in {before, after}


def test_a_refused_reading_is_no_reading_and_spoils_no_later_one() -> None:
    poll = Poll()
    poll(10)
    assert poll.guard.judge("count", (1_000_000, Quality.GOOD, "")) is Verdict.AGAIN
    assert poll.guard.judge("count", bad("Modbus exception 6")) is Verdict.BELIEVE
    assert poll(1_000_000, 1_000_001, 1_000_002) is None
    assert poll.reads == READS


@pytest.mark.parametrize(
    "other",
    [
        counter("uint16"),
        SignalSettings(key="count", role=Role.SPEED, table="holding", address=0, type="uint32"),
        TelemetrySettings(key="count", table="holding", address=0, type="uint32"),
    ],
)
def test_only_counters_of_several_registers_are_watched(other: SignalSettings | TelemetrySettings) -> None:
    guard = TornGuard([other])
    for value in (0, 60_000, 3):
        assert guard.judge("count", (value, Quality.GOOD, "")) is Verdict.BELIEVE


@given(
    start=st.sampled_from((65_500, 131_060, 2**32 - 40)),
    polls=st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans()), min_size=1, max_size=40),
)
def test_what_is_counted_of_a_counter_that_is_torn_now_and_then_is_what_it_made(
    start: int, polls: list[tuple[int, bool, bool]]
) -> None:
    """Each poll: parts made before it, which word is written first, and whether a reading sees the words apart."""
    poll, made = Poll(), start
    counted = advance(CounterState(), start, 0.0, RULES).state
    poll(start)
    for second, (parts, low_first, is_torn) in enumerate([*polls, (0, False, False)], start=1):
        before, made = made, made + parts
        apart = (before >> 16 << 16 | made & 0xFFFF) if low_first else (made >> 16 << 16 | before & 0xFFFF)
        value = poll(*[apart % 2**32] * is_torn, made % 2**32)
        assert value is not None
        step = advance(counted, int(value), float(second), RULES)
        assert step.doubt is None
        counted = step.state
    assert counted.count == made - start
