"""Counts become facts: K12, K13, K17, K18."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.counts.counters import CounterState, Step
from agent.core.counts.output import Flush, Manner, Output, due, flushed, tallied
from agent.core.facts import Counter, Fact, Interval, Keys, OutputRecorded, ScrapRecorded
from agent.core.machine_settings import Role
from tests.core.build import T0, WC, a_draft, an_account, clock, quality


class Press:
    """Counters that count, and what was made of it."""

    def __init__(self, made_by: Role = Role.TOTAL) -> None:
        self.made_by = made_by
        self.counters = {role: CounterState(raw=100, at=T0) for role in (made_by, Role.SCRAP)}
        self.output = Output()
        self.facts: list[Fact] = []

    def count(self, role: Role, parts: int, at: float) -> None:
        before = self.counters[role]
        assert before.raw is not None
        after = replace(before, raw=before.raw + parts, at=T0 + at, count=before.count + parts)
        self.output = tallied(self.output, role, before, Step(after, parts), Manner())
        self.counters[role] = after

    def make(self, parts: int, at: float) -> None:
        self.count(self.made_by, parts, at)

    def reject(self, parts: int, at: float) -> None:
        self.count(Role.SCRAP, parts, at)

    def flush(self, at: float = 10.0) -> list[Fact]:
        draft = a_draft(observed=at)
        names = {role: role.value for role in self.counters}
        flush = Flush(counters=self.counters, names=names, account=an_account(lots=("L1",)), now=T0 + at)
        self.output = flushed(self.output, flush, draft)
        self.facts += draft.facts
        return draft.facts

    def sums(self) -> tuple[Decimal, Decimal]:
        """Good and scrap as the MES adds them up."""
        good, scrap = Decimal(0), Decimal(0)
        for fact in self.facts:
            if isinstance(fact.data, OutputRecorded):
                good += fact.data.qty_good
            if isinstance(fact.data, ScrapRecorded):
                good -= fact.data.qty_from_good
                scrap += fact.data.qty_scrap
        return good, scrap


def output_fact(good: int, cum: int, raws: tuple[int, int], span: tuple[float, float]) -> OutputRecorded:
    return OutputRecorded(
        keys=Keys(wc_id=WC),
        quality=quality(),
        qty_good=Decimal(good),
        uom="EA",
        cum_good=Decimal(cum),
        cum_good_shift=Decimal(cum),
        counter=Counter(name="total", counter_run=1, raw_from=raws[0], raw_to=raws[1]),
        interval=Interval(start=clock(span[0]), end=clock(span[1])),
        lots_in=("L1",),
    )


def scrap_fact(
    scrap: int, from_good: int, cums: tuple[int, int], raws: tuple[int, int], span: tuple[float, float]
) -> ScrapRecorded:
    return ScrapRecorded(
        keys=Keys(wc_id=WC),
        quality=quality(),
        qty_scrap=Decimal(scrap),
        qty_from_good=Decimal(from_good),
        uom="EA",
        cum_good=Decimal(cums[0]),
        cum_scrap=Decimal(cums[1]),
        cum_good_shift=Decimal(cums[0]),
        cum_scrap_shift=Decimal(cums[1]),
        defect_code=None,
        place=WC,
        counter=Counter(name="scrap", counter_run=1, raw_from=raws[0], raw_to=raws[1]),
        interval=Interval(start=clock(span[0]), end=clock(span[1])),
    )


def test_counts_of_one_interval_are_one_fact_with_delta_and_cumulative() -> None:  # K17, K18
    press = Press()
    press.make(2, 3.0)
    press.make(1, 4.0)
    facts = press.flush()
    assert [fact.data for fact in facts] == [output_fact(3, 3, (100, 103), (0.0, 4.0))]
    assert [(fact.time, fact.natural_key) for fact in facts] == [(T0 + 4.0, f"cnt:e1:{WC}:total:3")]


def test_the_next_fact_goes_on_where_the_last_one_ended() -> None:  # K17
    press = Press()
    press.make(2, 3.0)
    press.flush()
    press.make(5, 8.0)
    assert [fact.data for fact in press.flush()] == [output_fact(5, 7, (102, 107), (3.0, 8.0))]


def test_a_reading_that_counts_nothing_leaves_nothing_to_tell() -> None:
    press = Press()
    press.make(0, 3.0)
    assert (press.output, press.flush()) == (Output(), [])


def test_of_total_and_scrap_good_is_the_difference() -> None:  # K12
    press = Press()
    press.make(3, 3.0)
    press.reject(1, 3.0)
    assert [fact.data for fact in press.flush()] == [
        output_fact(2, 2, (100, 103), (0.0, 3.0)),
        scrap_fact(1, 0, (2, 1), (100, 101), (0.0, 3.0)),
    ]


def test_of_good_and_scrap_good_is_measured() -> None:  # K12
    press = Press(Role.GOOD)
    press.make(3, 3.0)
    press.reject(1, 3.0)
    press.flush()
    assert press.sums() == (Decimal(3), Decimal(1))


def test_a_reject_counted_after_its_part_was_reported_takes_it_back_from_good() -> None:  # K13
    press = Press()
    press.make(3, 3.0)
    press.flush()
    press.reject(1, 5.0)
    assert [fact.data for fact in press.flush()] == [scrap_fact(1, 1, (2, 1), (100, 101), (0.0, 5.0))]


def test_a_reject_counted_before_its_part_is_never_good() -> None:  # K13
    press = Press()
    press.reject(1, 3.0)
    assert [fact.data for fact in press.flush()] == [scrap_fact(1, 0, (0, 1), (100, 101), (0.0, 3.0))]
    press.make(1, 3.5)
    assert press.flush() == []
    press.make(2, 6.0)
    assert [fact.data for fact in press.flush()] == [output_fact(2, 2, (100, 103), (0.0, 6.0))]


def test_parts_that_were_all_rejected_leave_the_raw_readings_joined() -> None:  # K17
    press = Press()
    press.make(2, 3.0)
    press.reject(2, 3.0)
    press.flush()
    press.make(1, 5.0)
    assert [fact.data for fact in press.flush()] == [output_fact(1, 1, (100, 103), (0.0, 5.0))]


@pytest.mark.parametrize(("now", "is_due"), [(100.0, False), (100.9, False), (101.0, True), (99.0, True)])
def test_counts_are_due_after_flush_s_or_when_the_clock_went_back(now: float, is_due: bool) -> None:  # noqa: FBT001 - a case
    press = Press()
    press.make(1, 3.0)
    assert due(replace(press.output, flushed_at=100.0), now, 1.0) is is_due  # K18


def test_nothing_counted_is_never_due() -> None:
    assert not due(Output(), 1e9, 1.0)


HAPPENING = st.sampled_from(["make", "reject", "flush"])


@given(st.lists(HAPPENING, max_size=60))
def test_whatever_the_order_of_readings_facts_are_never_negative_and_add_up(happenings: list[str]) -> None:
    press, made, rejected = Press(), 0, 0
    for at, happening in enumerate(happenings, start=1):
        if happening == "make":
            made += 1
            press.make(1, float(at))
        elif happening == "reject" and rejected <= made:
            rejected += 1
            press.reject(1, float(at))
        elif happening == "flush":
            press.flush(float(at))
    press.make(max(rejected - made, 0), 100.0)
    press.flush(100.0)
    made = max(made, rejected)
    assert press.sums() == (Decimal(made - rejected), Decimal(rejected))
    assert (press.output.cum_good, press.output.cum_scrap) == (made - rejected, rejected)
    for fact in press.facts:
        assert isinstance(fact.data, OutputRecorded | ScrapRecorded)
        assert fact.data.cum_good >= 0
    keys = [fact.natural_key for fact in press.facts]
    assert len(keys) == len(set(keys))


@given(st.lists(HAPPENING, max_size=60))
def test_the_raw_readings_of_successive_facts_of_a_counter_join(happenings: list[str]) -> None:  # K17
    press = Press()
    for at, happening in enumerate(happenings, start=1):
        if happening == "make":
            press.make(2, float(at))
        elif happening == "reject":
            press.reject(1, float(at))
        else:
            press.flush(float(at))
    press.flush(100.0)
    last = {"total": 100, "scrap": 100}
    for fact in press.facts:
        assert isinstance(fact.data, OutputRecorded | ScrapRecorded)
        counter = fact.data.counter
        assert counter is not None
        assert counter.raw_from == last[counter.name]
        assert counter.raw_to > counter.raw_from
        last[counter.name] = counter.raw_to
