"""Reduced speed: R23."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.facts import Interval, SpeedReduced
from agent.core.machine.condition_settings import ConditionSettings
from agent.core.machine.speed import NO_PACE, Mark, Pace, Reduced, counted, interrupted
from agent.core.machine_settings import Role
from tests.core.build import (
    EXECUTE,
    IDLE,
    Story,
    a_plan,
    a_station,
    a_story,
    alive,
    an_order,
    clock,
    down,
    entry,
    read,
    scan,
    started,
    watched,
)

SETTINGS = ConditionSettings()
NORM_S = 2.0
FOUND = Mark(0.0, 100)


@dataclass
class Run:
    """A machine that makes one part after another."""

    norm_s: float = NORM_S
    settings: ConditionSettings = SETTINGS
    pace: Pace = NO_PACE
    last: Mark = FOUND
    told: list[Reduced] = field(default_factory=list)

    def make(self, parts: int, cycle_s: float, each: int = 1) -> Run:
        """So many counts, at so many seconds each."""
        if self.pace is NO_PACE:
            self.take()
        for _ in range(parts):
            self.last = Mark(round(self.last.at + cycle_s, 6), self.last.count + each)
            self.take()
        return self

    def take(self) -> None:
        self.pace, reduced = counted(self.pace, self.last.count, self.last.at, self.norm_s, self.settings)
        self.told += [] if reduced is None else [reduced]

    def interrupted(self) -> Reduced | None:
        return interrupted(self.pace, self.last, self.norm_s, self.settings)


def test_a_machine_at_its_norm_is_not_slow() -> None:
    run = Run().make(300, 2.0).make(300, 2.2)
    assert (run.told, run.interrupted()) == ([], None)


def test_an_interval_of_reduced_speed_is_told_when_the_speed_is_back_and_dated_to_its_own_parts() -> None:  # R23
    (reduced,) = Run().make(60, 2.0).make(60, 3.0).make(60, 2.0).told
    assert reduced.start == pytest.approx(120.0, abs=6.0)
    assert reduced.end == pytest.approx(300.0, abs=6.0)
    assert (reduced.end - reduced.start) / reduced.parts == pytest.approx(3.0, abs=0.1)


def test_a_run_that_is_interrupted_while_slow_is_told_up_to_its_last_part() -> None:  # R23
    run = Run().make(60, 2.0).make(60, 3.0)
    reduced = run.interrupted()
    assert run.told == []
    assert reduced is not None
    assert reduced.end == run.last.at
    assert 57 <= reduced.parts <= 63


def test_a_speed_that_is_reduced_for_less_than_speed_confirm_s_is_not_told() -> None:
    run = Run().make(60, 2.0).make(6, 4.0).make(60, 2.0)
    assert (run.told, run.interrupted()) == ([], None)


def test_a_run_shorter_than_the_window_has_no_mean() -> None:
    run = Run().make(14, 4.0)
    assert (run.told, run.interrupted(), run.pace.slow_since) == ([], None, None)


def test_a_long_cycle_is_averaged_over_ten_parts_whatever_the_window() -> None:
    run = Run(norm_s=60.0).make(30, 60.0).make(1, 115.0).make(3, 60.0)
    assert (run.told, run.pace.slow_since) == ([], None)
    assert Run(norm_s=60.0).make(30, 60.0).make(5, 80.0).pace.slow_since is not None


def test_a_count_that_went_back_is_no_interval() -> None:
    run = Run().make(60, 3.0)
    assert interrupted(run.pace, Mark(run.last.at + 1.0, 0), NORM_S, SETTINGS) is None


def test_a_part_in_between_leaves_the_pace_as_it_is() -> None:
    run = Run().make(60, 2.0)
    assert counted(run.pace, run.last.count + 1, run.last.at + 1.0, NORM_S, SETTINGS)[0] is run.pace


@given(
    cycles=st.lists(st.floats(0.01, 40.0), max_size=150),
    each=st.integers(1, 5),
    window_s=st.floats(1.0, 200.0),
)
def test_few_marks_are_kept_and_what_is_told_is_an_interval_with_parts(
    cycles: list[float], each: int, window_s: float
) -> None:
    run = Run(settings=ConditionSettings(speed_window_s=window_s, speed_confirm_s=30.0))
    for cycle_s in cycles:
        run.make(1, cycle_s, each)
        assert len(run.pace.marks) <= 12
        for told in (*run.told, run.interrupted()):
            assert told is None or (0.0 <= told.start < told.end <= run.last.at and told.parts >= each)
    assert all(before.end <= after.end for before, after in pairwise(run.told))


def a_filler(*roles: Role, setup_modes: tuple[int, ...] = ()) -> Story:
    """It runs, and its norm is configured: two seconds a part."""
    roles = roles or (Role.PACKML_STATE, Role.TOTAL)
    station = a_station(*roles, output={"cycle_s": 2.0}, condition={"setup_modes": setup_modes})
    first = {role.value: 0 for role in roles} | ({"packml_state": EXECUTE} if Role.PACKML_STATE in roles else {})
    return a_story(*watched(**first), station=station, plan=a_plan(an_order("PO-1", norm_cycle_s="4")))


def make(story: Story, begin: float, parts: int, cycle_s: float) -> float:
    """So many parts, each at so many seconds, while the machine is watched; the instant of the last."""
    made = story.station.state.counters[Role.TOTAL].raw or 0
    now = begin
    for number in range(made + 1, made + parts + 1):
        story.hear(*alive(now, now + cycle_s), read(now + cycle_s, total=number))
        now += cycle_s
    return now


def slow(story: Story) -> list[SpeedReduced]:
    return story.of(SpeedReduced)


def test_reduced_speed_is_one_fact_when_it_is_over() -> None:  # R23
    story = a_filler()
    now = make(story, make(story, 0.0, 1, 3.0), 60, 3.0)
    assert slow(story) == []
    make(story, now, 40, 2.0)
    (told,) = slow(story)
    assert (told.interval, told.parts) == (Interval(start=clock(3.0), end=clock(183.0)), 60)
    assert (told.actual_cycle_s, told.norm_cycle_s) == (Decimal("3.000"), Decimal("2.000"))


def test_a_stop_ends_an_interval_of_reduced_speed_with_the_last_part() -> None:  # R23
    story = a_filler()
    now = make(story, 0.0, 60, 3.0)
    story.hear(*alive(now, now + 1.0), read(now + 2.0, packml_state=IDLE), *alive(now + 2.0, now + 10.0))
    assert [told.interval.end for told in slow(story)] == [clock(180.0)]
    assert story.station.state.signs.pace == NO_PACE


def test_a_short_standstill_does_not_end_it() -> None:
    story = a_filler()
    now = make(story, 0.0, 60, 3.0)
    story.hear(read(now + 0.5, packml_state=IDLE), *alive(now + 0.5, now + 2.5), read(now + 3.0, packml_state=EXECUTE))
    make(story, make(story, now + 3.0, 20, 3.0), 40, 2.0)
    assert len(slow(story)) == 1


def test_a_gap_ends_it() -> None:
    story = a_filler()
    now = make(story, 0.0, 60, 3.0)
    story.hear(down(now + 1.0))
    assert len(slow(story)) == 1


def test_another_order_ends_it_and_brings_its_own_norm() -> None:  # R23
    story = a_filler()
    now = make(story, 0.0, 60, 3.0)
    story.hear(scan(now + 0.1, "ORD:PO-1"))
    (told,) = slow(story)
    assert (told.keys.order_id, told.norm_cycle_s) == (None, Decimal("2.000"))
    now = make(story, now + 1.0, 60, 3.0)
    now = make(story, now, 60, 6.0)
    story.hear(entry(now + 0.1, "complete_operation"))
    _, told = slow(story)
    assert (told.keys.order_id, told.norm_cycle_s) == ("PO-1", Decimal("4.000"))


def test_without_a_norm_nothing_is_slow() -> None:  # R23
    story = a_story(*watched(packml_state=EXECUTE, total=0), station=a_station())
    now = make(story, 0.0, 60, 9.0)
    story.hear(down(now + 1.0))
    assert slow(story) == []


def test_setting_up_is_not_slow() -> None:  # R10
    roles = (Role.PACKML_STATE, Role.TOTAL, Role.MODE)
    story = a_filler(*roles, setup_modes=(4,))
    story.hear(read(1.0, mode=4))
    now = make(story, 1.0, 60, 3.0)
    story.hear(down(now + 1.0))
    assert slow(story) == []


def test_a_counter_taken_out_of_the_configuration_tells_nothing_of_the_speed() -> None:
    story = a_filler()
    now = make(story, 0.0, 60, 3.0)
    story.station = a_station(Role.PACKML_STATE, output={"cycle_s": 2.0}).restored(story.station.snapshot())
    story.hear(started(now + 10.0, now))
    assert slow(story) == []


def test_a_machine_that_only_counts_is_slow_too() -> None:  # R4, R23
    story = a_filler(Role.TOTAL)
    now = make(story, 0.0, 60, 3.0)
    story.hear(*alive(now, now + 10.0))
    assert [told.interval.end for told in slow(story)] == [clock(180.0)]
